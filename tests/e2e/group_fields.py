# SPDX-License-Identifier: GPL-2.0-or-later
"""Absurd values in every offset and length field of every request.

Each field takes each value in an otherwise good request. Where the described
range does not lie within the message, the one right answer is known; anywhere
else the server may say what it likes, but has to stay well and keep serving.
"""
import dataclasses
import struct

import rawfile
import rawsmb
from harness import Group, expect
from hostile import (CLOSED, SILENT, connect, create_context, healthy,
                     logged_in, negotiated, outcome, send_outcome, server,
                     valid_bodies)

GROUP = Group("fields", "every offset and length field, absurd values")

HEADER = 64
BAD = ("INVALID_PARAMETER", CLOSED)


@dataclasses.dataclass
class Field:
    """One field of a body: where, how wide; `pair`: the other of the two.

    kind: "offset" and "length" describe a range from the header's start,
    "size" is a StructureSize that must not be another, "count" and "free"
    have no single right answer.
    """
    name: str
    at: int
    width: int
    kind: str = "free"
    pair: int = 0
    pair_width: int = 2


def couple(name, offset_at, offset_width, length_at, length_width):
    return [Field(name + "Offset", offset_at, offset_width, "offset",
                  length_at, length_width),
            Field(name + "Length", length_at, length_width, "length",
                  offset_at, offset_width)]


SIZE = [Field("StructureSize", 0, 2, "size")]
TABLE = {
    "SESSION_SETUP": SIZE + couple("SecurityBuffer", 12, 2, 14, 2) + [
        Field("PreviousSessionId", 16, 8)],
    "LOGOFF": SIZE,
    "TREE_CONNECT": SIZE + couple("Path", 4, 2, 6, 2),
    "TREE_DISCONNECT": SIZE,
    "CREATE": SIZE + couple("Name", 44, 2, 46, 2) + couple(
        "CreateContexts", 48, 4, 52, 4) + [
        Field("DesiredAccess", 24, 4), Field("FileAttributes", 28, 4),
        Field("ShareAccess", 32, 4), Field("CreateDisposition", 36, 4),
        Field("CreateOptions", 40, 4), Field("ImpersonationLevel", 4, 4),
        Field("RequestedOplockLevel", 3, 1)],
    "CLOSE": SIZE + [Field("Flags", 2, 2)],
    "FLUSH": SIZE,
    "READ": SIZE + [
        Field("Padding", 2, 1), Field("Length", 4, 4), Field("Offset", 8, 8),
        Field("MinimumCount", 32, 4), Field("Channel", 36, 4),
        Field("ReadChannelInfoOffset", 44, 2),
        Field("ReadChannelInfoLength", 46, 2)],
    "WRITE": SIZE + couple("Data", 2, 2, 4, 4) + [
        Field("Offset", 8, 8), Field("Channel", 32, 4),
        Field("WriteChannelInfoOffset", 40, 2),
        Field("WriteChannelInfoLength", 42, 2), Field("Flags", 44, 4)],
    "LOCK": SIZE + [Field("LockCount", 2, 2)],
    "IOCTL": SIZE + couple("Input", 24, 4, 28, 4) + [
        Field("CtlCode", 4, 4), Field("MaxInputResponse", 32, 4),
        Field("OutputOffset", 36, 4), Field("OutputCount", 40, 4),
        Field("MaxOutputResponse", 44, 4), Field("Flags", 48, 4)],
    "ECHO": SIZE,
    "QUERY_DIRECTORY": SIZE + couple("FileName", 24, 2, 26, 2) + [
        Field("FileInformationClass", 2, 1), Field("Flags", 3, 1),
        Field("FileIndex", 4, 4), Field("OutputBufferLength", 28, 4)],
    "CHANGE_NOTIFY": SIZE + [
        Field("Flags", 2, 2), Field("OutputBufferLength", 4, 4),
        Field("CompletionFilter", 24, 4)],
    "QUERY_INFO": SIZE + [
        Field("InfoType", 2, 1), Field("FileInfoClass", 3, 1),
        Field("OutputBufferLength", 4, 4), Field("InputBufferOffset", 8, 2),
        Field("InputBufferLength", 12, 4),
        Field("AdditionalInformation", 16, 4), Field("Flags", 20, 4)],
    "SET_INFO": SIZE + couple("Buffer", 8, 2, 4, 4) + [
        Field("InfoType", 2, 1), Field("FileInfoClass", 3, 1),
        Field("AdditionalInformation", 12, 4)],
    "OPLOCK_BREAK": SIZE,
}


def values(field, body):
    total = HEADER + len(body)
    old = int.from_bytes(body[field.at:field.at + field.width], "little")
    wanted = {0, 1, 2, 7, 8, 63, 64, 0xFF, 0x100, 0xFFFE, 0xFFFF, 0x10000,
              0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF,
              0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, total - 1, total,
              total + 1, old - 1, old + 1, len(body), len(body) - 1}
    limit = 1 << 8 * field.width
    return sorted(value for value in wanted if 0 <= value < limit and
                  value != old)


def with_value(field, body, value):
    return (body[:field.at] + value.to_bytes(field.width, "little") +
            body[field.at + field.width:])


def is_out_of_range(field, body, value):
    """The described range reaches beyond the message."""
    other = int.from_bytes(body[field.pair:field.pair + field.pair_width],
                           "little")
    offset, size = (value, other) if field.kind == "offset" else (other,
                                                                   value)
    return size > 0 and offset + size > HEADER + len(body)


class Target:
    """A connection that is made anew whenever the server has closed it."""

    def __init__(self, env, name):
        self.env = env
        self.name = name
        self.conn = None

    def fresh(self):
        if self.conn is not None:
            self.conn.close_socket()
        if self.name == "SESSION_SETUP":
            self.conn = negotiated(self.env)
            self.id = bytes(16)
            return
        self.conn = logged_in(self.env)
        if self.name == "QUERY_DIRECTORY":
            handle = self.conn.open("", access=0x00100081, options=1)
        else:
            # another file each time: the one before may be read-only by now
            number = self.env.state["made"] = self.env.state.get("made", 0) + 1
            handle = self.conn.create("field %d" % number)
            self.conn.write(handle, 0, b"content of the file" * 10)
        self.id = handle.id

    def body(self):
        if self.conn is None:
            self.fresh()
        return valid_bodies(self.id)[self.name]

    def send(self, body):
        """Sends the altered request; the connection is usable afterwards."""
        command = valid_bodies(self.id)[self.name][0]
        got = send_outcome(self.conn, command, body,
                           sign=command == rawsmb.TREE_CONNECT or None)
        ends = self.name in ("LOGOFF", "TREE_DISCONNECT", "CLOSE")
        if got in (CLOSED, SILENT) or ends or self.conn.credits < 16:
            self.fresh()
        return got


def one_command(env, name):
    target = Target(env, name)
    wrong = []
    for field in TABLE[name]:
        _, body = target.body()
        for value in values(field, body):
            _, body = target.body()
            altered = with_value(field, body, value)
            got = target.send(altered)
            what = "%s=%#x: %s" % (field.name, value, got)
            if got == SILENT:
                wrong.append(what + " (no answer)")
            elif field.kind == "size" and got not in BAD:
                wrong.append(what + ", expected INVALID_PARAMETER")
            elif field.pair and is_out_of_range(field, body, value) and \
                    got not in BAD:
                wrong.append(what + ", expected INVALID_PARAMETER")
            expect(server(env).alive(), what + ": the server ended\n" +
                   server(env).stderr()[-1500:])
    healthy(env)
    if target.conn:
        target.conn.close_socket()
    expect(not wrong or env.reference, "\n".join(wrong))


for _name in TABLE:
    GROUP.add(_name, lambda env, n=_name: one_command(env, n))


def cut(env, name):
    """The body cut at every length up to its fixed part, and beyond."""
    target = Target(env, name)
    _, body = target.body()
    fixed = struct.unpack_from("<H", body)[0] & ~1
    wrong = []
    for size in range(len(body)):
        if size > fixed + 2 and size % 5:
            continue
        _, body = target.body()
        got = target.send(body[:size])
        if size < fixed and got not in BAD + ("NOT_SUPPORTED",):
            wrong.append("cut at %d: %s" % (size, got))
    healthy(env)
    if target.conn:
        target.conn.close_socket()
    expect(not wrong or env.reference, "\n".join(wrong))


for _name in TABLE:
    GROUP.add("%s cut short" % _name, lambda env, n=_name: cut(env, n))


@GROUP.test("NEGOTIATE")
def negotiate(env):
    fields = [Field("StructureSize", 0, 2, "size"),
              Field("DialectCount", 2, 2), Field("ContextOffset", 28, 4),
              Field("ContextCount", 32, 2), Field("ContextType", 40, 2),
              Field("ContextDataLength", 42, 2),
              Field("HashAlgorithmCount", 48, 2), Field("SaltLength", 50, 2)]
    wrong = []
    for field in fields:
        with connect(env) as conn:
            sample = conn.negotiate_body(dialects=(0x0311,))
        for value in values(field, sample):
            with connect(env) as conn:
                body = conn.negotiate_body(dialects=(0x0311,))
                got = send_outcome(conn, rawsmb.NEGOTIATE,
                                   with_value(field, body, value))
                what = "%s=%#x: %s" % (field.name, value, got)
                if got == SILENT:
                    wrong.append(what)
                if field.kind == "size" and got not in BAD:
                    wrong.append(what + ", expected INVALID_PARAMETER")
    for size in range(0, len(sample), 1):
        with connect(env) as conn:
            got = send_outcome(conn, rawsmb.NEGOTIATE, sample[:size])
            if size < 36 and got not in BAD:
                wrong.append("cut at %d: %s" % (size, got))
    healthy(env)
    expect(not wrong or env.reference, "\n".join(wrong))


CONTEXT_NAMES = (b"MxAc", b"QFid", b"ExtA", b"SecD", b"AlSi", b"TWrp",
                 b"DHnQ", b"DHnC", b"DH2Q", b"DH2C", b"RqLs", b"AAPL",
                 bytes.fromhex("93ad25509cb411e7b42383de968bcd7c"), b"XXXX")


@GROUP.test("CREATE contexts: chains, names and data that do not fit")
def create_contexts(env):
    target = Target(env, "CREATE")
    target.fresh()
    wrong = []
    for name in CONTEXT_NAMES:
        for size in (0, 1, 3, 8, 15, 16, 32, 52, 200):
            context = create_context(name, b"\xff" * size)
            variants = [context, context[:-1], context + b"\0" * 3]
            for at, width in ((0, 4), (4, 2), (6, 2), (10, 2), (12, 4)):
                for value in (1, 4, 8, 15, 16, 0x18, 0x100, 0xFFFF,
                              0x7FFFFFFF, 0xFFFFFFF8):
                    if value < 1 << 8 * width:
                        variants.append(context[:at] + value.to_bytes(
                            width, "little") + context[at + width:])
            for blob in variants if size in (0, 16) else variants[:3]:
                got = target.send(rawfile.create_body("field", contexts=blob))
                if got == SILENT:
                    wrong.append("%r with %d bytes" % (name, size))
                if got == "SUCCESS" and target.conn.credits:
                    target.fresh() if env.random.random() < 0.02 else None
    many = b"".join(create_context(b"X%03d" % i, b"", 24)
                    for i in range(500)) + create_context(b"LAST", b"")
    got = target.send(rawfile.create_body("field", contexts=many))
    expect(got in ("SUCCESS", "INVALID_PARAMETER", CLOSED),
           "500 contexts: " + got)
    target.conn.close_socket()
    healthy(env)
    expect(not wrong, "no answer: " + ", ".join(wrong))


# class: a plausible size of FILE_INFO data to be set
SET_CLASSES = {4: 40, 10: 40, 11: 40, 13: 1, 14: 8, 15: 16, 16: 4, 19: 8,
               20: 8, 36: 8, 39: 8, 40: 8, 64: 4, 65: 40}


@GROUP.test("SET_INFO of every class with data of every size")
def set_info_sizes(env):
    target = Target(env, "SET_INFO")
    target.fresh()
    for kind in (1, 2, 3, 4, 0, 255):
        for level in list(SET_CLASSES) + [0, 1, 5, 18, 255]:
            for size in (0, 1, 3, 4, 7, 8, 15, 16, 20, 23, 24, 39, 40, 41,
                         64, 100):
                for fill in (b"\0", b"\xff"):
                    got = target.send(rawfile.set_info_body(
                        target.id, kind, level, fill * size))
                    expect(got != SILENT, "kind %d class %d size %d: no "
                           "answer" % (kind, level, size))
                    if got == "SUCCESS" and kind == 1 and level == 13:
                        target.fresh()
    target.conn.close_socket()
    healthy(env)


@GROUP.test("rename targets with every length and offset")
def rename_fields(env):
    target = Target(env, "SET_INFO")
    target.fresh()
    data = rawfile.rename_data("renamed field")
    for at, width in ((0, 1), (8, 8), (16, 4)):
        for value in values(Field("x", at, width), data):
            got = target.send(rawfile.set_info_body(
                target.id, 1, 10, with_value(Field("x", at, width), data,
                                             value)))
            expect(got != SILENT, "byte %d = %#x: no answer" % (at, value))
    target.conn.close_socket()
    healthy(env)


@GROUP.test("QUERY_INFO of every type and class into every size")
def query_info_sizes(env):
    target = Target(env, "QUERY_INFO")
    target.fresh()
    for kind in (1, 2, 3, 4, 0, 5):
        for level in range(0, 70):
            for size in (0, 1, 7, 8, 24, 40, 100, 65536):
                got = target.send(rawfile.query_info_body(
                    target.id, kind, level, size, extra=7))
                expect(got != SILENT, "type %d class %d size %d: no answer" %
                       (kind, level, size))
    target.conn.close_socket()
    healthy(env)


@GROUP.test("IOCTL of every known function code with odd input")
def ioctl_codes(env):
    codes = (0x00060194, 0x000601B0, 0x0011400C, 0x00110018, 0x0011C017,
             0x001440F2, 0x00144064, 0x00140078, 0x001480F2, 0x001441BB,
             0x001401D4, 0x001401FC, 0x00140204, 0x00140000, 0x000900A4,
             0x000900A8, 0x000900C0, 0x0009009C, 0x00090028, 0x000900C4,
             0x000940CF, 0x000980C8, 0x00098208, 0x00098344, 0x0009C040,
             0x0009003C, 0xFFFFFFFF)
    target = Target(env, "IOCTL")
    target.fresh()
    for code in codes:
        for size in (0, 1, 4, 8, 16, 24, 100, 4096):
            for file_id in (target.id, rawsmb.ANY_FILE):
                for out in (0, 24, 65536):
                    got = target.send(rawfile.ioctl_body(
                        file_id, code, b"\xff" * size, out=out))
                    expect(got != SILENT, "code %#x size %d: no answer" %
                           (code, size))
    target.conn.close_socket()
    healthy(env)


def frame_of(conn, file_id, name):
    command, body = valid_bodies(file_id)[name]
    return conn.header(command) + body


@GROUP.test("good requests with random bytes changed",
            not_on_reference="a half-made login changes its signatures")
def random_bytes(env):
    target = Target(env, "CREATE")
    target.fresh()
    names = [n for n in TABLE if n not in ("LOGOFF", "TREE_DISCONNECT")]
    for number in range(env.scale(4000, 1000)):
        if target.conn.credits < 64 or number % 200 == 0:
            target.fresh()
        frame = bytearray(frame_of(target.conn, target.id,
                                   env.random.choice(names)))
        start = 64 if env.random.random() < 0.8 else 4
        for _ in range(env.random.randrange(1, 5)):
            at = env.random.randrange(start, len(frame))
            frame[at] = env.random.choice((0, 1, 0x7F, 0x80, 0xFF,
                                           env.random.randrange(256)))
        try:
            target.conn.send_frame(bytes(frame))
            target.conn.send(rawsmb.ECHO, struct.pack("<HH", 4, 0))
            while outcome_of_echo(target.conn) is False:
                pass
        except rawsmb.Closed:
            target.fresh()
        expect(server(env).alive(), "the server ended after %s\n%s" % (
            bytes(frame).hex(), server(env).stderr()[-1500:]))
    target.conn.close_socket()
    healthy(env)


def outcome_of_echo(conn):
    """False until the reply to the ECHO (or none at all) has come."""
    try:
        return conn.receive().command == rawsmb.ECHO
    except TimeoutError:
        expect(False, "no answer to an ECHO: " + outcome(conn))
