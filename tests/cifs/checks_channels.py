# SPDX-License-Identifier: GPL-2.0-or-later
"""Multichannel: mounts whose client makes further connections, and loses them at work.

The client asks the server for its interfaces, and takes each once; one with several receive
queues as often as it likes. /proc/fs/cifs/DebugData tells how many connections it made.
"""

import contextlib
import errno
import itertools
import os
import random
import re
import time

import hosts
import wire
from checks_io import fork_each
from lib import Mount, folder, read_file, write_file

DIALECTS = ("3.0", "3.1.1")
CHANNELS = 4
WRITERS = 3
FILE_SIZE = 4 << 20
# so many connections are broken while there is work, and as much each carries that is in use
KILLS = 8
IN_USE = 100_000
# ... what the client says then
LOST = (errno.ECONNABORTED, errno.EAGAIN, errno.EHOSTDOWN)
# as long as it may take until all of its channels are there (again)
COME_BACK = 240


@contextlib.contextmanager
def several_interfaces():
    """One queue each: a channel each."""
    for number in range(CHANNELS):
        name = "many%d" % number
        hosts.run("ip", "link", "add", name, "type", "dummy")
        hosts.run("ip", "address", "add", "10.91.%d.1/24" % number, "dev", name)
        hosts.run("ip", "link", "set", name, "up")
    try:
        yield
    finally:
        for number in range(CHANNELS):
            hosts.run("ip", "link", "delete", "many%d" % number)


@contextlib.contextmanager
def several_queues():
    """One interface, whose channels are all at one address."""
    queues = ["numrxqueues", str(CHANNELS), "numtxqueues", str(CHANNELS)]
    hosts.run("ip", "link", "add", "rss0", *queues, "type", "veth", "peer", "name", "rss1",
              *queues)
    hosts.run("ip", "address", "add", "10.91.9.1/24", "dev", "rss0")
    for name in ("rss0", "rss1"):
        hosts.run("ip", "link", "set", name, "up")
    try:
        yield
    finally:
        hosts.run("ip", "link", "delete", "rss0")


def channels():
    """How many channels the one session has, or 0 while one of them is not connected."""
    with open("/proc/fs/cifs/DebugData", encoding="ascii", errors="replace") as f:
        text = f.read()
    if "DISCONNECTED" in text or "RECONNECTING" in text or "DISABLED" in text:
        return 0
    found = re.search(r"Extra Channels: (\d+)", text)
    return 1 + (int(found[1]) if found else 0)


def wait_for_channels(count):
    assert hosts.wait_until(lambda: channels() == count, COME_BACK), (
        "%d channels, connections: %r" % (channels(), sorted(wire.connections())))


def wait_for_none():
    """The client takes its time."""
    assert hosts.wait_until(lambda: not wire.connections()), (
        "connections without a mount: %r" % wire.connections())


def mount_channels(vers, options):
    return Mount(vers, "multichannel,max_channels=%d,nosharesock%s" % (
        CHANNELS, "," + options if options else ""))


def insist(call, *arguments):
    """What has to come about: with any server, 7.2's client tells of a connection that it lost
    who works without a cache, and leaves the repetition to him."""
    end = time.monotonic() + COME_BACK
    while True:
        try:
            return call(*arguments)
        except OSError as error:
            if error.errno not in LOST or time.monotonic() > end:
                raise


def write_and_compare(path, behind, number, killer):
    """While the killer lives, random pieces, some read again, against a copy; then all of it, as
    the server has it."""
    chance = random.Random(number)
    copy = bytearray(FILE_SIZE)
    fd = insist(os.open, path, os.O_RDWR | os.O_CREAT)
    insist(os.pwrite, fd, copy, 0)
    while not has_ended(killer):
        at = chance.randrange(FILE_SIZE)
        data = chance.randbytes(min(chance.randrange(1, 300_000), FILE_SIZE - at))
        assert insist(os.pwrite, fd, data, at) == len(data)
        copy[at:at + len(data)] = data
        at = chance.randrange(FILE_SIZE)
        size = min(300_000, FILE_SIZE - at)
        assert insist(os.pread, fd, size, at) == copy[at:at + size], "%d bytes at %d" % (size, at)
    insist(os.fsync, fd)
    os.close(fd)
    assert read_file(behind) == copy, "behind the server"


def has_ended(process):
    """A child of our parent's, who does not wait for it yet."""
    try:
        with open("/proc/%d/stat" % process, encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def fork_killer():
    """A process that breaks one connection after the other; to be waited for."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        with wire.Wire() as line:
            status = not kill_channels(line)
    finally:
        os._exit(status)


def kill_channels(line):
    """Each in its turn. Were there more than one, all in use, and could each be ended?"""
    end = time.monotonic() + COME_BACK

    def used():
        line.watch(0.2)
        return [conn for conn, count in line.bytes.items() if count > IN_USE]
    in_use = hosts.wait_until(lambda: len(used()) > 1)
    killed = 0
    for number in itertools.count():
        if time.monotonic() > end or killed == KILLS:
            break
        there = sorted(wire.connections(), key=lambda conn: conn.server)
        if len(there) > 1 and line.reset(there[number % len(there)], 2):
            killed += 1
        time.sleep(0.3)
    print("# channels at work: %d, ended: %d" % (len(used()), killed), flush=True)
    return in_use and killed == KILLS


def check_loss(mount):
    killer = fork_killer()
    names = [os.path.join("channels", "file%d" % number) for number in range(WRITERS)]
    fork_each(WRITERS, lambda number: write_and_compare(
        mount.at(names[number]), mount.behind(names[number]), number, killer))
    assert os.waitpid(killer, 0)[1] == 0, "channels that are used, and lost"


def work_on(mount):
    with folder(mount, "channels") as there:
        data = random.Random(5).randbytes(9 << 20)
        write_file(os.path.join(there, "file"), data)
        assert read_file(mount.behind("channels", "file")) == data
        hosts.run("sync")
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as f:
            f.write("3")
        assert read_file(os.path.join(there, "file")) == data
        check_loss(mount)
        wait_for_channels(CHANNELS)
        assert read_file(os.path.join(there, "file")) == data, "when all are there again"


def check_interfaces(host, vers, options="cache=none"):
    """A channel by each interface; then they break one by one under work."""
    del host
    if vers not in DIALECTS:
        return
    with several_interfaces():
        with mount_channels(vers, options) as mount:
            wait_for_channels(CHANNELS)
            places = {conn.server for conn in wire.connections()}
            assert len(places) == CHANNELS, "the servers' addresses: %r" % places
            work_on(mount)
        wait_for_none()


def check_queues(host, vers):
    del host
    if vers not in DIALECTS:
        return
    with several_queues():
        with mount_channels(vers, "cache=none") as mount:
            wait_for_channels(CHANNELS)
            work_on(mount)


def check_sealed(host, vers):
    check_interfaces(host, vers, "cache=none,seal")


def check_signed(host, vers):
    check_interfaces(host, vers, "cache=none,sign")


def check_loopback(host, vers):
    """The loopback interface alone, with its two addresses."""
    if vers not in DIALECTS or "intree" in host.missing:
        return
    with mount_channels(vers, "") as mount, folder(mount, "channels") as there:
        wait_for_channels(2)
        data = random.Random(5).randbytes(9 << 20)
        write_file(os.path.join(there, "file"), data)
        assert read_file(mount.behind("channels", "file")) == data


ALONE = [
    ("multichannel by the loopback interface", check_loopback),
    ("multichannel by four interfaces, lost under work", check_interfaces),
    ("multichannel by four queues, lost under work", check_queues),
    ("multichannel, sealed, lost under work", check_sealed),
    ("multichannel, signed, lost under work", check_signed),
]
