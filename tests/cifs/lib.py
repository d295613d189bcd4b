# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of the test bed: mounts, a report, and trees of files to copy and compare."""

import contextlib
import errno
import hashlib
import os
import random
import shutil
import time
import traceback

import hosts

MOUNTS = "/tmp/mnt"
WORK = "/tmp/work"
FSX = ""


class Skip(Exception):
    """The test asks for something that the kernel or the client does not have."""


class Report:
    """Prints a line per test and counts."""

    def __init__(self, only=""):
        self.only = [word for word in only.split(",") if word]
        self.passed = self.failed = 0

    def wanted(self, title):
        return not self.only or any(word in title for word in self.only)

    def add(self, title, faults=()):
        print("%sok %d - %s" % ("not " if faults else "", self.passed + self.failed + 1, title),
              flush=True)
        for fault in faults:
            for line in str(fault).splitlines():
                print("#   " + line, flush=True)
        self.passed += not faults
        self.failed += bool(faults)

    def test(self, title, function, *args, always=False):
        """Runs @function, which raises what it finds wrong."""
        if not always and not self.wanted(title):
            return
        start = time.monotonic()
        try:
            function(*args)
        except Skip as skip:
            print("ok - %s # SKIP %s" % (title, skip), flush=True)
        except AssertionError as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.add(title, ["%s:%d: %s" % (os.path.basename(where.filename), where.lineno,
                                            str(error) or where.line)])
        except Exception:  # pylint: disable=broad-except
            self.add(title, [traceback.format_exc()])
        else:
            self.add("%s (%.1f s)" % (title, time.monotonic() - start))

    def finish(self):
        print("%d passed, %d failed" % (self.passed, self.failed), flush=True)


class Mount:
    """A mounted share. `options`: more of mount.cifs's own."""

    count = 0

    def __init__(self, vers, options="", share="share", user=hosts.USER,
                 password=hosts.PASSWORD):
        Mount.count += 1
        self.path = os.path.join(MOUNTS, str(Mount.count))
        self.served = hosts.share_path(share)
        self.share = share
        self.options = "vers=%s,port=445,noperm,iocharset=utf8" % vers
        if user:
            self.options += ",username=%s,password=%s" % (user, password)
        if options:
            self.options += "," + options

    def try_mount(self):
        """Empty, or what mount.cifs says."""
        os.makedirs(self.path, exist_ok=True)
        done = hosts.run("mount", "-t", "cifs", "//127.0.0.1/" + self.share, self.path, "-o",
                         self.options, check=False)
        return "" if done.returncode == 0 else done.stdout or "status %d" % done.returncode

    def __enter__(self):
        said = self.try_mount()
        assert not said, "mount -o %s: %s" % (self.options, said)
        return self

    def umount(self):
        said = []

        def umounts():
            done = hosts.run("umount", self.path, check=False)
            said[:] = [done.stdout]
            return done.returncode == 0
        assert hosts.wait_until(umounts), "umount: " + said[0]

    def __exit__(self, *what):
        self.umount()

    def at(self, *parts):
        return os.path.join(self.path, *parts)

    def behind(self, *parts):
        """The same file in the server's directory."""
        return os.path.join(self.served, *parts)


@contextlib.contextmanager
def folder(mount, name):
    """A directory in the mount that is gone afterwards."""
    path = mount.at(name)
    os.mkdir(path)
    try:
        yield path
    finally:
        shutil.rmtree(mount.behind(name), ignore_errors=True)


@contextlib.contextmanager
def fails(*numbers):
    """The body fails with one of these errno."""
    names = "/".join(errno.errorcode[n] for n in numbers)
    try:
        yield
    except OSError as error:
        assert error.errno in numbers, "%s instead of %s" % (error, names)
    else:
        raise AssertionError("no %s" % names)


def write_file(path, data):
    with open(path, "wb") as f:
        f.write(data)


def read_file(path):
    with open(path, "rb") as f:
        return f.read()


def digest(path):
    total = hashlib.sha256()
    with open(path, "rb") as f:
        while data := f.read(1 << 20):
            total.update(data)
    return total.hexdigest()


def describe(top):
    """Relative name -> checksum of a file, or "directory"."""
    found = {}
    for where, directories, files in os.walk(top):
        for name in directories:
            found[os.path.relpath(os.path.join(where, name), top)] = "directory"
        for name in files:
            path = os.path.join(where, name)
            found[os.path.relpath(path, top)] = digest(path)
    return found


def assert_same_trees(one, two):
    missing = sorted(set(one) - set(two))
    more = sorted(set(two) - set(one))
    other = sorted(name for name in set(one) & set(two) if one[name] != two[name])
    assert not (missing or more or other), "missing: %r, too many: %r, different: %r" % (
        missing[:5], more[:5], other[:5])


# What clients of other systems would stumble over; the client maps what SMB forbids.
ODD_NAMES = [
    "with space", "  leading", "two  spaces", ".hidden", "..two dots", "a.b.c.tar.gz", "~tilde",
    "#hash#", "100%", "a&b;c", "quote'", "(round)", "[square]", "{curly}", "plus+minus-=",
    "comma,", "caret^`", "ünïcödé", "日本語", "кириллица", "emoji \U0001f600", "e\u0301 combined",
    "UPPER", "MiXeD.TxT", "CON", "aux.txt", "nul", "x" * 255, "é" * 127, "dollar$", "@at",
    "exclaim!",
]
# Forbidden in SMB; the client's default mapping (mapposix) carries them in a private range.
MAPPED_NAMES = ["colon:", "star*", "question?", "less<more>", "pipe|", 'double"quote',
                "trailing dot.", "trailing space ", "tab\tinside"]
SIZES = [0, 1, 2, 511, 512, 513, 4095, 4096, 4097, 65535, 65536, 65537, 131072, 1 << 20,
         (1 << 20) + 1]


def make_tree(top, seed=1, big=24 << 20):
    """A few hundred files: odd names, deep, empty and long directories, big files."""
    chance = random.Random(seed)
    os.makedirs(top)
    for number, name in enumerate(ODD_NAMES + MAPPED_NAMES):
        write_file(os.path.join(top, name), chance.randbytes(number * 37))
        os.makedirs(os.path.join(top, "directories", name))
    for number, size in enumerate(SIZES):
        write_file(os.path.join(top, "size%d" % number), chance.randbytes(size))
    deep = top
    for level in range(30):
        deep = os.path.join(deep, "level%d" % level)
        os.mkdir(deep)
        write_file(os.path.join(deep, "file"), chance.randbytes(level))
    for number in range(20):
        os.makedirs(os.path.join(top, "empty", str(number), "inner"))
    os.mkdir(os.path.join(top, "many"))
    for number in range(300):
        write_file(os.path.join(top, "many", "entry-%04d" % number),
                   chance.randbytes(chance.randrange(6000)))
    write_file(os.path.join(top, "big"), chance.randbytes(big))
    # long runs of zeroes, and an odd length
    write_file(os.path.join(top, "holes"), (b"\0" * (3 << 20) + b"x" * 4099) * 2)


def client_faults(start):
    """What the client should not have logged since line @start."""
    lines = hosts.kernel_log()[start:]
    return [line for line in lines if "CIFS: VFS" in line and "Zero rsize" not in line]
