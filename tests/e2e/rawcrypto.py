# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys, signatures, NTLMv2 and the little SPNEGO that the raw client needs.

Written from [MS-SMB2] 3.1.4, [MS-NLMP] 3.3.2 and RFC 4178, independently of
the server, so that both sides do not share a mistake.
"""
import functools
import hashlib
import hmac
import os
import struct
import time
import zlib

from Cryptodome.Cipher import AES, ARC4, DES
from Cryptodome.Hash import CMAC, MD4

NTLMSSP = b"NTLMSSP\0"
OID_SPNEGO = bytes.fromhex("06062b0601050502")
OID_NTLMSSP = bytes.fromhex("060a2b06010401823702020a")
NEGOTIATE_FLAGS = 0xE2088297     # unicode, sign, seal, key exchange, 128, 56
FLAG_KEY_EXCHANGE = 0x40000000
FLAG_ANONYMOUS = 0x00000800
FLAG_EXTENDED = 0x00080000       # extended session security
HMAC_SHA256, AES_CMAC, AES_GMAC = range(3)      # [MS-SMB2] 2.2.3.1.7


def hmac_md5(key, data):
    return hmac.new(key, data, hashlib.md5).digest()


def derive_key(key, label, context, size=16):
    """SP800-108 counter mode, HMAC-SHA256, `size` bytes."""
    data = struct.pack(">I", 1) + label + b"\0" + context + struct.pack(
        ">I", size * 8)
    return hmac.new(key, data, hashlib.sha256).digest()[:size]


def signing_key(dialect, session_key, preauth):
    if dialect < 0x0300:
        return session_key
    if dialect < 0x0311:
        return derive_key(session_key, b"SMB2AESCMAC\0", b"SmbSign\0")
    return derive_key(session_key, b"SMBSigningKey\0", preauth)


def gmac(key, message):
    """AES-GMAC with the nonce of [MS-SMB2] 3.1.4.1: id, role, CANCEL."""
    flags = struct.unpack_from("<I", message, 16)[0] & 1
    if struct.unpack_from("<H", message, 12)[0] == 12:
        flags |= 2
    cipher = AES.new(key, AES.MODE_GCM,
                     nonce=message[24:32] + struct.pack("<I", flags))
    cipher.update(message)
    return cipher.digest()


def signature(dialect, key, message, algorithm=None):
    """The signature of a message whose signature field is taken as zero."""
    message = message[:48] + bytes(16) + message[64:]
    if algorithm is None:
        algorithm = HMAC_SHA256 if dialect < 0x0300 else AES_CMAC
    if algorithm == AES_GMAC:
        return gmac(key, message)
    if algorithm == HMAC_SHA256:
        return hmac.new(key, message, hashlib.sha256).digest()[:16]
    return CMAC.new(key, message, ciphermod=AES).digest()


def sign(dialect, key, message, algorithm=None):
    return message[:48] + signature(dialect, key, message,
                                    algorithm) + message[64:]


def der(tag, content):
    size = len(content)
    if size < 0x80:
        head = bytes([size])
    elif size < 0x100:
        head = bytes([0x81, size])
    else:
        head = bytes([0x82]) + struct.pack(">H", size)
    return bytes([tag]) + head + content


def mechlist(oids=(OID_NTLMSSP,)):
    return der(0x30, b"".join(oids))


def spnego_init(token, oids=(OID_NTLMSSP,)):
    """NegTokenInit: the offered mechanisms and the first one's token."""
    inner = der(0xA0, mechlist(oids))
    if token is not None:
        inner += der(0xA2, der(0x04, token))
    return der(0x60, OID_SPNEGO + der(0xA0, der(0x30, inner)))


def spnego_response(token, mic=None):
    inner = der(0xA2, der(0x04, token))
    if mic is not None:
        inner += der(0xA3, der(0x04, mic))
    return der(0xA1, der(0x30, inner))


@functools.lru_cache(maxsize=None)
def nt_hash(password):
    """Kept: with other threads beside it, this MD4 errs once in some 50,000
    times, and a right password is refused."""
    return MD4.new(password.encode("utf-16-le")).digest()


class Ntlm:
    """One NTLMv2 exchange, with switches for the ways to get it wrong."""

    def __init__(self, user, password, domain="", mic=True, anonymous=False):
        self.user = user
        self.password = password
        self.domain = domain
        self.mic = mic
        self.anonymous = anonymous
        self.flags = NEGOTIATE_FLAGS
        self.wrong_mic = False
        self.extra_pairs = {}       # for the NTLMv2 response: {id: value}
        self.session_key = bytes(16)
        self.first = b""
        self.target = b""

    def negotiate(self):
        self.first = NTLMSSP + struct.pack("<II", 1, self.flags) + bytes(
            16) + bytes.fromhex("0601b01d0000000f")
        return self.first

    def parse_challenge(self, blob):
        start = blob.index(NTLMSSP)
        blob = blob[start:]
        self.challenge = blob
        self.server_challenge = blob[24:32]
        size, _, offset = struct.unpack_from("<HHI", blob, 40)
        self.target = blob[offset:offset + size]
        # the exact end of the message is needed for the MIC
        name_size, _, name_offset = struct.unpack_from("<HHI", blob, 12)
        end = max(offset + size, name_offset + name_size, 48)
        self.challenge = blob[:end]

    def pairs(self):
        """The server's target info as {id: value}."""
        result, at = {}, 0
        while at + 4 <= len(self.target):
            number, size = struct.unpack_from("<HH", self.target, at)
            if number == 0:
                break
            result[number] = self.target[at + 4:at + 4 + size]
            at += 4 + size
        return result

    def responses(self):
        pairs = self.pairs()
        stamp = pairs.get(7)
        if stamp is None:
            stamp = struct.pack("<Q", int((time.time() + 11644473600) * 1e7))
        if self.mic:
            pairs[6] = struct.pack("<I", 2)
        pairs.update(self.extra_pairs)
        info = b"".join(struct.pack("<HH", k, len(v)) + v
                        for k, v in sorted(pairs.items())) + bytes(4)
        key = hmac_md5(nt_hash(self.password), (self.user.upper() +
                                 self.domain).encode("utf-16-le"))
        temp = (b"\1\1" + bytes(6) + stamp + os.urandom(8) + bytes(4) + info +
                bytes(4))
        proof = hmac_md5(key, self.server_challenge + temp)
        return proof + temp, hmac_md5(key, proof)

    def lm_response(self):
        return bytes(24)

    def authenticate(self):
        """The AUTHENTICATE message; sets the session key."""
        flags = self.flags
        if self.anonymous:
            flags |= FLAG_ANONYMOUS
            nt_response, lm_response, base_key = b"", b"\0", bytes(16)
        else:
            nt_response, base_key = self.responses()
            lm_response = self.lm_response()
        encrypted = b""
        if flags & FLAG_KEY_EXCHANGE:
            self.session_key = os.urandom(16)
            encrypted = ARC4.new(base_key).encrypt(self.session_key)
        else:
            self.session_key = base_key
        fields = [lm_response, nt_response, self.domain.encode("utf-16-le"),
                  self.user.encode("utf-16-le"), "RAW".encode("utf-16-le"),
                  encrypted]
        offset, head, body = 88, b"", b""
        for field in fields:
            head += struct.pack("<HHI", len(field), len(field), offset)
            offset += len(field)
            body += field
        head += struct.pack("<I", flags) + bytes.fromhex("0601b01d0000000f")
        message = NTLMSSP + struct.pack("<I", 3) + head + bytes(16) + body
        if self.mic and not self.anonymous:
            mic = hmac_md5(self.session_key,
                           self.first + self.challenge + message)
            if self.wrong_mic:
                mic = bytes([mic[0] ^ 1]) + mic[1:]
            message = message[:72] + mic + message[88:]
        return message

    def mechlist_mic(self, oids=(OID_NTLMSSP,)):
        """The NTLMSSP signature over the list of offered mechanisms."""
        def subkey(kind):
            return hashlib.md5(self.session_key + b"session key to client-"
                               b"to-server " + kind + b" key magic constant\0"
                               ).digest()
        digest = hmac_md5(subkey(b"signing"), bytes(4) + mechlist(oids))[:8]
        if self.flags & FLAG_KEY_EXCHANGE:
            digest = ARC4.new(subkey(b"sealing")).encrypt(digest)
        return struct.pack("<I", 1) + digest + bytes(4)


def des_key(seven):
    """Seven bytes as a DES key: a parity bit behind each seven bits."""
    bits = int.from_bytes(seven, "big")
    return bytes((bits >> (49 - 7 * i) & 0x7F) << 1 for i in range(8))


def desl(key, data):
    """DESL() of [MS-NLMP] 6: a block under three keys."""
    key = key + bytes(5)
    return b"".join(DES.new(des_key(key[i:i + 7]), DES.MODE_ECB).encrypt(data)
                    for i in (0, 7, 14))


class NtlmV1(Ntlm):
    """An exchange by NTLMv1: plain, or the kind with a client challenge."""

    def __init__(self, user, password, extended=False):
        super().__init__(user, password, mic=False)
        self.extended = extended
        self.client_challenge = os.urandom(8)
        if not extended:
            self.flags &= ~FLAG_EXTENDED

    def responses(self):
        nt_hash = MD4.new(self.password.encode("utf-16-le")).digest()
        key, challenge = MD4.new(nt_hash).digest(), self.server_challenge
        if self.extended:
            both = challenge + self.client_challenge
            challenge = hashlib.md5(both).digest()[:8]
            key = hmac_md5(key, both)
        return desl(nt_hash, challenge), key

    def lm_response(self):
        return (self.client_challenge if self.extended else b"\x55" * 8) + \
            bytes(16)

    def mechlist_mic(self, oids=(OID_NTLMSSP,)):
        """[MS-NLMP] 3.4.4.1 where there is no extended session security."""
        if self.extended:
            return super().mechlist_mic(oids)
        stream = ARC4.new(self.session_key)
        pad = stream.encrypt(bytes(4))
        checksum = stream.encrypt(struct.pack("<I", zlib.crc32(
            mechlist(oids))))
        return struct.pack("<I", 1) + pad + checksum + stream.encrypt(bytes(4))
