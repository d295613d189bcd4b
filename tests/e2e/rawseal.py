# SPDX-License-Identifier: GPL-2.0-or-later
"""Sealing, chosen signing algorithms and further channels for the raw client.

Written from [MS-SMB2] 3.1.4.3, 3.2.4.1.4 and 2.2.41, independently of the
server. What is sent may be spoiled on its way out by the caller.
"""
import hashlib
import os
import struct

from Cryptodome.Cipher import AES

import rawcrypto
from rawcrypto import AES_CMAC, AES_GMAC, HMAC_SHA256
from rawfile import Client
from rawsmb import (ALL_DIALECTS, FLAG_SIGNED, SESSION_SETUP, Reply, Status,
                    context, preauth_context)

CCM128, GCM128, CCM256, GCM256 = 1, 2, 3, 4
CIPHERS = {"AES-128-CCM": CCM128, "AES-128-GCM": GCM128,
           "AES-256-CCM": CCM256, "AES-256-GCM": GCM256}
SIGNINGS = {"HMAC-SHA256": HMAC_SHA256, "AES-CMAC": AES_CMAC,
            "AES-GMAC": AES_GMAC}
CAP_MULTI_CHANNEL, CAP_ENCRYPTION = 0x08, 0x40
SESSION_ENCRYPT = 4             # SessionFlags
SHARE_ENCRYPT = 0x8000          # ShareFlags
BINDING = 1
TRANSFORM_ID = b"\xfdSMB"
TRANSFORM_SIZE = 52
ENCRYPTED = 1
# offset and size of the fields of a transform header
TRANSFORM_FIELDS = {"ProtocolId": (0, 4), "Signature": (4, 16),
                    "Nonce": (20, 16), "OriginalMessageSize": (36, 4),
                    "Reserved": (40, 2), "Flags": (42, 2),
                    "SessionId": (44, 8)}
HEADER_FIELDS = {"ProtocolId": (0, 4), "StructureSize": (4, 2),
                 "CreditCharge": (6, 2), "Status": (8, 4), "Command": (12, 2),
                 "CreditRequest": (14, 2), "Flags": (16, 4),
                 "NextCommand": (20, 4), "MessageId": (24, 8),
                 "ProcessId": (32, 4), "TreeId": (36, 4),
                 "SessionId": (40, 8), "Signature": (48, 16)}


def encryption_context(ciphers):
    return context(2, struct.pack("<%dH" % (len(ciphers) + 1), len(ciphers),
                                  *ciphers))


def signing_context(algorithms):
    return context(8, struct.pack("<%dH" % (len(algorithms) + 1),
                                  len(algorithms), *algorithms))


def reply_contexts(reply):
    """The contexts of a reply to NEGOTIATE: {type: data}."""
    if struct.unpack_from("<H", reply.body, 4)[0] != 0x0311:
        return {}
    count = struct.unpack_from("<H", reply.body, 6)[0]
    at = struct.unpack_from("<I", reply.body, 60)[0]
    found = {}
    for _ in range(count):
        at += -at % 8
        kind, size = struct.unpack_from("<HH", reply.message, at)
        if kind in found:
            raise AssertionError("two contexts of type %d" % kind)
        found[kind] = reply.message[at + 8:at + 8 + size]
        at += 8 + size
    return found


def chosen(contexts, kind):
    """The one number in a reply's context, or None without the context."""
    if kind not in contexts:
        return None
    count, value = struct.unpack("<HH", contexts[kind])
    if count != 1:
        raise AssertionError("%d values in context %d" % (count, kind))
    return value


def seal_keys(dialect, cipher, session_key, preauth):
    """(the client's key, the server's key)"""
    size = 32 if cipher in (CCM256, GCM256) else 16
    if dialect < 0x0311:
        return (rawcrypto.derive_key(session_key, b"SMB2AESCCM\0",
                                     b"ServerIn \0"),
                rawcrypto.derive_key(session_key, b"SMB2AESCCM\0",
                                     b"ServerOut\0"))
    return (rawcrypto.derive_key(session_key, b"SMBC2SCipherKey\0", preauth,
                                 size),
            rawcrypto.derive_key(session_key, b"SMBS2CCipherKey\0", preauth,
                                 size))


def aead(cipher, key, nonce, header, size):
    """A cipher object that has taken in what is only authenticated."""
    if cipher in (CCM128, CCM256):
        worker = AES.new(key, AES.MODE_CCM, nonce=nonce[:11], mac_len=16,
                         msg_len=size, assoc_len=32)
    else:
        worker = AES.new(key, AES.MODE_GCM, nonce=nonce[:12], mac_len=16)
    worker.update(header)
    return worker


def transform(cipher, key, session, nonce, message, flags=ENCRYPTED,
              size=None, reserved=0):
    """A sealed message."""
    nonce = nonce.ljust(16, b"\0")
    header = nonce + struct.pack(
        "<IHHQ", len(message) if size is None else size, reserved, flags,
        session)
    worker = aead(cipher, key, nonce, header, len(message))
    sealed, tag = worker.encrypt_and_digest(message)
    return TRANSFORM_ID + tag + header + sealed


class SealClient(Client):
    """A client that can seal, sign by any algorithm, and bind channels."""

    def __init__(self, port, timeout=20, source=None):
        super().__init__(port, timeout, source)
        self.cipher = 0
        self.sealing = False
        self.seal_out = self.seal_in = None
        self.nonce = 0
        self.nonces = set()         # of the server, under this session's key
        self.opened = False         # was the last frame sealed?
        self.sealed_frames = 0
        self.contexts = {}
        self.bound_to = None        # what proved the session when binding

    # Negotiation

    def negotiate_with(self, ciphers=None, signings=None, dialect=0x0311,
                       capabilities=0x7F, guid=None, extra=()):
        """NEGOTIATE of one dialect; None: without that context."""
        contexts = [preauth_context()] + list(extra)
        if ciphers is not None:
            contexts.append(encryption_context(ciphers))
        if signings is not None:
            contexts.append(signing_context(signings))
        dialects = dialect if isinstance(dialect, tuple) else (dialect,)
        return self.negotiate(
            dialects=dialects, capabilities=capabilities, guid=guid,
            contexts=contexts if 0x0311 in dialects else None)

    def take_negotiated(self, reply):
        super().take_negotiated(reply)
        self.contexts = reply_contexts(reply)
        self.cipher = chosen(self.contexts, 2) or 0
        self.algorithm = chosen(self.contexts, 8)
        if 0x0300 <= self.dialect < 0x0311 and \
                self.capabilities & CAP_ENCRYPTION:
            self.cipher = CCM128

    def logged_in(self, reply, ntlm, preauth, check):
        reply = super().logged_in(reply, ntlm, preauth, check)
        if reply.ok and self.cipher and self.key:
            self.seal_out, self.seal_in = seal_keys(
                self.dialect, self.cipher, ntlm.session_key, preauth)
        return reply

    @property
    def must_seal(self):
        return bool(self.guest_flags & SESSION_ENCRYPT)

    def enter(self, user, password, share="data", ciphers=None, signings=None,
              dialect=0x0311, sealing=True, **kinds):
        """Everything up to a tree connection, sealed from then on."""
        self.negotiate_with(ciphers, signings, dialect, **kinds)
        self.session_setup(user, password)
        self.sealing = sealing
        if share is not None:
            self.tree_connect(share)
        return self

    # Sealed messages

    def next_nonce(self):
        self.nonce += 1
        return struct.pack("<Q", self.nonce)

    def seal(self, message, **fields):
        fields.setdefault("session", self.session)
        fields.setdefault("nonce", self.next_nonce())
        return transform(self.cipher, self.seal_out, message=message, **fields)

    def send_frame(self, payload):
        if self.sealing and payload[:4] == b"\xfeSMB":
            payload = self.seal(payload)
        super().send_frame(payload)

    def finish(self, message, sign=None):
        return message if self.sealing else super().finish(message, sign)

    def request(self, command, body, sign=None, **fields):
        if self.sealing:
            sign = False
        return super().request(command, body, sign, **fields)

    def receive_frame(self):
        data = super().receive_frame()
        self.opened = data[:4] == TRANSFORM_ID
        return self.open_frame(data) if self.opened else data

    def open_frame(self, data):
        """Checks and opens a transform of the server's."""
        header = data[20:TRANSFORM_SIZE]
        nonce = header[:16]
        size, reserved, flags, session = struct.unpack_from("<IHHQ", header,
                                                            16)
        if self.seal_in is None or session != self.session:
            raise AssertionError("a transform of session %#x" % session)
        if flags != ENCRYPTED or reserved or \
                size != len(data) - TRANSFORM_SIZE:
            raise AssertionError("a bad transform: " + header.hex())
        used = 11 if self.cipher in (CCM128, CCM256) else 12
        if any(nonce[used:]):
            raise AssertionError("bytes behind the nonce: " + nonce.hex())
        if nonce in self.nonces:
            raise AssertionError("the server has used a nonce twice")
        self.nonces.add(nonce)
        worker = aead(self.cipher, self.seal_in, nonce, header, size)
        message = worker.decrypt_and_verify(data[TRANSFORM_SIZE:], data[4:20])
        self.sealed_frames += 1
        return message

    def note(self, reply):
        if self.opened and (reply.flags & FLAG_SIGNED or
                            any(reply.message[48:64])):
            raise AssertionError("a reply that is sealed and signed")
        super().note(reply)

    # Further legs: binding, and proving oneself again

    def legs(self, ntlm, session, proof=None, flags=0, security=1,
             previous=0):
        """SESSION_SETUP for a session that is there.

        `proof`: key and algorithm that sign the requests, or None.

        Returns the last reply and the preauthentication hash. The reply's
        signature is left to the caller, for it depends on the outcome.
        """
        blob, preauth = ntlm.negotiate(), self.preauth
        for step in range(2):
            mic = ntlm.mechlist_mic() if step and ntlm.mic else None
            blob = (rawcrypto.spnego_response(blob, mic) if step
                    else rawcrypto.spnego_init(blob))
            request = self.header(
                SESSION_SETUP, session=session, tree=0,
                flags=FLAG_SIGNED if proof else 0) + self.setup_body(
                blob, flags=flags, security=security, previous=previous)
            if proof:
                request = rawcrypto.sign(self.dialect, proof[0], request,
                                         proof[1])
            self.send_frame(request)
            preauth = hashlib.sha512(preauth + request).digest()
            data = self.receive_frame()
            reply = Reply(data)
            self.credits += reply.credits
            if reply.name != "MORE_PROCESSING_REQUIRED":
                break
            preauth = hashlib.sha512(preauth + data).digest()
            offset, size = struct.unpack_from("<HH", reply.body, 4)
            ntlm.parse_challenge(data[offset:offset + size])
            blob = ntlm.authenticate()
        return reply, preauth

    def bind(self, other, user, password, check=True, sign=True,
             session=None, proof=None):
        """Becomes a further channel of the session of `other`."""
        ntlm = rawcrypto.Ntlm(user, password)
        reply, preauth = self.legs(
            ntlm, other.session if session is None else session,
            proof=(proof or other.proof()) if sign else None, flags=BINDING)
        if not reply.ok:
            if check:
                raise Status(reply, "binding")
            return reply
        self.session, self.tree = other.session, other.tree
        self.guest_flags = other.guest_flags
        self.key = rawcrypto.signing_key(self.dialect, ntlm.session_key,
                                         preauth)
        self.signing = other.signing
        self.sealing = False
        self.note(reply)
        if not reply.flags & FLAG_SIGNED:
            raise AssertionError("the reply that ends a binding is unsigned")
        self.seal_out, self.seal_in = other.seal_out, other.seal_in
        self.nonces = other.nonces
        # one key, several channels: nonces of its own for each
        self.nonce = int.from_bytes(os.urandom(3), "little") << 40
        self.sealing = other.sealing
        self.bound_to = other.proof()
        return reply

    def proof(self):
        """What signs a request to bind: as the session's first channel."""
        return self.bound_to or (self.key, self.algorithm)

    def prove_again(self, user, password):
        """Re-authentication; returns the last reply."""
        reply, _ = self.legs(rawcrypto.Ntlm(user, password), self.session,
                             None if self.sealing else (self.key,
                                                        self.algorithm))
        return reply


def offer_all(conn, dialect=0x0311):
    """Arguments of a NEGOTIATE that offers everything."""
    return conn.negotiate_with(list(CIPHERS.values()), list(SIGNINGS.values()),
                               ALL_DIALECTS if dialect is None else dialect)


def flipped(data, at, bits=0xFF):
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1:]
