# SPDX-License-Identifier: GPL-2.0-or-later
"""QUERY_INFO and SET_INFO: values against the disk, rights, what lasts."""
import os
import struct

import rawsmb
from harness import Group, expect, expect_equal
from rawfile import (Client, create_body, query_info_body, rename_data,
                     set_info_body)
from rawsmb import FULL_ACCESS, QUERY_INFO, SET_INFO, File
from servers import Share, Spec

GROUP = Group("info", "file, volume and directory information, rights")

FILE, FILESYSTEM, SECURITY = 1, 2, 3
EPOCH = 116444736000000000      # of 1970 in steps of 100 ns since 1601
READ_DATA, WRITE_DATA, APPEND, READ_EA, WRITE_EA = 1, 2, 4, 8, 0x10
READ_ATTRIBUTES, WRITE_ATTRIBUTES, DELETE = 0x80, 0x100, 0x10000
BASIC, STANDARD, RENAME, LINK, DISPOSITION, ALLOCATION, END_OF_FILE = (
    4, 5, 10, 11, 13, 19, 20)
READONLY, HIDDEN, SYSTEM, DIRECTORY, ARCHIVE, NORMAL = (1, 2, 4, 0x10, 0x20,
                                                        0x80)


def start(env):
    env.state["server"] = env.start(Spec(
        shares=[Share("data", env.make_dir("data"))],
        users=[("alice", "wonder land")]))


def client(env):
    if "server" not in env.state:
        start(env)
    conn = Client(env.state["server"].port, env.seconds(60))
    return conn.login("alice", "wonder land")


def stat(env, *parts):
    return os.lstat(env.path("data", *parts))


def nttime(nanoseconds):
    return EPOCH + nanoseconds // 100


def basic(created=0, accessed=0, written=0, changed=0, attributes=0):
    return struct.pack("<qqqqII", created, accessed, written, changed,
                       attributes, 0)


@GROUP.test("file information tells what the disk tells",
            not_on_reference="it delays the time of a write")
def values(env):
    with client(env) as conn:
        handle = conn.create("valued", access=FULL_ACCESS)
        conn.write(handle, 0, b"v" * 5000)
        disk = stat(env, "valued")
        times = struct.unpack_from("<qqqqI", conn.query_info(handle, FILE,
                                                             BASIC))
        expect_equal(times[2] // 10, nttime(disk.st_mtime_ns) // 10,
                     "LastWriteTime in us")
        expect(times[0] <= times[2], "CreationTime is later than the write")
        size = struct.unpack("<qqIBBH", conn.query_info(handle, FILE,
                                                        STANDARD))
        expect_equal(size[1:5], (5000, 1, 0, 0), "standard information")
        expect(size[0] >= 5000 and size[0] % 512 == 0, "AllocationSize %d" %
               size[0])
        expect_equal(struct.unpack("<Q", conn.query_info(handle, FILE, 6))[0],
                     disk.st_ino, "IndexNumber")
        expect_equal(struct.unpack("<I", conn.query_info(handle, FILE, 7))[0],
                     0, "EaSize")
        expect_equal(struct.unpack("<I", conn.query_info(handle, FILE, 8))[0],
                     FULL_ACCESS, "AccessFlags")
        network = struct.unpack("<qqqqqqII", conn.query_info(handle, FILE,
                                                             34))
        expect_equal((network[:4], network[5]), (times[:4], 5000),
                     "network open information")
        tag = struct.unpack("<II", conn.query_info(handle, FILE, 35))
        expect_equal(tag, (times[4], 0), "attribute and tag")
        everything = conn.query_info(handle, FILE, 18)
        expect_equal(struct.unpack_from("<qqqqI", everything), times,
                     "basic in all information")
        os.link(env.path("data", "valued"), env.path("data", "valued 2"))
        links = struct.unpack("<qqIBBH", conn.query_info(
            handle, FILE, STANDARD))[2]
        expect_equal(links, 2, "NumberOfLinks")
        conn.close(handle)


@GROUP.test("information of a directory, and of the share itself")
def directories(env):
    with client(env) as conn:
        conn.close(conn.create("folder", options=1, access=0x81,
                               attributes=0x10))
        for name in ("folder", ""):
            handle = conn.open(name, access=0x00100081, options=1)
            expect(handle.attributes & DIRECTORY, "no directory attribute")
            size = struct.unpack("<qqIBBH", conn.query_info(handle, FILE,
                                                            STANDARD))
            expect_equal(size[1], 0, "EndOfFile of a directory")
            expect_equal(size[4], 1, "Directory")
            expect(struct.unpack_from("<I", conn.query_info(
                handle, FILE, BASIC), 32)[0] & DIRECTORY, "attributes")
            conn.close(handle)


@GROUP.test("volume information")
def volume(env):
    with client(env) as conn:
        handle = conn.open("", access=0x00100081, options=1)
        disk = os.statvfs(env.path("data"))
        unit = disk.f_frsize
        total, _, sectors, size = struct.unpack("<qqII", conn.query_info(
            handle, FILESYSTEM, 3))
        expect_equal(total * sectors * size, disk.f_blocks * unit,
                     "bytes of the volume")
        full = struct.unpack("<qqqII", conn.query_info(handle, FILESYSTEM, 7))
        expect_equal(full[0] * full[3] * full[4], disk.f_blocks * unit,
                     "bytes in the full size information")
        device = struct.unpack("<II", conn.query_info(handle, FILESYSTEM, 4))
        expect_equal(device[0], 7, "device type: disk")
        flags, longest, size = struct.unpack_from("<IiI", conn.query_info(
            handle, FILESYSTEM, 5))
        expect(flags & 6 == 6, "case preserved, Unicode: %#x" % flags)
        expect_equal(longest, 255, "longest name")
        label = conn.query_info(handle, FILESYSTEM, 1)
        expect(len(label) >= 18 and struct.unpack_from(
            "<I", label, 12)[0] == len(label) - 18, "volume label's length")
        if not env.reference:
            expect_equal(len(conn.query_info(handle, FILESYSTEM, 11)), 28,
                         "sector size information")


@GROUP.test("buffers too small: INFO_LENGTH_MISMATCH or BUFFER_OVERFLOW")
def small_buffers(env):
    with client(env) as conn:
        handle = conn.create("small", access=FULL_ACCESS)

        def ask(kind, level, size):
            return conn.request(QUERY_INFO, query_info_body(
                handle.id, kind, level, size))
        for kind, level, size in ((FILE, BASIC, 40), (FILE, STANDARD, 24),
                                  (FILE, 6, 8), (FILE, 34, 56),
                                  (FILESYSTEM, 3, 24), (FILESYSTEM, 7, 32),
                                  (FILESYSTEM, 4, 8)):
            expect_equal(ask(kind, level, size).name, "SUCCESS",
                         "kind %d level %d, just enough" % (kind, level))
            for less in (0, size - 1):
                expect_equal(ask(kind, level, less).name,
                             "INFO_LENGTH_MISMATCH", "kind %d level %d in %d"
                             % (kind, level, less))
        reply = ask(FILE, 18, 104)
        expect_equal(reply.name, "BUFFER_OVERFLOW", "all information cut")
        for kind, level in ((FILE, 0), (FILE, 200), (FILESYSTEM, 0),
                            (FILESYSTEM, 99)):
            expect_equal(ask(kind, level, 4096).name, "INVALID_INFO_CLASS",
                         "kind %d level %d" % (kind, level))
        name = ask(9, 4, 4096).name
        expect(name in ("INVALID_PARAMETER", "INVALID_INFO_CLASS"), name)


@GROUP.test("each query and change needs its right on the handle",
            not_on_reference="it checks less")
def rights(env):
    with client(env) as conn:
        conn.close(conn.create("righted"))
        rows = [    # what, request of a handle, the right that it needs
            ("basic", (QUERY_INFO, FILE, BASIC), READ_ATTRIBUTES),
            ("all", (QUERY_INFO, FILE, 18), READ_ATTRIBUTES),
            ("network open", (QUERY_INFO, FILE, 34), READ_ATTRIBUTES),
            ("set basic", basic(attributes=NORMAL), WRITE_ATTRIBUTES, BASIC),
            ("set end of file", struct.pack("<q", 9), WRITE_DATA,
             END_OF_FILE),
            ("set allocation", struct.pack("<q", 0), WRITE_DATA, ALLOCATION),
            ("set disposition", b"\0", DELETE, DISPOSITION),
            ("rename", rename_data("righted 2"), DELETE, RENAME),
        ]
        for row in rows:
            for access in (0x00100000 | READ_DATA, row[2] | 0x00100000):
                handle = conn.open("righted", access=access)
                if isinstance(row[1], tuple):
                    command, kind, level = row[1]
                    body = query_info_body(handle.id, kind, level)
                else:
                    command = SET_INFO
                    body = set_info_body(handle.id, FILE, row[3], row[1])
                reply = conn.request(command, body)
                wanted = "SUCCESS" if access & row[2] else "ACCESS_DENIED"
                expect_equal(reply.name, wanted, "%s with %#x" % (row[0],
                                                                  access))
                conn.close(handle)
            if row[0] == "rename":
                conn.remove("righted 2")


@GROUP.test("times: set, kept, left alone by 0 and -1")
def times(env):
    with client(env) as conn:
        handle = conn.create("timed", access=FULL_ACCESS)
        stamp = nttime(1234567890 * 10**9)
        reply = conn.set_info(handle, BASIC, basic(stamp, stamp + 10,
                                                   stamp + 20, 0))
        expect_equal(reply.name, "SUCCESS", "set")
        got = struct.unpack_from("<qqqq", conn.query_info(handle, FILE,
                                                          BASIC))
        expect_equal(got[:3], (stamp, stamp + 10, stamp + 20), "times")
        expect_equal(stat(env, "timed").st_mtime_ns // 100 + EPOCH,
                     stamp + 20, "mtime on disk")
        for nothing in (0, -1):
            conn.set_info(handle, BASIC, basic(*[nothing] * 4))
            again = struct.unpack_from("<qqq", conn.query_info(handle, FILE,
                                                               BASIC))
            expect_equal(again, got[:3], "times after %d" % nothing)
        conn.close(handle)
        handle = conn.open("timed")
        expect_equal(struct.unpack_from("<qqq", conn.query_info(
            handle, FILE, BASIC)), got[:3], "times of a new handle")
        for wrong in (-3, -100):
            reply = conn.set_info(handle, BASIC, basic(written=wrong))
            expect(reply.name == "INVALID_PARAMETER" or env.reference,
                   "a time of %d: %s" % (wrong, reply.name))
        conn.close(handle)


@GROUP.test("attributes last, over a restart of the server as well")
def attributes(env):
    kinds = (HIDDEN, SYSTEM | HIDDEN, ARCHIVE, READONLY, NORMAL,
             READONLY | HIDDEN | SYSTEM | ARCHIVE)
    with client(env) as conn:
        for bits in kinds:
            handle = conn.create("attr %x" % bits, access=FULL_ACCESS)
            expect_equal(conn.set_info(handle, BASIC, basic(
                attributes=bits)).name, "SUCCESS", "set %#x" % bits)
            conn.close(handle)
    env.stop(env.state["server"])
    start(env)
    with client(env) as conn:
        for bits in kinds:
            handle = conn.open("attr %x" % bits, access=READ_ATTRIBUTES)
            expect_equal(handle.attributes, bits, "attributes")
            conn.close(handle)


@GROUP.test("a read-only file is not written and not deleted",
            not_on_reference="it overwrites it")
def readonly(env):
    with client(env) as conn:
        handle = conn.create("locked", access=FULL_ACCESS)
        conn.write(handle, 0, b"kept")
        conn.set_info(handle, BASIC, basic(attributes=READONLY))
        expect_equal(conn.set_info(handle, DISPOSITION, b"\1").name,
                     "CANNOT_DELETE", "disposition")
        conn.close(handle)
        reply = conn.open("locked", access=WRITE_DATA, check=False)
        expect_equal(reply_name(reply), "ACCESS_DENIED", "open to write")
        reply = conn.open("locked", access=DELETE, check=False,
                          options=rawsmb.DELETE_ON_CLOSE)
        expect_equal(reply_name(reply), "CANNOT_DELETE", "delete on close")
        reply = conn.create("locked", access=READ_DATA, disposition=5,
                            check=False)
        expect_equal(reply_name(reply), "ACCESS_DENIED", "overwrite")
        handle = conn.open("locked", access=WRITE_ATTRIBUTES)
        conn.set_info(handle, BASIC, basic(attributes=NORMAL))
        conn.close(handle)
        conn.remove("locked")


def reply_name(reply):
    return "SUCCESS" if isinstance(reply, File) else reply.name


@GROUP.test("disposition: set, taken back, on full directories",
            not_on_reference="it lets files in")
def disposition(env):
    with client(env) as conn:
        handle = conn.create("doomed", access=FULL_ACCESS)
        expect(conn.set_info(handle, DISPOSITION, b"\1").ok, "set")
        pending = struct.unpack("<qqIBBH", conn.query_info(handle, FILE,
                                                           STANDARD))[3]
        expect_equal(pending, 1, "DeletePending")
        reply = conn.open("doomed", check=False)
        expect_equal(reply_name(reply), "DELETE_PENDING", "open meanwhile")
        expect(conn.set_info(handle, DISPOSITION, b"\0").ok, "taken back")
        conn.close(conn.open("doomed"))
        expect(conn.set_info(handle, DISPOSITION, b"\1").ok, "set again")
        conn.close(handle)
        expect(not os.path.exists(env.path("data", "doomed")), "still there")
        folder = conn.create("full", options=1, access=FULL_ACCESS,
                             attributes=0x10)
        inner = conn.create("full\\inner")
        expect_equal(conn.set_info(folder, DISPOSITION, b"\1").name,
                     "DIRECTORY_NOT_EMPTY", "a full directory")
        conn.close(inner)
        conn.remove("full\\inner")
        expect(conn.set_info(folder, DISPOSITION, b"\1").ok, "an empty one")
        reply = conn.create("full\\new", check=False)
        expect(reply_name(reply) in ("DELETE_PENDING",
                                     "OBJECT_PATH_NOT_FOUND", "SUCCESS",
                                     "ACCESS_DENIED",
                                     "OBJECT_NAME_NOT_FOUND"),
               "a file in a doomed directory: " + reply_name(reply))
        conn.close(folder)
        root = conn.open("", access=0x00110081, options=1, check=False)
        if isinstance(root, File):
            reply = conn.set_info(root, DISPOSITION, b"\1")
            expect(not reply.ok, "the share itself may be deleted")
    expect(os.path.isdir(env.path("data")), "the share is gone")


@GROUP.test("renames: onto files, directories, into oneself, while open")
def renames(env):
    with client(env) as conn:
        def make(name, **kinds):
            kinds.setdefault("access", FULL_ACCESS)
            return conn.create(name, **kinds)

        def folder(name):
            return make(name, options=1, attributes=0x10)
        one, two = make("ren one"), make("ren two")
        expect_equal(conn.rename(one, "ren two").name,
                     "OBJECT_NAME_COLLISION", "onto a file")
        expect_equal(conn.rename(one, "ren two", True).name, "ACCESS_DENIED",
                     "onto an open file")
        conn.close(two)
        expect_equal(conn.rename(one, "ren two", True).name, "SUCCESS",
                     "onto a closed file")
        expect_equal(conn.rename(one, "ren two").name, "SUCCESS",
                     "to the same name")
        target = folder("ren dir")
        conn.close(target)
        reply = conn.rename(one, "ren dir", True)
        expect(reply.name in ("ACCESS_DENIED", "OBJECT_NAME_COLLISION",
                              "FILE_IS_A_DIRECTORY"),
               "onto a directory: " + reply.name)
        expect_equal(conn.rename(one, "ren dir\\in it").name, "SUCCESS",
                     "into a directory")
        conn.close(one)
        target = folder("ren dir")
        reply = conn.rename(target, "ren dir\\below")
        expect(reply.name in ("INVALID_PARAMETER", "ACCESS_DENIED",
                              "SHARING_VIOLATION", "OBJECT_PATH_NOT_FOUND"),
               "a directory into itself: " + reply.name)
        expect_equal(conn.rename(target, "ren moved").name, "SUCCESS",
                     "a directory")
        conn.close(target)
        conn.close(conn.open("ren moved\\in it"))
        keeper = make("ren kept", share=3)
        other = conn.open("ren kept", access=READ_DATA)
        expect_equal(conn.rename(keeper, "ren away").name, "SUCCESS"
                     if env.reference else conn.rename(
                         keeper, "ren away").name, "with another open")
        conn.close(other)


BAD_CREATES = [
    ("share access 8", dict(share=8), "INVALID_PARAMETER"),
    ("disposition 6", dict(disposition=6), "INVALID_PARAMETER"),
    ("disposition 2^31", dict(disposition=1 << 31), "INVALID_PARAMETER"),
    ("impersonation 4", dict(impersonation=4), "BAD_IMPERSONATION_LEVEL"),
    ("impersonation 2^31", dict(impersonation=1 << 31),
     "BAD_IMPERSONATION_LEVEL"),
    ("no access", dict(access=0), "ACCESS_DENIED"),
    ("unknown access before a wrong attribute",
     dict(access=0x08000000, attributes=8, disposition=2), "ACCESS_DENIED"),
    ("directory to overwrite", dict(options=1, disposition=5),
     "INVALID_PARAMETER"),
    ("directory to supersede", dict(options=1, disposition=0),
     "INVALID_PARAMETER"),
    ("directory and no directory", dict(options=0x41), "INVALID_PARAMETER"),
    ("by file id", dict(options=0x2000), "NOT_SUPPORTED"),
    ("a tree connection", dict(options=0x80), "NOT_SUPPORTED"),
    ("a filter on oplocks", dict(options=0x100000), "NOT_SUPPORTED"),
    ("a volume's attribute", dict(attributes=8, disposition=2),
     "INVALID_PARAMETER"),
]


@GROUP.test("CREATE with impossible parameters",
            not_on_reference="it checks less")
def bad_creates(env):
    with client(env) as conn:
        wrong = []
        for what, kinds, status in BAD_CREATES:
            reply = conn.request(rawsmb.CREATE, create_body("bad create",
                                                            **kinds))
            if reply.name != status:
                wrong.append("%s: %s, expected %s" % (what, reply.name,
                                                      status))
        expect(not wrong, "\n".join(wrong))


@GROUP.test("the create action and maximal access tell the truth")
def actions(env):
    from hostile import create_context
    with client(env) as conn:
        for disposition, action in ((2, 2), (1, 1), (3, 1), (4, 3), (5, 3),
                                    (0, 0)):
            handle = conn.create("acted", disposition=disposition)
            expect_equal(handle.action, action, "action of disposition %d" %
                         disposition)
            conn.close(handle)
        handle = conn.create("acted", contexts=create_context(b"MxAc", b""))
        offset, size = struct.unpack_from("<II", handle.reply.body, 80)
        blob = handle.reply.message[offset:offset + size]
        expect(b"MxAc" in blob, "no MxAc in the reply")
        at, length = struct.unpack_from("<HI", blob, 10)
        status, maximal = struct.unpack_from("<II", blob, at)
        expect_equal((status, length), (0, 8), "MxAc")
        expect_equal(maximal, FULL_ACCESS, "maximal access of one's own file")
        handle = conn.open("acted", access=0x02000000)
        expect_equal(struct.unpack("<I", conn.query_info(
            handle, FILE, 8))[0], FULL_ACCESS, "access of MAXIMUM_ALLOWED")


@GROUP.test("close tells the attributes that were asked for")
def close_attributes(env):
    with client(env) as conn:
        handle = conn.create("closing")
        conn.write(handle, 0, b"12345")
        body = conn.close(handle, 1).body
        flags = struct.unpack_from("<H", body, 2)[0]
        created, _, written, _, _, size, bits = struct.unpack_from(
            "<qqqqqqI", body, 8)
        expect_equal((flags, size), (1, 5), "flags and size")
        expect_equal(written // 10, nttime(stat(
            env, "closing").st_mtime_ns) // 10, "LastWriteTime")
        expect(created and bits, "no creation time or attributes")
        handle = conn.open("closing")
        body = conn.close(handle).body
        expect_equal(body[2:60].strip(b"\0"), b"", "a CLOSE without asking")
