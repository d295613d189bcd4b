# SPDX-License-Identifier: GPL-2.0-or-later
"""NTLM: which of its kinds get in, and what is verified of each."""
import struct

import rawcrypto
import rawsmb
from clients import SmbClient
from harness import Group, expect, expect_equal
from rawcrypto import Ntlm, NtlmV1, spnego_init, spnego_response
from rawfile import Client
from servers import Share, Spec

GROUP = Group("logins", "NTLM: kinds, MICs, channel bindings")
PASSWORD = "wonder land"
AV_FLAGS, AV_CHANNEL_BINDINGS = 6, 10
MIC = slice(72, 88)
# smbclient by NTLMv1: with a client challenge, plain
OLD = ["client ntlmv2 auth=no"]
OLDEST = OLD + ["ntlmssp_client:ntlm2=no"]


def server(env):
    return env.default_server()


def permitting(env):
    """A server that takes NTLMv1, and anonymous sessions."""
    if "permitting" not in env.state:
        env.state["permitting"] = env.start(Spec(
            shares=[Share("data", env.make_dir("permitting"))],
            users=[("alice", PASSWORD)], name="permitting",
            globals={"ntlm auth": "ntlmv1-permitted",
                     "restrict anonymous": "0"}))
    return env.state["permitting"]


def finish(conn, ntlm, mic, spnego=True):
    """Both legs; the second with this mechListMIC. The last reply."""
    conn.session = 0
    first = ntlm.negotiate()
    reply = conn.request(rawsmb.SESSION_SETUP, conn.setup_body(
        spnego_init(first) if spnego else first))
    expect_equal(reply.name, "MORE_PROCESSING_REQUIRED", "the first leg")
    conn.session = reply.session
    offset, size = struct.unpack_from("<HH", reply.body, 4)
    ntlm.parse_challenge(reply.message[offset:offset + size])
    last = ntlm.authenticate()
    if callable(mic):
        mic = mic()
    return conn.request(rawsmb.SESSION_SETUP, conn.setup_body(
        spnego_response(last, mic) if spnego else last))


def outcome(env, target, ntlm, mic=None, spnego=True):
    with Client(target.port, env.seconds(60)) as conn:
        conn.negotiate(dialects=(0x0302,))
        return finish(conn, ntlm, mic, spnego).name


def goes_on(env, target, ntlm, spnego=True):
    """Logs in, and works with the keys that both sides have then."""
    with Client(target.port, env.seconds(60)) as conn:
        conn.negotiate()
        conn.session_setup("", "", spnego=spnego, ntlm=ntlm)
        conn.tree_connect("data")
        expect(conn.verified, "nothing was signed")


@GROUP.test("NTLMv1 of either kind is refused by default")
def off_by_default(env):
    for extended in (False, True):
        for spnego in (False, True):
            expect_equal(outcome(env, server(env), NtlmV1(
                "alice", PASSWORD, extended), spnego=spnego),
                "LOGON_FAILURE", "extended %s, SPNEGO %s" % (extended, spnego))
    for options in (OLD, OLDEST):
        SmbClient(env, server(env), options=options).fails(
            "ls", "LOGON_FAILURE")


@GROUP.test("NTLMv1 of either kind where it is permitted, with mechListMIC",
            not_on_reference="it wants another parameter")
def permitted(env):
    target = permitting(env)
    for extended in (False, True):
        for exchange in (False, True):
            for mic in (False, True):
                for spnego in (False, True):
                    ntlm = NtlmV1("alice", PASSWORD, extended)
                    if not exchange:
                        ntlm.flags &= ~rawcrypto.FLAG_KEY_EXCHANGE
                    with Client(target.port, env.seconds(60)) as conn:
                        conn.negotiate(dialects=(0x0302,))
                        reply = finish(conn, ntlm, ntlm.mechlist_mic if mic
                                       else None, spnego)
                        expect_equal(reply.name, "SUCCESS",
                                     "extended %s, key exchange %s, MIC %s, "
                                     "SPNEGO %s" % (extended, exchange, mic,
                                                    spnego))
            goes_on(env, target, NtlmV1("alice", PASSWORD, extended))
    for options in (OLD, OLDEST, OLDEST + ["ntlmssp_client:keyexchange=no"]):
        SmbClient(env, target, options=options).run("ls")
        SmbClient(env, target, options=options, signing="required").run("ls")
        SmbClient(env, target, options=options, password="wrong").fails(
            "ls", "LOGON_FAILURE")


@GROUP.test("a mechListMIC that is not right",
            not_on_reference="it wants another parameter")
def mech_list_mics(env):
    for make in (lambda: Ntlm("alice", PASSWORD),
                 lambda: NtlmV1("alice", PASSWORD, True),
                 lambda: NtlmV1("alice", PASSWORD)):
        for at in (0, 8, 11, 12, 15):
            ntlm = make()

            def altered():
                mic = bytearray(ntlm.mechlist_mic())
                mic[at] ^= 1
                return bytes(mic)
            expect_equal(outcome(env, permitting(env), ntlm, altered),
                         "LOGON_FAILURE", "byte %d altered" % at)
        for size in (0, 8, 15, 17, 32):
            expect_equal(outcome(env, permitting(env), make(), bytes(size)),
                         "LOGON_FAILURE", "%d bytes" % size)
        ntlm = make()
        other = rawcrypto.OID_NTLMSSP, rawcrypto.OID_NTLMSSP
        expect_equal(outcome(env, permitting(env), ntlm,
                             lambda: ntlm.mechlist_mic(other)),
                     "LOGON_FAILURE", "of another list")


class LmOnly(Ntlm):
    """No NTLM response: what LM, or a user without a password, would send."""

    def __init__(self, user, lm):
        super().__init__(user, PASSWORD, mic=False)
        self.lm = lm
        self.flags &= ~rawcrypto.FLAG_KEY_EXCHANGE

    def responses(self):
        return b"", bytes(16)

    def lm_response(self):
        return self.lm


@GROUP.test("LM never: not alone, not beside a wrong NTLM response",
            not_on_reference="it wants another parameter")
def lan_manager(env):
    class Beside(LmOnly):
        def responses(self):
            return bytes(24), bytes(16)

    for target in (server(env), permitting(env)):
        for lm in (b"", b"\0", b"\x33" * 24, b"\x33" * 16):
            expect_equal(outcome(env, target, LmOnly("alice", lm)),
                         "LOGON_FAILURE", "LM of %d bytes" % len(lm))
        for lm in (b"\x33" * 24, PASSWORD.upper().encode().ljust(14, b"\0")):
            status = outcome(env, target, Beside("alice", lm))
            expect_equal(status, "LOGON_FAILURE", "beside zeros")
        # what LM takes for the password: fourteen letters in upper case
        key = PASSWORD.upper().encode().ljust(14, b"\0")

        class RealLm(LmOnly):
            def lm_response(self):
                magic = b"KGS!@#$%"
                return rawcrypto.desl(b"".join(rawcrypto.DES.new(
                    rawcrypto.des_key(key[i:i + 7]), rawcrypto.DES.MODE_ECB
                ).encrypt(magic) for i in (0, 7)), self.server_challenge)
        expect_equal(outcome(env, target, RealLm("alice", b"")),
                     "LOGON_FAILURE", "a right LM response")


@GROUP.test("who is anonymous, and who only says so",
            not_on_reference="it wants another parameter")
def anonymous(env):
    target = permitting(env)

    def flags_of(ntlm):
        with Client(target.port, env.seconds(60)) as conn:
            conn.negotiate()
            conn.session_setup("", "", ntlm=ntlm)
            return conn.guest_flags

    expect_equal(flags_of(Ntlm("", "", anonymous=True)), 2, "session flags")
    for lm in (b"", b"\0"):        # no name, no response: with no flag either
        expect_equal(outcome(env, target, LmOnly("", lm)), "SUCCESS", "LM")
    for lm in (b"\1", b"\0\0", bytes(24)):
        expect_equal(outcome(env, target, LmOnly("", lm)), "LOGON_FAILURE",
                     "no name, LM of %d bytes" % len(lm))
    # the flag alone makes nobody anonymous, and does not spare the password
    ntlm = Ntlm("alice", PASSWORD)
    ntlm.flags |= rawcrypto.FLAG_ANONYMOUS
    expect_equal(flags_of(ntlm), 0, "session flags of a user")
    ntlm = Ntlm("alice", "wrong", mic=False)
    ntlm.flags |= rawcrypto.FLAG_ANONYMOUS
    expect_equal(outcome(env, target, ntlm), "LOGON_FAILURE", "wrong password")
    named = Ntlm("alice", "", anonymous=True)
    expect_equal(outcome(env, target, named), "LOGON_FAILURE",
                 "a name without a response")
    expect_equal(outcome(env, server(env), Ntlm("", "", anonymous=True)),
                 "ACCESS_DENIED", "where it is not allowed")


@GROUP.test("channel bindings are accepted, whatever they are bound to")
def channel_bindings(env):
    odd = () if env.reference else (b"", b"\1" * 100)
    for value in (bytes(16), b"\x5a" * 16) + odd:
        for mic in (False, True):
            ntlm = Ntlm("alice", PASSWORD, mic=mic)
            ntlm.extra_pairs = {AV_CHANNEL_BINDINGS: value,
                                9: "cifs/127.0.0.1".encode("utf-16-le")}
            goes_on(env, server(env), ntlm)


class Altered(Ntlm):
    """`alter` is called with the AUTHENTICATE message, a bytearray."""

    def __init__(self, alter, **kinds):
        super().__init__("alice", PASSWORD, **kinds)
        self.alter = alter

    def authenticate(self):
        message = bytearray(super().authenticate())
        return bytes(self.alter(message) or message)


def refused(env, ntlm, what, spnego=True):
    wanted = "INVALID_PARAMETER" if env.reference else "LOGON_FAILURE"
    expect_equal(outcome(env, server(env), ntlm, spnego=spnego), wanted, what)


@GROUP.test("a MIC that is not right in any byte, or zeros")
def wrong_mic(env):
    def flip(at):
        def alter(message):
            message[at] ^= 0x80
        return alter

    def zeros(message):
        message[MIC] = bytes(16)

    for alter in [flip(at) for at in range(72, 88)] + [zeros]:
        for spnego in (False, True):
            refused(env, Altered(alter), "MIC", spnego)


@GROUP.test("what the MIC protects: NEGOTIATE, CHALLENGE, the flags")
def protected(env):
    class Forged(Ntlm):
        """What the server got, or what it sent, was changed on the way."""

        def negotiate(self):
            sent = super().negotiate()
            if self.what == "NEGOTIATE":
                self.first = sent[:12] + bytes([sent[12] ^ 0x20]) + sent[13:]
            return sent

        def parse_challenge(self, blob):
            super().parse_challenge(blob)
            if self.what == "CHALLENGE":
                self.challenge = self.challenge[:-1] + b"\1"

    for what in ("NEGOTIATE", "CHALLENGE"):
        ntlm = Forged("alice", PASSWORD)
        ntlm.what = what
        refused(env, ntlm, what)

    def drop_flag(message):      # bytes 60 to 63: the flags
        message[61] ^= 0x80      # NTLMSSP_NEGOTIATE_ALWAYS_SIGN
    refused(env, Altered(drop_flag), "altered flags")


@GROUP.test("a MIC cannot be talked away")
def no_mic(env):
    def clear_flag(message):
        """AvFlags without the bit, the MIC gone: the proof covers them."""
        at = message.index(struct.pack("<HHI", AV_FLAGS, 4, 2))
        message[at + 4] = 0
        message[MIC] = bytes(16)

    def no_pair(message):
        at = message.index(struct.pack("<HHI", AV_FLAGS, 4, 2))
        message[at] = 0x77
        message[MIC] = bytes(16)

    for alter in (clear_flag, no_pair):
        expect_equal(outcome(env, server(env), Altered(alter)),
                     "LOGON_FAILURE", alter.__name__)

    def without_room(message):
        """The payload follows the flags at once, as of old clients."""
        short = bytearray(message[:64] + message[88:])
        for field in range(12, 60, 8):
            at = struct.unpack_from("<I", short, field + 4)[0]
            struct.pack_into("<I", short, field + 4, at - 24)
        return short

    status = outcome(env, server(env), Altered(without_room))
    if env.reference:
        expect(status != "SUCCESS", status)
    else:
        expect_equal(status, "INVALID_PARAMETER", "no room for a MIC")
    # who does not promise one needs none
    expect_equal(outcome(env, server(env), Altered(without_room, mic=False)),
                 "SUCCESS", "an old client")
