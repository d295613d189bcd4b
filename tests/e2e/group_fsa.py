# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens, deletions and renames that meet other handles, as [MS-FSA] has them."""
import os
import struct

import rawfile
import rawsmb
from harness import Group, expect, expect_equal
from rawfile import Client, File, rename_data
from rawsmb import (CREATE_NEW, DELETE_ON_CLOSE, FULL_ACCESS, NON_DIRECTORY,
                    OPEN, OPEN_IF, OVERWRITE, OVERWRITE_IF, SUPERSEDE)
from servers import Share, Spec

GROUP = Group("fsa", "opens, deletions and renames beside other handles")

READ = 0x00120089
ATTRIBUTES = 0x80
LINK, DISPOSITION, ALLOCATION = 11, 13, 19
SHARE_READ, SHARE_ALL = 1, 7
DIRECTORY = {"options": 1, "attributes": 0x10}


def start(env):
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))],
            users=[("alice", "wonder land")]))
    return env.state["server"]


def client(env, **kinds):
    conn = Client(start(env).port, env.seconds(60))
    return conn.login("alice", "wonder land", **kinds)


def status(result):
    return "SUCCESS" if isinstance(result, File) else result.name


def make(conn, name, data=b"", **kinds):
    """A new file (or directory) of a client's, closed again."""
    handle = conn.create(name, disposition=CREATE_NEW, **kinds)
    if data:
        conn.write(handle, 0, data)
    conn.close(handle)


@GROUP.test("overwriting needs to be shared, whatever else is asked for")
def overwrite_shared(env):
    with client(env) as conn:
        make(conn, "kept", b"data")
        holders = (dict(share=0), dict(access=READ, share=SHARE_READ))
        for holder in holders:
            handle = conn.open("kept", **holder)
            for disposition in (SUPERSEDE, OVERWRITE, OVERWRITE_IF):
                for access in (ATTRIBUTES, READ):
                    if access == READ and holder["share"] == 0:
                        continue
                    reply = conn.create("kept", check=False, access=access,
                                        disposition=disposition)
                    expect_equal(status(reply), "SHARING_VIOLATION",
                                 "disposition %d" % disposition)
            expect_equal(conn.read(handle, 0, 10), b"data", "the contents")
            conn.close(handle)
        # The right to overwrite is not one of the handle's.
        first = conn.create("kept", access=READ, disposition=OVERWRITE)
        second = conn.open("kept", access=READ, share=SHARE_READ)
        reply = conn.request(rawsmb.WRITE,
                             rawfile.write_body(first.id, 0, b"x"))
        expect_equal(reply.name, "ACCESS_DENIED", "a WRITE")
        conn.close(first)
        conn.close(second)


@GROUP.test("delete on close removes the name that was opened for it")
def hard_links(env):
    with client(env) as conn:
        for how in ("option", "disposition"):
            names = ["link a " + how, "link b " + how]
            make(conn, names[0], b"data")
            os.link(env.path("data", names[0]), env.path("data", names[1]))
            options = DELETE_ON_CLOSE if how == "option" else 0
            first = conn.open(names[0], access=FULL_ACCESS, options=options)
            second = conn.open(names[1], access=READ)
            if not options:
                expect(conn.set_info(first, DISPOSITION, b"\1").ok, "set")
            conn.close(first)
            conn.close(second)
            left = [n for n in names if os.path.exists(env.path("data", n))]
            expect_equal(left, names[1:], "names left")


@GROUP.test("a doomed file: no open, no create, no other name")
def doomed(env):
    with client(env) as conn:
        make(conn, "doomed", b"data")
        handle = conn.open("doomed", access=FULL_ACCESS)
        expect(conn.set_info(handle, DISPOSITION, b"\1").ok, "set")
        for disposition in range(6):
            reply = conn.create("doomed", check=False, disposition=disposition)
            expect_equal(status(reply), "DELETE_PENDING",
                         "disposition %d" % disposition)
        expect_equal(conn.rename(handle, "saved").name, "ACCESS_DENIED",
                     "a rename")
        expect_equal(conn.set_info(handle, LINK, rename_data("saved")).name,
                     "ACCESS_DENIED", "a link")
        conn.close(handle)
        for name in ("doomed", "saved"):
            expect(not os.path.exists(env.path("data", name)), name)


@GROUP.test("a doomed directory takes nothing in")
def doomed_directory(env):
    with client(env) as conn:
        folder = conn.create("leaving", access=FULL_ACCESS, **DIRECTORY)
        make(conn, "arriving")
        handle = conn.open("arriving", access=FULL_ACCESS)
        expect(conn.set_info(folder, DISPOSITION, b"\1").ok, "set")
        for kinds in ({}, DIRECTORY):
            reply = conn.create("leaving\\new", check=False, **kinds)
            expect_equal(status(reply), "DELETE_PENDING", "a new object")
        expect_equal(conn.rename(handle, "leaving\\in").name,
                     "DELETE_PENDING", "a rename")
        expect_equal(conn.set_info(handle, LINK,
                                   rename_data("leaving\\in")).name,
                     "DELETE_PENDING", "a link")
        conn.close(folder)
        conn.close(handle)
    expect(not os.path.exists(env.path("data", "leaving")), "still there")


@GROUP.test("a read-only file is not replaced")
def readonly_target(env):
    with client(env) as conn:
        make(conn, "precious", b"gold", attributes=1)
        make(conn, "new", b"lead")
        handle = conn.open("new", access=FULL_ACCESS)
        expect_equal(conn.rename(handle, "precious", True).name,
                     "ACCESS_DENIED", "a rename")
        expect_equal(conn.set_info(handle, LINK,
                                   rename_data("precious", True)).name,
                     "ACCESS_DENIED", "a link")
        conn.close(handle)
        with open(env.path("data", "precious"), "rb") as stream:
            expect_equal(stream.read(), b"gold", "the contents")


@GROUP.test("a directory with open files below keeps its name")
def open_below(env):
    with client(env) as conn, client(env) as other:
        make(conn, "tree", **DIRECTORY)
        make(conn, "tree\\branch", **DIRECTORY)
        make(conn, "tree\\branch\\leaf")
        make(conn, "tree branch")
        beside = other.open("tree branch")
        folder = conn.open("tree", access=FULL_ACCESS, options=1)
        for name in ("tree\\branch\\leaf", "tree\\branch"):
            handle = other.open(name, access=ATTRIBUTES)
            expect_equal(conn.rename(folder, "moved").name, "ACCESS_DENIED",
                         name)
            other.close(handle)
        expect_equal(conn.rename(folder, "moved").name, "SUCCESS",
                     "with nothing open below")
        other.close(beside)
        conn.close(folder)


@GROUP.test("renames and links share the directory that they write to")
def parent_shared(env):
    with client(env) as conn:
        make(conn, "parent", **DIRECTORY)
        make(conn, "parent\\child")
        cases = ((READ, SHARE_ALL, True), (READ, SHARE_READ, False),
                 (FULL_ACCESS, SHARE_ALL, False), (ATTRIBUTES, 0, True))
        for number, (access, share, good) in enumerate(cases):
            folder = conn.open("parent", access=access, share=share,
                               options=1)
            name = "parent\\child" if number == 0 else "parent\\0"
            handle = conn.open(name, access=FULL_ACCESS)
            wanted = "SUCCESS" if good else "SHARING_VIOLATION"
            expect_equal(conn.rename(handle, "parent\\0").name, wanted,
                         "a rename, case %d" % number)
            link = rename_data("parent\\link %d" % number)
            expect_equal(conn.set_info(handle, LINK, link).name, wanted,
                         "a link, case %d" % number)
            conn.close(handle)
            conn.close(folder)


@GROUP.test("trailing backslashes are for directories only")
def trailing(env):
    with client(env) as conn:
        make(conn, "plain")
        make(conn, "folder", **DIRECTORY)
        for name in ("plain\\", "folder\\", "nothing\\"):
            reply = conn.create(name, check=False, options=NON_DIRECTORY,
                                disposition=OPEN_IF)
            expect_equal(status(reply), "OBJECT_NAME_INVALID", name)
        conn.close(conn.open("folder\\", options=1))
        handle = conn.open("plain", access=FULL_ACCESS)
        expect_equal(conn.rename(handle, "other\\").name,
                     "OBJECT_NAME_INVALID", "a rename")
        conn.close(handle)


@GROUP.test("rights that do not exist are refused, new file or old")
def unknown_rights(env):
    with client(env) as conn:
        make(conn, "old")
        for access, wanted in ((0x01000000, "PRIVILEGE_NOT_HELD"),
                               (0x01000001, "PRIVILEGE_NOT_HELD"),
                               (0x00200000, "ACCESS_DENIED"),
                               (0x04000001, "ACCESS_DENIED"),
                               (0x00001000, "ACCESS_DENIED")):
            for name, disposition in (("old", OPEN), ("none", OPEN_IF)):
                reply = conn.create(name, check=False, access=access,
                                    disposition=disposition)
                expect_equal(status(reply), wanted, "%s, %#x" % (name, access))
    expect(not os.path.exists(env.path("data", "none")), "it was created")


@GROUP.test("what CREATE is to allocate is in its reply")
def initial_allocation(env):
    contexts = struct.pack("<IHHHHI4s4xQ", 0, 16, 4, 0, 24, 8, b"AlSi",
                           1 << 20)
    with client(env) as conn:
        for attributes in (0, 2):
            handle = conn.create("large %d" % attributes, contexts=contexts,
                                 attributes=attributes)
            expect_equal((handle.size, handle.allocation), (0, 1 << 20),
                         "size and allocation")
            conn.close(handle)


@GROUP.test("an allocation is made of whole units before it cuts anything")
def allocation(env):
    with client(env) as conn:
        handle = conn.create("allocated")
        conn.write(handle, 0, bytes(100))
        for size, left in ((1, 100), (0, 0)):
            reply = conn.set_info(handle, ALLOCATION, struct.pack("<Q", size))
            expect(reply.ok, "allocation %d: %s" % (size, reply.name))
            expect_equal(os.path.getsize(env.path("data", "allocated")), left,
                         "size after allocation %d" % size)
        conn.write(handle, 0, bytes(300000))
        unit = os.statvfs(env.path("data")).f_bsize
        expect(conn.set_info(handle, ALLOCATION,
                             struct.pack("<Q", unit + 1)).ok, "cut")
        expect_equal(os.path.getsize(env.path("data", "allocated")), 2 * unit,
                     "size after an allocation of a unit and a byte")
        conn.close(handle)
