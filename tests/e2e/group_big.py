# SPDX-License-Identifier: GPL-2.0-or-later
"""Offsets past 4 GiB, payloads of many credits, files of many megabytes."""
import os
import struct

from impacket.smbconnection import SMBConnection

import rawsmb
from clients import SmbClient
from harness import Group, expect, expect_equal, pattern, sha256_file
from rawfile import Client, read_body, write_body
from servers import Share, Spec

GROUP = Group("big", "offsets past 4 GiB, multi-credit reads and writes")

GIB4 = 4 << 30
MIB8 = 8 << 20


def server(env):
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))],
            users=[("alice", "wonder land")], conf=True,
            globals={"smb2 max read": "8388608", "smb2 max write": "8388608"}))
    return env.state["server"]


def client(env, **kinds):
    conn = Client(server(env).port, env.seconds(60))
    return conn.login(*server(env).user, **kinds)


def gather_credits(conn, wanted):
    """Asks with ECHOs until the window holds that many credits."""
    for _ in range(64):
        if conn.credits >= wanted:
            return
        conn.request(rawsmb.ECHO, struct.pack("<HH", 4, 0), credits=256)
    expect(False, "only %d credits were granted, %d wanted" % (conn.credits,
                                                               wanted))


@GROUP.test("raw: write and read at 4 GiB + 5, and across the boundary")
def past_4_gib(env):
    with client(env) as conn:
        handle = conn.create("sparse")
        data = pattern(100000)
        expect_equal(conn.write(handle, GIB4 + 5, data[:70000]), 70000,
                     "bytes written")
        conn.write(handle, GIB4 - 1000, data[:1005])
        expect_equal(conn.read(handle, GIB4 + 5, 70000), data[:70000],
                     "read at 4 GiB + 5")
        expect_equal(conn.read(handle, GIB4 - 1000, 2000),
                     data[:1005] + data[:995], "read across 4 GiB")
        expect_equal(conn.read(handle, GIB4 + 70000, 100), data[69995:70000],
                     "read up to the end")
        expect_equal(conn.read(handle, GIB4 + 70005, 100), b"", "read at EOF")
        expect_equal(conn.read(handle, 5, 10), bytes(10), "read of the hole")
        standard = conn.query_info(handle, 1, 5)
        expect_equal(struct.unpack_from("<Q", standard, 8)[0], GIB4 + 70005,
                     "EndOfFile")
        conn.close(handle)
    blocks = os.stat(env.path("data", "sparse")).st_blocks
    expect(blocks < 2048, "the file is not sparse: %d blocks" % blocks)
    smb = SmbClient(env, server(env))
    size = smb.listing("sparse")["sparse"][1]
    expect_equal(size, GIB4 + 70005, "size in ls")
    info = smb.allinfo("sparse")
    # this client prints the lower half of a stream's size only
    expect("stream:" not in info or "stream: [::$DATA], %d bytes" % (
        size & 0xFFFFFFFF) in info, "allinfo shows another size:\n" + info)


@GROUP.test("raw: sizes past 4 GiB are set, cut and refused")
def set_sizes(env):
    with client(env) as conn:
        handle = conn.create("sized")
        for size in (GIB4 + 1, GIB4, GIB4 - 1, 1 << 40, 0):
            reply = conn.set_info(handle, 20, struct.pack("<Q", size))
            expect_equal(reply.name, "SUCCESS", "set EndOfFile %d" % size)
            expect_equal(os.path.getsize(env.path("data", "sized")), size,
                         "size on disk")
        reply = conn.set_info(handle, 20, struct.pack("<q", -5))
        expect_equal(reply.name, "INVALID_PARAMETER", "negative EndOfFile")
        for offset in (0x7FFFFFFFFFFFFFF0, 0x7FFFFFFFFFFFFFFF, 1 << 63,
                       0xFFFFFFFFFFFFFFF0):
            reply = conn.request(rawsmb.WRITE, write_body(handle.id, offset,
                                                          bytes(100)))
            expect(reply.name in ("INVALID_PARAMETER", "DISK_FULL"),
                   "write at %#x: %s" % (offset, reply.name))
            reply = conn.request(rawsmb.READ, read_body(handle.id, offset,
                                                        100))
            expect(reply.name in ("INVALID_PARAMETER", "END_OF_FILE"),
                   "read at %#x: %s" % (offset, reply.name))
        expect_equal(os.path.getsize(env.path("data", "sized")), 0,
                     "size after refused writes")
        conn.close(handle)
        conn.remove("sized")


def eight_megabytes(env, dialect, signing):
    with client(env, dialects=(dialect,), signing=signing) as conn:
        expect_equal((conn.max_read, conn.max_write), (MIB8, MIB8),
                     "MaxReadSize and MaxWriteSize")
        gather_credits(conn, 280)
        data = pattern(MIB8, dialect)
        handle = conn.create("eight")
        expect_equal(conn.write(handle, 3, data), MIB8, "bytes written")
        expect_equal(conn.read(handle, 3, MIB8) == data, True,
                     "8 MiB read back")
        for size in (65535, 65536, 65537, 1 << 20, MIB8 - 1):
            conn.write(handle, 0, data[:size])
            expect(conn.read(handle, 0, size) == data[:size],
                   "%d bytes come back wrong" % size)
        big = MIB8 + 1
        reply = conn.request(rawsmb.READ, read_body(handle.id, 0, big),
                             charge=conn.charge(big))
        expect_equal(reply.name, "INVALID_PARAMETER", "read past the maximum")
        conn.close(handle)
        conn.remove("eight")


for _dialect in rawsmb.ALL_DIALECTS[1:]:
    for _signing in (False, True):
        GROUP.add("raw %#06x: reads and writes of 8 MiB, %s" % (
            _dialect, "signed" if _signing else "unsigned"),
            lambda env, d=_dialect, s=_signing: eight_megabytes(env, d, s))


@GROUP.test("raw: READ's minimum count, zero length, and the padding field")
def read_details(env):
    with client(env) as conn:
        handle = conn.create("details")
        conn.write(handle, 0, b"0123456789")
        reply = conn.request(rawsmb.READ, read_body(handle.id, 5, 100, 5))
        expect_equal(reply.name, "SUCCESS", "minimum count just reached")
        reply = conn.request(rawsmb.READ, read_body(handle.id, 5, 100, 6))
        expect_equal(reply.name, "END_OF_FILE", "minimum count not reached")
        reply = conn.request(rawsmb.READ, read_body(handle.id, 0, 0))
        expect_equal(reply.name, "SUCCESS", "read of nothing")
        reply = conn.request(rawsmb.READ, read_body(handle.id, 10, 0))
        expect_equal(reply.name, "SUCCESS", "read of nothing at the end")
        reply = conn.request(rawsmb.READ, read_body(handle.id, 10, 1))
        expect_equal(reply.name, "END_OF_FILE", "read at the end")
        expect_equal(conn.write(handle, 4, b""), 0, "write of nothing")
        expect_equal(conn.read(handle, 0, 100), b"0123456789", "content")
        conn.flush(handle)
        conn.close(handle)
        conn.remove("details")


@GROUP.test("impacket: a file written and read past 4 GiB")
def impacket_past_4_gib(env):
    conn = SMBConnection("127.0.0.1", "127.0.0.1",
                         sess_port=server(env).port, timeout=env.seconds(60))
    conn.login(*server(env).user)
    tree = conn.connectTree("data")
    handle = conn.createFile(tree, "impacket-sparse")
    data = pattern(300000)
    conn.writeFile(tree, handle, data, GIB4 + 5)
    expect_equal(conn.readFile(tree, handle, GIB4 + 5, len(data)), data,
                 "what impacket read")
    conn.closeFile(tree, handle)
    entry = conn.listPath("data", "impacket-sparse")[0]
    expect_equal(entry.get_filesize(), GIB4 + 5 + len(data), "size listed")
    conn.deleteFile("data", "impacket-sparse")
    conn.close()


def large_put_get(env, signing):
    smb = SmbClient(env, server(env), signing=signing)
    source, back = env.path("large"), env.path("large.back")
    block = pattern(1 << 20)
    with open(source, "wb") as stream:
        for number in range(env.scale(200, 30)):
            stream.write(struct.pack("<Q", number) + block)
    smb.run('put "%s" large' % source, timeout=300)
    expect_equal(sha256_file(env.path("data", "large")), sha256_file(source),
                 "checksum of what was put")
    smb.run('get large "%s"' % back, timeout=300)
    expect_equal(sha256_file(back), sha256_file(source),
                 "checksum of what was got")
    smb.run("del large")
    os.unlink(source)
    os.unlink(back)


GROUP.add("smbclient: put and get of 200 MiB, unsigned",
          lambda env: large_put_get(env, "off"))
GROUP.add("smbclient: put and get of 200 MiB, signed",
          lambda env: large_put_get(env, "required"))
