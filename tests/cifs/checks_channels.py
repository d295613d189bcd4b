# SPDX-License-Identifier: GPL-2.0-or-later
"""Multichannel: mounts whose client makes further connections, and loses them at work.

The client asks the server for its interfaces, and takes each once; one with several receive
queues as often as it likes. /proc/fs/cifs/DebugData tells how many connections it made.
"""

import contextlib
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
SECONDS = 5
# as long as the client may take until all of its channels are there again
COME_BACK = 60


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


def wait_for_channels(count, seconds):
    end = time.monotonic() + seconds
    while channels() != count:
        assert time.monotonic() < end, "%d channels, connections: %r" % (
            channels(), sorted(wire.connections()))
        time.sleep(0.1)


def wait_for_none():
    """The client takes its time."""
    end = time.monotonic() + 10
    while wire.connections():
        assert time.monotonic() < end, "connections without a mount: %r" % wire.connections()
        time.sleep(0.1)


def mount_channels(vers, options):
    return Mount(vers, "multichannel,max_channels=%d,nosharesock%s" % (
        CHANNELS, "," + options if options else ""))


def insist(call, *arguments):
    """What has to come about: with any server, 7.2's client tells of a connection that it lost
    who works without a cache, and leaves the repetition to him."""
    while True:
        try:
            return call(*arguments)
        except (ConnectionAbortedError, BlockingIOError):
            continue


def write_and_compare(path, behind, number, seconds):
    """Random pieces, some read again, against a copy; then all of it, as the server has it."""
    chance = random.Random(number)
    copy = bytearray(FILE_SIZE)
    fd = insist(os.open, path, os.O_RDWR | os.O_CREAT)
    insist(os.pwrite, fd, copy, 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
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


def fork_killer(seconds):
    """A process that breaks one connection after the other; to be waited for."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        with wire.Wire() as line:
            status = not kill_channels(line, seconds)
    finally:
        os._exit(status)


def kill_channels(line, seconds):
    """Each in its turn. Were there more than one, all in use, and could each be ended?"""
    end = time.monotonic() + seconds
    line.watch(seconds / 4)
    used = [conn for conn, count in line.bytes.items() if count > 100_000]
    killed = 0
    for number in itertools.count():
        if time.monotonic() > end:
            break
        there = sorted(wire.connections(), key=lambda conn: conn.server)
        if len(there) > 1 and line.reset(there[number % len(there)], 2):
            killed += 1
        time.sleep(0.3)
    print("# channels at work: %d, ended: %d" % (len(used), killed), flush=True)
    return len(used) > 1 and killed >= 3


def check_loss(mount, seconds):
    killer = fork_killer(seconds)
    names = [os.path.join("channels", "file%d" % number) for number in range(WRITERS)]
    fork_each(WRITERS, lambda number: write_and_compare(
        mount.at(names[number]), mount.behind(names[number]), number, seconds))
    assert os.waitpid(killer, 0)[1] == 0, "channels that are used, and lost"


def work_on(mount, seconds):
    with folder(mount, "channels") as there:
        data = random.Random(5).randbytes(9 << 20)
        write_file(os.path.join(there, "file"), data)
        assert read_file(mount.behind("channels", "file")) == data
        hosts.run("sync")
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as f:
            f.write("3")
        assert read_file(os.path.join(there, "file")) == data
        check_loss(mount, seconds)
        wait_for_channels(CHANNELS, COME_BACK)
        assert read_file(os.path.join(there, "file")) == data, "when all are there again"


def check_interfaces(host, vers, options="cache=none"):
    """A channel by each interface; then they break one by one under work."""
    del host
    if vers not in DIALECTS:
        return
    with several_interfaces():
        with mount_channels(vers, options) as mount:
            wait_for_channels(CHANNELS, 10)
            places = {conn.server for conn in wire.connections()}
            assert len(places) == CHANNELS, "the servers' addresses: %r" % places
            work_on(mount, SECONDS)
        wait_for_none()


def check_queues(host, vers):
    del host
    if vers not in DIALECTS:
        return
    with several_queues():
        with mount_channels(vers, "cache=none") as mount:
            wait_for_channels(CHANNELS, 10)
            work_on(mount, SECONDS)


def check_sealed(host, vers):
    check_interfaces(host, vers, "cache=none,seal")


def check_signed(host, vers):
    check_interfaces(host, vers, "cache=none,sign")


def check_loopback(host, vers):
    """The loopback interface alone, with its two addresses."""
    if vers not in DIALECTS or "intree" in host.missing:
        return
    with mount_channels(vers, "") as mount, folder(mount, "channels") as there:
        wait_for_channels(2, 10)
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
