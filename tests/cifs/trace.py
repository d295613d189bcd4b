# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of the test bed: the SMB2 messages on the loopback interface, in their order.

Neither sealed ones nor those of a connection whose beginning was not seen.
"""

import collections
import os
import socket
import struct
import threading

from hosts import PATIENCE

ETH_P_IP = 0x0800
SO_RCVBUFFORCE = 33
PORT = 445
FIN_SYN_RST = 0x07
RESPONSE = 1
MARK = 16   # bytes
NAMES = {5: "CREATE", 6: "CLOSE", 8: "READ", 9: "WRITE", 10: "LOCK", 18: "OPLOCK_BREAK"}
NOTICE = 0xFFFFFFFFFFFFFFFF
BREAK_OF_OPLOCK = 24    # StructureSize
LEVELS = {0: "none", 1: "II", 8: "exclusive", 9: "batch", 0xFF: "lease"}
# port: the client's; what: "LOCK", "LOCK answered", "OPLOCK_BREAK noticed"; detail: text
Message = collections.namedtuple("Message", "port what detail")


def lease_state(value):
    return "lease " + ("".join(letter for bit, letter in ((1, "R"), (2, "H"), (4, "W"))
                               if value & bit) or "none")


def detail(name, response, body):
    """What of a message's body is of interest."""
    if name == "CREATE" and len(body) >= 4:
        at = 2 if response else 3
        return "oplock " + LEVELS.get(body[at], "%#x" % body[at])
    if name == "LOCK" and not response:
        count, offset, length, flags = struct.unpack_from("<H20xQQI", body, 2)
        return "%d ranges, first: at %d, %d bytes, flags %#x" % (count, offset, length, flags)
    if name == "OPLOCK_BREAK":
        if struct.unpack_from("<H", body)[0] == BREAK_OF_OPLOCK:
            return "oplock " + LEVELS.get(body[2], "%#x" % body[2])
        if len(body) >= 44:
            epoch, flags, old, new = struct.unpack_from("<HI16xII", body, 2)
            return "%s to %s, epoch %d, flags %d" % (lease_state(old), lease_state(new), epoch,
                                                     flags)
        if len(body) >= 32:
            return lease_state(struct.unpack_from("<I", body, 24)[0])
    return ""


def parse(port, message):
    """The Messages of a frame, which may be a compound."""
    while len(message) >= 64 and message[:4] == b"\xfeSMB":
        status, command = struct.unpack_from("<IH", message, 8)
        flags, following, number = struct.unpack_from("<IIQ", message, 16)
        response = flags & RESPONSE
        name = NAMES.get(command, "command %d" % command)
        text = detail(name, response, message[64:following or None])
        what = name
        if number == NOTICE:
            what += " noticed"
        elif response:
            what += " answered"
            if status:
                text = "status %#x" % status
        yield Message(port, what, text)
        if not following:
            return
        message = message[following:]


class Stream:
    """One direction of a connection."""

    def __init__(self, port):
        self.port = port
        self.next = None
        self.data = b""

    def add(self, sequence, data):
        if self.next is None:
            self.next = sequence
        old = (self.next - sequence) & 0xFFFFFFFF
        if old >= len(data):     # sent again
            return
        self.data += data[old:]
        self.next = (self.next + len(data) - old) & 0xFFFFFFFF

    def messages(self):
        while len(self.data) >= 4:
            size = struct.unpack_from(">I", self.data)[0]
            if len(self.data) < 4 + size:
                return
            yield from parse(self.port, self.data[4:4 + size])
            self.data = self.data[4 + size:]


class Trace:
    """What passes from the beginning to the end of a with statement: `messages`."""

    def __init__(self):
        self.tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self.tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.tap.bind(("lo", ETH_P_IP))
        self.tap.settimeout(0.2)
        self.streams = {}
        self.messages = []
        self.changed = threading.Condition()
        self.marks = set()
        self.ending = False
        self.thread = threading.Thread(target=self.listen, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        self.thread.join()
        self.tap.close()

    def listen(self):
        while not self.ending:
            try:
                packet = self.tap.recv(1 << 17)
            except TimeoutError:
                continue
            if packet[9] == socket.IPPROTO_TCP:
                self.take(packet)
            elif packet[9] == socket.IPPROTO_UDP:
                with self.changed:
                    self.marks.add(packet[-MARK:])
                    self.changed.notify_all()

    def take(self, packet):
        head = (packet[0] & 15) * 4
        source, target, sequence, offset, flags = struct.unpack_from("!HHI4xBB", packet, head)
        end = struct.unpack_from("!H", packet, 2)[0] or len(packet)
        data = packet[head + (offset >> 4) * 4:end]
        if PORT not in (source, target) or flags & FIN_SYN_RST or not data:
            return
        key = (source, target)
        stream = self.streams.setdefault(key, Stream(source if target == PORT else target))
        stream.add(sequence, data)
        found = list(stream.messages())
        if found:
            with self.changed:
                self.messages += found
                self.changed.notify_all()

    def wait(self, wanted, seconds):
        """Until wanted(messages) is true. Is it?"""
        with self.changed:
            return self.changed.wait_for(lambda: wanted(self.messages), seconds)

    def so_far(self, seconds=PATIENCE):
        """The messages, with all of which somebody has had the effect."""
        mark = os.urandom(MARK)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.bind(("127.0.0.1", 0))
            own.sendto(mark, own.getsockname())
            with self.changed:
                assert self.changed.wait_for(lambda: mark in self.marks, seconds), "no mark"
                return list(self.messages)
