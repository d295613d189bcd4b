# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions on several connections: binding, keys, loss, interfaces."""
import os
import socket
import struct
import time

import rawsmb
from harness import Group, expect, expect_equal, pattern
from hostile import CLOSED, outcome
from rawfile import create_body, read_body, write_body
from rawseal import (BINDING, CAP_MULTI_CHANNEL, CIPHERS, GCM128,
                     GCM256, SIGNINGS, SealClient)
from rawsmb import CREATE, LOGOFF, READ, WRITE
from servers import Share, Spec

GROUP = Group("channels", "sessions on several connections")
ALICE = ("alice", "wonder land")
BOB = ("bob", "builder")
EMPTY = struct.pack("<HH", 4, 0)
DIALECTS = (0x0300, 0x0302, 0x0311)
QUERY_INTERFACES = 0x001401FC
MOST_CHANNELS = 32
MIB = 1 << 20


def server(env, name="plain", **params):
    key = "server-" + name
    if key not in env.state:
        env.state[key] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))], users=[ALICE, BOB],
            conf=True, name=key, globals=dict({
                "max connections": "1000", "max ip connections": "1000",
                "server multi channel support": "yes",
                "map to guest": "bad user", "restrict anonymous": "0"},
                **params)))
    return env.state[key]


def alone(env):
    """A server that knows no further channels."""
    return server(env, "alone", **{"server multi channel support": "no"})


def negotiated(env, target=None, ciphers=(GCM128,), signings=(1,), **kinds):
    conn = SealClient((target or server(env)).port, env.seconds(60))
    conn.negotiate_with(list(ciphers) or None, list(signings) or None,
                        **kinds)
    return conn


def login(env, sealing=False, target=None, **kinds):
    conn = negotiated(env, target, **kinds)
    conn.session_setup(*ALICE)
    conn.signing = True
    conn.sealing = sealing
    conn.tree_connect("data")
    return conn


def channel(env, first, **kinds):
    """A further channel of the session of `first`."""
    conn = negotiated(env, **kinds)
    conn.bind(first, *ALICE)
    return conn


def healthy(env):
    expect(server(env).alive(), "the server ended: " +
           server(env).stderr()[-1500:])
    with login(env) as conn:
        conn.close(conn.create("newcomer"))


def refused(conn, first, name, what, user=ALICE, **kinds):
    reply = conn.bind(first, *user, check=False, **kinds)
    expect_equal(reply.name, name, what)


# Binding

def works(env, dialect, **kinds):
    """One session's handle used on two connections, each with its key."""
    data = pattern(100000)
    with login(env, dialect=dialect, **kinds) as first, \
            negotiated(env, dialect=dialect, **kinds) as second:
        expect(first.capabilities & CAP_MULTI_CHANNEL, "the capability")
        second.bind(first, *ALICE)
        expect(first.key != second.key, "both channels have one key")
        handle = first.create("channels-%x" % dialect)
        second.write(handle, 0, data)
        expect(first.read(handle, 0, len(data)) == data, "READ")
        second.sealing = first.sealing = bool(first.seal_out)
        expect(second.read(handle, 0, len(data)) == data, "sealed READ")
        expect(first.read(handle, 0, len(data)) == data, "sealed READ")
        expect_equal(second.opened and first.opened, second.sealing,
                     "sealed replies")
        second.close(handle)
        expect_equal(first.request(READ, read_body(handle.id, 0, 1)).name,
                     "FILE_CLOSED", "after the other channel's CLOSE")


for number in DIALECTS:
    GROUP.add("a channel of dialect %x" % number,
              lambda env, number=number: works(env, number))
for word in SIGNINGS:
    GROUP.add("channels signed by " + word, lambda env, word=word: works(
        env, 0x0311, signings=(SIGNINGS[word],)))
for word in CIPHERS:
    GROUP.add("channels sealed by " + word, lambda env, word=word: works(
        env, 0x0311, ciphers=(CIPHERS[word],)))


@GROUP.test("a channel's requests take that channel's key and no other")
def keys_apart(env):
    for word in SIGNINGS:
        algorithm = (SIGNINGS[word],)
        with login(env, signings=algorithm) as first, \
                channel(env, first, signings=algorithm) as second:
            handle = first.create("keys")
            for conn, key in ((first, second.key), (second, first.key)):
                own, conn.key = conn.key, key
                message = conn.finish(conn.header(WRITE) +
                                      write_body(handle.id, 0, b"forged"))
                conn.key = own
                conn.send_frame(message)
                expect_equal(outcome(conn), "ACCESS_DENIED",
                             "%s with the other channel's key" % word)
                expect_equal(conn.read(handle, 0, 9), b"", "the file")


@GROUP.test("what must not be bound")
def refusals(env):
    with login(env) as first:
        with negotiated(env) as conn:
            refused(conn, first, "INVALID_PARAMETER", "unsigned", sign=False)
            refused(conn, first, "ACCESS_DENIED", "another user", user=BOB)
            refused(conn, first, "LOGON_FAILURE", "a wrong password",
                    user=(ALICE[0], "looking glass"))
            refused(conn, first, "USER_SESSION_DELETED", "no such session",
                    session=0x1234)
            # and then nothing of it is left
            reply = conn.request(CREATE, create_body("unbound"),
                                 session=first.session, tree=first.tree)
            expect_equal(reply.name, "USER_SESSION_DELETED", "not bound")
            conn.bind(first, *ALICE)
            conn.close(conn.create("bound at last"))
            refused(conn, first, "REQUEST_NOT_ACCEPTED", "bound already",
                    proof=(conn.key, conn.algorithm))
            refused(conn, first, "ACCESS_DENIED",
                    "bound already, signed as if it were not")
        own_key, first.key = first.key, os.urandom(16)
        with negotiated(env) as conn:
            refused(conn, first, "ACCESS_DENIED", "signed with a wrong key")
        first.key = own_key
        refused(first, first, "REQUEST_NOT_ACCEPTED", "its own connection")
        for dialect in (0x0300, 0x0302):
            with negotiated(env, dialect=dialect) as conn:
                # the connection's algorithm, the session's key
                refused(conn, first, "INVALID_PARAMETER",
                        "dialect %x to 311" % dialect)
        with negotiated(env, ciphers=(GCM256,)) as conn:
            refused(conn, first, "INVALID_PARAMETER", "another cipher")
        with negotiated(env, ciphers=()) as conn:
            refused(conn, first, "INVALID_PARAMETER", "no cipher")
        first.close(first.create("still there"))
    expect(not os.path.exists(env.path("data", "unbound")), "unbound CREATE")


@GROUP.test("GMAC does not mix with other algorithms")
def mixed_algorithms(env):
    with login(env, signings=(2,)) as first, \
            negotiated(env, signings=(1,)) as conn:
        refused(conn, first, "REQUEST_OUT_OF_SEQUENCE", "CMAC to GMAC")
    with login(env, signings=(1,)) as first, \
            negotiated(env, signings=(2,)) as conn:
        refused(conn, first, "NOT_SUPPORTED", "GMAC to CMAC")
    with login(env, signings=(1,)) as first, \
            negotiated(env, signings=(0,)) as conn:
        conn.bind(first, *ALICE)
        conn.close(conn.create("HMAC beside CMAC"))


@GROUP.test("no channels: before 3.0, by configuration, for guests")
def nothing_to_bind(env):
    with login(env, dialect=0x0210) as first, \
            negotiated(env, dialect=0x0210) as conn:
        expect(not first.capabilities & CAP_MULTI_CHANNEL, "2.1: capability")
        refused(conn, first, "REQUEST_NOT_ACCEPTED", "at 2.1")
    with negotiated(env) as guest, negotiated(env) as conn:
        guest.session_setup("nobody at all", "x")
        reply = conn.bind(guest, *ALICE, check=False, sign=False)
        expect(not reply.ok, "a guest's session was bound")
    with login(env, target=alone(env)) as first, \
            negotiated(env, alone(env)) as conn:
        expect(not first.capabilities & CAP_MULTI_CHANNEL, "off: capability")
        refused(conn, first, "REQUEST_NOT_ACCEPTED", "switched off")


@GROUP.test("a session's channels are limited, and come free again")
def limit(env):
    with login(env) as first:
        bound = [channel(env, first) for _ in range(MOST_CHANNELS - 1)]
        with negotiated(env) as conn:
            refused(conn, first, "INSUFFICIENT_RESOURCES", "one too many")
        bound[0].close_socket()
        deadline = time.monotonic() + env.seconds(60)
        while True:
            with negotiated(env) as conn:
                reply = conn.bind(first, *ALICE, check=False)
                if reply.ok:
                    break
            expect(time.monotonic() < deadline, "no channel comes free")
            time.sleep(0.05)
        for conn in bound[1:]:
            conn.close(conn.create("one of many"))
            conn.close_socket()
        first.close(first.create("the first"))


# Loss and end of channels

@GROUP.test("the session outlives any one of its channels")
def outlives(env):
    for which in (0, 1):
        with login(env) as first, channel(env, first) as second:
            handle = first.create("outlives-%d" % which)
            first.write(handle, 0, b"before")
            lost, left = ((first, second), (second, first))[which]
            lost.close_socket(reset=True)
            expect_equal(left.read(handle, 0, 9), b"before", "READ")
            with channel(env, left) as third:
                third.write(handle, 6, b" after")
                expect_equal(left.read(handle, 0, 99), b"before after",
                             "by a new channel")
            left.close(handle)


@GROUP.test("the last channel's loss ends the session and its handles")
def last_one(env):
    first = login(env)
    second = channel(env, first)
    first.create("lasts", share=0)
    with login(env) as other:
        def shared():
            return other.open("lasts", check=False)
        first.close_socket(reset=True)
        time.sleep(env.seconds(0.2))
        expect_equal(shared().name, "SHARING_VIOLATION", "one channel left")
        second.close_socket()
        deadline = time.monotonic() + env.seconds(60)
        while isinstance(shared(), rawsmb.Reply):
            expect(time.monotonic() < deadline, "the handle stays open")
            time.sleep(0.05)


@GROUP.test("a channel is lost while its requests run")
def loss_under_load(env):
    size = env.scale(MIB, MIB // 8)
    data = pattern(size)
    for sealing in (False, True):
        first = login(env, sealing=sealing)
        handle = first.create("load")
        first.write(handle, 0, data)
        for round_ in range(env.scale(12, 4)):
            second = channel(env, first)
            for _ in range(4):
                second.alive()      # gather credits
            for i in range(16):
                body = (read_body(handle.id, 0, size) if i % 2 else
                        write_body(handle.id, 0, data[:65536]))
                if second.charge(size) > second.credits:
                    break
                second.send(READ if i % 2 else WRITE, body,
                            charge=second.charge(size if i % 2 else 65536))
            if round_ % 3 == 0:     # some of the replies
                second.receive()
            second.close_socket(reset=round_ % 2 == 0)
            expect(first.read(handle, 0, size) == data, "on what is left")
        first.close(handle)
        first.close_socket()
    healthy(env)


@GROUP.test("a channel is lost in the middle of a binding")
def loss_while_binding(env):
    with login(env) as first:
        for reset in (False, True) * 5:
            conn = negotiated(env)
            blob = rawsmb.rawcrypto.spnego_init(
                rawsmb.rawcrypto.Ntlm(*ALICE).negotiate())
            message = conn.header(
                rawsmb.SESSION_SETUP, session=first.session,
                flags=rawsmb.FLAG_SIGNED) + conn.setup_body(blob,
                                                            flags=BINDING)
            conn.send_frame(rawsmb.rawcrypto.sign(0x0311, first.key, message))
            expect_equal(rawsmb.Reply(conn.receive_frame()).name,
                         "MORE_PROCESSING_REQUIRED", "first leg")
            conn.close_socket(reset)
        first.close(first.create("unharmed"))


@GROUP.test("LOGOFF on one channel ends the session on all")
def logoff(env):
    for sealing in (False, True):
        with login(env, sealing=sealing) as first, \
                channel(env, first) as second:
            handle = first.create("logoff", share=0)
            second.must(LOGOFF, EMPTY)
            if sealing:
                first.send(READ, read_body(handle.id, 0, 1))
                expect(outcome(first) in (CLOSED, "USER_SESSION_DELETED"),
                       "a sealed request after LOGOFF")
            else:
                reply = first.request(READ, read_body(handle.id, 0, 1))
                expect_equal(reply.name, "USER_SESSION_DELETED", "READ")
            with login(env) as other:
                other.close(other.open("logoff"))
            with negotiated(env) as conn:
                refused(conn, first, "USER_SESSION_DELETED", "binding to it")


@GROUP.test("re-authentication on every channel changes no key")
def proves_again(env):
    for sealing in (False, True):
        with login(env, sealing=sealing) as first, \
                channel(env, first) as second:
            handle = first.create("again")
            key = second.key
            for conn in (first, second):
                expect_equal(conn.prove_again(*ALICE).name, "SUCCESS", "alice")
                conn.write(handle, 0, b"after")     # by the keys as before
                expect_equal(first.read(handle, 0, 9), b"after", "READ")
            expect_equal(second.key, key, "the channel's key")


# FSCTL_QUERY_NETWORK_INTERFACE_INFO

def interfaces(conn, **fields):
    """[(index, capability, speed, family, address)]"""
    reply = conn.ioctl(None, QUERY_INTERFACES, **fields)
    if not reply.ok:
        return reply.name
    offset, size = struct.unpack_from("<II", reply.body, 32)
    data = reply.message[offset:offset + size]
    expect_equal(len(data), size, "the output's size")
    expect_equal(reply.body[8:24], rawsmb.ANY_FILE, "FileId of the reply")
    found, at = [], 0
    while data:
        after, index, capability, reserved, speed, family = \
            struct.unpack_from("<IIIIQH", data, at)
        expect_equal(reserved, 0, "Reserved")
        expect(family in (2, 0x17), "family %#x" % family)
        begin, size = (at + 28, 4) if family == 2 else (at + 32, 16)
        storage = data[at + 24:at + 152]
        expect_equal(len(storage), 128, "SockAddr_Storage")
        expect(not any(storage[2:begin - at - 24]) and
               not any(storage[begin - at - 24 + size:]),
               "bytes around an address")
        found.append((index, capability, speed, family, socket.inet_ntop(
            socket.AF_INET if family == 2 else socket.AF_INET6,
            data[begin:begin + size])))
        if not after:
            expect_equal(at + 152, len(data), "the end of the list")
            break
        expect_equal(after, 152, "Next")
        at += after
    return found


@GROUP.test("interfaces: addresses of this machine, that really serve")
def interface_list(env):
    with login(env) as conn:
        found = interfaces(conn)
        expect(found and not isinstance(found, str), "found: %r" % (found,))
        names = dict(socket.if_nameindex())
        for index, capability, speed, _, address in found:
            expect(index in names, "no interface %d" % index)
            expect(capability in (0, 1), "capability %#x" % capability)
            expect(MIB < speed < 10 ** 13, "speed %d" % speed)
            with socket.create_connection((address, server(env).port),
                                          env.seconds(60)) as sock:
                expect(sock, "nobody listens at " + address)
        addresses = [entry[4] for entry in found]
        expect_equal(len(set(addresses)), len(found), "addresses differ")
        local = [a for a in addresses if a == "::1" or a[:4] == "127."]
        expect(not local or len(local) == len(found),
               "loopback beside others: %r" % (addresses,))
        conn.sealing = True
        expect_equal(interfaces(conn), found, "the same, sealed")


@GROUP.test("interfaces: what is asked wrongly, or of who has no channels")
def interface_refusals(env):
    with login(env) as conn:
        size = 152 * len(interfaces(conn))
        expect(not isinstance(interfaces(conn, out=size), str), "just enough")
        for out in (size - 1, 8, 0):
            expect_equal(interfaces(conn, out=out), "BUFFER_TOO_SMALL",
                         "%d bytes of room" % out)
        handle = conn.create("no interface")
        reply = conn.ioctl(handle, QUERY_INTERFACES)
        expect_equal(reply.name, "INVALID_PARAMETER", "asked of a file")
        expect_equal(interfaces(conn, flags=0), "NOT_SUPPORTED", "no FSCTL")
    for kinds in ({"dialect": 0x0210}, {"target": alone(env)}):
        with login(env, **kinds) as conn:
            expect_equal(interfaces(conn), "NOT_SUPPORTED", repr(kinds))


@GROUP.test("interfaces: 'interfaces' with 'bind interfaces only'")
def interface_choice(env):
    target = server(env, "chosen", **{"interfaces": "lo",
                                      "bind interfaces only": "yes"})
    with login(env, target=target) as conn:
        found = interfaces(conn)
        expect(found and not isinstance(found, str), "found: %r" % (found,))
        for entry in found:
            expect_equal(entry[0], socket.if_nametoindex("lo"), "index")
