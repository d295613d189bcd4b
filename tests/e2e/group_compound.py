# SPDX-License-Identifier: GPL-2.0-or-later
"""Compound requests: related, unrelated, broken off, badly chained."""
import struct

import rawfile
import rawsmb
from harness import Group, expect, expect_equal, pattern
from hostile import CLOSED, healthy, logged_in, outcome, server
from rawfile import (close_body, create_body, output, query_info_body,
                     read_body, write_body)
from rawsmb import (ANY_FILE, CLOSE, CREATE, ECHO, FLAG_RELATED, FLUSH,
                    LOGOFF, NEGOTIATE, OPEN, QUERY_INFO, READ,
                    TREE_DISCONNECT, WRITE)

GROUP = Group("compound", "related and unrelated chains, good and bad")

EMPTY = struct.pack("<HH", 4, 0)
NAME_NOT_FOUND = "OBJECT_NAME_NOT_FOUND"


def statuses(replies):
    return [reply.name for reply in replies]


def each_way(env, check):
    """Runs check(conn) at every dialect, unsigned and signed."""
    for dialect in rawsmb.ALL_DIALECTS:
        for signing in (False, True):
            with logged_in(env, dialect, signing=signing) as conn:
                check(conn)
    healthy(env)


@GROUP.test("create, query, close")
def create_query_close(env):
    def check(conn):
        replies = conn.chain_replies([
            (CREATE, create_body("chain")),
            (QUERY_INFO, query_info_body(ANY_FILE, 1, 5)),
            (CLOSE, close_body(ANY_FILE, 1))])
        expect_equal(statuses(replies), ["SUCCESS"] * 3, "statuses")
        expect_equal([r.command for r in replies],
                     [CREATE, QUERY_INFO, CLOSE], "commands")
        expect_equal(len(output(replies[1])), 24, "standard information")
    each_way(env, check)


@GROUP.test("create, write, flush, read, close")
def create_write_read(env):
    data = pattern(30000)

    def check(conn):
        replies = conn.chain_replies([
            (CREATE, create_body("chain-rw", disposition=5)),
            (WRITE, write_body(ANY_FILE, 0, data)),
            (FLUSH, rawfile.flush_body(ANY_FILE)),
            (READ, read_body(ANY_FILE, 0, 30000)),
            (CLOSE, close_body(ANY_FILE))])
        expect_equal(statuses(replies), ["SUCCESS"] * 5, "statuses")
        expect(conn.read_data(replies[3]) == data, "other data came back")
    each_way(env, check)


@GROUP.test("what is related to a failed create fails like it")
def failed_create(env):
    def check(conn):
        replies = conn.chain_replies([
            (CREATE, create_body("not there", disposition=OPEN)),
            (READ, read_body(ANY_FILE, 0, 10)),
            (QUERY_INFO, query_info_body(ANY_FILE, 1, 5)),
            (CLOSE, close_body(ANY_FILE))])
        expect_equal(statuses(replies), [NAME_NOT_FOUND] * 4, "statuses")
        expect(conn.alive(), "the connection is gone")
    each_way(env, check)


@GROUP.test("a request that fails later does not spoil the handle")
def failed_later(env):
    def check(conn):
        replies = conn.chain_replies([
            (CREATE, create_body("chain-later", disposition=5)),
            (READ, read_body(ANY_FILE, 0, 10)),
            (CLOSE, close_body(ANY_FILE))])
        expect_equal(statuses(replies), ["SUCCESS", "END_OF_FILE", "SUCCESS"],
                     "statuses")
    each_way(env, check)


@GROUP.test("unrelated requests in one frame stand each for itself")
def unrelated(env):
    def check(conn):
        replies = conn.chain_replies([
            (CREATE, create_body("one")),
            (CREATE, create_body("not there", disposition=OPEN)),
            (CREATE, create_body("two")),
            (ECHO, EMPTY)], related=False)
        expect_equal(statuses(replies), ["SUCCESS", NAME_NOT_FOUND,
                                         "SUCCESS", "SUCCESS"], "statuses")
        for reply in (replies[0], replies[2]):
            conn.must(CLOSE, close_body(reply.body[64:80]))
    each_way(env, check)


@GROUP.test("related without a predecessor: INVALID_PARAMETER")
def no_predecessor(env):
    with logged_in(env) as conn:
        handle = conn.create("chain")
        related = {"flags": FLAG_RELATED}
        for command, body in ((CLOSE, close_body(ANY_FILE)),
                              (CREATE, create_body("chain")),
                              (READ, read_body(handle.id, 0, 1))):
            replies = conn.chain_replies([(command, body, related)])
            expect_equal(statuses(replies), ["INVALID_PARAMETER"],
                         "command %d" % command)
        replies = conn.chain_replies([
            (ECHO, EMPTY), (CLOSE, close_body(ANY_FILE), related)],
            related=False)
        expect_equal(replies[0].name, "SUCCESS", "the ECHO before")
        expect(replies[1].name in ("INVALID_PARAMETER", "FILE_CLOSED",
                                   "INVALID_HANDLE",
                                   "NETWORK_NAME_DELETED"),
               "CLOSE related to an ECHO: " + replies[1].name)
        expect(conn.alive(), "the connection is gone")
    healthy(env)


@GROUP.test("what a predecessor has ended is gone for the next")
def ended_within(env):
    with logged_in(env, signing=False) as conn:
        replies = conn.chain_replies([
            (CREATE, create_body("chain")), (CLOSE, close_body(ANY_FILE)),
            (READ, read_body(ANY_FILE, 0, 1)),
            (CLOSE, close_body(ANY_FILE))])
        expect_equal(statuses(replies), ["SUCCESS", "SUCCESS", "FILE_CLOSED",
                                         "FILE_CLOSED"], "after a CLOSE")
        handle = conn.create("chain")
        replies = conn.chain_replies([
            (TREE_DISCONNECT, EMPTY), (READ, read_body(handle.id, 0, 1)),
            (CREATE, create_body("chain"))])
        expect_equal(statuses(replies), ["SUCCESS"] +
                     ["NETWORK_NAME_DELETED"] * 2, "after a TREE_DISCONNECT")
        expect(conn.alive(), "the connection is gone")
    with logged_in(env, signing=False) as conn:
        handle = conn.create("chain")
        replies = conn.chain_replies([
            (LOGOFF, EMPTY), (READ, read_body(handle.id, 0, 1)),
            (CREATE, create_body("chain"))])
        if not env.reference:
            # the last one is related to a request without a session
            expect_equal(statuses(replies), [
                "SUCCESS", "USER_SESSION_DELETED", "INVALID_PARAMETER"],
                "after a LOGOFF")
    healthy(env)


@GROUP.test("a related request uses its predecessor's session and tree")
def inherited(env):
    with logged_in(env, signing=False) as conn:
        ones = {"flags": FLAG_RELATED, "session": 0xFFFFFFFFFFFFFFFF,
                "tree": 0xFFFFFFFF}
        replies = conn.chain_replies([
            (CREATE, create_body("chain")),
            (QUERY_INFO, query_info_body(ANY_FILE, 1, 5), ones),
            (CLOSE, close_body(ANY_FILE), ones)])
        expect_equal(statuses(replies), ["SUCCESS"] * 3, "statuses")
    healthy(env)


@GROUP.test("wrong NextCommand: closed or INVALID_PARAMETER, nothing worse")
def wrong_next(env):
    for value in (1, 4, 7, 8, 60, 63, 64, 65, 66, 68, 100, 0xFF8, 0xFFFFFFF8,
                  0xFFFFFFFF, 0x80000000, 0x7FFFFFF8):
        with logged_in(env) as conn:
            frame = conn.header(ECHO, after=value) + EMPTY
            frame += bytes(-len(frame) % 8)
            frame += conn.header(ECHO) + EMPTY
            conn.send_frame(frame)
            got = outcome(conn)
            good = (CLOSED, "INVALID_PARAMETER")
            expect(got in good, "NextCommand %#x: %s" % (value, got))
    healthy(env)


@GROUP.test("NEGOTIATE within a compound: closed")
def negotiate_within(env):
    with logged_in(env) as conn:
        conn.chain([(ECHO, EMPTY), (NEGOTIATE, conn.negotiate_body())],
                   related=False)
        got = [outcome(conn), outcome(conn)]
        expect(CLOSED in got, "outcomes: %s" % got)
    healthy(env)


@GROUP.test("long chains: 60 requests; a chain beyond all measure")
def long_chains(env):
    with logged_in(env) as conn:
        conn.alive()
        replies = conn.chain_replies([(ECHO, EMPTY)] * 60, related=False)
        expect_equal(statuses(replies), ["SUCCESS"] * 60, "60 ECHOs")
        handle = conn.create("chain-long")
        data = pattern(2000)
        conn.write(handle, 0, data)
        conn.alive()
        replies = conn.chain_replies(
            [(READ, read_body(handle.id, n, 1000)) for n in range(60)],
            related=False)
        for number, reply in enumerate(replies):
            expect(conn.read_data(reply) == data[number:number + 1000],
                   "read %d" % number)
    with logged_in(env) as conn:
        try:
            conn.chain([(ECHO, EMPTY)] * 5000, related=False)
            for _ in range(5000):
                if outcome(conn) == CLOSED:
                    break
        except rawsmb.Closed:
            pass
    healthy(env)


@GROUP.test("one altered element of a signed chain is refused")
def altered_element(env):
    with logged_in(env, signing=True) as conn:
        first = conn.header(CREATE) + create_body("chain-signed")
        first += bytes(-len(first) % 8)
        first = first[:20] + struct.pack("<I", len(first)) + first[24:]
        second = conn.finish(conn.header(ECHO) + EMPTY)
        second = second[:-1] + b"\1"
        conn.send_frame(conn.finish(first) + second)
        got = []
        while len(got) < 2 and CLOSED not in got:
            try:
                got += [r.name for r in conn.receive_chain()]
            except rawsmb.Closed:
                got.append(CLOSED)
        expect(got in (["SUCCESS", "ACCESS_DENIED"],
                       ["ACCESS_DENIED", "ACCESS_DENIED"], [CLOSED]),
               "outcomes: %s" % got)
    healthy(env)


@GROUP.test("a megabyte read and closed in one chain")
def megabyte(env):
    data = pattern(1 << 20)
    with logged_in(env) as conn:
        for _ in range(4):
            conn.alive()
        handle = conn.create("chain-mega")
        conn.write(handle, 0, data)
        replies = conn.chain_replies([
            (READ, read_body(handle.id, 0, 1 << 20), {"charge": 16}),
            (CLOSE, close_body(handle.id))], related=False)
        expect_equal(statuses(replies), ["SUCCESS"] * 2, "statuses")
        expect(conn.read_data(replies[0]) == data, "other data came back")
    expect(server(env).alive(), "the server ended")
