# SPDX-License-Identifier: GPL-2.0-or-later
"""Encryption and signing: ciphers, settings, forgeries, flipped bytes."""
import os
import struct

import rawsmb
from clients import SmbClient
from harness import Group, expect, expect_equal, pattern
from hostile import CLOSED, SILENT, outcome
from rawfile import (close_body, create_body, read_body, write_body)
from rawseal import (CAP_ENCRYPTION, CCM128, CCM256, CIPHERS, GCM128, GCM256,
                     HEADER_FIELDS, SESSION_ENCRYPT, SHARE_ENCRYPT, SIGNINGS,
                     TRANSFORM_FIELDS, TRANSFORM_SIZE, SealClient, chosen,
                     flipped, transform)
from rawsmb import (ANY_FILE, CLOSE, CREATE, ECHO, FLAG_RELATED, FLAG_SIGNED,
                    LOGOFF, READ, TREE_CONNECT, WRITE, Closed)
from servers import Share, Spec

GROUP = Group("seal", "encryption and signing, right and forged")
ALICE = ("alice", "wonder land")
BOB = ("bob", "builder")
EMPTY = struct.pack("<HH", 4, 0)
ALL_CIPHERS = [CCM256, CCM128, GCM256, GCM128]     # not in any server's order
MIB = 1 << 20
SETTINGS = ("off", "auto", "desired", "required")


def server(env, setting="auto"):
    """The server with this "smb3 encryption", and shares of every kind."""
    key = "server-" + setting
    if key not in env.state:
        shares = [Share("data", env.make_dir("data"))]
        for kind in SETTINGS[1:]:
            shares.append(Share(kind, env.make_dir(kind),
                                params={"smb encrypt": kind}))
        env.state[key] = env.start(Spec(
            shares=shares, users=[ALICE, BOB], conf=True, name=key, globals={
                "smb3 encryption": setting, "max connections": "1000",
                "max ip connections": "1000", "smb2 max read": "8M",
                "smb2 max write": "8M", "map to guest": "bad user",
                "restrict anonymous": "0"}))
    return env.state[key]


def connect(env, setting="auto"):
    return SealClient(server(env, setting).port, env.seconds(60))


def enter(env, share="data", setting="auto", ciphers=(GCM128,), **kinds):
    return connect(env, setting).enter(*ALICE, share, list(ciphers), **kinds)


def healthy(env, setting="auto"):
    """The server runs and serves a newcomer."""
    expect(server(env, setting).alive(), "the server ended: " +
           server(env, setting).stderr()[-1500:])
    with enter(env, setting=setting) as conn:
        conn.close(conn.create("newcomer"))


def everyday(conn, name):
    """Some work, all of it sealed or all of it signed."""
    data = pattern(150000)
    handle = conn.create(name)
    expect_equal(conn.write(handle, 0, data), len(data), "bytes written")
    expect_equal(conn.read(handle, 0, len(data)), data, "what was written")
    expect_equal(conn.read(handle, 1 << 30, 10), b"", "beyond the end")
    expect_equal(conn.open("no such file", check=False).name,
                 "OBJECT_NAME_NOT_FOUND", "open of nothing")
    conn.close(handle)
    conn.remove(name)
    expect(conn.alive(), "ECHO failed")


# Every cipher and every algorithm

def ciphers(env, dialect, name):
    with enter(env, ciphers=[CIPHERS[name]], dialect=dialect,
               capabilities=0x7F) as conn:
        expect_equal(conn.cipher, CIPHERS[name], "the negotiated cipher")
        expect_equal(bool(conn.capabilities & CAP_ENCRYPTION),
                     dialect < 0x0311, "the encryption capability")
        before = conn.sealed_frames
        everyday(conn, "everyday-%s-%x" % (name, dialect))
        expect_equal(conn.sealed_frames - before, 9, "sealed replies")
        expect_equal(len(conn.nonces), conn.sealed_frames, "different nonces")


for number in (0x0300, 0x0302):
    GROUP.add("AES-128-CCM at dialect %x" % number,
              lambda env, number=number: ciphers(env, number, "AES-128-CCM"))
for word in CIPHERS:
    GROUP.add("%s at dialect 311" % word,
              lambda env, word=word: ciphers(env, 0x0311, word))


@GROUP.test("no capability, no cipher: 3.0 and 3.0.2 clients that cannot")
def incapable(env):
    for dialect in (0x0300, 0x0302):
        with connect(env) as conn:
            conn.negotiate_with(dialect=dialect, capabilities=0x3F)
            expect_equal(conn.cipher, 0, "cipher")
    with connect(env) as conn:
        conn.negotiate_with(dialect=0x0210)
        expect(not conn.capabilities & CAP_ENCRYPTION, "2.1 has encryption")


def signings(env, name):
    with connect(env) as conn:
        conn.enter(*ALICE, signings=[SIGNINGS[name]], sealing=False)
        expect_equal(conn.algorithm, SIGNINGS[name], "negotiated algorithm")
        conn.signing = True
        before = conn.verified
        everyday(conn, "everyday-" + name)
        expect_equal(conn.verified - before, 9, "verified signatures")
        message = conn.header(ECHO, flags=FLAG_SIGNED) + EMPTY
        conn.send_frame(message[:48] + os.urandom(16) + message[64:])
        expect_equal(outcome(conn), "ACCESS_DENIED", "a wrong signature")


for word in SIGNINGS:
    GROUP.add("signatures by " + word,
              lambda env, word=word: signings(env, word))


@GROUP.test("GMAC: a nonce of another role or command is no signature")
def gmac_roles(env):
    with connect(env) as conn:
        conn.enter(*ALICE, signings=[SIGNINGS["AES-GMAC"]], sealing=False)
        conn.signing = True
        # signed as a CANCEL would be, then made an ECHO
        message = conn.finish(conn.header(rawsmb.CANCEL) + EMPTY)
        conn.send_frame(message[:12] + struct.pack("<H", ECHO) + message[14:])
        expect_equal(outcome(conn), "ACCESS_DENIED", "CANCEL's nonce")
        expect(conn.alive(), "the connection is in order")


# Negotiation

@GROUP.test("the server's preference decides, not the client's order")
def preference(env):
    orders = (ALL_CIPHERS, ALL_CIPHERS[::-1], [GCM128, CCM128],
              [CCM128, GCM128], [CCM128, 0x7777, GCM128])
    for order in orders:
        with connect(env) as conn:
            conn.negotiate_with(order)
            expect_equal(conn.cipher, GCM128, "of %r" % (order,))
    for order, best in (([CCM256, CCM128], CCM128), ([CCM256], CCM256),
                        ([CCM256, GCM256], GCM256),
                        ([9, CCM256, 0xFFFF], CCM256)):
        with connect(env) as conn:
            conn.negotiate_with(order)
            expect_equal(conn.cipher, best, "of %r" % (order,))
    for order, best in (([0, 1, 2], 2), ([2, 1, 0], 2), ([0, 1], 1), ([0], 0),
                        ([7, 0, 9], 0)):
        with connect(env) as conn:
            conn.negotiate_with(signings=order)
            expect_equal(conn.algorithm, best, "of signing %r" % (order,))


@GROUP.test("nothing in common: served without, refused where it is required")
def no_overlap(env):
    with connect(env) as conn:
        conn.enter(*ALICE, ciphers=[5, 0x8000], signings=[3, 77],
                   sealing=False)
        expect_equal(chosen(conn.contexts, 2), 0, "cipher of the reply")
        expect(8 not in conn.contexts, "a signing context without overlap")
        conn.signing = True         # by CMAC, as 3.1.1 does without a context
        everyday(conn, "no-overlap")
        expect(conn.verified > 5, "no signature seen")
    with connect(env) as conn:
        conn.enter(*ALICE, sealing=False)
        expect_equal(sorted(conn.contexts), [1], "contexts not asked for")
    with connect(env, "required") as conn:
        conn.negotiate_with([5, 0x8000])
        reply = conn.session_setup(*ALICE, check=False)
        expect_equal(reply.name, "ACCESS_DENIED", "login without a cipher")


@GROUP.test("malformed encryption and signing contexts")
def bad_contexts(env):
    def context(kind, data):
        return rawsmb.context(kind, data)
    for bad in (context(2, b""), context(2, bytes(2)), context(8, bytes(2)),
                context(2, struct.pack("<HH", 2, 1)),
                context(8, struct.pack("<HHH", 9, 1, 2)),
                context(2, struct.pack("<HH", 0xFFFF, 2))):
        with connect(env) as conn:
            try:
                conn.negotiate_with(extra=[bad])
                raise AssertionError("accepted: " + bad.hex())
            except rawsmb.Status as status:
                expect_equal(status.reply.name, "INVALID_PARAMETER",
                             bad.hex())
            except Closed:
                pass
    for kind in (2, 8):
        double = [context(kind, struct.pack("<HH", 1, 1))] * 2
        with connect(env) as conn:
            try:
                conn.negotiate_with(extra=double)
                raise AssertionError("two contexts of one type accepted")
            except rawsmb.Status as status:
                expect_equal(status.reply.name, "INVALID_PARAMETER",
                             "two contexts")
    healthy(env)


# Settings: whole server

def can_login(env, setting, **kinds):
    """(status of the login, SessionFlags)"""
    with connect(env, setting) as conn:
        conn.negotiate_with(**kinds)
        reply = conn.session_setup(*ALICE, check=False)
        return reply.name, conn.guest_flags & SESSION_ENCRYPT


CAPABLE = ({"ciphers": [GCM128]}, {"ciphers": [CCM256]}, {"dialect": 0x0300},
           {"dialect": 0x0302})
INCAPABLE = ({"dialect": 0x0202}, {"dialect": 0x0210}, {},
             {"dialect": 0x0300, "capabilities": 0x3F}, {"ciphers": [99]})


@GROUP.test("smb3 encryption = off: no cipher, sealed shares out of reach")
def setting_off(env):
    for kinds in CAPABLE + INCAPABLE:
        expect_equal(can_login(env, "off", **kinds), ("SUCCESS", 0),
                     "login with %r" % (kinds,))
    with connect(env, "off") as conn:
        conn.enter(*ALICE, ciphers=ALL_CIPHERS, sealing=False)
        expect_equal(conn.cipher, 0, "cipher")
        expect_equal(conn.tree_connect("required", check=False).name,
                     "ACCESS_DENIED", "a share that must be sealed")
        conn.tree_connect("desired")
        conn.close(conn.create("off"))
    with connect(env, "off") as conn:
        conn.negotiate_with(dialect=0x0300)
        expect(not conn.capabilities & CAP_ENCRYPTION, "capability at 3.0")


@GROUP.test("smb3 encryption = auto: sealed or not, as the client likes")
def setting_auto(env):
    for kinds in CAPABLE + INCAPABLE:
        expect_equal(can_login(env, "auto", **kinds), ("SUCCESS", 0),
                     "login with %r" % (kinds,))
    with enter(env, sealing=False) as conn:
        handle = conn.create("auto")
        expect(not conn.opened, "an unsealed request got a sealed reply")
        conn.sealing = True
        conn.write(handle, 0, b"sealed")
        expect(conn.opened, "a sealed request got an unsealed reply")
        conn.sealing = False
        expect_equal(conn.read(handle, 0, 6), b"sealed", "read unsealed")
        expect(not conn.opened, "an unsealed request got a sealed reply")
        conn.close(handle)


@GROUP.test("smb3 encryption = desired: who can, must")
def setting_desired(env):
    for kinds in CAPABLE:
        expect_equal(can_login(env, "desired", **kinds),
                     ("SUCCESS", SESSION_ENCRYPT), "login with %r" % (kinds,))
    for kinds in INCAPABLE:
        expect_equal(can_login(env, "desired", **kinds), ("SUCCESS", 0),
                     "login with %r" % (kinds,))
    refuses_plain(env, "desired")
    with connect(env, "desired") as conn:
        conn.enter(*ALICE, dialect=0x0210, sealing=False)
        everyday(conn, "desired-plain")


@GROUP.test("smb3 encryption = required: who cannot, is refused")
def setting_required(env):
    for kinds in CAPABLE:
        expect_equal(can_login(env, "required", **kinds),
                     ("SUCCESS", SESSION_ENCRYPT), "login with %r" % (kinds,))
    for kinds in INCAPABLE:
        expect_equal(can_login(env, "required", **kinds)[0], "ACCESS_DENIED",
                     "login with %r" % (kinds,))
    refuses_plain(env, "required")
    with connect(env, "required") as conn:
        conn.negotiate_with([GCM128])
        reply = conn.session_setup("nobody at all", "x", check=False)
        expect_equal(reply.name, "ACCESS_DENIED", "a guest, without a key")


def refuses_plain(env, setting):
    """Requests that ought to be sealed and are not: signed or not."""
    with enter(env, setting=setting) as conn:
        handle = conn.create("sealed-" + setting)
        bodies = ((CREATE, create_body("plain-" + setting)),
                  (READ, read_body(handle.id, 0, 1)),
                  (WRITE, write_body(handle.id, 0, b"plain")),
                  (CLOSE, close_body(handle.id)),
                  (TREE_CONNECT, tree_body("data")), (LOGOFF, EMPTY))
        for command, body in bodies:
            for sign in (True, False):
                conn.sealing = False
                reply = conn.request(command, body, sign=sign)
                expect_equal(reply.name, "ACCESS_DENIED",
                             "plain command %d on a sealed session" % command)
                conn.sealing = True
        expect_equal(conn.read(handle, 0, 10), b"", "nothing was written")
        conn.close(handle)
        expect(not os.path.exists(env.path("data", "plain-" + setting)),
               "an unsealed CREATE made a file")
    healthy(env, setting)


def tree_body(share):
    path = ("\\\\127.0.0.1\\" + share).encode("utf-16-le")
    return struct.pack("<HHHH", 9, 0, 72, len(path)) + path


# Settings: one share

@GROUP.test("smb encrypt of a share: flag, refusal of plain requests")
def share_settings(env):
    for share, must in (("data", 0), ("auto", 0), ("desired", SHARE_ENCRYPT),
                        ("required", SHARE_ENCRYPT)):
        with enter(env, share=None, sealing=False) as conn:
            reply = conn.tree_connect(share)
            flags = struct.unpack_from("<I", reply.body, 4)[0]
            expect_equal(flags & SHARE_ENCRYPT, must, "flag of " + share)
            plain = conn.request(CREATE, create_body("plain"), sign=True)
            expect_equal(plain.name, "ACCESS_DENIED" if must else "SUCCESS",
                         "an unsealed CREATE on " + share)
            unsigned = conn.request(CREATE, create_body("plain"), sign=False)
            expect_equal(unsigned.name,
                         "ACCESS_DENIED" if must else "SUCCESS",
                         "an unsigned CREATE on " + share)
            conn.sealing = True
            everyday(conn, "sealed")
            expect_equal(os.path.exists(env.path(share, "plain")), not must,
                         "a file made by an unsealed CREATE on " + share)


@GROUP.test("smb encrypt of a share: clients that cannot")
def share_incapable(env):
    for kinds in INCAPABLE:
        with connect(env) as conn:
            conn.enter(*ALICE, share=None, sealing=False, **kinds)
            for share, name in (("auto", "SUCCESS"), ("desired", "SUCCESS"),
                                ("required", "ACCESS_DENIED")):
                expect_equal(conn.tree_connect(share, check=False).name, name,
                             "%s with %r" % (share, kinds))
                if name == "SUCCESS":
                    conn.close(conn.create("incapable"))
    with connect(env) as conn:
        conn.negotiate_with([GCM128])
        conn.session_setup("nobody at all", "x")
        expect_equal(conn.tree_connect("required", check=False).name,
                     "ACCESS_DENIED", "a guest on a sealed share")


@GROUP.test("one session, a sealed and a plain tree: each by its own rule")
def mixed_trees(env):
    with enter(env, share="required") as conn:
        sealed_tree = conn.tree
        conn.sealing = False
        conn.tree_connect("data")
        conn.close(conn.create("plain-tree"))
        reply = conn.request(CREATE, create_body("x"), tree=sealed_tree)
        expect_equal(reply.name, "ACCESS_DENIED", "unsealed, sealed tree")
        # by a chain: what follows inherits the tree, not the rule
        replies = conn.chain_replies([
            (CREATE, create_body("y"), {"tree": sealed_tree}),
            (CLOSE, close_body(ANY_FILE))])
        expect(not any(reply.ok for reply in replies), "an unsealed chain")
    expect(not os.path.exists(env.path("required", "x")), "x was made")
    expect(not os.path.exists(env.path("required", "y")), "y was made")


# Inside a transform

@GROUP.test("compounds in one transform, answered in one")
def compounds(env):
    for cipher in ALL_CIPHERS:
        with enter(env, ciphers=[cipher]) as conn:
            before = conn.sealed_frames
            replies = conn.chain_replies([
                (CREATE, create_body("compound")),
                (WRITE, write_body(ANY_FILE, 0, b"together")),
                (READ, read_body(ANY_FILE, 0, 100)),
                (CLOSE, close_body(ANY_FILE))])
            expect_equal([reply.name for reply in replies], ["SUCCESS"] * 4,
                         "related requests")
            expect_equal(conn.read_data(replies[2])[:8], b"together", "READ")
            expect_equal(conn.sealed_frames - before, 1, "replies' frames")
            replies = conn.chain_replies([(ECHO, EMPTY)] * 5, related=False)
            expect_equal([reply.name for reply in replies], ["SUCCESS"] * 5,
                         "unrelated requests")
            expect_equal(conn.sealed_frames - before, 2, "replies' frames")


@GROUP.test("a chain of elements of two sessions is no one's work")
def two_sessions_in_one(env):
    with enter(env) as conn:
        first, key = conn.session, conn.seal_out
        conn.sealing = False
        conn.session_setup(*BOB)
        second = conn.session
        conn.session, conn.seal_out = first, key
        conn.sealing = True
        body = EMPTY + bytes(4)
        frame = (conn.header(ECHO, after=72) + body +
                 conn.header(CREATE, session=second) + create_body("two"))
        conn.send_frame(frame)
        expect(outcome_until_closed(conn), "it was answered")
    expect(not os.path.exists(env.path("data", "two")), "a file was made")
    healthy(env)


def outcome_until_closed(conn):
    """Takes replies until the end; is there one?"""
    for _ in range(20):
        name = outcome(conn)
        if name in (CLOSED, SILENT):
            return name == CLOSED
    return False


def large(env, cipher):
    size = env.scale(8 * MIB, 2 * MIB)
    data = pattern(size, cipher)
    with enter(env, ciphers=[cipher]) as conn:
        expect_equal(conn.max_write, 8 * MIB, "largest WRITE")
        handle = conn.create("large")
        for _ in range(8):          # gather credits
            conn.alive()
        expect_equal(conn.write(handle, 0, data), size, "one large WRITE")
        expect(conn.read(handle, 0, size) == data, "READ of it all")
        # many at once, each in its transform
        part = size // 8
        conn.collect([conn.send(READ, read_body(handle.id, i * part, part),
                                charge=conn.charge(part)) for i in range(8)])
        expect(conn.read(handle, 1, size - 1) == data[1:], "an odd READ")
        conn.close(handle)
    with open(env.path("data", "large"), "rb") as stream:
        expect(stream.read() == data, "what arrived")


for word in CIPHERS:
    GROUP.add("READ and WRITE of 8 MiB by " + word,
              lambda env, word=word: large(env, CIPHERS[word]))


@GROUP.test("an oplock's break is sealed when the open was")
def sealed_break(env):
    with enter(env) as holder, enter(env, sealing=False) as other:
        handle = holder.create("oplocked", oplock=9)
        expect_equal(handle.oplock, 9, "the granted oplock")
        mid = other.send(CREATE, create_body("oplocked"))
        notice = holder.receive_chain()[0]
        expect_equal(notice.command, rawsmb.OPLOCK_BREAK, "what came")
        expect(holder.opened, "the notice was not sealed")
        holder.must(rawsmb.OPLOCK_BREAK,
                    struct.pack("<HBBI", 24, 1, 0, 0) + handle.id)
        expect(other.receive(mid).ok, "the waiting CREATE")
        expect(not other.opened, "a sealed reply to who has not sealed")


@GROUP.test("after LOGOFF the transforms' key is gone")
def after_logoff(env):
    with enter(env) as conn:
        conn.must(LOGOFF, EMPTY)
        expect(conn.opened, "the reply to LOGOFF was not sealed")
        conn.send(ECHO, EMPTY)
        expect_equal(outcome(conn), CLOSED, "a transform after LOGOFF")


# Forgeries

def refused_frame(env, conn, frame, what):
    """`frame` has to end the connection, unanswered."""
    try:
        conn.send_raw(struct.pack(">I", len(frame)) + frame)
        got = outcome(conn)
    except Closed:
        got = CLOSED
    expect_equal(got, CLOSED, what)


def write_frame(conn, handle, data=b"forged"):
    """A WRITE, sealed or signed as the connection does it."""
    message = conn.finish(conn.header(WRITE) + write_body(handle.id, 0, data))
    return conn.seal(message) if conn.sealing else message


def field_of(fields, at):
    return next(name for name, (begin, size) in fields.items()
                if begin <= at < begin + size)


@GROUP.test("one byte flipped in a sealed request: header, message, tag")
def flip_sealed(env):
    with enter(env) as keeper:
        handle = keeper.create("flip-sealed")
        keeper.write(handle, 0, b"intact")
        size = len(write_frame(keeper, handle))
    places = list(range(TRANSFORM_SIZE + 64)) + list(
        range(TRANSFORM_SIZE + 64, size, 7)) + [size - 1]
    for at in places:
        for bits in (0x01, 0x80):
            with enter(env) as conn:
                handle = conn.open("flip-sealed")
                frame = flipped(write_frame(conn, handle), at, bits)
                where = (field_of(TRANSFORM_FIELDS, at)
                         if at < TRANSFORM_SIZE else "sealed byte")
                # of the 16 bytes of a nonce GCM uses 12, and all are covered
                refused_frame(env, conn, frame, "%s, byte %d" % (where, at))
        intact(env, "flip-sealed")
    healthy(env)


def intact(env, name):
    with open(env.path("data", name), "rb") as stream:
        expect_equal(stream.read(), b"intact", "the file after a forgery")


@GROUP.test("one byte flipped in a sealed request of every cipher")
def flip_ciphers(env):
    with enter(env) as keeper:
        keeper.write(keeper.create("flip-ciphers"), 0, b"intact")
    for cipher in ALL_CIPHERS:
        for at in (4, 19, 20, 30, 31, 35, 36, 40, 42, 44, 51, 52, 100, 150):
            with enter(env, ciphers=[cipher]) as conn:
                handle = conn.open("flip-ciphers")
                frame = flipped(write_frame(conn, handle), at)
                refused_frame(env, conn, frame, "cipher %d, byte %d" %
                              (cipher, at))
    intact(env, "flip-ciphers")
    healthy(env)


def flip_signed(env, word):
    name = "flip-" + word
    with enter(env) as keeper:
        keeper.write(keeper.create(name), 0, b"intact")
    places = list(range(64 + 48 + 6))
    for at in places:
        for bits in (0x01, 0xFF):
            with connect(env) as conn:
                conn.negotiate_with(signings=[SIGNINGS[word]])
                conn.session_setup(*ALICE, security=2)
                conn.signing = True
                conn.tree_connect("data")
                handle = conn.open(name)
                frame = flipped(write_frame(conn, handle), at, bits)
                # shorter than a timeout: what is silent is told below
                conn.sock.settimeout(env.seconds(0.5) if at in SILENT_AT
                                     else env.seconds(60))
                conn.send_raw(struct.pack(">I", len(frame)) + frame)
                got = outcome(conn)
                where = (field_of(HEADER_FIELDS, at) if at < 64
                         else "body") + ", byte %d" % at
                expect(got != "SUCCESS", where + " was accepted")
                expect(got in REFUSALS, "%s: %s" % (where, got))
        intact(env, name)
    healthy(env)


REFUSALS = (CLOSED, SILENT, "ACCESS_DENIED", "USER_SESSION_DELETED",
            "INVALID_PARAMETER")
SILENT_AT = (12, 13)


for word in SIGNINGS:
    GROUP.add("one byte flipped in a request signed by " + word,
              lambda env, word=word: flip_signed(env, word))


@GROUP.test("signing required: unsigned, wrong key, signature of another")
def signing_required(env):
    with enter(env) as keeper:
        keeper.write(keeper.create("unsigned"), 0, b"intact")
    with connect(env) as conn:
        conn.negotiate_with()
        conn.session_setup(*ALICE, security=2)
        conn.signing = True
        conn.tree_connect("data")
        handle = conn.open("unsigned")
        body = write_body(handle.id, 0, b"forged")
        reply = conn.request(WRITE, body, sign=False)
        expect_equal(reply.name, "ACCESS_DENIED", "unsigned")
        other = conn.finish(conn.header(WRITE) + body)
        conn.mid -= 1
        message = conn.header(WRITE, flags=FLAG_SIGNED, credits=65) + body
        conn.send_frame(message[:48] + other[48:64] + message[64:])
        expect_equal(outcome(conn), "ACCESS_DENIED", "another's signature")
        key, conn.key = conn.key, os.urandom(16)
        message = conn.finish(conn.header(WRITE) + body)
        conn.key = key
        conn.send_frame(message)
        expect_equal(outcome(conn), "ACCESS_DENIED", "a wrong key")
        expect_equal(conn.read(handle, 0, 10), b"intact", "the file")
    intact(env, "unsigned")


@GROUP.test("replayed transforms: on the same connection and on others")
def replayed(env):
    with enter(env) as conn:
        handle = conn.create("replayed")
        frame = write_frame(conn, handle, b"first!")
        conn.send_raw(struct.pack(">I", len(frame)) + frame)
        expect(conn.receive().ok, "the first time")
        conn.write(handle, 0, b"intact")
        refused_frame(env, conn, frame, "a transform sent twice")
    intact(env, "replayed")
    with enter(env) as conn, enter(env) as other:
        handle = conn.create("replayed")
        other.open("replayed")
        frame = write_frame(conn, handle)
        refused_frame(env, other, frame, "a transform of another's session")
        refused_frame(env, enter(env, sealing=False), frame,
                      "the same on an unsealed connection")
    intact(env, "replayed")
    healthy(env)


@GROUP.test("a client's nonce used twice does no harm")
def nonce_reuse(env):
    for cipher in ALL_CIPHERS:
        with enter(env, ciphers=[cipher]) as conn:
            for _ in range(10):
                message = conn.header(ECHO) + EMPTY
                conn.send_frame(conn.seal(message, nonce=b"again"))
                expect(conn.receive().ok, "an ECHO")
            expect_equal(len(conn.nonces), conn.sealed_frames,
                         "the server's nonces differ")


@GROUP.test("transforms of wrong sessions")
def wrong_sessions(env):
    def sealed(conn, **fields):
        return conn.seal(conn.header(ECHO) + EMPTY, **fields)
    with enter(env) as stranger:
        for session in (0, 1, 0xFFFFFFFFFFFFFFFF, stranger.session):
            with enter(env) as conn:
                refused_frame(env, conn, sealed(conn, session=session),
                              "session %#x" % session)
    # two sessions on one connection: the key is one's, the request the other's
    with enter(env) as conn:
        first = conn.session
        conn.sealing = False
        conn.session_setup(*BOB)
        message = conn.header(ECHO, session=first) + EMPTY
        refused_frame(env, conn, conn.seal(message), "the other's request")
    with enter(env) as conn:
        first, key = conn.session, conn.seal_out
        conn.sealing = False
        conn.session_setup(*BOB)
        message = conn.header(ECHO) + EMPTY
        refused_frame(env, conn, transform(conn.cipher, key, conn.session,
                                           b"n", message), "the other's key")
    healthy(env)


@GROUP.test("transforms before a session is there")
def too_early(env):
    message = rawsmb.Connection.header
    with connect(env) as conn:
        frame = transform(GCM128, bytes(16), 1, b"n", message(conn, ECHO))
        refused_frame(env, conn, frame, "before NEGOTIATE")
    with connect(env) as conn:
        conn.negotiate_with([GCM128])
        frame = transform(GCM128, bytes(16), 1, b"n", message(conn, ECHO))
        refused_frame(env, conn, frame, "before SESSION_SETUP")
    with connect(env) as conn:      # a session without keys
        conn.enter(*ALICE, sealing=False)
        frame = transform(GCM128, bytes(16), conn.session, b"n",
                          message(conn, ECHO) + EMPTY)
        refused_frame(env, conn, frame, "a session without a cipher")
    with connect(env) as conn:
        conn.negotiate_with([GCM128])
        conn.session_setup("nobody at all", "x")
        frame = transform(GCM128, bytes(16), conn.session, b"n",
                          message(conn, ECHO) + EMPTY)
        refused_frame(env, conn, frame, "a guest's session")
    healthy(env)


@GROUP.test("wrong contents: transforms, compression, SMB1, too little")
def wrong_contents(env):
    def inner(conn, message):
        return {
            "a transform": conn.seal(message),
            "a compressed message": b"\xfcSMB" + struct.pack(
                "<IHHI", len(message), 1, 0, 0) + message,
            "SMB1": b"\xffSMB" + message[4:],
            "nothing": b"",
            "a byte": b"\xfe",
            "an id": b"\xfeSMB",
            "half a header": message[:32],
            "a header's most": message[:63],
            "a reply": message[:16] + b"\1" + message[17:],
            "a header of another size": message[:4] + b"\x41" + message[5:],
            "a chain into nowhere": message[:20] + struct.pack(
                "<I", 0x1000) + message[24:],
            "a chain that stands": message[:20] + struct.pack("<I", 8) +
            message[24:],
        }
    with enter(env) as sample:
        names = list(inner(sample, bytes(68)))
    for cipher in (GCM128, CCM128):
        for name in names:
            with enter(env, ciphers=[cipher]) as conn:
                message = conn.header(ECHO) + EMPTY
                frame = conn.seal(inner(conn, message)[name])
                refused_frame(env, conn, frame, name + " in a transform")
    healthy(env)


@GROUP.test("well sealed with wrong fields in the transform header")
def wrong_transforms(env):
    cases = [{"flags": value} for value in (0, 2, 3, 0x101, 0xFFFF)]
    cases += [{"size": value} for value in (0, 1, 67, 69, 0x7FFFFFFF,
                                            0xFFFFFFFF)]
    for fields in cases:
        with enter(env) as conn:
            frame = conn.seal(conn.header(ECHO) + EMPTY, **fields)
            refused_frame(env, conn, frame, repr(fields))
    for size in (4, 16, 51, 52):
        with enter(env) as conn:
            frame = conn.seal(conn.header(ECHO) + EMPTY)[:size]
            refused_frame(env, conn, frame, "the first %d bytes" % size)
    with enter(env) as conn:
        frame = conn.seal(conn.header(ECHO) + EMPTY) + b"more"
        refused_frame(env, conn, frame, "more than it says")
    healthy(env)


@GROUP.test("a sealed request that says it is signed needs no signature")
def sealed_and_signed(env):
    with enter(env) as conn:
        conn.send_frame(conn.header(ECHO, flags=FLAG_SIGNED) + EMPTY)
        reply = conn.receive()
        expect(reply.ok and conn.opened, "status " + reply.name)
        replies = conn.chain_replies([
            (CREATE, create_body("both"), {"flags": FLAG_SIGNED}),
            (CLOSE, close_body(ANY_FILE),
             {"flags": FLAG_SIGNED | FLAG_RELATED})])
        expect_equal([r.name for r in replies], ["SUCCESS"] * 2, "a chain")


# smbclient

def with_smbclient(env, protection, option, word, dialect=None):
    smb = SmbClient(env, server(env), dialect=dialect, options=[
        "client protection=" + protection, "%s=%s" % (option, word)])
    top = "smbclient-" + word + (dialect or "")
    source, back = env.path("source-" + word), env.path("back-" + word)
    with open(source, "wb") as stream:
        stream.write(pattern(3 * MIB + 17))
    smb.run(["mkdir " + top, "cd " + top, 'put "%s" one.bin' % source])
    smb.run(["cd " + top, 'get one.bin "%s"' % back])
    with open(back, "rb") as stream:
        expect(stream.read() == pattern(3 * MIB + 17), "what came back")
    entries = smb.listing(top + "\\*")
    expect_equal(sorted(entries), ["one.bin"], "ls")
    smb.run("deltree " + top)
    if protection == "encrypt":
        smb.share = "required"
        smb.run(['put "%s" two.bin' % source, "del two.bin"])


for word in CIPHERS:
    GROUP.add("smbclient encrypts by " + word, lambda env, word=word:
              with_smbclient(env, "encrypt",
                             "client smb3 encryption algorithms", word))
for word in ("SMB3_00", "SMB3_02"):
    GROUP.add("smbclient encrypts at " + word, lambda env, word=word:
              with_smbclient(env, "encrypt",
                             "client smb3 encryption algorithms",
                             "AES-128-CCM", word))
for word in SIGNINGS:
    GROUP.add("smbclient signs by " + word, lambda env, word=word:
              with_smbclient(env, "sign", "client smb3 signing algorithms",
                             word))


@GROUP.test("smbclient: with encryption where it is required, not without")
def smbclient_required(env):
    SmbClient(env, server(env, "required")).run("ls")
    SmbClient(env, server(env, "required"), dialect="SMB2_10").fails(
        "ls", "ACCESS_DENIED")
    SmbClient(env, server(env), share="required", dialect="SMB2_10").fails(
        "ls", "ACCESS_DENIED")
    result = SmbClient(env, server(env, "off"), options=[
        "client protection=encrypt"]).raw("ls")
    expect(result.code != 0, "encryption against a server that has none: " +
           result.describe())
