# SPDX-License-Identifier: GPL-2.0-or-later
"""Listing 10,000 entries: all there, once each, by every level and pattern."""
import os
import struct

import rawsmb
from clients import SmbClient
from harness import Group, expect, expect_equal
from rawfile import (NAME_AT, Client, directory_entries, output,
                     query_directory_body)

GROUP = Group("listing", "ls of 10,000 entries, wildcards, restart, single")

RESTART, SINGLE, INDEX, REOPEN = 1, 2, 4, 0x10
READ_DIRECTORY = 0x00100081


def count(env):
    return env.scale(10000, 10000)


def names(env):
    """Names of all lengths and kinds; every tenth is a .txt."""
    result = []
    for number in range(count(env)):
        if number % 10 == 0:
            result.append("entry-%05d.txt" % number)
        elif number % 10 == 1:
            result.append("Длинное имя номер %05d %s" % (number,
                                                         "я" * (number % 80)))
        elif number % 10 == 2:
            result.append("漢字-%05d-\U0001F600" % number)
        else:
            result.append("%05d%s" % (number, "x" * (number % 40)))
    return result


SPECIAL = ("ab.txt", "a1.tst", "aa.tXt", "xa123.tat", "xa.t-t", "ba", "b.txt",
           "xa.text", "UPPER.TXT", "no extension", ".dotfile", "two.dots.txt")


def prepare(env):
    server = env.default_server()
    many = env.path("data", "many")
    if not os.path.isdir(many):
        os.mkdir(many)
        for name in names(env):
            with open(os.path.join(many, name), "wb") as stream:
                stream.write(b"s" * (len(name) % 7))
        special = env.make_dir("data", "special")
        for name in SPECIAL:
            open(os.path.join(special, name), "wb").close()
        os.mkdir(os.path.join(special, "folder.txt"))
    return server


def client(env):
    server = prepare(env)
    return Client(server.port, env.seconds(60)).login(*server.user)


def open_dir(conn, name):
    return conn.open(name, access=READ_DIRECTORY,
                     options=rawsmb.DIRECTORY_FILE)


@GROUP.test("smbclient: 10,000 entries, once each, with their sizes")
def smbclient_all(env):
    smb = SmbClient(env, prepare(env))
    entries = smb.listing("many\\*", timeout=300)
    expect_equal(len(entries), count(env), "number of entries")
    expect_equal(set(entries), set(names(env)), "names")
    for name in names(env)[::97]:
        expect_equal(entries[name][1], len(name) % 7, "size of " + name)


@GROUP.test("smbclient: *.txt among 10,000")
def smbclient_pattern(env):
    smb = SmbClient(env, prepare(env))
    entries = smb.listing("many\\*.txt", timeout=120)
    expect_equal(sorted(entries), [n for n in names(env)
                                   if n.endswith(".txt")], "*.txt")


def one_level(env, level, size):
    with client(env) as conn:
        handle = open_dir(conn, "many")
        got = [name for name, _ in conn.list(handle, "*", level, size)]
        expect_equal(len(got), count(env) + 2, "number of entries")
        expect_equal(set(got), set(names(env)) | {".", ".."}, "names")
        again = conn.list(handle, "*", level, size, flags=RESTART)
        expect_equal([n for n, _ in again][:1], got[:1],
                     "first name after a restart")
        conn.close(handle)


for _level in NAME_AT:
    GROUP.add("raw: level %d" % _level,
              lambda env, level=_level: one_level(env, level, 65536))
GROUP.add("raw: buffers of 1 MiB", lambda env: one_level(env, 37, 1 << 20))
GROUP.add("raw: buffers of 700 bytes", lambda env: one_level(env, 37, 700))


WANTED = {
    "*": set(SPECIAL) | {"folder.txt", ".", ".."},
    "*.txt": {"ab.txt", "aa.tXt", "b.txt", "UPPER.TXT", "two.dots.txt",
              "folder.txt"},
    "?a*.t?t": {"aa.tXt", "xa123.tat", "xa.t-t"},
    "??.txt": {"ab.txt", "aa.tXt"},
    "*.TXT": {"ab.txt", "aa.tXt", "b.txt", "UPPER.TXT", "two.dots.txt",
              "folder.txt"},
    "upper.txt": {"UPPER.TXT"},
    "*a*.t*": {"ab.txt", "a1.tst", "aa.tXt", "xa123.tat", "xa.t-t",
               "xa.text"},
    "?": {"."},
    "no *": {"no extension"},
    "two*s.txt": {"two.dots.txt"},
    ".dotfile": {".dotfile"},
    # the wire's forms of a DOS name's wildcards, [MS-FSA] 2.1.4.4
    "<.txt": {"ab.txt", "aa.tXt", "b.txt", "UPPER.TXT", "two.dots.txt",
              "folder.txt"},
    "a>.txt": {"ab.txt", "aa.tXt"},
    "none*": set(),
    "*.txt*x": set(),
}


def one_pattern(env, pattern):
    with client(env) as conn:
        handle = open_dir(conn, "special")
        got = [name for name, _ in conn.list(handle, pattern)]
        expect_equal(len(got), len(set(got)), "names listed once")
        wanted = WANTED[pattern]
        if pattern == "?":   # whether ".." matches ? has no one answer
            got = [name for name in got if name != ".."]
        expect_equal(set(got) - {".", ".."}, wanted - {".", ".."}, pattern)
        conn.close(handle)


for _pattern in WANTED:
    GROUP.add("raw: pattern " + _pattern,
              lambda env, p=_pattern: one_pattern(env, p))


@GROUP.test("raw: a name that matches nothing, first and later")
def nothing(env):
    with client(env) as conn:
        handle = open_dir(conn, "special")
        ask = lambda p, flags=0: conn.request(  # noqa: E731
            rawsmb.QUERY_DIRECTORY, query_directory_body(handle.id, p,
                                                         flags=flags)).name
        expect_equal(ask("nothing"), "NO_SUCH_FILE", "first query")
        handle = open_dir(conn, "special")
        expect_equal(ask("ab.txt"), "SUCCESS", "a name that is there")
        expect_equal(ask("ab.txt"), "NO_MORE_FILES", "the same once more")
        expect_equal(ask("ab.txt", RESTART), "SUCCESS", "after a restart")


@GROUP.test("raw: one entry at a time, restart in the middle")
def single(env):
    with client(env) as conn:
        handle = open_dir(conn, "special")
        got = []
        while True:
            reply = conn.request(rawsmb.QUERY_DIRECTORY, query_directory_body(
                handle.id, flags=SINGLE))
            if reply.name == "NO_MORE_FILES":
                break
            expect_equal(reply.name, "SUCCESS", "single")
            entries = directory_entries(output(reply), 37)
            expect_equal(len(entries), 1, "entries in a single reply")
            got.append(entries[0][0])
        expect_equal(sorted(got), sorted(SPECIAL + ("folder.txt", ".", "..")),
                     "names, one by one")
        reply = conn.request(rawsmb.QUERY_DIRECTORY, query_directory_body(
            handle.id, flags=SINGLE | RESTART))
        expect_equal(directory_entries(output(reply), 37)[0][0], got[0],
                     "first after restart")
        reply = conn.request(rawsmb.QUERY_DIRECTORY, query_directory_body(
            handle.id, flags=SINGLE))
        expect_equal(directory_entries(output(reply), 37)[0][0], got[1],
                     "second after restart")
        for flag in (RESTART, REOPEN):
            rest = [n for n, _ in conn.list(handle, flags=flag)]
            expect_equal(sorted(rest), sorted(got), "all, flag %d" % flag)


@GROUP.test("raw: buffers too small, wrong levels, wrong handles")
def refused(env):
    with client(env) as conn:
        handle = open_dir(conn, "many")
        ask = lambda **k: conn.request(  # noqa: E731
            rawsmb.QUERY_DIRECTORY, query_directory_body(handle.id, **k)).name
        expect_equal(ask(size=8), "INVALID_PARAMETER" if env.reference
                     else "INFO_LENGTH_MISMATCH", "8 bytes")
        expect(ask(size=105, flags=RESTART) in (
            "BUFFER_OVERFLOW", "INFO_LENGTH_MISMATCH", "SUCCESS"),
            "a buffer without room for a name")
        for level in (0, 4, 5, 13, 0x64, 0xFF):
            expect_equal(ask(level=level, flags=RESTART), "INVALID_INFO_CLASS",
                         "level %d" % level)
        plain = conn.open("special\\ab.txt", access=0x81)
        reply = conn.request(rawsmb.QUERY_DIRECTORY,
                             query_directory_body(plain.id))
        expect_equal(reply.name, "NOT_SUPPORTED" if env.reference
                     else "INVALID_PARAMETER", "handle of a file")
        blind = conn.open("special", access=0x00100080,
                          options=rawsmb.DIRECTORY_FILE)
        reply = conn.request(rawsmb.QUERY_DIRECTORY,
                             query_directory_body(blind.id))
        expect_equal(reply.name, "ACCESS_DENIED", "handle without list right")
        gone = struct.pack("<QQ", 0x1234567, 0x89)
        reply = conn.request(rawsmb.QUERY_DIRECTORY,
                             query_directory_body(gone))
        expect_equal(reply.name, "FILE_CLOSED", "no such handle")


@GROUP.test("raw: entries made and removed while listing")
def moving(env):
    server = prepare(env)
    folder = env.make_dir("data", "moving")
    for number in range(500):
        open(os.path.join(folder, "stay-%03d" % number), "wb").close()
        open(os.path.join(folder, "leave-%03d" % number), "wb").close()
    with Client(server.port, env.seconds(60)).login(*server.user) as conn:
        handle = open_dir(conn, "moving")
        got = []
        while True:
            reply = conn.request(rawsmb.QUERY_DIRECTORY, query_directory_body(
                handle.id, size=4000))
            if not reply.ok:
                break
            got += [n for n, _ in directory_entries(output(reply), 37)]
            for name in list(os.listdir(folder))[:3]:
                if name.startswith("leave"):
                    os.unlink(os.path.join(folder, name))
        expect_equal(reply.name, "NO_MORE_FILES", "end of the listing")
        stay = [n for n in got if n.startswith("stay")]
        expect_equal(len(stay), 500, "entries that stayed")
        expect_equal(len(set(stay)), 500, "different entries that stayed")


@GROUP.test("raw: patterns made to take for ever do not")
def endless_patterns(env):
    server = prepare(env)
    folder = env.make_dir("data", "bomb")
    for number in range(30):
        open(os.path.join(folder, "a" * (200 + number)), "wb").close()
    with Client(server.port, env.seconds(60)).login(*server.user) as conn:
        for pattern in ("*a" * 100 + "b", "*" * 200 + "b", "<a" * 100 + "b",
                        "?*" * 100 + "b", "*a?" * 60 + "*b", '<"<a' * 50,
                        "*" * 20000, ">" * 20000, "a*" * 10000):
            handle = open_dir(conn, "bomb")
            reply = conn.request(rawsmb.QUERY_DIRECTORY, query_directory_body(
                handle.id, pattern))
            expect(reply.name in ("NO_SUCH_FILE", "SUCCESS",
                                  "OBJECT_NAME_INVALID", "INVALID_PARAMETER",
                                  "NAME_TOO_LONG"), reply.name)
            conn.close(handle)
