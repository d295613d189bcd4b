# SPDX-License-Identifier: GPL-2.0-or-later
"""Data: random I/O against a copy, parallel writers, mappings, two clients, locks."""

import errno
import fcntl
import hashlib
import mmap
import os
import random
import subprocess
import traceback

import lib
from lib import Mount, digest, fails, folder, read_file, write_file

# Whole pages: without an oplock, Linux 7.2's client with cache=strict mixes up the page that two
# descriptors write parts of at once, with any server. With cache=none it does not.
PAGES = 96 * 1024
PARTS = PAGES + 512


def run_fsx(path, seed, *options):
    done = subprocess.run([lib.FSX, "-s", str(seed), *options, path], capture_output=True,
                          text=True, check=False, timeout=1200)
    assert done.returncode == 0, "fsx %s: %s%s" % (" ".join(options), done.stdout, done.stderr)


def check_fsx(host, mount, vers):
    del host
    with folder(mount, "fsx") as there:
        path = os.path.join(there, "file")
        for seed in (sum(vers.encode()), os.getpid()):
            run_fsx(path, seed, "-n", "500", "-m")
        run_fsx(path, 7, "-n", "300", "-l", str(24 << 20))
        digest_seen = digest(path)
        assert digest_seen == digest(mount.behind("fsx", "file")), "behind the server"


def check_fsx_uncached(host, vers):
    del host
    with Mount(vers, "cache=none") as mount, folder(mount, "fsxn") as there:
        run_fsx(os.path.join(there, "file"), 11, "-n", "1000", "-d")


def check_fsx_small(host, vers):
    """Small and odd transfer sizes make many requests of each call."""
    del host
    with Mount(vers, "rsize=16384,wsize=20480") as mount, folder(mount, "fsxs") as there:
        run_fsx(os.path.join(there, "file"), 13, "-n", "500", "-m")


def fork_each(count, function):
    """Runs @function(number) in processes at once; all must succeed."""
    pids = []
    for number in range(count):
        pid = os.fork()
        if not pid:
            status = 1
            try:
                function(number)
                status = 0
            except Exception:  # pylint: disable=broad-except
                for line in traceback.format_exc().splitlines():
                    print("#   " + line, flush=True)
            finally:
                os._exit(status)
        pids.append(pid)
    results = [os.waitpid(pid, 0)[1] for pid in pids]
    assert not any(results), "statuses of the writers: %r" % results


def check_writers_apart(host, mount, vers):
    """Each process has a file of its own, and others come and go beside it."""
    del host, vers

    def work(number):
        chance = random.Random(number)
        total = hashlib.sha256()
        path = os.path.join(there, "file%d" % number)
        with open(path, "wb", buffering=0) as f:
            for step in range(40):
                data = chance.randbytes(chance.randrange(1, 200_000))
                total.update(data)
                view = memoryview(data)
                while view:
                    view = view[f.write(view):]
                other = os.path.join(there, "temporary%d-%d" % (number, step))
                write_file(other, data[:100])
                os.rename(other, other + "x")
                os.unlink(other + "x")
        assert digest(path) == total.hexdigest()
        write_file(path + ".sum", total.hexdigest().encode())

    with folder(mount, "apart") as there:
        fork_each(6, work)
        for number in range(6):
            path = mount.behind("apart", "file%d" % number)
            assert digest(path) == read_file(path + ".sum").decode(), number
        assert len(os.listdir(there)) == 12


def chunk_of(number, index, size):
    return random.Random(number * 1000 + index).randbytes(size)


def write_together(mount, size):
    """One file: every process writes its own pieces of it, out of order, through its own fd."""
    writers, rounds = 5, 16

    def work(number):
        order = list(range(rounds))
        random.Random(number).shuffle(order)
        fd = os.open(path, os.O_RDWR)
        for index in order:
            offset, data = (index * writers + number) * size, chunk_of(number, index, size)
            assert os.pwrite(fd, data, offset) == size
            assert os.pread(fd, size, offset) == data
        os.close(fd)

    with folder(mount, "together") as there:
        path = os.path.join(there, "file")
        write_file(path, b"")
        fork_each(writers, work)
        data = read_file(mount.behind("together", "file"))
        assert len(data) == writers * rounds * size, len(data)
        for index in range(rounds):
            for number in range(writers):
                start = (index * writers + number) * size
                assert data[start:start + size] == chunk_of(number, index, size), (
                    "writer %d, piece %d" % (number, index))


def check_writers_together(host, mount, vers):
    del host, vers
    write_together(mount, PAGES)


def check_writers_uncached(host, vers):
    del host
    with Mount(vers, "cache=none") as mount:
        write_together(mount, PARTS)


def check_append(host, mount, vers):
    """Lines that several processes append are all there, none is torn."""
    del host, vers

    def work(number):
        fd = fds[number]
        for index in range(60):
            os.write(fd, (b"%d %d " % (number, index)).ljust(200, b".") + b"\n")

    with folder(mount, "append") as there:
        path = os.path.join(there, "file")
        write_file(path, b"")
        # Opened before: this client believes the file's size in an open's
        # answer even when that is older than another process's append.
        fds = [os.open(path, os.O_WRONLY | os.O_APPEND) for _ in range(4)]
        fork_each(4, work)
        for fd in fds:
            os.close(fd)
        lines = read_file(mount.behind("append", "file")).splitlines()
        assert len(lines) == 240 and all(len(line) == 200 for line in lines), len(lines)
        assert len(set(lines)) == 240


def check_mmap(host, mount, vers):
    del host, vers
    with folder(mount, "map") as there:
        path = os.path.join(there, "file")
        write_file(path, bytes(range(256)) * 1024)
        with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as area:
            assert area[70_000] == 70_000 % 256
            area[100_000:100_005] = b"hello"
            area.flush()
        assert read_file(mount.behind("map", "file"))[100_000:100_005] == b"hello"


def check_two_clients(host, vers):
    """What one connection wrote the other one reads."""
    del host
    with Mount(vers, "cache=none,nosharesock") as one, \
            Mount(vers, "cache=strict,nosharesock,actimeo=0") as two, folder(one, "two"):
        here, there = one.at("two", "file"), two.at("two", "file")
        for index in range(20):
            write_file(here, b"%d" % index * 5000)
            assert read_file(there) == b"%d" % index * 5000, index
            with open(there, "ab") as f:
                f.write(b"more")
            assert read_file(here) == b"%d" % index * 5000 + b"more", index
        os.rename(there, there + "-x")
        assert os.listdir(one.at("two")) == ["file-x"]


def lock(f, how, length=10, offset=0):
    """False: it is somebody else's."""
    try:
        fcntl.lockf(f, how, length, offset)
    except OSError as e:
        if e.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        return False
    return True


def check_locks(host, mount, vers):
    """fcntl locks: kept by the client as long as it has an oplock, else asked from the server."""
    del host
    with folder(mount, "lock") as there, open(os.path.join(there, "file"), "w+b") as f:
        assert lock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert lock(f, fcntl.LOCK_UN)
        assert lock(f, fcntl.LOCK_SH | fcntl.LOCK_NB, 0)
    with Mount(vers, "nobrl") as own, folder(own, "lock") as there:
        with open(os.path.join(there, "file"), "w+b") as f:
            assert lock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)


def check_sparse(host, mount, vers):
    """Beyond 4 GiB; allocation is the server's affair."""
    del host, vers
    with folder(mount, "sparse") as there:
        path = os.path.join(there, "file")
        with open(path, "w+b") as f:
            f.seek(5 << 30)
            f.write(b"end")
        assert os.stat(path).st_size == (5 << 30) + 3
        with open(path, "rb") as f:
            f.seek((5 << 30) - 4)
            assert f.read() == b"\0\0\0\0end"


EACH = [
    ("fsx, cache=strict, mappings too", check_fsx),
    ("parallel writers of files of their own", check_writers_apart),
    ("parallel writers of one file", check_writers_together),
    ("parallel appending", check_append),
    ("shared mappings", check_mmap),
    ("offsets beyond 4 GiB", check_sparse),
    ("byte-range locks", check_locks),
]
ALONE = [
    ("fsx, cache=none, O_DIRECT too", check_fsx_uncached),
    ("parallel writers of one file, cache=none, unaligned", check_writers_uncached),
    ("fsx, small rsize and wsize", check_fsx_small),
    ("two connections see each other's writes", check_two_clients),
]
