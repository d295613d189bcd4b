# SPDX-License-Identifier: GPL-2.0-or-later
"""Channels that are lost: late requests, requests and CREATEs sent again."""
import os
import random
import struct
import threading
import time

import rawsmb
from group_channels import DIALECTS, channel, healthy, login
from harness import Group, expect, expect_equal, pattern
from rawfile import close_body, create_body, read_body, write_body
from rawsmb import (CLOSE, CREATE, OPLOCK_BREAK, READ, SET_INFO, WRITE, Closed,
                    File)

GROUP = Group("failover", "channels that are lost, and what is sent again")
REPLAY = 0x20000000
FILE_CREATE = 2
OPENED, CREATED = 1, 2
BATCH, LEVEL_II = 9, 1


def durable(guid):
    """A DH2Q context."""
    return struct.pack("<IHHHHI4sI", 0, 16, 4, 0, 24, 32, b"DH2Q", 0) + \
        bytes(16) + guid


def create(conn, name, guid, again=False, sequence=0, **fields):
    """The reply to a CREATE with a CreateGuid."""
    return conn.request(
        CREATE, create_body(name, contexts=durable(guid), **fields),
        flags=REPLAY if again else 0, channel_sequence=sequence)


def opened(reply, what):
    expect_equal(reply.name, "SUCCESS", what)
    return File(reply)


def write(conn, handle, sequence, again=False, data=b"data", offset=0):
    return conn.request(WRITE, write_body(handle.id, offset, data),
                        flags=REPLAY if again else 0,
                        channel_sequence=sequence).name


def acknowledge(conn, handle, level=LEVEL_II):
    conn.must(OPLOCK_BREAK,
              struct.pack("<HBBI", 24, level, 0, 0) + handle.id)


def notice(conn, handle, what):
    """The next message is a break of the handle's oplock."""
    reply = conn.receive_chain()[0]
    expect_equal(reply.command, OPLOCK_BREAK, what)
    expect_equal(reply.body[8:24], handle.id, what + ": whose")
    return reply.body[2]


def late(env, dialect, sealing):
    with login(env, dialect=dialect, sealing=sealing) as first, \
            channel(env, first, dialect=dialect) as second:
        handle = first.create("late-%x-%d" % (dialect, sealing))
        expect_equal(write(first, handle, 0), "SUCCESS", "the first")
        expect_equal(write(second, handle, 1, data=b"newer"), "SUCCESS",
                     "over the other channel")
        for again in (False, True):
            expect_equal(write(first, handle, 0, again, b"older"),
                         "FILE_NOT_AVAILABLE", "late, %d" % again)
        expect_equal(first.request(
            SET_INFO, struct.pack("<HBBIHHI", 33, 1, 20, 8, 96, 0, 0) +
            handle.id + bytes(8)).name, "FILE_NOT_AVAILABLE", "SET_INFO")
        expect_equal(first.request(READ, read_body(handle.id, 0, 9)).name,
                     "SUCCESS", "a late READ")
        expect_equal(second.read(handle, 0, 9), b"newer", "the file")
        expect_equal(write(first, handle, 1), "SUCCESS", "in time")
        first.close(handle)


for number in DIALECTS:
    GROUP.add("late requests at dialect %x" % number,
              lambda env, number=number: late(env, number, False))
GROUP.add("late requests, sealed", lambda env: late(env, 0x0311, True))


@GROUP.test("WRITEs that are lost with their channel are sent again")
def lost_writes(env):
    size, count = env.scale(1 << 16, 1 << 12), 16
    data = pattern(size * count)
    with login(env) as first:
        handle = first.create("lost-writes")
        for round_ in range(env.scale(10, 3)):
            lost = channel(env, first)
            for _ in range(4):
                lost.alive()        # gather credits
            sent = min(count, lost.credits)
            for i in range(sent):
                lost.send(WRITE, write_body(
                    handle.id, i * size, data[i * size:(i + 1) * size]),
                    channel_sequence=round_)
            lost.close_socket(reset=bool(round_ % 2))
            for i in range(count):
                deadline = time.monotonic() + env.seconds(60)
                while True:
                    name = write(first, handle, round_ + 1, i < sent,
                                 data[i * size:(i + 1) * size], i * size)
                    if name != "FILE_NOT_AVAILABLE":
                        break
                    expect(time.monotonic() < deadline,
                           "round %d: still refused" % round_)
                    time.sleep(0.01)
                expect_equal(name, "SUCCESS", "sent again")
            expect(first.read(handle, 0, len(data)) == data, "the file")
        first.close(handle)


@GROUP.test("a CREATE that is lost with its channel is sent again")
def lost_creates(env):
    with login(env) as first:
        for round_ in range(env.scale(30, 10)):
            name, guid = "lost-create-%d" % round_, os.urandom(16)
            lost = channel(env, first)
            lost.send(CREATE, create_body(
                name, disposition=FILE_CREATE, share=0, oplock=BATCH,
                contexts=durable(guid)))
            if round_ % 3 == 0:
                lost.receive()
            lost.close_socket(reset=round_ % 2 == 0)
            deadline = time.monotonic() + env.seconds(60)
            while True:
                reply = create(first, name, guid, True, 1,
                               disposition=FILE_CREATE, share=0, oplock=BATCH)
                if reply.name != "FILE_NOT_AVAILABLE":
                    break
                expect(time.monotonic() < deadline, "still under way")
                time.sleep(0.01)
            handle = opened(reply, "sent again, round %d" % round_)
            expect_equal(handle.action, CREATED, "what it did")
            expect_equal(handle.oplock, BATCH, "its oplock")
            expect_equal(write(first, handle, 1), "SUCCESS", "its use")
            first.close(handle)


@GROUP.test("a CREATE sent again, while it waits and afterwards")
def waiting_create(env):
    guid = os.urandom(16)
    with login(env) as holder, login(env) as first, \
            channel(env, first) as second:
        held = holder.create("waiting", oplock=BATCH)
        expect_equal(held.oplock, BATCH, "the holder's oplock")
        mid = first.send(CREATE, create_body("waiting",
                                             contexts=durable(guid)))
        expect_equal(notice(holder, held, "the break"), LEVEL_II, "its level")
        expect_equal(create(second, "waiting", guid, True, 1).name,
                     "FILE_NOT_AVAILABLE", "the first attempt waits")
        expect_equal(create(second, "waiting", guid).name,
                     "DUPLICATE_OBJECTID", "not sent again")
        acknowledge(holder, held)
        handle = opened(first.receive(mid), "the first attempt")
        again = opened(create(second, "waiting", guid, True, 1), "and then")
        expect_equal(again.id, handle.id, "its handle")
        expect_equal(again.action, OPENED, "what it did")
        expect_equal(len(again.reply.body), 88, "contexts: durability")
        second.close(handle)
        holder.close(held)


@GROUP.test("one CreateGuid, several clients")
def across_clients(env):
    guid = os.urandom(16)
    with login(env) as first, login(env) as other:
        mine = opened(create(first, "mine", guid), "the first client's")
        theirs = opened(create(other, "theirs", guid), "the other's")
        for conn, name, handle in ((first, "mine", mine),
                                   (other, "theirs", theirs)):
            again = opened(create(conn, name, guid, True), name)
            expect_equal(again.id, handle.id, name)
            expect_equal(create(conn, name, guid).name,
                         "DUPLICATE_OBJECTID", name)
        expect_equal(create(first, "theirs", guid, True).name,
                     "INVALID_PARAMETER", "another name")
        for conn, handle in ((first, mine), (other, theirs)):
            conn.close(handle)
        # both are free again
        other.close(opened(create(other, "mine", guid), "after CLOSE"))


@GROUP.test("a break is noticed again on a channel that is left")
def noticed_again(env):
    for sealing in (False, True):
        name = "noticed-%d" % sealing
        first = login(env, sealing=sealing)
        with channel(env, first) as second, login(env) as other:
            handle = first.create(name, oplock=BATCH)
            mid = other.send(CREATE, create_body(name))
            expect_equal(notice(first, handle, "the notice"), LEVEL_II, "level")
            first.close_socket(reset=True)
            expect_equal(notice(second, handle, "the same again"), LEVEL_II,
                         "level again")
            expect_equal(second.opened, sealing, "sealed")
            acknowledge(second, handle)
            theirs = opened(other.receive(mid), "who waited")
            other.close(theirs)
            second.close(handle)


# what may come of a CREATE or CLOSE that others send as well
RACED = ("SUCCESS", "FILE_NOT_AVAILABLE", "DUPLICATE_OBJECTID", "FILE_CLOSED",
         "INVALID_PARAMETER")


def race(env, conns, number, failures):
    choose = random.Random(number)
    guids = [bytes([n]) * 16 for n in range(3)]
    conn = conns[number % len(conns)]
    try:
        for step in range(env.scale(150, 40)):
            n = choose.randrange(len(guids))
            with conn.lock:
                reply = create(conn, "race-%d" % n, guids[n],
                               choose.random() < 0.6, step % 3, oplock=BATCH)
                names = [reply.name]
                if reply.ok and choose.random() < 0.5:
                    handle = File(reply)
                    if choose.random() < 0.5:
                        names.append(write(conn, handle, step % 3, step % 2))
                    names.append(conn.request(
                        CLOSE, close_body(handle.id)).name)
            for name in names:
                expect(name in RACED, "unexpected: " + name)
    except (AssertionError, rawsmb.Status, Closed, OSError) as err:
        failures.append("thread %d: %r" % (number, err))


@GROUP.test("CREATEs sent again from several channels at once")
def races(env):
    with login(env) as first, channel(env, first) as second, \
            channel(env, first) as third, channel(env, first) as fourth:
        conns = (first, second, third, fourth)
        for conn in conns:
            conn.lock = threading.Lock()
        failures = []
        threads = [threading.Thread(target=race,
                                    args=(env, conns, i, failures))
                   for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect(not failures, "; ".join(failures[:3]))
    healthy(env)
