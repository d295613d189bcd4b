# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of the test bed: the client's connections on the wire, and how to break one.

A connection that both ends keep open is ended by segments that neither has sent, with the
numbers that are seen on the loopback interface, as any box between the two may do it: the
client gets an RST, and the server something old, whose answer finds nobody.
"""

import collections
import socket
import struct
import time

ETH_P_IP = 0x0800
ESTABLISHED = "01"
PORT = 445
RST, ACK = 0x04, 0x10
Connection = collections.namedtuple("Connection", "client port server")


def unpack_address(text):
    """"0100007F:01BD" of /proc/net/tcp"""
    address, port = text.split(":")
    return socket.inet_ntoa(struct.pack("=I", int(address, 16))), int(port, 16)


def ends():
    """[(own address, port, the peer's address, port)] of all connections by IPv4."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as f:
            rows = [line.split() for line in f][1:]
        for row in rows:
            # an IPv4 address in IPv6: its last word
            own, peer = (address[-13:] for address in row[1:3])
            if row[3] == ESTABLISHED:
                found.append(unpack_address(own) + unpack_address(peer))
    return found


def connections():
    """The client's ends of the connections to the server."""
    return {Connection(*end[:3]) for end in ends() if end[3] == PORT}


def is_served(conn):
    """Is the server's end still there?"""
    return (conn.server, PORT, conn.client, conn.port) in ends()


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def segment(source, target, flags, sequence, ack=0):
    """An IPv4 packet without data; @source, @target: (address, port)."""
    places = [socket.inet_aton(source[0]), socket.inet_aton(target[0])]
    tcp = struct.pack("!HHIIBBHHH", source[1], target[1], sequence & 0xFFFFFFFF, ack, 0x50,
                      flags, 1000, 0, 0)
    total = checksum(b"".join(places) + struct.pack("!HH", socket.IPPROTO_TCP, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, socket.IPPROTO_TCP, 0,
                       *places) + tcp


class Wire:
    """What passes by the loopback interface between the client and the server."""

    def __init__(self):
        self.tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self.tap.bind(("lo", ETH_P_IP))
        self.tap.settimeout(0.2)
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.bytes = collections.Counter()  # of payload, by connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tap.close()
        self.raw.close()

    def next_request(self):
        """(connection, sequence number after the segment, its ACK), or None after a while."""
        try:
            packet = self.tap.recv(128)
        except TimeoutError:
            return None
        head = (packet[0] & 15) * 4
        if packet[9] != socket.IPPROTO_TCP or len(packet) < head + 20:
            return None
        source, target, sequence, ack, data = struct.unpack_from("!HHIIB", packet, head)
        if target != PORT:
            return None
        size = struct.unpack_from("!H", packet, 2)[0] - head - (data >> 4) * 4
        found = Connection(socket.inet_ntoa(packet[12:16]), source,
                           socket.inet_ntoa(packet[16:20]))
        self.bytes[found] += size
        return found, sequence + size, ack

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.next_request()

    def drain(self):
        """Forgets what is queued: its numbers are old."""
        self.tap.setblocking(False)
        try:
            while True:
                self.tap.recv(1)
        except BlockingIOError:
            pass
        self.tap.settimeout(0.2)

    def seen(self, wanted):
        """The numbers of @wanted's next request, which is not long in coming; or None."""
        self.drain()
        for _ in range(50):
            found = self.next_request()
            if found and found[0] == wanted:
                return found[1:]
        return None

    def reset(self, wanted, seconds):
        """Ends the connection @wanted, which has to be in use. Did it?"""
        client, server = (wanted.client, wanted.port), (wanted.server, PORT)
        end = time.monotonic() + seconds
        numbers = None
        while wanted in connections():
            if time.monotonic() > end:
                return False
            numbers = self.seen(wanted)
            if numbers:
                self.raw.sendto(segment(server, client, RST, numbers[1]), (client[0], 0))
        while numbers and is_served(wanted):
            if time.monotonic() > end + seconds:
                return False
            self.raw.sendto(segment(client, server, ACK, numbers[0] - (1 << 28), numbers[1]),
                            (server[0], 0))
            time.sleep(0.02)
        return numbers is not None
