# SPDX-License-Identifier: GPL-2.0-or-later
"""Byte-range locks of many sessions: who waits, who gets them, abrupt ends."""
import random
import struct
import threading
import time

import ntstatus
from group_parallel import EMPTY, at_once, check_serves, login
from harness import Group, expect, expect_equal
from rawfile import close_body, lock_body, read_body, write_body
from rawsmb import (CANCEL, CLOSE, FULL_ACCESS, LOCK, LOGOFF, READ, SUPERSEDE,
                    TREE_DISCONNECT, WRITE)

GROUP = Group("lock", "byte-range locks of many sessions")

SHARED, EXCLUSIVE, UNLOCK, NOW = 1, 2, 4, 16
PENDING = ntstatus.VALUES["PENDING"]
ALL = (1 << 64) - 1


def lock(conn, handle, offset, size, flags):
    return conn.lock(handle, [(offset, size, flags)]).name


def park(conn, handle, offset, size, flags=EXCLUSIVE):
    """A LOCK that has to wait: its message id, its interim response."""
    mid = conn.send(LOCK, lock_body(handle.id, [(offset, size, flags)]))
    reply = conn.receive_chain()[0]
    expect_equal((reply.mid, reply.status), (mid, PENDING), "the interim response")
    return mid, reply


def expect_free(env, name):
    """Nobody has anything of the file, or waits for it."""
    with login(env) as conn:
        deadline = time.monotonic() + env.seconds(60)
        handle = conn.open(name)
        while lock(conn, handle, 0, ALL, EXCLUSIVE | NOW) != "SUCCESS":
            expect(time.monotonic() < deadline, "a lock is left behind")
            time.sleep(0.05)
        conn.close(handle)


def count_up(env, rounds):
    with login(env) as conn:
        handle = conn.open("counter")
        for _ in range(rounds):
            expect_equal(lock(conn, handle, 0, 8, EXCLUSIVE), "SUCCESS", "lock")
            number = struct.unpack("<Q", conn.read(handle, 0, 8))[0]
            conn.write(handle, 0, struct.pack("<Q", number + 1))
            expect_equal(lock(conn, handle, 0, 8, UNLOCK), "SUCCESS", "unlock")


@GROUP.test("a counter that ten clients increase under a lock")
def counter(env):
    rounds = env.scale(100, 40)
    with login(env) as conn:
        handle = conn.create("counter", disposition=SUPERSEDE, access=FULL_ACCESS)
        conn.write(handle, 0, bytes(8))
        conn.close(handle)
    at_once(env, [lambda: count_up(env, rounds) for _ in range(10)])
    with login(env) as conn:
        handle = conn.open("counter")
        expect_equal(struct.unpack("<Q", conn.read(handle, 0, 8))[0], 10 * rounds,
                     "the counter")
    check_serves(env)


@GROUP.test("data that another one has locked is neither read nor written")
def data(env):
    with login(env) as one, login(env, signing=True) as two:
        mine = one.create("data", disposition=SUPERSEDE, access=FULL_ACCESS)
        theirs = two.open("data")
        one.write(mine, 0, bytes(1 << 17))
        for kind, may_read in ((EXCLUSIVE, False), (SHARED, True)):
            expect_equal(lock(one, mine, 70000, 10, kind), "SUCCESS", "lock")
            for size in (100, 1 << 16):
                reply = two.request(READ, read_body(theirs.id, 69999, size))
                expect_equal(reply.name, "SUCCESS" if may_read else
                             "FILE_LOCK_CONFLICT", "read of %d" % size)
            reply = two.request(WRITE, write_body(theirs.id, 70009, b"x"))
            expect_equal(reply.name, "FILE_LOCK_CONFLICT", "write")
            two.write(theirs, 70010, b"x")
            reply = one.request(WRITE, write_body(mine.id, 70000, b"x"))
            expect_equal(reply.name, "FILE_LOCK_CONFLICT" if may_read else "SUCCESS",
                         "the owner's write")
            expect_equal(lock(one, mine, 70000, 10, UNLOCK), "SUCCESS", "unlock")
        two.write(theirs, 70000, b"y")


def leave(conn, handle, how):
    if how == "close":
        conn.close(handle)
    elif how == "tree":
        conn.must(TREE_DISCONNECT, EMPTY)
    elif how == "logoff":
        conn.must(LOGOFF, EMPTY)
    elif how == "unlock":
        expect_equal(lock(conn, handle, 0, 10, UNLOCK), "SUCCESS", "unlock")
    else:
        conn.close_socket(reset=how == "reset")


@GROUP.test("those that wait get it in turn, however its holder leaves")
def in_turn(env):
    for how in ("unlock", "close", "tree", "logoff", "end", "reset"):
        conns = [login(env) for _ in range(5)]
        handles = [conn.create("turn", access=FULL_ACCESS) for conn in conns]
        expect_equal(lock(conns[0], handles[0], 0, 10, EXCLUSIVE), "SUCCESS", "lock")
        mids = [None] + [park(conn, handle, 0, 10)[0]
                         for conn, handle in zip(conns[1:], handles[1:])]
        for n, conn in enumerate(conns):
            if n:
                expect_equal(conn.receive(mids[n]).name, "SUCCESS", "turn of %d" % n)
            leave(conn, handles[n], how)
        for conn in conns:
            conn.close_socket()
        expect_free(env, "turn")
    check_serves(env)


@GROUP.test("a wait ends with CANCEL, and with the handle that it is for")
def ends_of_waits(env):
    with login(env) as holder:
        mine = holder.create("ends", access=FULL_ACCESS)
        expect_equal(lock(holder, mine, 0, 10, EXCLUSIVE), "SUCCESS", "lock")
        for command in (CANCEL, CLOSE, TREE_DISCONNECT, LOGOFF):
            with login(env) as conn:
                handle = conn.open("ends")
                mid, interim = park(conn, handle, 5, 10)
                if command == CANCEL:
                    conn.send_frame(conn.header(CANCEL, mid=mid) + EMPTY)
                    expect_equal(conn.receive(mid).name, "CANCELLED", "LOCK")
                    continue
                body = close_body(handle.id) if command == CLOSE else EMPTY
                end = conn.send(command, body)
                replies = conn.collect([mid, end])
                expect_equal(replies[mid].name, "RANGE_NOT_LOCKED", "LOCK")
                expect_equal(replies[mid].async_id, interim.async_id, "async id")
                expect_equal(replies[end].name, "SUCCESS", "the end")
        expect_equal(lock(holder, mine, 10, 5, EXCLUSIVE | NOW), "SUCCESS",
                     "what was waited for")
        holder.close(mine)
    expect_free(env, "ends")


def scuffle(env, number, rounds):
    """Locks, waits, gives up, leaves, all in the middle of each other."""
    rand = random.Random(number)
    known = {"SUCCESS", "LOCK_NOT_GRANTED", "RANGE_NOT_LOCKED", "CANCELLED",
             "FILE_LOCK_CONFLICT", "FILE_CLOSED", "END_OF_FILE",
             "USER_SESSION_DELETED", "NETWORK_NAME_DELETED"}
    for _ in range(rounds):
        with login(env, signing=bool(rand.randrange(2))) as conn:
            handle = conn.open("scuffle")
            mids = []
            for _ in range(rand.randrange(1, 12)):
                offset, size = rand.randrange(20), rand.randrange(8)
                kind = rand.choice((SHARED, EXCLUSIVE))
                flags = rand.choice((kind, kind | NOW, UNLOCK))
                mids.append(conn.send(LOCK, lock_body(
                    handle.id, [(offset, size, flags)])))
                if rand.randrange(3) == 0:
                    mids.append(conn.send(READ, read_body(handle.id, offset, 4)))
            if rand.randrange(4) == 0:
                continue                # without a word
            for mid in mids:
                if rand.randrange(3) == 0:
                    conn.send_frame(conn.finish(
                        conn.header(CANCEL, mid=mid) + EMPTY))
            end, body = rand.choice(((CLOSE, close_body(handle.id)),
                                     (TREE_DISCONNECT, EMPTY), (LOGOFF, EMPTY)))
            mids.append(conn.send(end, body))
            for reply in conn.collect(mids).values():
                expect(reply.name in known, "%d: %s" % (reply.command, reply.name))


@GROUP.test("locks, cancels and ends of eight clients in the middle of each other")
def scuffles(env):
    with login(env) as conn:
        conn.close(conn.create("scuffle", access=FULL_ACCESS))
    rounds = env.scale(40, 12)
    at_once(env, [lambda n=n: scuffle(env, n, rounds) for n in range(8)])
    expect_free(env, "scuffle")
    check_serves(env)


@GROUP.test("one handle on two threads: it closes while it waits, again and again")
def closed_meanwhile(env):
    with login(env) as holder, login(env) as conn:
        mine = holder.create("meanwhile", access=FULL_ACCESS)
        for n in range(env.scale(150, 40)):
            handle = conn.open("meanwhile")
            expect_equal(lock(holder, mine, 0, 10, EXCLUSIVE), "SUCCESS", "lock")
            mid, _ = park(conn, handle, 0, 10)
            thread = threading.Thread(target=lock, args=(holder, mine, 0, 10, UNLOCK))
            thread.start()
            replies = conn.collect([mid, conn.send(CLOSE, close_body(handle.id))])
            thread.join()
            expect(replies[mid].name in ("SUCCESS", "RANGE_NOT_LOCKED"),
                   "%d: %s" % (n, replies[mid].name))
    expect_free(env, "meanwhile")
