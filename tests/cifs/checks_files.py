# SPDX-License-Identifier: GPL-2.0-or-later
"""What a mounted share must do with names, attributes and trees of files."""

import errno
import os
import shutil
import stat
import subprocess
import time

import hosts
from lib import (ODD_NAMES, Mount, Skip, assert_same_trees, describe, fails, folder, read_file,
                 write_file)

TREE = "/tmp/work/tree"
ENTRIES = 1200
# longer than the client believes what it knows (actimeo)
REMEMBERED = 1.2


def check_mounted(host, mount, vers):
    del host
    with open("/proc/mounts", encoding="ascii") as f:
        line = [line for line in f if line.split()[1] == mount.path][0]
    assert ",vers=%s," % {"3.0.2": "3.02"}.get(vers, vers) in line, line


def check_copy(host, mount, vers):
    """A tree goes there and comes back with its times; what arrived is looked at twice."""
    del host, vers
    with folder(mount, "copy") as there:
        subprocess.run(["cp", "-r", "--preserve=timestamps", TREE, there + "/tree"], check=True)
        expected = describe(TREE)
        assert_same_trees(expected, describe(there + "/tree"))
        arrived = describe(mount.behind("copy", "tree"))
        assert sorted(arrived.values()) == sorted(expected.values()), "behind the server"
        for name in ODD_NAMES:
            assert name in arrived, "behind the server: no %r" % name
        for name in ("big", "many/entry-0007"):
            want, have = (os.stat(os.path.join(top, name)).st_mtime_ns // 100
                          for top in (TREE, there + "/tree"))
            assert want == have, "%s: mtime %d instead of %d" % (name, have, want)
        back = "/tmp/work/back"
        subprocess.run(["cp", "-r", there + "/tree", back], check=True)
        assert_same_trees(expected, describe(back))
        shutil.rmtree(back)
        shutil.rmtree(there + "/tree")
        assert os.listdir(mount.behind("copy")) == []


def check_listing(host, mount, vers):
    del host, vers
    with folder(mount, "list") as there:
        behind = mount.behind("list")
        for number in range(ENTRIES):
            write_file(os.path.join(behind, "Entry number %d" % number), b"x" * (number % 100))
        done = subprocess.run(["ls", "-ln", there], capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()[1:]
        assert len(lines) == ENTRIES, "%d entries" % len(lines)
        sizes = {line.split(None, 8)[8]: int(line.split()[4]) for line in lines}
        for number in range(ENTRIES):
            assert sizes["Entry number %d" % number] == number % 100, number
        # taken away while it is read: each that stays is seen once
        seen = []
        with os.scandir(there) as entries:
            for number, entry in enumerate(entries):
                seen.append(entry.name)
                if number % 2:
                    os.unlink(entry.path)
        assert len(seen) == len(set(seen)), "an entry was listed twice"
        left = len(os.listdir(behind))
        assert (len(seen), left) == (ENTRIES, ENTRIES // 2), "%d seen, %d left" % (len(seen), left)


def check_statfs(host, mount, vers):
    del host, vers
    ours, theirs = os.statvfs(mount.path), os.statvfs(mount.served)
    total, free = (getattr(ours, f) * ours.f_frsize for f in ("f_blocks", "f_bavail"))
    assert total == theirs.f_blocks * theirs.f_frsize, "total %d" % total
    assert abs(free - theirs.f_bavail * theirs.f_frsize) < 1 << 20, "free %d" % free
    done = hosts.run("df", "-P", mount.path).stdout
    assert "//127.0.0.1/share" in done, done


def check_rename(host, mount, vers):
    del host, vers
    with folder(mount, "ren") as there:
        one, two, deep = (os.path.join(there, n) for n in ("one", "two", "deep"))
        write_file(one, b"1")
        os.rename(one, two)
        assert os.listdir(there) == ["two"] and read_file(two) == b"1"
        write_file(one, b"new")
        os.rename(one, two)
        assert os.listdir(there) == ["two"] and read_file(two) == b"new", "over a file"
        os.mkdir(deep)
        os.rename(two, os.path.join(deep, "two"))
        assert os.listdir(there) == ["deep"] and read_file(os.path.join(deep, "two")) == b"new"
        os.mkdir(deep + "er")
        write_file(os.path.join(deep + "er", "x"), b"")
        with fails(errno.ENOTEMPTY, errno.EEXIST, errno.EACCES):
            os.rename(os.path.join(there, "deep"), deep + "er")
        with fails(errno.ENOENT):
            os.rename(os.path.join(there, "none"), one)
        with fails(errno.EINVAL):
            os.rename(os.path.join(there, "deep"), os.path.join(there, "deep", "inside"))
        with fails(errno.ENOTDIR):
            os.rename(os.path.join(there, "deep"), os.path.join(there, "deep", "two", "x"))


def check_rename_open(host, mount, vers):
    """Files that are open may be renamed, replaced and removed, as programs here expect."""
    del host, vers
    with folder(mount, "held") as there:
        one, two = os.path.join(there, "one"), os.path.join(there, "two")
        write_file(one, b"first")
        write_file(two, b"second")
        with open(one, "r+b") as f:
            os.rename(one, one + "-moved")
            f.seek(5)
            f.write(b"!")
        assert read_file(one + "-moved") == b"first!"
        with open(two, "rb") as f:
            os.unlink(two)
            assert not os.path.exists(two)
            assert f.read() == b"second", "a removed file that is open"
        with open(one + "-moved", "rb") as f:
            write_file(two, b"third")
            os.rename(two, one + "-moved")
            assert f.read() in (b"first!", b"third")
        assert read_file(one + "-moved") == b"third", "a replaced file that is open"
        assert os.listdir(there) == ["one-moved"]
        assert os.listdir(mount.behind("held")) == ["one-moved"]


def check_errors(host, mount, vers):
    """The errno that programs branch on."""
    del host, vers
    with folder(mount, "err") as there:
        file, inner = os.path.join(there, "file"), os.path.join(there, "dir")
        write_file(file, b"x")
        os.makedirs(os.path.join(inner, "sub"))
        with fails(errno.ENOENT):
            os.stat(os.path.join(there, "none"))
        with fails(errno.ENOENT):
            os.open(os.path.join(there, "none", "x"), os.O_RDWR | os.O_CREAT)
        with fails(errno.ENOTDIR):
            os.stat(os.path.join(file, "x"))
        with fails(errno.EEXIST):
            os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        with fails(errno.EEXIST):
            os.mkdir(inner)
        with fails(errno.ENOTEMPTY):
            os.rmdir(inner)
        with fails(errno.ENOTDIR):
            os.rmdir(file)
        with fails(errno.EISDIR):
            os.unlink(inner)
        with fails(errno.EISDIR):
            os.open(inner, os.O_RDWR)
        with fails(errno.ENAMETOOLONG, errno.ENOENT, errno.EINVAL):
            write_file(os.path.join(there, "n" * 256), b"")
        assert sorted(os.listdir(there)) == ["dir", "file"]


def check_attributes(host, mount, vers):
    del vers
    with folder(mount, "attr") as there:
        path = os.path.join(there, "file")
        write_file(path, b"x" * 1000)
        assert os.stat(path).st_size == 1000
        os.utime(path, ns=(1_500_000_000_123_456_700, 1_400_000_000_765_432_100))
        st = os.stat(path)
        assert (st.st_atime_ns, st.st_mtime_ns) == (1_500_000_000_123_456_700,
                                                    1_400_000_000_765_432_100), st
        assert os.stat(mount.behind("attr", "file")).st_mtime_ns == 1_400_000_000_765_432_100
        os.utime(path, (0, 0))
        assert os.stat(path).st_mtime in (0.0, st.st_mtime), "1970"
        os.truncate(path, 5000)
        assert read_file(path) == b"x" * 1000 + b"\0" * 4000
        os.truncate(path, 10)
        assert read_file(path) == b"x" * 10 and os.stat(path).st_size == 10
        before = time.time()
        write_file(path, b"again")
        assert before - 1 < os.stat(path).st_mtime < time.time() + 1, "the time of a write"
        os.chmod(path, 0o444)
        time.sleep(REMEMBERED)
        assert not os.stat(path).st_mode & 0o222, "read-only"
        if "intree" not in host.missing:
            with fails(errno.EACCES, errno.EPERM):
                os.open(path, os.O_RDWR)
        os.chmod(path, 0o755)
        time.sleep(REMEMBERED)
        assert os.stat(path).st_mode & 0o200, "writable again"
        write_file(path, b"writable")
        assert stat.S_ISDIR(os.stat(there).st_mode)
        assert os.stat(path).st_ino == os.stat(mount.behind("attr", "file")).st_ino, "inode"


def check_links(host, mount, vers):
    """Hard links; symbolic links and special files are refused without extensions."""
    del vers
    with folder(mount, "link") as there:
        one, two = os.path.join(there, "one"), os.path.join(there, "two")
        write_file(one, b"x")
        os.link(one, two)
        assert read_file(two) == b"x"
        write_file(two, b"longer")
        assert read_file(mount.behind("link", "one")) == b"longer"
        assert os.stat(one).st_ino == os.stat(two).st_ino
        os.unlink(one)
        assert read_file(two) == b"longer"
        if "symlink" in host.missing:
            with fails(errno.EOPNOTSUPP):
                os.symlink("two", os.path.join(there, "sym"))
            assert os.listdir(there) == ["two"], "something was left of a refused link"


def check_mfsymlinks(host, vers):
    """The client's own links, kept in small files."""
    del host
    with Mount(vers, "mfsymlinks") as mount, folder(mount, "mf") as there:
        write_file(os.path.join(there, "target"), b"content")
        os.symlink("target", os.path.join(there, "sym"))
        assert os.readlink(os.path.join(there, "sym")) == "target"
        assert read_file(os.path.join(there, "sym")) == b"content"
        with fails(errno.EEXIST):
            os.symlink("target", os.path.join(there, "sym"))
        os.unlink(os.path.join(there, "sym"))
        assert os.listdir(there) == ["target"]


def check_case(host, vers):
    """Names in other case are the same ones, and a name can change its case alone."""
    del host
    with Mount(vers, "nocase,nosharesock") as mount, folder(mount, "case") as there:
        os.mkdir(os.path.join(there, "Folder"))
        write_file(os.path.join(there, "Folder", "Grüße.TXT"), b"x")
        assert read_file(os.path.join(there, "FOLDER", "grÜSSe.txt".replace("SS", "ß"))) == b"x"
        with fails(errno.EEXIST):
            os.mkdir(os.path.join(there, "folder"))
        write_file(os.path.join(there, "folder", "other"), b"y")
        assert sorted(os.listdir(mount.behind("case", "Folder"))) == ["Grüße.TXT", "other"]
        assert read_file(os.path.join(there, "Folder", "OTHER")) == b"y"
    # Two spellings of one directory would look like two directories with one inode number.
    with Mount(vers, "noserverino,nosharesock") as mount, folder(mount, "case") as there:
        os.mkdir(os.path.join(there, "Folder"))
        os.rename(os.path.join(there, "Folder"), os.path.join(there, "fOLDER"))
        assert os.listdir(mount.behind("case")) == ["fOLDER"], "a change of case alone"


def check_xattr(host, mount, vers):
    del vers
    with folder(mount, "xattr") as there:
        path = os.path.join(there, "file")
        write_file(path, b"x")
        if "xattr" in host.missing:
            with fails(errno.EOPNOTSUPP, errno.EIO):
                os.setxattr(path, "user.colour", b"blue")
            raise Skip("extended attributes are refused, as documented")
        os.setxattr(path, "user.colour", b"blue")
        assert os.getxattr(path, "user.colour") == b"blue"
        assert "user.colour" in os.listxattr(path)
        os.removexattr(path, "user.colour")
        with fails(errno.ENODATA):
            os.getxattr(path, "user.colour")


EACH = [
    ("is mounted with this dialect", check_mounted),
    ("a tree is copied there and back, checksums and times agree", check_copy),
    ("ls -l of a long directory, removal while listing", check_listing),
    ("df says what the server's file system says", check_statfs),
    ("rename", check_rename),
    ("rename and unlink of open files", check_rename_open),
    ("errno of what cannot be done", check_errors),
    ("sizes, times, the read-only attribute, inode numbers", check_attributes),
    ("hard links; what is refused", check_links),
    ("extended attributes", check_xattr),
]
ALONE = [
    ("mfsymlinks", check_mfsymlinks),
    ("case", check_case),
]
