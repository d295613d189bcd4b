# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests on files for the raw client: bodies, and calls that use them."""
import struct

import rawsmb
from rawsmb import (ANY_FILE, CLOSE, CREATE, FLUSH, IOCTL, LOCK, OPEN,
                    OPEN_IF, QUERY_DIRECTORY, QUERY_INFO, READ, READ_WRITE,
                    SET_INFO, WRITE, Connection, File, Status, utf16)


def create_body(name, access=READ_WRITE, disposition=OPEN_IF, options=0,
                share=7, attributes=0x80, contexts=b"", oplock=0,
                impersonation=2):
    name = utf16(name)
    offset = 64 + 56
    head_size = offset + len(name)
    contexts_at = (head_size + 7) & ~7 if contexts else 0
    body = struct.pack("<HBBIQQIIIIIHHII", 57, 0, oplock, impersonation, 0, 0,
                       access, attributes, share, disposition, options,
                       offset, len(name), contexts_at, len(contexts))
    body += name
    if contexts:
        body += bytes(contexts_at - head_size) + contexts
    return body if name or contexts else body + b"\0"


def close_body(file_id, flags=0):
    return struct.pack("<HHI", 24, flags, 0) + file_id


def read_body(file_id, offset, size, minimum=0):
    return struct.pack("<HBBIQ16sIIIHH", 49, 0x50, 0, size, offset, file_id,
                       minimum, 0, 0, 0, 0) + b"\0"


def write_body(file_id, offset, data, flags=0):
    return struct.pack("<HHIQ16sIIHHI", 49, 64 + 48, len(data), offset,
                       file_id, 0, 0, 0, 0, flags) + data


def flush_body(file_id):
    return struct.pack("<HHI", 24, 0, 0) + file_id


def lock_body(file_id, locks):
    body = struct.pack("<HHI", 48, len(locks), 0) + file_id
    for offset, size, flags in locks:
        body += struct.pack("<QQII", offset, size, flags, 0)
    return body


def ioctl_body(file_id, code, data=b"", out=65536, flags=1):
    return struct.pack("<HHI16sIIIIIIII", 57, 0, code, file_id, 120,
                       len(data), 0, 0 if data else 0, 0, out, flags,
                       0) + data


def query_directory_body(file_id, pattern="*", level=37, flags=0, size=65536,
                         index=0):
    pattern = utf16(pattern)
    return struct.pack("<HBBI16sHHI", 33, level, flags, index, file_id,
                       64 + 32, len(pattern), size) + (pattern or b"\0")


def query_info_body(file_id, kind, level, size=4096, extra=0, flags=0,
                    data=b""):
    return struct.pack("<HBBIHHIII16s", 41, kind, level, size,
                       104 if data else 0, 0, len(data), extra, flags,
                       file_id) + (data or b"\0")


def set_info_body(file_id, kind, level, data, extra=0):
    return struct.pack("<HBBIHHI16s", 33, kind, level, len(data), 96, 0,
                       extra, file_id) + data


def rename_data(name, replace=False):
    name = utf16(name)
    data = struct.pack("<B7xQI", int(replace), 0, len(name)) + name
    return data + bytes(max(0, 24 - len(data)))


def charge_for(size):
    """Credits of a request that carries `size` bytes either way."""
    return max(1, (size + 65535) // 65536)


class Client(Connection):
    """A connection with calls for the ordinary things."""

    def charge(self, size):
        return charge_for(size) if self.dialect > 0x0202 else 1

    def create(self, name, check=True, **fields):
        """Opens a file: a File; or the refusing reply if not `check`."""
        reply = self.request(CREATE, create_body(name, **fields))
        if reply.ok:
            return File(reply)
        if check:
            raise Status(reply, "create of %r" % (name,))
        return reply

    def open(self, name, **fields):
        fields.setdefault("disposition", OPEN)
        return self.create(name, **fields)

    def close(self, handle, flags=0):
        return self.must(CLOSE, close_body(handle.id, flags))

    def must(self, command, body, **fields):
        reply = self.request(command, body, **fields)
        if not reply.ok:
            raise Status(reply, "command %d" % command)
        return reply

    def read(self, handle, offset, size):
        """The bytes read; b"" at the end of the file."""
        reply = self.request(READ, read_body(handle.id, offset, size),
                             charge=self.charge(size))
        if reply.name == "END_OF_FILE":
            return b""
        if not reply.ok:
            raise Status(reply, "read")
        return self.read_data(reply)

    @staticmethod
    def read_data(reply):
        at, size = reply.body[2], struct.unpack_from("<I", reply.body, 4)[0]
        data = reply.message[at:at + size]
        if len(data) != size:
            raise AssertionError("a READ reply shorter than it says")
        return data

    def write(self, handle, offset, data):
        reply = self.must(WRITE, write_body(handle.id, offset, data),
                          charge=self.charge(len(data)))
        return struct.unpack_from("<I", reply.body, 4)[0]

    def flush(self, handle):
        return self.must(FLUSH, flush_body(handle.id))

    def lock(self, handle, locks):
        return self.request(LOCK, lock_body(handle.id, locks))

    def ioctl(self, handle, code, data=b"", **fields):
        file_id = handle.id if handle else ANY_FILE
        return self.request(IOCTL, ioctl_body(file_id, code, data, **fields))

    def query_info(self, handle, kind, level, **fields):
        reply = self.must(QUERY_INFO, query_info_body(handle.id, kind, level,
                                                      **fields))
        return output(reply)

    def set_info(self, handle, level, data, kind=1):
        return self.request(SET_INFO, set_info_body(handle.id, kind, level,
                                                    data))

    def rename(self, handle, name, replace=False):
        return self.set_info(handle, 10, rename_data(name, replace))

    def remove(self, name, options=0):
        handle = self.open(name, access=DELETE_ACCESS,
                           options=options | rawsmb.DELETE_ON_CLOSE)
        self.close(handle)

    def list(self, handle, pattern="*", level=37, size=65536, flags=0):
        """All entries of a directory: [(name, entry)] in the order given."""
        entries = []
        while True:
            reply = self.request(QUERY_DIRECTORY, query_directory_body(
                handle.id, pattern, level, flags, size),
                charge=self.charge(size))
            flags &= ~0x11      # restart and reopen count once
            if reply.name in ("NO_MORE_FILES", "NO_SUCH_FILE"):
                return entries
            if not reply.ok:
                raise Status(reply, "query directory")
            entries += directory_entries(output(reply), level)


DELETE_ACCESS = rawsmb.DELETE | 0x80


def output(reply):
    """The buffer of a QUERY_INFO or QUERY_DIRECTORY reply."""
    offset, size = struct.unpack_from("<HI", reply.body, 2)
    data = reply.message[offset:offset + size]
    if len(data) != size:
        raise AssertionError("an output buffer shorter than it says")
    return data


# level: (offset of the name's length, offset of the name)
NAME_AT = {1: (60, 64), 2: (60, 68), 3: (60, 94), 12: (8, 12), 37: (60, 104),
           38: (60, 80)}


def directory_entries(data, level):
    entries, at = [], 0
    length_at, name_at = NAME_AT[level]
    while True:
        after = struct.unpack_from("<I", data, at)[0]
        entry = data[at:at + after] if after else data[at:]
        size = struct.unpack_from("<I", entry, length_at)[0]
        raw = entry[name_at:name_at + size]
        if len(raw) != size:
            raise AssertionError("a directory entry shorter than its name")
        entries.append((raw.decode("utf-16-le", "surrogatepass"), entry))
        if not after:
            return entries
        if after % 8:
            raise AssertionError("NextEntryOffset %d" % after)
        at += after
