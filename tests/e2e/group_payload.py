# SPDX-License-Identifier: GPL-2.0-or-later
"""Large payloads, sealed and signed: right, and whole while the file changes."""
import contextlib
import os
import struct
import subprocess
import sys
import threading

from harness import Group, expect, expect_equal, pattern
from rawfile import close_body, read_body, write_body
from rawseal import CIPHERS, SIGNINGS, SealClient
from rawsmb import CLOSE, ECHO, READ, WRITE
from servers import Share, Spec

GROUP = Group("payload", "large sealed and signed payloads, files that change")
ALICE = ("alice", "wonder land")
MIB = 1 << 20
HOLE = 300 << 10
A, B = b"\xAA", b"\x55"

# How a connection is protected: the words of SealClient.enter().
WAYS = {name: {"ciphers": [value]} for name, value in CIPHERS.items()}
WAYS.update({"signed by " + name: {"signings": [value], "sealing": False}
             for name, value in SIGNINGS.items()})
WAYS["plain"] = {"sealing": False}


def server(env):
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))], users=[ALICE],
            conf=True, globals={"smb2 max read": "8M",
                                "smb2 max write": "8M"}))
    return env.state["server"]


def enter(env, way):
    conn = SealClient(server(env).port, env.seconds(60))
    conn.enter(*ALICE, "data", **WAYS[way])
    conn.signing = way.startswith("signed")
    for _ in range(64):
        if conn.credits >= 300:
            break
        conn.request(ECHO, struct.pack("<HH", 4, 0), credits=256)
    return conn


def checked(conn, way):
    """How many replies were sealed, or signed, and checked."""
    return conn.verified if way.startswith("signed") else conn.sealed_frames


@contextlib.contextmanager
def protected(conn, way, replies=1):
    before = checked(conn, way)
    yield
    if way != "plain":
        expect(checked(conn, way) - before >= replies,
               "replies that were neither sealed nor signed")


# Right

def sizes_and_offsets(env, way):
    """Pattern, a hole, pattern, an end within a page."""
    size = env.scale(3 * MIB, MIB) + 123
    data = bytearray(pattern(size))
    data[HOLE:2 * HOLE] = bytes(HOLE)
    name = "sizes"
    with enter(env, way) as conn:
        handle = conn.create(name)
        conn.write(handle, 0, bytes(data[:HOLE]))
        conn.write(handle, 2 * HOLE, bytes(data[2 * HOLE:]))
        with open(env.path("data", name), "rb") as f:
            expect(f.read() == data, "not what was written")
        for offset in (0, 1, 4095, 4096, HOLE - 7, HOLE + 4097, size - 1,
                       size - 40000):
            for count in (1, 16383, 16384, 16385, 65536, 100001, MIB,
                          8 * MIB):
                with protected(conn, way):
                    got = conn.read(handle, offset, count)
                expect(got == data[offset:offset + count],
                       "%d bytes at %d: %d came, or others" % (
                           count, offset, len(got)))
        expect_equal(conn.read(handle, size, MIB), b"", "at the end")
        reply = conn.request(READ, read_body(handle.id, size - 30000, MIB,
                                             30001), charge=16)
        expect_equal(reply.name, "END_OF_FILE", "minimum not reached")
        expect_equal(conn.read(handle, size - 30000, MIB),
                     bytes(data[-30000:]), "minimum not asked for")
        conn.close(handle)
        conn.remove(name)
        expect(conn.alive(), "ECHO failed")


# In one compound, what comes first is not changed by what follows

def read_then_write(env, way):
    old, new = pattern(200000), bytes(200000)
    with enter(env, way) as conn:
        handle = conn.create("ordered")
        conn.write(handle, 0, old)
        with protected(conn, way):
            replies = conn.chain_replies([
                (READ, read_body(handle.id, 0, len(old)), {"charge": 4}),
                (WRITE, write_body(handle.id, 0, new), {"charge": 4}),
                (READ, read_body(handle.id, 0, len(old)), {"charge": 4}),
                (CLOSE, close_body(handle.id))], related=False)
        expect_equal([reply.name for reply in replies], ["SUCCESS"] * 4,
                     "statuses")
        expect(conn.read_data(replies[0]) == old,
               "the first READ has what was written after it")
        expect(conn.read_data(replies[2]) == new,
               "the second READ does not have what was written before it")
        conn.remove("ordered")


# Whole while the file changes

# Stores to the mapped file, the way that takes no lock of the file system's.
SCRIBBLE = """
import mmap, os, sys
size = int(sys.argv[2])
fd = os.open(sys.argv[1], os.O_RDWR)
memory = mmap.mmap(fd, size)
print("begun", flush=True)
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(20):
        memory[:] = b"\\xAA" * size
        memory[:] = b"\\x55" * size
"""


@contextlib.contextmanager
def scribbler(path, size):
    # pylint: disable=consider-using-with
    child = subprocess.Popen([sys.executable, "-c", SCRIBBLE, path, str(size)],
                             stdout=subprocess.PIPE)
    try:
        expect_equal(child.stdout.readline(), b"begun\n", "scribbler")
        yield
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def read_all_over(conn, way, handle, rounds, size):
    """Every frame is checked by the client; the bytes are of one of them."""
    for number in range(rounds):
        offset = number * 4097 % (size // 2)
        with protected(conn, way):
            data = conn.read(handle, offset, size)
        strange = set(data) - {0, A[0], B[0]}
        expect(not strange, "bytes that nobody wrote: %r" % strange)


def while_scribbled(env, way):
    size, name = MIB, "scribbled"
    path = env.path("data", name)
    with open(path, "wb") as f:
        f.write(A * size)
    with enter(env, way) as conn:
        handle = conn.open(name)
        with scribbler(path, size):
            read_all_over(conn, way, handle, env.scale(60, 8), size)
        conn.close(handle)
        conn.remove(name)
        expect(conn.alive(), "ECHO failed")


def while_truncated(env, way):
    """Another client writes over it, cuts it off and lets it grow again."""
    size, name, end, failures = MIB, "truncated", threading.Event(), []

    def disturb():
        try:
            with enter(env, "plain") as other:
                handle = other.open(name)
                while not end.is_set():
                    for byte in (A, B):
                        other.write(handle, 0, byte * size)
                        other.set_info(handle, 20, struct.pack("<Q", 100001))
                        other.set_info(handle, 20, struct.pack("<Q", size))
                        other.set_info(handle, 20, struct.pack("<Q", 0))
                other.close(handle)
        except Exception as error:
            failures.append(error)

    with enter(env, way) as conn:
        handle = conn.create(name)
        conn.write(handle, 0, A * size)
        thread = threading.Thread(target=disturb, daemon=True)
        thread.start()
        try:
            rounds = env.scale(60, 8)
            for number in range(rounds):
                data = conn.read(handle, number * 4097 % (size // 2), size)
                strange = set(data) - {0, A[0], B[0]}
                expect(not strange, "bytes that nobody wrote: %r" % strange)
        finally:
            end.set()
            thread.join(env.seconds(60))
        expect(not failures, "the other client: %r" % failures)
        conn.close(handle)
        conn.remove(name)
        expect(conn.alive(), "ECHO failed")


def not_taken(env, way):
    """Replies that wait for their peer are of the time of the request."""
    size, count, name = MIB, 8, "waiting"
    path = env.path("data", name)
    with enter(env, way) as conn:
        handle = conn.create(name)
        conn.write(handle, 0, A * size)
        mids = [conn.send(READ, read_body(handle.id, 0, size), charge=16)
                for _ in range(count)]
        with enter(env, way) as other:      # served: the others are, too
            expect(other.alive(), "ECHO of another client failed")
        with open(path, "r+b") as f:
            f.truncate(5)
            f.seek(0)
            f.write(B * size)
        with protected(conn, way, count):
            replies = conn.collect(mids)
        for mid in mids:
            reply = replies[mid]
            expect_equal(reply.name, "SUCCESS", "READ")
            data = conn.read_data(reply)
            strange = set(data) - {0, A[0], B[0]}
            expect(not strange, "bytes that nobody wrote: %r" % strange)
        conn.close(handle)
        conn.remove(name)


def add_all():
    kinds = ((sizes_and_offsets, "sizes, offsets, a hole and the end: "),
             (read_then_write, "READ, WRITE, READ, CLOSE in one message: "),
             (while_scribbled, "somebody stores to the mapped file: "),
             (while_truncated, "another client overwrites and truncates: "),
             (not_taken, "replies that are not taken while it changes: "))
    for function, title in kinds:
        for way in WAYS:
            GROUP.add(title + way,
                      lambda env, f=function, w=way: f(env, w))


add_all()


@GROUP.test("the server is in order")
def in_order(env):
    expect(server(env).alive(), "the server ended")
    expect_equal(os.listdir(env.path("data")), [], "files left behind")
    with enter(env, "plain") as conn:
        expect(conn.alive(), "ECHO failed")
