# SPDX-License-Identifier: GPL-2.0-or-later
"""Everyday work in a mounted share: git, make; and what mount itself is refused."""

import os
import random
import signal
import subprocess
import time

import hosts
from lib import Mount, folder, read_file, write_file

REPOSITORY = "/tmp/work/repository"
ENVIRON = dict(os.environ, HOME="/tmp", GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="A",
               GIT_AUTHOR_EMAIL="a@localhost", GIT_COMMITTER_NAME="A",
               GIT_COMMITTER_EMAIL="a@localhost", LC_ALL="C")


def call(*argv, cwd):
    done = subprocess.run(argv, cwd=cwd, env=ENVIRON, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, timeout=1200)
    assert done.returncode == 0, "%s: %s" % (" ".join(argv), done.stdout)
    return done.stdout


def make_repository():
    """A repository with some history, not in the share."""
    chance = random.Random(5)
    os.makedirs(REPOSITORY)
    call("git", "init", "-q", "-b", "main", cwd=REPOSITORY)
    for commit in range(8):
        for number in range(25):
            path = os.path.join(REPOSITORY, "dir%d" % (number % 5), "file%d" % number)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_file(path, b"".join(b"line %d\n" % chance.randrange(500)
                                      for _ in range(chance.randrange(400))))
        call("git", "add", "-A", cwd=REPOSITORY)
        call("git", "commit", "-q", "-m", "change %d" % commit, cwd=REPOSITORY)


def check_git(host, mount, vers):
    del host, vers
    with folder(mount, "git") as there:
        clone = os.path.join(there, "clone")
        call("git", "clone", "-q", "--no-hardlinks", "file://" + REPOSITORY, clone, cwd=there)
        call("git", "fsck", "--full", "--strict", cwd=clone)
        said = call("git", "status", "--porcelain", cwd=clone)
        assert said == "", said
        write_file(os.path.join(clone, "dir1", "file1"), b"changed\n")
        assert call("git", "status", "--porcelain", cwd=clone).split() == ["M", "dir1/file1"]
        call("git", "checkout", "-q", "-b", "topic", cwd=clone)
        call("git", "commit", "-q", "-a", "-m", "topic", cwd=clone)
        call("git", "checkout", "-q", "main", cwd=clone)
        call("git", "merge", "-q", "--no-ff", "-m", "merge", "topic", cwd=clone)
        call("git", "gc", "-q", cwd=clone)
        call("git", "fsck", "--full", cwd=clone)
        assert call("git", "status", "--porcelain", cwd=clone) == ""
        assert read_file(os.path.join(clone, "dir1", "file1")) == b"changed\n"
        assert len(call("git", "log", "--oneline", cwd=clone).splitlines()) == 10


def write_project(top):
    """Two dozen sources, a header, a library, a program: more than one make job at a time."""
    names = ["part%d" % n for n in range(24)]
    for number, name in enumerate(names):
        write_file(os.path.join(top, name + ".c"),
                   b'#include "parts.h"\nint %s(int x)\n{\n\treturn x + %d;\n}\n'
                   % (name.encode(), number))
    write_file(os.path.join(top, "parts.h"),
               "".join("int %s(int x);\n" % n for n in names).encode())
    calls = "".join("\tx = %s(x);\n" % n for n in names)
    write_file(os.path.join(top, "main.c"),
               ('#include <stdio.h>\n#include "parts.h"\nint main(void)\n{\n\tint x = 0;\n\n'
                '%s\tprintf("%%d\\n", x);\n\treturn 0;\n}\n' % calls).encode())
    write_file(os.path.join(top, "Makefile"), (
        "OBJECTS = %s\n\nprogram: main.o libparts.a\n\t$(CC) -o $@ main.o -L. -lparts\n"
        "libparts.a: $(OBJECTS)\n\t$(AR) rcs $@ $(OBJECTS)\n"
        "%%.o: %%.c parts.h\n\t$(CC) -O1 -g -c -o $@ $<\nclean:\n\trm -f *.o *.a program\n"
        % " ".join(n + ".o" for n in names)).encode())


def check_compile(host, mount, vers):
    del host, vers
    with folder(mount, "compile") as there:
        write_project(there)
        call("make", "-s", "-j3", "CC=gcc", cwd=there)
        assert call(os.path.join(there, "program"), cwd=there) == "%d\n" % sum(range(24))
        said = call("make", "CC=gcc", cwd=there)
        assert "up to date" in said, said
        time.sleep(0.1)
        os.utime(os.path.join(there, "part7.c"))
        said = call("make", "CC=gcc", cwd=there)
        assert "part7.c" in said and "part8.c" not in said, said
        call("make", "-s", "clean", cwd=there)
        assert len(os.listdir(mount.behind("compile"))) == 27


def check_refused(host, vers):
    """Wrong passwords, unknown shares, and read-only shares."""
    del host
    said = Mount(vers, password="wrong").try_mount()
    assert "Permission denied" in said or "error(13)" in said, said or "mounted"
    said = Mount(vers, share="nothing").try_mount()
    assert "error(2)" in said or "No such file" in said, said or "mounted"
    with Mount(vers, share="locked") as mount:
        write_file(mount.behind("file"), b"readable")
        assert read_file(mount.at("file")) == b"readable"
        for change in (lambda: write_file(mount.at("new"), b""),
                       lambda: os.unlink(mount.at("file")), lambda: os.mkdir(mount.at("dir")),
                       lambda: os.rename(mount.at("file"), mount.at("other")),
                       lambda: os.truncate(mount.at("file"), 0)):
            try:
                change()
            except OSError:
                continue
            raise AssertionError("a read-only share was changed")
        assert os.listdir(mount.served) == ["file"]
        assert read_file(mount.behind("file")) == b"readable"
        os.unlink(mount.behind("file"))


def check_guest(host, vers):
    del host
    with Mount(vers, "guest", share="public", user="") as mount:
        write_file(mount.at("by guest"), b"x")
        assert os.stat(mount.behind("by guest")).st_uid == 65534
        os.unlink(mount.at("by guest"))


def check_signed(host, vers):
    del host
    with Mount(vers, "sign,nosharesock") as mount, folder(mount, "signed") as there:
        data = random.Random(3).randbytes(5 << 20)
        write_file(os.path.join(there, "file"), data)
        assert read_file(mount.behind("signed", "file")) == data
        hosts.run("sync")
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as f:
            f.write("3")
        assert read_file(os.path.join(there, "file")) == data


def check_sealed(host, vers):
    if not vers.startswith("3"):
        return
    if "seal" in host.missing:
        said = Mount(vers, "seal,nosharesock").try_mount()
        assert said, "encryption is documented as missing, and mounts"
        return
    with Mount(vers, "seal,nosharesock") as mount, folder(mount, "sealed") as there:
        data = random.Random(4).randbytes(5 << 20)
        write_file(os.path.join(there, "file"), data)
        assert read_file(mount.behind("sealed", "file")) == data


def check_owner(host, mount, vers):
    """The files belong to whom the client logged in as, not to the server's own user."""
    del host, vers
    with folder(mount, "own") as there:
        write_file(os.path.join(there, "file"), b"x")
        st = os.stat(mount.behind("own", "file"))
        top = os.stat(mount.served)
        assert (st.st_uid, st.st_gid) == (top.st_uid, top.st_gid), (st.st_uid, st.st_gid)


def check_restart(host, vers):
    """The server goes away and comes back: the mount goes on."""
    with Mount(vers, "nosharesock") as mount, folder(mount, "restart") as there:
        path = os.path.join(there, "file")
        write_file(path, b"before")
        faults = host.stop()
        assert not faults, faults
        host.start()

        def is_back():
            try:
                return read_file(path) == b"before"
            except OSError:
                return False
        assert hosts.wait_until(is_back), "it does not come back"
        write_file(path, b"after")
        assert read_file(mount.behind("restart", "file")) == b"after"


def check_killed_client(host, vers):
    """A writer that is killed leaves nothing locked or open behind."""
    del host
    with Mount(vers, "nosharesock") as mount, folder(mount, "killed") as there:
        path = os.path.join(there, "file")
        with subprocess.Popen(["dd", "if=/dev/zero", "of=" + path, "bs=64k", "count=4000"],
                              stderr=subprocess.DEVNULL) as dd:
            time.sleep(0.5)
            dd.send_signal(signal.SIGKILL)
        write_file(path, b"mine")
        os.unlink(path)


EACH = [
    ("git clone, fsck, status, commit, merge, gc", check_git),
    ("make -j3 of a C project, its program runs", check_compile),
    ("files belong to the client's user", check_owner),
]
ALONE = [
    ("what mount is refused; read-only shares", check_refused),
    ("guest", check_guest),
    ("signed", check_signed),
    ("sealed", check_sealed),
    ("a killed writer", check_killed_client),
    ("the server is restarted under a mount", check_restart),
]
