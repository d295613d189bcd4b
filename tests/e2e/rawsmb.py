# SPDX-License-Identifier: GPL-2.0-or-later
"""A small SMB2 client that does as it is told, right or wrong.

Every field of every request can be given by the caller; nothing is checked on
the way out. Replies are parsed and their signatures verified. Requests may be
pipelined (`send` and `receive` apart) and compounded (`chain`).
"""
import hashlib
import os
import socket
import struct

import ntstatus
import rawcrypto

(NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT, CREATE,
 CLOSE, FLUSH, READ, WRITE, LOCK, IOCTL, CANCEL, ECHO, QUERY_DIRECTORY,
 CHANGE_NOTIFY, QUERY_INFO, SET_INFO, OPLOCK_BREAK) = range(19)

FLAG_RESPONSE, FLAG_ASYNC, FLAG_RELATED, FLAG_SIGNED = 1, 2, 4, 8
ALL_DIALECTS = (0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
READ_WRITE = 0x0012019F          # what an ordinary open for writing asks
FULL_ACCESS = 0x001F01FF
DELETE = 0x00010000
SUPERSEDE, OPEN, CREATE_NEW, OPEN_IF, OVERWRITE, OVERWRITE_IF = range(6)
DIRECTORY_FILE, NON_DIRECTORY, DELETE_ON_CLOSE = 0x1, 0x40, 0x1000
ANY_FILE = b"\xff" * 16
MAX_FRAME = 0xFFFFFF
# a reply that has no session, or no trust in the request, is not signed
UNSIGNED_STATUSES = ("USER_SESSION_DELETED", "ACCESS_DENIED")


class Closed(Exception):
    """The server closed the connection."""


class Status(Exception):
    """A reply with another status than the caller can go on with."""

    def __init__(self, reply, what):
        self.reply = reply
        super().__init__("%s: %s" % (what, reply.name))


class Reply:
    """One reply: its header's fields and its body."""

    def __init__(self, message):
        self.message = message
        (self.charge, self.status, self.command, self.credits, self.flags,
         self.next, self.mid, self.process, self.tree,
         self.session) = struct.unpack_from("<HIHHIIQIIQ", message, 6)
        self.async_id = struct.unpack_from("<Q", message, 32)[0]
        self.body = message[64:]

    @property
    def name(self):
        return ntstatus.name_of(self.status)

    @property
    def ok(self):
        return self.status == 0


class File:
    """An open: its id and what the reply to CREATE told about it."""

    def __init__(self, reply):
        body = reply.body
        self.reply = reply
        self.oplock = body[2]
        self.action = struct.unpack_from("<I", body, 4)[0]
        self.allocation, self.size = struct.unpack_from("<QQ", body, 40)
        self.attributes = struct.unpack_from("<I", body, 56)[0]
        self.id = body[64:80]


def utf16(text):
    return text if isinstance(text, bytes) else text.encode("utf-16-le")


def context(kind, data):
    """A negotiate context, padded so that another may follow."""
    return struct.pack("<HHI", kind, len(data), 0) + data


def preauth_context(salt=None):
    salt = os.urandom(32) if salt is None else salt
    return context(1, struct.pack("<HHH", 1, len(salt), 1) + salt)


class Connection:
    """A TCP connection and what was agreed on it."""

    def __init__(self, port, timeout=20, source=None):
        self.port = port
        self.sock = socket.create_connection(
            ("127.0.0.1", port), timeout,
            source_address=(source, 0) if source else None)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.mid = 0
        self.credits = 1
        self.dialect = 0
        self.session = 0
        self.tree = 0
        self.key = None
        self.signing = False
        self.algorithm = None       # that signs; None: the dialect's own
        self.preauth = bytes(64)
        self.verified = 0
        self.max_read = self.max_write = self.max_transact = 65536
        self.guest_flags = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close_socket()

    def close_socket(self, reset=False):
        """Ends the connection; `reset` without a word (RST)."""
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
        self.sock.close()

    # Frames

    def send_raw(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed(str(error)) from None

    def send_frame(self, payload):
        self.send_raw(struct.pack(">I", len(payload)) + payload)

    def receive_exactly(self, size):
        data = bytearray()
        while len(data) < size:
            try:
                block = self.sock.recv(min(size - len(data), 1 << 20))
            except (ConnectionResetError, BrokenPipeError) as error:
                raise Closed(str(error)) from None
            if not block:
                raise Closed("end of stream")
            data += block
        return bytes(data)

    def receive_frame(self):
        return self.receive_exactly(
            struct.unpack(">I", self.receive_exactly(4))[0] & MAX_FRAME)

    def closed(self):
        """Waits for the server to close; False when it sends or stays."""
        try:
            return not self.sock.recv(1)
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def receive_chain(self):
        """One frame's replies, their signatures verified."""
        data = self.receive_frame()
        replies = []
        while True:
            if len(data) < 64 or data[:4] != b"\xfeSMB":
                raise AssertionError("a reply that is not SMB2: " +
                                     data[:64].hex())
            after = struct.unpack_from("<I", data, 20)[0]
            reply = Reply(data[:after] if after else data)
            self.note(reply)
            replies.append(reply)
            if not after:
                return replies
            if after % 8 or after < 64 or after > len(data):
                raise AssertionError("bad NextCommand %d in a reply" % after)
            data = data[after:]

    def note(self, reply):
        """Accounts for credits; checks the reply's signature."""
        self.credits += reply.credits
        if not reply.flags & FLAG_RESPONSE:
            raise AssertionError("a reply without the response flag")
        if not reply.flags & FLAG_SIGNED or self.key is None or \
                reply.name == "USER_SESSION_DELETED":   # nobody has its key
            return
        wanted = rawcrypto.signature(self.dialect, self.key, reply.message,
                                     self.algorithm)
        if reply.message[48:64] != wanted:
            raise AssertionError("wrong signature in a reply to command %d" %
                                 reply.command)
        self.verified += 1

    def receive(self, mid=None):
        """The next final reply (to `mid`); interim ones are passed over."""
        while True:
            reply = self.receive_chain()[0]
            if reply.status == ntstatus.VALUES["PENDING"]:
                continue
            if mid is None or reply.mid == mid:
                return reply

    def collect(self, mids):
        """The final replies to all of `mids`, in any order: {mid: reply}."""
        wanted, replies = set(mids), {}
        while wanted:
            for reply in self.receive_chain():
                if reply.status != ntstatus.VALUES["PENDING"]:
                    wanted.discard(reply.mid)
                    replies[reply.mid] = reply
        return replies

    # Requests

    def take_mid(self, charge=1):
        mid = self.mid
        self.mid += max(charge, 1)
        self.credits -= max(charge, 1)
        return mid

    def header(self, command, mid=None, charge=1, credits=64, flags=0,
               tree=None, session=None, after=0, channel_sequence=0,
               magic=b"\xfeSMB", header_size=64):
        if self.dialect <= 0x0202:
            charge_field = 0
        else:
            charge_field = charge
        if mid is None:
            mid = self.take_mid(charge)
        return struct.pack(
            "<4sHHIHHIIQIIQ16s", magic, header_size, charge_field,
            channel_sequence, command, credits, flags, after, mid, 0xFEFF,
            self.tree if tree is None else tree,
            self.session if session is None else session, bytes(16))

    def finish(self, message, sign=None):
        """Signs a message where the session (or the caller) asks for it."""
        if sign is None:
            sign = self.signing
        if not sign or self.key is None:
            return message
        flags = struct.unpack_from("<I", message, 16)[0] | FLAG_SIGNED
        message = message[:16] + struct.pack("<I", flags) + message[20:]
        return rawcrypto.sign(self.dialect, self.key, message, self.algorithm)

    def send(self, command, body, sign=None, **fields):
        """Sends one request; returns its message id."""
        head = self.header(command, **fields)
        self.send_frame(self.finish(head + body, sign))
        return struct.unpack_from("<Q", head, 24)[0]

    def request(self, command, body, sign=None, **fields):
        """Sends one request and waits for its final reply.

        The reply to a signed request has to be signed, [MS-SMB2] 3.3.4.1.1.
        """
        reply = self.receive(self.send(command, body, sign, **fields))
        signed = self.signing if sign is None else sign
        if signed and self.key and not reply.flags & FLAG_SIGNED and \
                reply.name not in UNSIGNED_STATUSES:
            raise AssertionError("command %d was signed, its reply (%s) is "
                                 "not" % (command, reply.name))
        return reply

    def chain(self, parts, related=True, sign=None):
        """A compound of (command, body) or (command, body, fields)."""
        frame = b""
        for index, part in enumerate(parts):
            command, body = part[0], part[1]
            fields = dict(part[2]) if len(part) > 2 else {}
            if related and index:
                fields.setdefault("flags", FLAG_RELATED)
            last = index == len(parts) - 1
            if not last:
                body += bytes(-(64 + len(body)) % 8)
                fields.setdefault("after", 64 + len(body))
            frame += self.finish(self.header(command, **fields) + body, sign)
        self.send_frame(frame)

    def chain_replies(self, parts, related=True, sign=None):
        """Sends a compound; returns as many final replies as it has parts."""
        self.chain(parts, related, sign)
        replies = []
        while len(replies) < len(parts):
            replies += [r for r in self.receive_chain()
                        if r.status != ntstatus.VALUES["PENDING"]]
        return replies

    # Negotiation and sessions

    def negotiate_body(self, dialects=ALL_DIALECTS, contexts=None,
                       security=1, capabilities=0x7F, guid=None):
        body = struct.pack("<HHHHI16s", 36, len(dialects), security, 0,
                           capabilities, guid or os.urandom(16))
        names = struct.pack("<%dH" % len(dialects), *dialects)
        if 0x0311 not in dialects and contexts is None:
            return body + bytes(8) + names
        contexts = [preauth_context()] if contexts is None else contexts
        offset = 64 + 36 + len(names)
        pad = -offset % 8
        blob = b""
        for item in contexts:
            blob += bytes(-len(blob) % 8) + item
        return body + struct.pack("<IHH", offset + pad, len(contexts),
                                  0) + names + bytes(pad) + blob

    def negotiate(self, **kinds):
        """SMB2 NEGOTIATE; raises Status if it is refused."""
        body = self.negotiate_body(**kinds)
        request = self.header(NEGOTIATE) + body
        self.send_frame(request)
        reply = self.receive_chain()[0]
        if not reply.ok:
            raise Status(reply, "negotiate")
        self.take_negotiated(reply)
        self.extend_preauth(request, reply.message)
        return reply

    def take_negotiated(self, reply):
        (_, self.security_mode, self.dialect) = struct.unpack_from(
            "<HHH", reply.body, 0)
        (self.capabilities, self.max_transact, self.max_read,
         self.max_write) = struct.unpack_from("<IIII", reply.body, 24)
        offset, size = struct.unpack_from("<HH", reply.body, 56)
        self.security_blob = reply.message[offset:offset + size]

    def extend_preauth(self, *messages):
        for message in messages:
            self.preauth = hashlib.sha512(self.preauth + message).digest()

    def setup_body(self, blob, flags=0, security=1, previous=0):
        return struct.pack("<HBBIIHHQ", 25, flags, security, 1, 0, 64 + 24,
                           len(blob), previous) + blob

    def session_setup(self, user, password, spnego=True, ntlm=None,
                      security=1, previous=0, check=True):
        """Logs in; returns the last reply (raises if `check` and refused)."""
        ntlm = ntlm or rawcrypto.Ntlm(user, password)
        blob = ntlm.negotiate()
        preauth = self.preauth
        self.session = self.tree = 0
        for step in range(2):
            if spnego:
                mic = ntlm.mechlist_mic() if step and ntlm.mic else None
                blob = (rawcrypto.spnego_response(blob, mic) if step
                        else rawcrypto.spnego_init(blob))
            request = self.header(SESSION_SETUP) + self.setup_body(
                blob, security=security, previous=previous)
            self.send_frame(request)
            preauth = hashlib.sha512(preauth + request).digest()
            data = self.receive_frame()
            reply = Reply(data)
            if step == 0:
                if reply.name != "MORE_PROCESSING_REQUIRED":
                    self.note(reply)
                    if check:
                        raise Status(reply, "session setup")
                    return reply
                self.credits += reply.credits
                preauth = hashlib.sha512(preauth + data).digest()
                self.session = reply.session
                offset, size = struct.unpack_from("<HH", reply.body, 4)
                ntlm.parse_challenge(data[offset:offset + size])
                blob = ntlm.authenticate()
        return self.logged_in(reply, ntlm, preauth, check)

    def logged_in(self, reply, ntlm, preauth, check):
        """Takes the final reply of a login: keys, flags, its signature."""
        if not reply.ok:
            self.note(reply)
            if check:
                raise Status(reply, "session setup")
            return reply
        self.guest_flags = struct.unpack_from("<H", reply.body, 2)[0]
        if not self.guest_flags & 3:
            self.session_key = ntlm.session_key
            self.key = rawcrypto.signing_key(self.dialect, ntlm.session_key,
                                             preauth)
            self.signing = bool(self.security_mode & 2)
        self.note(reply)
        return reply

    def login(self, user, password, share="data", signing=None, **kinds):
        """Negotiate, session setup and tree connect, all to succeed."""
        self.negotiate(**kinds)
        self.session_setup(user, password)
        if signing is not None:
            self.signing = signing
        if share is not None:
            self.tree_connect(share)
        return self

    def tree_connect(self, share, check=True, sign=True):
        """Signed by default, as 3.1.1 demands ([MS-SMB2] 3.3.5.7)."""
        path = utf16("\\\\127.0.0.1\\" + share)
        reply = self.request(TREE_CONNECT, struct.pack(
            "<HHHH", 9, 0, 72, len(path)) + path, sign=sign, tree=0)
        if reply.ok:
            self.tree = reply.tree
        elif check:
            raise Status(reply, "tree connect to " + share)
        return reply

    def alive(self):
        """An ECHO: the connection is in order."""
        mid = self.send(ECHO, struct.pack("<HH", 4, 0))
        return self.receive(mid).ok
