# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody in between must not get out of the server, or into it."""
import os
import struct

import rawcrypto
import rawfile
import rawsmb
from harness import Group, expect, expect_equal
from hostile import CLOSED, outcome, send_outcome
from rawfile import create_body
from rawseal import (BINDING, GCM128, SIGNINGS, SealClient, flipped)
from rawsmb import (ANY_FILE, CANCEL, CREATE, ECHO, FLAG_SIGNED, IOCTL,
                    LOGOFF, SESSION_SETUP, Closed)
from servers import Share, Spec

GROUP = Group("protect", "an attacker in between")
ALICE = ("alice", "wonder land")
BOB = ("bob", "builder")
EMPTY = struct.pack("<HH", 4, 0)
SIGNING_REQUIRED = 2
VALIDATE_NEGOTIATE = 0x00140204


def server(env, encryption="auto"):
    key = "server-" + encryption
    if key not in env.state:
        env.state[key] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))], users=[ALICE, BOB],
            conf=True, name=key, globals={
                "smb3 encryption": encryption, "map to guest": "bad user",
                "server multi channel support": "yes",
                "restrict anonymous": "0"}))
    return env.state[key]


def connect(env, encryption="auto"):
    return SealClient(server(env, encryption).port, env.seconds(60))


def signing(env, word="AES-CMAC", user=ALICE):
    """A session that has to be signed."""
    conn = connect(env)
    conn.negotiate_with([GCM128], [SIGNINGS[word]])
    conn.session_setup(*user, security=SIGNING_REQUIRED)
    conn.signing = True
    conn.tree_connect("data")
    return conn


def sealed(env, encryption="auto", **kinds):
    return connect(env, encryption).enter(*ALICE, ciphers=[GCM128], **kinds)


def healthy(env):
    # Whether servers ended is asked at their end; the kernel host has one at a time.
    with signing(env) as conn:
        conn.close(conn.create("newcomer"))


# Signatures for the asking

def refused(conn, signed, what):
    reply = conn.receive()
    expect_equal(reply.name, "ACCESS_DENIED", what)
    expect_equal(bool(reply.flags & FLAG_SIGNED), signed, what + ": signed")
    expect_equal(any(reply.message[48:64]), signed, what + ": signature")


def signs_for_nobody(env, word):
    """3.3.4.1.1: signed is what answers a signed request, right or wrong."""
    with signing(env, word) as conn:
        handle = conn.create("asked")
        for command, body in ((ECHO, EMPTY), (LOGOFF, EMPTY),
                              (CREATE, create_body("not made")),
                              (SESSION_SETUP, conn.setup_body(b"x"))):
            conn.send(command, body, sign=False)
            refused(conn, False, "unsigned command %d" % command)
            message = conn.finish(conn.header(command) + body)
            conn.send_frame(flipped(message, 48 + command % 16))
            refused(conn, True, "false command %d" % command)
        conn.chain([(ECHO, EMPTY), (CREATE, create_body("not made"))],
                   related=False, sign=False)
        for reply in conn.receive_chain():
            expect(not reply.flags & FLAG_SIGNED, "signed in a compound")
        conn.write(handle, 0, b"still there")
    expect(not os.path.exists(env.path("data", "not made")), "it was made")
    healthy(env)


for _word in SIGNINGS:
    GROUP.add("what is not signed gets no signature: " + _word,
              lambda env, word=_word: signs_for_nobody(env, word))


@GROUP.test("a CANCEL uses no message id: in a compound it ends all")
def compounded_cancel(env):
    # two answers of one id and role would be two GMACs of one nonce
    for sign in (False, True):
        for parts in (((CANCEL, EMPTY), (CANCEL, EMPTY)),
                      ((ECHO, EMPTY), (CANCEL, EMPTY)),
                      ((CANCEL, EMPTY), (ECHO, EMPTY))):
            with signing(env, "AES-GMAC") as conn:
                mid = conn.mid
                conn.chain([(command, body, {"mid": mid})
                            for command, body in parts], related=False,
                           sign=sign)
                expect_equal(outcome(conn), CLOSED, "signed %d: %r" % (
                    sign, parts))
    healthy(env)


@GROUP.test("a CANCEL is small, and is not answered")
def long_cancel(env):
    for size in (0, 64, 5000):
        with sealed(env) as conn:
            conn.send(CANCEL, EMPTY + bytes(size), mid=conn.mid)
            if size < 5000:
                expect(conn.alive(), "after a CANCEL of %d bytes" % size)
            else:
                expect_equal(outcome(conn), CLOSED, "a long CANCEL")
    healthy(env)


# Re-authentication

@GROUP.test("a sealed session is proved again sealed or signed, never plain")
def proof_of_sealed(env):
    for way in ("sealed", "signed"):
        with sealed(env, "required") as conn:
            expect(conn.must_seal, "ENCRYPT_DATA")
            handle = conn.create("kept")
            conn.sealing = way == "sealed"
            reply = conn.prove_again(*ALICE)
            expect_equal(reply.name, "SUCCESS", way)
            conn.sealing = True
            conn.write(handle, 0, b"and on")
    with sealed(env, "required") as conn:
        handle = conn.create("kept")
        conn.sealing = False
        reply, _ = conn.legs(rawcrypto.Ntlm(*BOB), conn.session)
        expect_equal(reply.name, "ACCESS_DENIED", "another's, in between")
        conn.sealing = True
        conn.write(handle, 0, b"unharmed")
    healthy(env)


@GROUP.test("a SESSION_SETUP that overtakes the last leg stays unsigned")
def overtaking(env):
    for _ in range(30):
        with signing(env) as conn:          # the connection is in full work
            session, key = conn.session, conn.key
            conn.session = conn.tree = 0
            ntlm = rawcrypto.Ntlm(*BOB)
            conn.send_frame(conn.header(SESSION_SETUP) + conn.setup_body(
                rawcrypto.spnego_init(ntlm.negotiate()),
                security=SIGNING_REQUIRED))
            conn.key = None
            data = conn.receive_frame()
            reply = rawsmb.Reply(data)
            conn.credits += reply.credits
            expect_equal(reply.name, "MORE_PROCESSING_REQUIRED", "first leg")
            offset, size = struct.unpack_from("<HH", reply.body, 4)
            ntlm.parse_challenge(data[offset:offset + size])
            conn.session = reply.session
            last = conn.header(SESSION_SETUP) + conn.setup_body(
                rawcrypto.spnego_response(ntlm.authenticate()),
                security=SIGNING_REQUIRED)
            forged = conn.header(SESSION_SETUP) + conn.setup_body(
                rawcrypto.spnego_init(rawcrypto.Ntlm(*ALICE).negotiate()))
            mid = struct.unpack_from("<Q", forged, 24)[0]
            conn.send_raw(b"".join(struct.pack(">I", len(part)) + part
                                   for part in (last, forged)))
            got = conn.collect([mid - 1, mid])
            expect(got[mid].name not in ("SUCCESS",
                                         "MORE_PROCESSING_REQUIRED"),
                   "the forged one: " + got[mid].name)
            conn.session, conn.key = session, key
    healthy(env)


@GROUP.test("PreviousSessionId: a guest's session ends for its client only")
def previous_of_guests(env):
    guest, guid = ("nobody at all", "x"), os.urandom(16)
    with connect(env) as victim:
        victim.negotiate_with(guid=guid)
        victim.session_setup(*guest)
        expect(victim.guest_flags & 1, "a guest")
        for own in (False, True):
            with connect(env) as other:
                other.negotiate_with(guid=guid if own else None)
                other.session_setup(*guest, previous=victim.session)
            got = send_outcome(victim, CREATE, create_body("x"), sign=False)
            expect_equal(got, "USER_SESSION_DELETED" if own else
                         "NETWORK_NAME_DELETED", "the same client: %d" % own)
    healthy(env)


# Negotiation

@GROUP.test("signing once demanded in NEGOTIATE cannot be taken back")
def signing_demanded(env):
    for dialect in rawsmb.ALL_DIALECTS:
        with connect(env) as conn:
            conn.negotiate(dialects=(dialect,), security=SIGNING_REQUIRED)
            conn.session_setup(*ALICE, security=1)
            conn.signing = True
            conn.tree_connect("data")
            reply = conn.request(ECHO, EMPTY, sign=False)
            expect_equal(reply.name, "ACCESS_DENIED", "%#x" % dialect)
    healthy(env)


@GROUP.test("a NEGOTIATE that says it is signed is none")
def signed_negotiate(env):
    for dialect in rawsmb.ALL_DIALECTS:
        with connect(env) as conn:
            conn.send_frame(conn.header(rawsmb.NEGOTIATE, flags=FLAG_SIGNED) +
                            conn.negotiate_body(dialects=(dialect,)))
            expect_equal(outcome(conn), "INVALID_PARAMETER", "%#x" % dialect)
    healthy(env)


def validate(conn, dialects):
    data = struct.pack("<I16sHH", 0x7F, conn.guid, 1, len(dialects))
    data += struct.pack("<%dH" % len(dialects), *dialects)
    return send_outcome(conn, IOCTL, rawfile.ioctl_body(
        ANY_FILE, VALIDATE_NEGOTIATE, data, out=24), sign=True)


@GROUP.test("VALIDATE_NEGOTIATE_INFO: the very dialects that were offered")
def validated_dialects(env):
    offered = (0x0202, 0x0210, 0x0300, 0x0302)
    many = tuple(range(0x0101, 0x0121)) + offered
    for sent, claimed, name in (
            (offered, offered, "SUCCESS"),
            (many, many, "SUCCESS"),
            (offered, offered[1:], CLOSED),
            (offered, offered[::-1], CLOSED),
            (offered, offered + (0x0302,), CLOSED),
            (offered[2:], offered, CLOSED),
            (many, many[1:], CLOSED),
            (many, many[:-5] + (0x0123,) + many[-4:], CLOSED),
            (offered, offered + (0x0311,), CLOSED)):
        with connect(env) as conn:
            conn.guid = os.urandom(16)
            conn.negotiate(dialects=sent, guid=conn.guid)
            conn.session_setup(*ALICE)
            conn.tree_connect("data")
            expect_equal(validate(conn, claimed), name, "%r after %r" % (
                claimed, sent))
    healthy(env)


@GROUP.test("VALIDATE_NEGOTIATE_INFO: what is answered is what was agreed")
def validated_answer(env):
    for dialect, capabilities in ((0x0210, 0x7F), (0x0300, 0x7F),
                                  (0x0302, 0x7F), (0x0302, 0x3F)):
        with connect(env) as conn:
            conn.guid = os.urandom(16)
            agreed = conn.negotiate(dialects=(dialect,), guid=conn.guid,
                                    capabilities=capabilities)
            conn.session_setup(*ALICE)
            conn.tree_connect("data")
            body = rawfile.ioctl_body(
                ANY_FILE, VALIDATE_NEGOTIATE, struct.pack(
                    "<I16sHHH", capabilities, conn.guid, 1, 1, dialect),
                out=24)
            reply = conn.request(IOCTL, body, sign=True)
            expect(reply.flags & FLAG_SIGNED, "the answer is not signed")
            offset, size = struct.unpack_from("<II", reply.body, 32)
            expect_equal(size, 24, "size")
            told = reply.message[offset:offset + size]
            expect_equal(told, agreed.body[24:28] + agreed.body[8:24] +
                         agreed.body[2:6], "capabilities, GUID, mode, dialect")
    with signing(env) as conn:
        reply = conn.request(IOCTL, body, sign=False)
        expect_equal(reply.name, "ACCESS_DENIED", "unsigned")
    healthy(env)


@GROUP.test("a rewritten NEGOTIATE of 3.1.1 gives keys that do not fit")
def rewritten_negotiate(env):
    def spoil(what):
        with connect(env) as conn:
            conn.negotiate_with([GCM128], [SIGNINGS["AES-GMAC"]])
            conn.preauth = flipped(conn.preauth, 0)
            try:
                conn.session_setup(*ALICE, security=SIGNING_REQUIRED)
            except AssertionError:
                pass                # the reply's signature does not fit
            else:
                expect(False, what + ": the last reply's signature fits")
            message = conn.finish(conn.header(ECHO) + EMPTY, True)
            conn.key = None
            conn.send_frame(message)
            expect_equal(outcome(conn), "ACCESS_DENIED", what)
    spoil("another hash")
    healthy(env)


# Binding

@GROUP.test("a session that nobody in particular has taken over is not bound")
def binding_of_nobody(env):
    nobody = ("nobody at all", "x")
    with signing(env) as first, connect(env) as other:
        other.negotiate_with([GCM128], [1])
        expect_equal(first.prove_again(*nobody).name, "SUCCESS", "a guest")
        # its key would be known to everybody
        reply = other.bind(first, *nobody, check=False)
        expect_equal(reply.name, "NOT_SUPPORTED", "a guest's channel")
        expect_equal(first.prove_again(*ALICE).name, "SUCCESS", "its owner")
        reply = other.bind(first, *nobody, check=False)
        expect_equal(reply.name, "ACCESS_DENIED", "a guest on alice's")
        other.bind(first, *ALICE)
        other.close(other.create("bound"))
    healthy(env)


@GROUP.test("binding inside a transform, or without its flag")
def strange_bindings(env):
    with sealed(env) as first, connect(env) as other:
        other.negotiate_with([GCM128], [1])
        first.sealing = False
        reply, _ = other.legs(rawcrypto.Ntlm(*ALICE), first.session,
                              proof=first.proof())
        expect_equal(reply.name, "USER_SESSION_DELETED", "not binding")
        blob = rawcrypto.spnego_init(rawcrypto.Ntlm(*ALICE).negotiate())
        message = other.header(SESSION_SETUP, session=first.session,
                               flags=FLAG_SIGNED) + other.setup_body(
            blob, flags=BINDING)
        try:
            other.send_frame(first.seal(rawcrypto.sign(
                other.dialect, first.key, message, first.algorithm)))
            got = outcome(other)
        except Closed:
            got = CLOSED
        expect_equal(got, CLOSED, "sealed before there is a channel")
        first.sealing = True
        first.close(first.create("unharmed"))
    healthy(env)
