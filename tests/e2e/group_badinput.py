# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile frames, order, message ids, signatures: exact status or the door."""
import os
import socket
import struct

import rawcrypto
import rawfile
import rawsmb
from harness import Group, expect, expect_equal, expect_soon
from hostile import (CLOSED, connect, healthy, logged_in, negotiated, outcome,
                     send_outcome, server, valid_bodies)
from kernel_server import kernel_threads
from rawfile import create_body, read_body, write_body
from rawsmb import FLAG_SIGNED

GROUP = Group("badinput", "hostile frames, order, ids and signatures")

ECHO_BODY = struct.pack("<HH", 4, 0)
GONE = struct.pack("<QQ", 0xABCDEF, 0x123456)


def one_of(got, wanted, what):
    wanted = (wanted,) if isinstance(wanted, str) else wanted
    expect(got in wanted, "%s: %s, expected %s" % (what, got,
                                                   " or ".join(wanted)))


def smb1_negotiate(dialects, count=None):
    """An SMB1 NEGOTIATE with a list of dialect strings."""
    data = b"".join(b"\2" + name + b"\0" for name in dialects)
    size = len(data) if count is None else count
    return (b"\xffSMB\x72" + bytes(4) + struct.pack("<BH", 0x18, 0xC853) +
            bytes(12) + struct.pack("<HHHHBH", 0, 0xFEFF, 0, 0, 0, size) +
            data)


FRAMES = {
    "an empty frame": b"\0\0\0\0",
    "a header cut at 4": b"\0\0\0\4\xfeSMB",
    "a header cut at 63": b"\0\0\0\x3f\xfeSMB" + bytes(59),
    "only a header": b"\0\0\0\x40\xfeSMB\x40\0" + bytes(58),
    "another protocol": b"\0\0\0\x50HTTP" + bytes(76),
    "garbage": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a TLS hello": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "a NetBIOS session request": b"\x81\0\0\x44" + bytes(68),
    "a frame of an unknown type": b"\x42\0\0\x40\xfeSMB" + bytes(60),
    "the largest length and an end": b"\0\xff\xff\xff\xfeSMB" + bytes(500),
    "a transform header": b"\0\0\0\x60\xfdSMB" + bytes(92),
    "a compression header": b"\0\0\0\x60\xfcSMB" + bytes(92),
    "a cut transform header": b"\0\0\0\x08\xfdSMB" + bytes(4),
    "SMB1 of another command": b"\0\0\0\x23\xffSMB\x25" + bytes(30),
    "SMB1 cut": b"\0\0\0\x08\xffSMB\x72\0\0\0",
    "all ones": b"\xff" * 300,
    "zeros": bytes(3000),
}


def closes_after(conn, data):
    """Sends bytes and an end; True when the server ends it, too."""
    try:
        conn.send_raw(data)
        conn.sock.shutdown(socket.SHUT_WR)
        while conn.sock.recv(65536):   # it may say something first
            pass
    except TimeoutError:
        return False
    except (rawsmb.Closed, OSError):
        pass
    return True


@GROUP.test("frames that are none: closed, and nobody else suffers")
def frames(env):
    server(env)
    for what, data in FRAMES.items():
        with connect(env) as conn:
            expect(closes_after(conn, data), what + ": it stays open")
        expect(server(env).alive(), what + ": the server ended")
    healthy(env)


@GROUP.test("the same frames from a logged-in client")
def frames_logged_in(env):
    for what, data in FRAMES.items():
        with logged_in(env) as conn:
            expect(closes_after(conn, data), what + ": it stays open")
        expect(server(env).alive(), what + ": the server ended")
    healthy(env)


@GROUP.test("frames cut anywhere and joined are understood")
def segments(env):
    with negotiated(env) as conn:
        frames_ = b""
        for _ in range(3):
            message = conn.header(rawsmb.ECHO, session=0) + ECHO_BODY
            frames_ += struct.pack(">I", len(message)) + message
        for at in range(len(frames_)):
            conn.send_raw(frames_[at:at + 1])
        for _ in range(3):
            one_of(outcome(conn), ("SUCCESS", "USER_SESSION_DELETED"), "ECHO")
        frames_ = b""
        for _ in range(50):
            message = conn.header(rawsmb.ECHO, session=0) + ECHO_BODY
            frames_ += struct.pack(">I", len(message)) + message
        conn.send_raw(frames_)
        for _ in range(50):
            one_of(outcome(conn), ("SUCCESS", "USER_SESSION_DELETED"), "ECHO")


@GROUP.test("SMB1 NEGOTIATE, good and bad")
def smb1(env):
    for dialects, wanted in (([b"NT LM 0.12", b"SMB 2.???"], 0x02FF),
                             ([b"SMB 2.002"], 0x0202),
                             ([b"SMB 2.???", b"SMB 2.002"], 0x02FF)):
        with connect(env) as conn:
            conn.send_frame(smb1_negotiate(dialects))
            reply = conn.receive_chain()[0]
            expect_equal(reply.command, rawsmb.NEGOTIATE, "command")
            expect_equal(struct.unpack_from("<H", reply.body, 4)[0], wanted,
                         "dialect for %s" % dialects)
            conn.mid = 1
            if wanted == 0x02FF:
                conn.login("alice", "wonder land")
            else:
                conn.take_negotiated(reply)
                conn.session_setup("alice", "wonder land")
                conn.tree_connect("data")
            expect(conn.alive(), "not alive")
    for dialects, count in (([b"NT LM 0.12"], None), ([], None),
                            ([b"SMB 2.???"], 0), ([b"SMB 2.???"], 2000),
                            ([b"SMB 2.???"], 0xFFFF), ([b"SMB 2.???"], 5),
                            ([b"x" * 5000], None), ([b""] * 2000, None)):
        with connect(env) as conn:
            conn.send_frame(smb1_negotiate(dialects, count))
            expect(closes_after(conn, b""), "it stays open")
    healthy(env)


@GROUP.test("requests before NEGOTIATE: closed")
def before_negotiate(env):
    for name, (command, body) in valid_bodies(GONE).items():
        with connect(env) as conn:
            expect_equal(send_outcome(conn, command, body), CLOSED, name)
    healthy(env)


@GROUP.test("requests before a session, or with a wrong one")
def before_session(env):
    with negotiated(env) as conn:
        for session in (0, 1, 0xFFFFFFFFFFFFFFFF, 0x4141414141414141):
            for name, (command, body) in valid_bodies(GONE).items():
                if name == "SESSION_SETUP" and session == 0:
                    continue
                got = send_outcome(conn, command, body, session=session,
                                   tree=1)
                wanted = ["USER_SESSION_DELETED"]
                if name == "ECHO":
                    wanted.append("SUCCESS")
                one_of(got, wanted, "%s with session %#x" % (name, session))
    healthy(env)


@GROUP.test("requests in a half-made session")
def half_session(env):
    for name, (command, body) in valid_bodies(GONE).items():
        if name == "SESSION_SETUP":
            continue
        with negotiated(env) as conn:
            reply = conn.request(rawsmb.SESSION_SETUP,
                                 valid_bodies(GONE)["SESSION_SETUP"][1])
            expect_equal(reply.name, "MORE_PROCESSING_REQUIRED", "first leg")
            got = send_outcome(conn, command, body, session=reply.session,
                               tree=1)
            wanted = ["USER_SESSION_DELETED", "ACCESS_DENIED",
                      "INVALID_PARAMETER", CLOSED]
            if name in ("ECHO", "LOGOFF"):
                wanted.append("SUCCESS")
            if env.reference:
                wanted.append("INVALID_HANDLE")
            one_of(got, wanted, name)
    healthy(env)


NEEDS_TREE = ("CREATE", "CLOSE", "FLUSH", "READ", "WRITE", "LOCK", "IOCTL",
              "QUERY_DIRECTORY", "CHANGE_NOTIFY", "QUERY_INFO", "SET_INFO",
              "TREE_DISCONNECT")


@GROUP.test("requests without a tree, or with a wrong or a former one")
def before_tree(env):
    with logged_in(env) as conn:
        former = conn.tree
        expect(conn.request(rawsmb.TREE_DISCONNECT, ECHO_BODY).ok, "leave")
        for tree in (0, former, 0xFFFFFFFF, 0x41414141):
            for name in NEEDS_TREE:
                command, body = valid_bodies(GONE)[name]
                got = send_outcome(conn, command, body, tree=tree)
                wanted = ["NETWORK_NAME_DELETED"]
                if env.reference:
                    wanted += ["FILE_CLOSED", "INVALID_PARAMETER"]
                one_of(got, wanted, "%s in tree %#x" % (name, tree))
        expect(conn.alive(), "the session is gone")
    healthy(env)


@GROUP.test("after LOGOFF nothing of the session is left")
def after_logoff(env):
    with logged_in(env, signing=False) as conn:
        handle = conn.create("left open")
        conn.must(rawsmb.LOGOFF, ECHO_BODY)
        for name in NEEDS_TREE + ("LOGOFF", "TREE_CONNECT"):
            command, body = valid_bodies(handle.id)[name]
            one_of(send_outcome(conn, command, body, sign=False),
                   ("USER_SESSION_DELETED",), name)
    healthy(env)


@GROUP.test("file ids that are none: FILE_CLOSED")
def wrong_file(env):
    names = ("CLOSE", "FLUSH", "READ", "WRITE", "QUERY_DIRECTORY",
             "QUERY_INFO", "SET_INFO")
    with logged_in(env) as conn:
        handle = conn.create("id")
        volatile = handle.id[8:]
        conn.close(handle)
        for file_id in (GONE, bytes(16), b"\xff" * 16, handle.id,
                        bytes(8) + volatile, b"\xff" * 8 + volatile):
            for name in names:
                command, body = valid_bodies(file_id)[name]
                one_of(send_outcome(conn, command, body), "FILE_CLOSED",
                       "%s of %s" % (name, file_id.hex()))
    healthy(env)


@GROUP.test("a second NEGOTIATE: closed")
def second_negotiate(env):
    for make in (negotiated, logged_in):
        with make(env) as conn:
            expect_equal(send_outcome(conn, rawsmb.NEGOTIATE,
                                      conn.negotiate_body(), sign=False,
                                      session=0, tree=0), CLOSED, "second")
        with make(env) as conn:
            conn.send_frame(smb1_negotiate([b"SMB 2.???"]))
            expect_equal(outcome(conn), CLOSED, "SMB1 after SMB2")
    healthy(env)


@GROUP.test("NEGOTIATE with nothing to agree on")
def nothing_agreed(env):
    context = rawsmb.context
    preauth = rawsmb.preauth_context
    cases = (
        ("no dialects", dict(dialects=()), ("INVALID_PARAMETER",)),
        ("unknown dialects", dict(dialects=(0x0100, 0x0400, 0xFFFF)),
         ("NOT_SUPPORTED",)),
        ("0x02FF alone", dict(dialects=(0x02FF,)), ("NOT_SUPPORTED",)),
        ("3.1.1 without contexts", dict(dialects=(0x0311,), contexts=[]),
         ("INVALID_PARAMETER",)),
        ("3.1.1 without preauth",
         dict(dialects=(0x0311,), contexts=[context(2, struct.pack(
             "<HH", 1, 2))]), ("INVALID_PARAMETER",)),
        ("an unknown hash", dict(dialects=(0x0311,), contexts=[context(
            1, struct.pack("<HHH", 1, 0, 0x77))]),
         ("SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP",)),
        ("no hash", dict(dialects=(0x0311,), contexts=[context(
            1, struct.pack("<HH", 0, 0))]), ("INVALID_PARAMETER",)),
        ("preauth twice", dict(dialects=(0x0311,), contexts=[
            preauth(), preauth()]), ("INVALID_PARAMETER",)),
        ("no ciphers", dict(dialects=(0x0311,), contexts=[
            preauth(), context(2, struct.pack("<H", 0))]),
         ("INVALID_PARAMETER",)),
    )
    for what, kinds, wanted in cases:
        with connect(env) as conn:
            got = send_outcome(conn, rawsmb.NEGOTIATE,
                               conn.negotiate_body(**kinds))
            if env.reference and what == "preauth twice":
                continue
            one_of(got, wanted + (CLOSED,), what)
    with connect(env) as conn:
        many = [preauth()] + [context(0x7000 + i, bytes(i)) for i in range(9)]
        conn.negotiate(dialects=(0x0311,), contexts=many)
        conn.session_setup("alice", "wonder land")
    healthy(env)


@GROUP.test("unknown commands, flags and header sizes")
def unknown_commands(env):
    with logged_in(env) as conn:
        for command in (0x13, 0x14, 0x20, 0x7FFF, 0xFFFF):
            got = send_outcome(conn, command, bytes(64))
            one_of(got, ("INVALID_PARAMETER", CLOSED), "command %#x" %
                   command)
            if got == CLOSED:
                break
    for fields in (dict(flags=rawsmb.FLAG_RESPONSE), dict(header_size=63),
                   dict(header_size=0), dict(header_size=0xFFFF),
                   dict(magic=b"\xfeSMC")):
        with logged_in(env) as conn:
            got = send_outcome(conn, rawsmb.ECHO, ECHO_BODY, **fields)
            one_of(got, ("INVALID_PARAMETER", CLOSED), str(fields))
    healthy(env)


@GROUP.test("message ids used twice, beyond the window, and the reserved one")
def message_ids(env):
    for name, mid_of in (("replayed", lambda c: c.mid - 1),
                         ("very old", lambda c: 0),
                         ("far beyond", lambda c: c.mid + 100000),
                         ("at 2^63", lambda c: 1 << 63),
                         ("reserved", lambda c: 0xFFFFFFFFFFFFFFFF)):
        with logged_in(env) as conn:
            for _ in range(3):
                conn.alive()
            got = send_outcome(conn, rawsmb.ECHO, ECHO_BODY,
                               mid=mid_of(conn))
            expect_equal(got, CLOSED, name)
    with logged_in(env) as conn:
        start = conn.mid
        for step in (3, 1, 2, 0):
            expect_equal(send_outcome(conn, rawsmb.ECHO, ECHO_BODY,
                                      mid=start + step), "SUCCESS",
                         "out of order, within the window")
        expect_equal(send_outcome(conn, rawsmb.ECHO, ECHO_BODY,
                                  mid=start + 2), CLOSED, "again")
    healthy(env)


@GROUP.test("credit charges: none, too small, beyond the window")
def charges(env):
    with logged_in(env) as conn:
        handle = conn.create("charged")
        expect_equal(send_outcome(conn, rawsmb.ECHO, ECHO_BODY, charge=0),
                     "SUCCESS", "charge 0")
        data = bytes(200000)
        for charge in (0, 1, 2, 3):
            got = send_outcome(conn, rawsmb.WRITE, write_body(
                handle.id, 0, data), charge=charge)
            one_of(got, ("INVALID_PARAMETER",), "write, charge %d" % charge)
            got = send_outcome(conn, rawsmb.READ, read_body(
                handle.id, 0, 200000), charge=charge)
            one_of(got, ("INVALID_PARAMETER",), "read, charge %d" % charge)
        expect_equal(send_outcome(conn, rawsmb.WRITE, write_body(
            handle.id, 0, data), charge=4), "SUCCESS", "charge 4")
        folder = conn.open("", access=0x00100081, options=1)
        got = send_outcome(conn, rawsmb.QUERY_DIRECTORY,
                           rawfile.query_directory_body(folder.id,
                                                        size=200000))
        one_of(got, ("INVALID_PARAMETER",), "listing, charge 1")
    with logged_in(env) as conn:
        got = send_outcome(conn, rawsmb.ECHO, ECHO_BODY, charge=0xFFFF)
        expect_equal(got, CLOSED, "a charge beyond the window")
    with negotiated(env) as conn:
        expect(conn.credits <= 8192, "credits: %d" % conn.credits)
        for _ in range(50):
            conn.request(rawsmb.ECHO, ECHO_BODY, credits=0xFFFF)
        expect(1 <= conn.credits <= 8192, "credits without a session: %d" %
               conn.credits)
    with logged_in(env) as conn:
        for _ in range(100):
            conn.request(rawsmb.ECHO, ECHO_BODY, credits=0xFFFF)
        expect(conn.credits <= 8192, "%d credits granted" % conn.credits)
        for _ in range(20):
            reply = conn.request(rawsmb.ECHO, ECHO_BODY, credits=0)
        expect(conn.credits >= 1, "no credits are left")
        expect(reply.ok, "ECHO")
    healthy(env)


@GROUP.test("CANCEL of what is not there: no answer, no harm")
def cancel(env):
    with logged_in(env) as conn:
        for mid in (0, conn.mid - 1, conn.mid + 5, 0xFFFFFFFFFFFFFFFF):
            conn.send(rawsmb.CANCEL, ECHO_BODY, mid=mid)
        expect(conn.alive(), "the connection is gone")
    healthy(env)


def alter(message, at):
    return message[:at] + bytes([message[at] ^ 0x40]) + message[at + 1:]


@GROUP.test("signatures: missing, wrong, of another message")
def signatures(env):
    for dialect in rawsmb.ALL_DIALECTS:
        with connect(env) as conn:
            conn.negotiate(dialects=(dialect,), security=2)
            conn.session_setup("alice", "wonder land", security=2)
            conn.signing = True
            conn.tree_connect("data")
            body = create_body("never made %x" % dialect)

            def message():
                return rawcrypto.sign(dialect, conn.key, conn.header(
                    rawsmb.CREATE, flags=FLAG_SIGNED) + body)
            for what, data in (
                    ("altered body", alter(message(), 64 + 60)),
                    ("altered signature", alter(message(), 50)),
                    ("altered last byte of it", alter(message(), 63)),
                    ("no signature", message()[:48] + bytes(16) +
                     message()[64:]),
                    ("a truncated message", message()[:-2]),
                    ("another key", rawcrypto.sign(
                        dialect, bytes(16), message()))):
                conn.send_frame(data)
                one_of(outcome(conn), ("ACCESS_DENIED",), "%#x: %s" % (
                    dialect, what))
            if not env.reference:
                got = send_outcome(conn, rawsmb.CREATE, body, sign=False)
                expect_equal(got, "ACCESS_DENIED", "%#x: unsigned" % dialect)
            expect(conn.alive(), "a good request is not served")
            expect(not os.path.exists(env.path("data", "never made %x" %
                                               dialect)), "a file was made")
        with logged_in(env, dialect, signing=False) as conn:
            data = rawcrypto.sign(dialect, bytes(16), conn.header(
                rawsmb.ECHO, flags=FLAG_SIGNED) + ECHO_BODY)
            conn.send_frame(data)
            if not env.reference:
                expect_equal(outcome(conn), "ACCESS_DENIED",
                             "%#x: a false signature nobody asked for" %
                             dialect)
    healthy(env)


@GROUP.test("a signed message sent twice: closed")
def replay(env):
    with connect(env) as conn:
        conn.negotiate(security=2)
        conn.session_setup("alice", "wonder land", security=2)
        conn.signing = True
        conn.tree_connect("data")
        message = conn.finish(conn.header(rawsmb.CREATE) +
                              create_body("once"))
        conn.send_frame(message)
        expect_equal(outcome(conn), "SUCCESS", "the first")
        conn.send_frame(message)
        expect_equal(outcome(conn), CLOSED, "the second")
    healthy(env)


@GROUP.test("3.1.1: a TREE_CONNECT without a signature is not served")
def tree_connect_unsigned(env):
    with connect(env) as conn:
        conn.negotiate(dialects=(0x0311,))
        conn.session_setup("alice", "wonder land")
        try:
            reply = conn.tree_connect("data", check=False, sign=False)
            expect_equal(reply.name, "ACCESS_DENIED", "its status")
        except rawsmb.Closed:
            pass
    healthy(env)


def validate_negotiate(conn, **changed):
    given = {"capabilities": 0x7F, "guid": conn.sent_guid, "mode": 1,
             "dialects": (0x0210, 0x0300, 0x0302), "out": 24}
    given.update(changed)
    dialects = given["dialects"]
    data = struct.pack("<I16sHH", given["capabilities"], given["guid"],
                       given["mode"], len(dialects))
    data += struct.pack("<%dH" % len(dialects), *dialects)
    return send_outcome(conn, rawsmb.IOCTL, rawfile.ioctl_body(
        rawsmb.ANY_FILE, 0x00140204, data, out=given["out"]), sign=True)


@GROUP.test("VALIDATE_NEGOTIATE_INFO: right, and every way of being wrong")
def validate(env):
    changes = ({}, {"capabilities": 0}, {"guid": bytes(16)}, {"mode": 2},
               {"dialects": (0x0210, 0x0300)}, {"dialects": (0x0202,)},
               {"dialects": ()}, {"out": 23})
    for changed in changes:
        with connect(env) as conn:
            conn.sent_guid = os.urandom(16)
            conn.negotiate(dialects=(0x0210, 0x0300, 0x0302),
                           guid=conn.sent_guid)
            conn.session_setup("alice", "wonder land")
            conn.tree_connect("data")
            got = validate_negotiate(conn, **changed)
            expect_equal(got, CLOSED if changed else "SUCCESS", str(changed))
    with connect(env) as conn:
        conn.sent_guid = os.urandom(16)
        conn.negotiate(guid=conn.sent_guid)
        conn.session_setup("alice", "wonder land")
        conn.tree_connect("data")
        expect_equal(validate_negotiate(conn, dialects=rawsmb.ALL_DIALECTS),
                     CLOSED, "where 3.1.1 was agreed")
    healthy(env)


@GROUP.test("thousands of hostile connections: memory and descriptors flat")
def flat(env):
    target = server(env)
    samples = list(FRAMES.values())
    bodies = list(valid_bodies(GONE).values())

    def storm(count):
        for number in range(count):
            with connect(env) as conn:
                try:
                    kind = number % 5
                    if kind == 0:
                        conn.send_raw(samples[number // 5 % len(samples)])
                    elif kind == 1:
                        conn.negotiate()
                        conn.session_setup("alice", "wrong", check=False)
                    elif kind == 2:
                        conn.negotiate()
                        command, body = bodies[number // 5 % len(bodies)]
                        conn.send(command, body)
                    elif kind == 3:
                        conn.login("alice", "wonder land")
                        conn.create("storm")
                    else:
                        conn.login("alice", "wonder land")
                        conn.send_raw(struct.pack(">I", 70000) + b"\xfeSMB")
                except rawsmb.Closed:
                    pass

    def clients():
        """Connections that the server has not ended."""
        if env.kernel:
            return sum(name.startswith("ksmbd/") for name in kernel_threads())
        return sum(link.startswith("socket:") for link in target.open_files())

    healthy(env)
    few = clients()             # those that stay, and one that may be leaving
    storm(300)
    expect_soon(env, lambda: clients() <= few, "300 connections do not end")
    memory, files = target.rss_kib(), target.open_fds()
    storm(env.scale(3000, 500))
    expect_soon(env, lambda: clients() <= few, "connections do not end")
    limit = 6000 if env.opts.slow <= 1 else 80000
    if not env.reference:
        # the last ones' work may be over a little later than their sockets
        expect_soon(env, lambda: target.open_fds() <= files + 8, lambda:
                    "%d descriptors are open, not %d" % (target.open_fds(),
                                                         files))
        expect_soon(env, lambda: target.rss_kib() - memory < limit, lambda:
                    "resident memory grew by %d KiB" % (target.rss_kib() -
                                                        memory))
    healthy(env)
