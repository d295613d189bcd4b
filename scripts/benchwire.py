# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client and a server really agreed on, read off the wire by a relay between them."""

import socket
import struct
import threading

SEALED, PLAIN = b"\xfdSMB", b"\xfeSMB"
NEGOTIATE, READ, WRITE = 0, 8, 9
FLAG_SIGNED = 8
STATUS_PENDING = 0x103
CTX_CIPHER, CTX_SIGNING = 2, 8
CIPHERS = {1: "ccm128", 2: "gcm128", 3: "ccm256", 4: "gcm256"}
SIGNINGS = {0: "hmac", 1: "cmac", 2: "gmac"}


def negotiated(message):
    """Dialect, {context: first value} of a NEGOTIATE response."""
    body = message[64:]
    dialect, count = struct.unpack_from("<HH", body, 4)
    contexts = {}
    if dialect == 0x311:
        offset = struct.unpack_from("<I", body, 60)[0]
        for _ in range(count):
            kind, size = struct.unpack_from("<HH", message, offset)
            if kind in (CTX_CIPHER, CTX_SIGNING):
                contexts[kind] = struct.unpack_from("<H", message, offset + 10)[0]
            offset += 8 + (size + 7 & ~7)
    return dialect, contexts


class Watch:
    """Everything that one connection's server says."""

    def __init__(self):
        self.dialect, self.contexts, self.data = 0, {}, set()

    def message(self, message):
        if message[:4] == SEALED:
            self.data.add("sealed")
        elif message[:4] == PLAIN:
            status, command, _, flags = struct.unpack_from("<IHHI", message, 8)
            if command == NEGOTIATE:
                self.dialect, contexts = negotiated(message)
                self.contexts.update(contexts)
            elif command in (READ, WRITE) and status != STATUS_PENDING:
                self.data.add("signed" if flags & FLAG_SIGNED else "plain")

    def protection(self):
        """Of READ and WRITE: plain, or the algorithm, or "nothing moved", or a mix."""
        if self.data == {"plain"}:
            return "plain"
        if self.data == {"signed"}:
            default = 1 if self.dialect >= 0x300 else 0
            return SIGNINGS.get(self.contexts.get(CTX_SIGNING, default), "unknown")
        if self.data == {"sealed"}:
            return CIPHERS.get(self.contexts.get(CTX_CIPHER, 1), "unknown")
        return "+".join(sorted(self.data)) or "nothing moved"


def pump(source, sink, messages=None):
    """Forwards a stream until it ends; whole messages of it go to @messages."""
    pending = b""
    while data := source.recv(1 << 16):
        sink.sendall(data)
        if not messages:
            continue
        pending += data
        while len(pending) >= 4:
            size = 4 + int.from_bytes(pending[1:4], "big")
            if len(pending) < size:
                break
            messages(pending[4:size])
            pending = pending[size:]
    sink.shutdown(socket.SHUT_WR)


class Relay:
    """One connection through 127.0.0.1:@port to @target; @watch sees the server's side."""

    def __init__(self, target):
        self.watch, self.target = Watch(), target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        client, _ = self.listener.accept()
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            up = threading.Thread(target=pump, args=(client, server), daemon=True)
            up.start()
            pump(server, client, self.watch.message)
            up.join()

    def close(self):
        self.thread.join(10)
        self.listener.close()
