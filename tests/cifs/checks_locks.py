# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of the test bed: what the client keeps to itself under an oplock, and when it tells.

Two mounts with a connection each use one file; the oracle is the wire (trace.py). With SMB 3
the client does not lower a mere oplock: Documentation/clients.md.
"""

import contextlib
import fcntl
import os

import trace
from checks_io import lock
from hosts import PATIENCE
from lib import Mount, Skip, folder, write_file

SIZE = 100


def tell(messages):
    """For people, into the log of the test."""
    for port, what, detail in messages:
        if what.startswith(("CREATE", "LOCK", "OPLOCK_BREAK", "WRITE")):
            print("#   %d %s%s" % (port, what, detail and ": " + detail), flush=True)


def places(messages, what):
    return [at for at, message in enumerate(messages) if message.what == what]


def acknowledged(messages):
    return bool(places(messages, "OPLOCK_BREAK answered"))


@contextlib.contextmanager
def used_twice(vers):
    """The file by two mounts, and what passes on the wire."""
    with Mount(vers, "nosharesock") as one, Mount(vers, "nosharesock") as two, \
            folder(one, "kept"):
        # not through the mount, which would keep it open for a while
        write_file(one.behind("kept", "file"), b"x" * SIZE)
        os.chmod(one.behind("kept", "file"), 0o666)
        with trace.Trace() as seen:
            try:
                yield one.at("kept", "file"), two.at("kept", "file"), seen
            finally:
                tell(seen.so_far())


def find_break(messages):
    """(where the first opener was told, where he acknowledged): in this order, and well."""
    noticed = places(messages, "OPLOCK_BREAK noticed")[0]
    port = messages[noticed].port
    acks = [at for at in places(messages, "OPLOCK_BREAK") if messages[at].port == port]
    answers = [message for message in messages
               if message.port == port and message.what == "OPLOCK_BREAK answered"]
    assert acks[0] > noticed and "status" not in answers[0].detail, answers
    given = [at for at in places(messages, "CREATE answered") if messages[at].port != port]
    assert given[-1] > acks[0], "the second open did not wait"
    return noticed, acks[0]


def is_kept(messages, noticed, vers):
    """Is it an oplock of which this client keeps what it may not any more?"""
    return vers >= "3" and "lease" not in messages[noticed].detail


def check_lock(host, vers):
    """The lock comes after the break's notice and before its acknowledgment."""
    del host
    with used_twice(vers) as (one, two, seen):
        with open(one, "r+b", buffering=0) as first:
            assert lock(first, fcntl.LOCK_EX | fcntl.LOCK_NB, SIZE)
            first.write(b"kept")
            assert not places(seen.so_far(), "LOCK"), "the client did not keep the lock"
            with open(two, "r+b", buffering=0) as second:
                assert seen.wait(acknowledged, PATIENCE), "no acknowledgment"
                given = lock(second, fcntl.LOCK_EX | fcntl.LOCK_NB, SIZE)
                messages = seen.so_far()
    noticed, ack = find_break(messages)
    writes, locks = (places(messages, what) for what in ("WRITE answered", "LOCK answered"))
    assert writes and noticed < writes[0] < ack, "the WRITE: %r" % writes
    if is_kept(messages, noticed, vers) and given and not places(messages[:ack], "LOCK"):
        raise Skip("the client keeps the lock to itself")
    assert locks and noticed < locks[0] < ack, "the LOCK: %r" % locks
    assert not given, "the second one got the lock too"


def check_write(host, vers):
    """Who has acknowledged that he may cache no more WRITEs does not."""
    del host
    with used_twice(vers) as (one, two, seen):
        with open(one, "r+b", buffering=0) as first:
            first.write(b"kept")
            with open(two, "rb", buffering=0):
                assert seen.wait(acknowledged, PATIENCE), "no acknowledgment"
                first.write(b"sent")
                messages = seen.so_far()
    noticed, ack = find_break(messages)
    writes = places(messages, "WRITE")
    assert writes and noticed < writes[0] < ack, "the first WRITE: %r" % writes
    if is_kept(messages, noticed, vers) and len(writes) == 1:
        raise Skip("the client keeps the WRITE to itself")
    assert writes[-1] > ack, "the second WRITE: %r" % writes


ALONE = [
    ("a lock kept under an oplock", check_lock),
    ("a WRITE after an oplock was lowered", check_write),
]
