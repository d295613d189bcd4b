# SPDX-License-Identifier: GPL-2.0-or-later
"""File names: alphabets, length, case, and what is not a name."""
import os
import struct
import threading

import rawsmb
from clients import SmbClient
from harness import Group, Skip, expect, expect_equal, pattern, sha256_file
from rawfile import Client
from rawsmb import File
from servers import LIBC

GROUP = Group("names", "Unicode, case-insensitivity, invalid names")

GOOD = {
    "Cyrillic": "Привет мир, ёжик.txt",
    "CJK": "漢字かな交じり文.doc",
    "Korean": "한글 파일",
    "emoji": "smile \U0001F600\U0001F9D1\u200D\U0001F680.png",
    "astral": "\U00020000\U0002A6D6",
    "composed": "é ü ñ",
    "decomposed": "e\u0301 u\u0308",
    "Arabic": "ملف عربي",
    "spaces inside": "a  b   c.d e",
    "leading space": "  two spaces first",
    "leading dots": "...three dots first",
    "many dots": "a.b..c...d",
    "punctuation": "!#$%&'()+,-=@[]^_`{}~",
    "device-like": "console.nul",
    "one letter": "Я",
}
LONG_255 = "ж" * 120 + "x" * 15       # 255 bytes on disk
LONG_ASCII = "L" * 251 + ".txt"       # 255 UTF-16 units


def client(env):
    server = env.default_server()
    return Client(server.port, env.seconds(30)).login(*server.user)


def smbclient(env):
    return SmbClient(env, env.default_server())


def round_trip(env, name):
    smb = smbclient(env)
    source, back = env.path("source"), env.path("back")
    with open(source, "wb") as stream:
        stream.write(pattern(5000, len(name)))
    smb.run('put "%s" "%s"' % (source, name))
    expect(os.path.exists(env.path("data", name)),
           "on disk: %r" % os.listdir(env.path("data")))
    expect(name in smb.listing(), "ls does not show it as it was made")
    smb.run('get "%s" "%s"' % (name, back))
    expect_equal(sha256_file(back), sha256_file(source), "checksum")
    smb.run(['mkdir "dir %s"' % name,
             'rename "%s" "dir %s\\new %s"' % (name, name, name)])
    expect_equal(os.listdir(env.path("data", "dir " + name)),
                 ["new " + name], "renamed")
    smb.run('deltree "dir %s"' % name)


for _kind, _name in GOOD.items():
    GROUP.add("smbclient: %s" % _kind,
              lambda env, name=_name: round_trip(env, name))


@GROUP.test("raw: names of 255 units or 255 bytes; one more is refused")
def long_names(env):
    with client(env) as conn:
        for name in (LONG_255, LONG_ASCII):
            handle = conn.create(name)
            conn.write(handle, 0, b"long")
            conn.close(handle)
            expect(os.path.exists(env.path("data", name)), "not on disk")
            handle = conn.open(name.upper())
            expect_equal(conn.read(handle, 0, 9), b"long", "content")
            conn.close(handle)
            folder = conn.open("", access=0x00100081, options=1)
            expect(name in [n for n, _ in conn.list(folder)], "not listed")
            conn.close(folder)
            conn.remove(name)
        for name in ("x" * 256, "ж" * 256, "x" * 5000, "a\\" + "b" * 256):
            reply = conn.create(name, check=False)
            expect(not isinstance(reply, File), "a name too long was taken")
            wanted = ("OBJECT_NAME_INVALID", "NAME_TOO_LONG",
                      "OBJECT_PATH_NOT_FOUND")
            expect(reply.name in wanted, "%d units: %s" % (len(name),
                                                           reply.name))
        expect(conn.alive(), "the connection is gone")


@GROUP.test("raw: deep paths are walked without regard to case")
def deep(env):
    with client(env) as conn:
        parts, path = [], ""
        for number in range(30):
            parts.append("Уровень %d" % number)
            path = "\\".join(parts)
            conn.close(conn.create(path, options=rawsmb.DIRECTORY_FILE,
                                   access=0x81, attributes=0x10))
        handle = conn.create(path.upper() + "\\FILE", disposition=2)
        conn.close(handle)
        conn.remove(path.lower() + "\\file")
        while parts:
            conn.remove("\\".join(parts).swapcase(), rawsmb.DIRECTORY_FILE)
            parts.pop()
        expect(not os.path.exists(env.path("data", "Уровень 0")), "left over")


CASES = [("Foo", "FOO"), ("Жук", "жУК"), ("Straße", "STRAßE"),
         ("Ünïcode", "üNÏCODE"), ("ΑΒΓ", "αβγ"), ("İı", "İı"),
         ("Ａｂ", "ａＢ"), ("ǆ", "Ǆ")]


@GROUP.test("raw: a differently cased name opens the same file")
def case_insensitive(env):
    with client(env) as conn:
        for name, other in CASES:
            handle = conn.create(name, disposition=rawsmb.CREATE_NEW)
            conn.write(handle, 0, name.encode())
            index = conn.query_info(handle, 1, 6)
            conn.close(handle)
            reply = conn.create(other, disposition=rawsmb.CREATE_NEW,
                                check=False)
            expect(not isinstance(reply, File) and
                   reply.name == "OBJECT_NAME_COLLISION",
                   "%s beside %s" % (other, name))
            handle = conn.create(other)      # OPEN_IF
            expect_equal(handle.action, 1, "%s is opened, not made" % other)
            expect_equal(conn.query_info(handle, 1, 6), index,
                         "file id of " + other)
            expect_equal(conn.read(handle, 0, 99), name.encode(), "content")
            conn.close(handle)
            folder = conn.open("", access=0x00100081, options=1)
            shown = [n for n, _ in conn.list(folder, other)]
            expect_equal(shown, [name], "case kept in the listing")
            conn.close(folder)
            conn.remove(other)
            expect(not os.path.exists(env.path("data", name)), "not removed")


@GROUP.test("raw: where two names differ by case only, the exact one is it")
def exact_first(env):
    folder = env.make_dir("data", "twins")
    for name in ("File", "FILE", "file"):
        with open(os.path.join(folder, name), "w") as stream:
            stream.write(name)
    with client(env) as conn:
        for name in ("File", "FILE", "file"):
            handle = conn.open("twins\\" + name)
            expect_equal(conn.read(handle, 0, 9), name.encode(), name)
            conn.close(handle)
        handle = conn.open("twins\\fILe")
        expect(conn.read(handle, 0, 9) in (b"File", b"FILE", b"file"),
               "none of the three")
        conn.close(handle)


@GROUP.test("raw: a rename that changes the case only, and onto a twin")
def case_rename(env):
    with client(env) as conn:
        for old, new in (("case one", "CASE One"), ("жёлтый", "ЖЁЛТЫЙ")):
            handle = conn.create(old, access=rawsmb.FULL_ACCESS)
            expect_equal(conn.rename(handle, new).name, "SUCCESS",
                         "rename to " + new)
            conn.close(handle)
            shown = [n for n in os.listdir(env.path("data"))
                     if n.lower() == old]
            expect_equal(shown, [new], "names on disk")
            handle = conn.open(new, access=rawsmb.FULL_ACCESS)
            conn.close(conn.create("occupied"))
            expect_equal(conn.rename(handle, "OCCUPIED").name,
                         "OBJECT_NAME_COLLISION", "rename onto a twin")
            conn.close(handle)
            conn.remove(old)
            conn.remove("OCCUPIED")


@GROUP.test("smbclient: differently cased names in ls, get, cd and del")
def smbclient_case(env):
    smb = smbclient(env)
    source = env.path("source-case")
    with open(source, "wb") as stream:
        stream.write(b"case")
    smb.run(["mkdir Каталог", 'put "%s" Каталог\\Файл.TXT' % source])
    smb.run(["cd КАТАЛОГ", "get файл.txt /dev/null"])
    expect_equal(list(smb.listing("каталог\\*.txt")), ["Файл.TXT"], "ls")
    smb.run(["del каталог\\ФАЙЛ.txt", "rmdir кАТАЛОГ"])


# name: the exact status of an attempt to create it
INVALID = {
    "star *": "OBJECT_NAME_INVALID",
    "question ?": "OBJECT_NAME_INVALID",
    'quote "': "OBJECT_NAME_INVALID",
    "less <": "OBJECT_NAME_INVALID",
    "greater >": "OBJECT_NAME_INVALID",
    "pipe |": "OBJECT_NAME_INVALID",
    "control \x01": "OBJECT_NAME_INVALID",
    "control \x1f": "OBJECT_NAME_INVALID",
    "slash a/b": "OBJECT_NAME_INVALID",
    "nul \0 inside": "OBJECT_NAME_INVALID",
    "nul last\0": "OBJECT_NAME_INVALID",
    ":": "OBJECT_NAME_INVALID",
    ":stream": "OBJECT_NAME_INVALID",
    "a:b:c:d": "OBJECT_NAME_INVALID",
    "a:b:$WRONG": "OBJECT_NAME_INVALID",
    "star*dir\\x": "OBJECT_NAME_INVALID",
    "\\leading": "INVALID_PARAMETER",
    "\\": "INVALID_PARAMETER",
}
SYNTAX = ("OBJECT_PATH_SYNTAX_BAD", "OBJECT_NAME_INVALID")
OUTSIDE = ["..", "..\\x", "sub\\..\\..\\x", "..\\..\\..\\etc\\passwd",
           "sub\\..\\..\\data\\x", "..\\..", "sub\\..\\.."]
SURROGATES = [b"\x00\xd8", b"a\x00\x00\xd8b\x00", b"\x00\xdc",
              b"\x00\xdc\x00\xd8", b"a\x00\xff\xdf"]


def refused(conn, name):
    """The statuses of all ways to reach a name, none of which may work."""
    statuses = []
    for disposition in range(6):
        reply = conn.create(name, check=False, disposition=disposition)
        if isinstance(reply, File):
            return ["SUCCESS (disposition %d)" % disposition]
        statuses.append(reply.name)
    reply = conn.create(name, check=False, options=rawsmb.DIRECTORY_FILE)
    statuses.append("SUCCESS" if isinstance(reply, File) else reply.name)
    return statuses


@GROUP.test("raw: what is not a name has its exact status",
            not_on_reference="it takes some and has other statuses")
def invalid(env):
    with client(env) as conn:
        wrong = []
        for name, status in INVALID.items():
            got = set(refused(conn, name))
            if got != {status}:
                wrong.append("%r: %s, expected %s" % (name, sorted(got),
                                                      status))
        expect(not wrong, "\n".join(wrong))


@GROUP.test("raw: stream names where there are no streams",
            not_on_reference="it has streams")
def streams(env):
    with client(env) as conn:
        got = set(refused(conn, "a:b"))
        expect(got in ({"OBJECT_NAME_INVALID"}, {"NOT_SUPPORTED"}),
               "a:b: %s" % got)
        handle = conn.create("plain stream::$DATA", check=False)
        if isinstance(handle, File):
            conn.close(handle)
            expect(os.path.exists(env.path("data", "plain stream")),
                   "::$DATA is not the file itself")
        expect(not [n for n in os.listdir(env.path("data")) if ":" in n],
               "a colon came onto the disk")


@GROUP.test("raw: lone surrogates are no names",
            not_on_reference="it takes them")
def surrogates(env):
    with client(env) as conn:
        before = os.listdir(env.path("data"))
        for name in SURROGATES:
            got = set(refused(conn, name))
            expect_equal(got, {"OBJECT_NAME_INVALID"}, name.hex())
        expect_equal(os.listdir(env.path("data")), before, "files on disk")


@GROUP.test("raw: .. does not lead out, by create, rename or listing")
def dotdot(env):
    env.make_dir("data", "sub")
    with open(env.path("x"), "w") as stream:
        stream.write("outside")
    with client(env) as conn:
        for name in OUTSIDE:
            for status in refused(conn, name):
                expect(status in SYNTAX, "%s: %s" % (name, status))
        handle = conn.create("inside", access=rawsmb.FULL_ACCESS)
        for name in ("..\\escaped", "sub\\..\\..\\escaped", "..", "\\..\\esc"):
            reply = conn.rename(handle, name)
            expect(reply.name in SYNTAX + ("INVALID_PARAMETER",
                                           "ACCESS_DENIED"),
                   "rename to %s: %s" % (name, reply.name))
        conn.close(handle)
        folder = conn.open("", access=0x00100081, options=1)
        for name in ("..\\*", "..\\x"):
            expect_equal(listed(conn, folder, name), [], name)
    expect(not os.path.exists(env.path("escaped")), "a file got out")
    with open(env.path("x")) as stream:
        expect_equal(stream.read(), "outside", "the file outside")


def listed(conn, folder, name):
    try:
        return conn.list(folder, name)
    except rawsmb.Status as refusal:
        expect(refusal.reply.name in SYNTAX, str(refusal))
        return []


@GROUP.test("raw: bad names in a rename, too")
def bad_rename(env):
    with client(env) as conn:
        handle = conn.create("to rename", access=rawsmb.FULL_ACCESS)
        for name in ("a*b", "a?b", 'a"b', "a<b", "a>b", "a|b", "a\0b",
                     b"\x00\xd8"):
            if env.reference and name in ("a\0b", b"\x00\xd8"):
                continue
            reply = conn.rename(handle, name)
            expect_equal(reply.name, "OBJECT_NAME_INVALID", repr(name))
        expect_equal(conn.rename(handle, "none\\x").name,
                     "OBJECT_PATH_NOT_FOUND", "into a missing directory")
        if not env.reference:
            expect_equal(conn.rename(handle, "").name, "INVALID_PARAMETER",
                         "an empty name")
        conn.close(handle)
        conn.remove("to rename")


@GROUP.test("raw: names on disk that are no UTF-8 or not for the wire")
def odd_on_disk(env):
    folder = env.make_dir("data", "odd")
    odd = [b"latin-\xe9", b"\xff\xfe", b"cut-\xe2\x82", b"colon:name",
           b"back\\slash", b"star*", b"\xed\xa0\x80 surrogate", b"normal"]
    for name in odd:
        open(os.path.join(folder.encode(), name), "wb").close()
    with client(env) as conn:
        handle = conn.open("odd", access=0x00100081, options=1)
        for level in (1, 2, 3, 12, 37, 38):
            got = [n for n, _ in conn.list(handle, level=level, flags=1)]
            expect("normal" in got, "level %d: %r" % (level, got))
            for name in got:
                expect(not set(name) & set('\\/:*?"<>|') or env.reference,
                       "a name that no client can use: %r" % name)
        expect(conn.alive(), "the connection is gone")


def link(env, target, name):
    try:
        os.symlink(target, env.path("data", name))
    except FileExistsError:
        pass


@GROUP.test("raw: symlinks that point out of the share lead nowhere")
def symlinks(env):
    secret = env.make_dir("outside")
    with open(os.path.join(secret, "secret"), "w") as stream:
        stream.write("secret")
    env.make_dir("data", "sub")
    with open(env.path("data", "target"), "w") as stream:
        stream.write("inside")
    link(env, secret + "/secret", "abs-file")
    link(env, "../outside/secret", "rel-file")
    link(env, secret, "abs-dir")
    link(env, "../outside", "rel-dir")
    link(env, "/proc/self/root" + secret, "magic-dir")
    link(env, "sub/../../outside", "winding")
    link(env, "loop", "loop")
    out = ["abs-file", "rel-file", "abs-dir\\secret", "rel-dir\\secret",
           "magic-dir\\secret", "winding\\secret", "ABS-FILE",
           "Rel-Dir\\SECRET", "loop", "loop\\x", "abs-dir\\new"]
    with client(env) as conn:
        for name in out:
            for disposition in (1, 3, 5):
                reply = conn.create(name, check=False,
                                    disposition=disposition)
                expect(not isinstance(reply, File), name + " was opened")
                expect(reply.name in (
                    "ACCESS_DENIED", "OBJECT_NAME_NOT_FOUND",
                    "OBJECT_PATH_NOT_FOUND", "STOPPED_ON_SYMLINK",
                    "OBJECT_NAME_COLLISION", "OBJECT_NAME_INVALID"),
                    "%s: %s" % (name, reply.name))
        folder = conn.open("", access=0x00100081, options=1)
        conn.list(folder)
    expect_equal(os.listdir(secret), ["secret"], "what is outside")
    with open(os.path.join(secret, "secret")) as stream:
        expect_equal(stream.read(), "secret", "the file outside")


def exchange(first, second):
    """renameat2(RENAME_EXCHANGE): two names swap what they stand for."""
    at_fdcwd, rename_exchange = -100, 2
    if LIBC.renameat2(at_fdcwd, os.fsencode(first), at_fdcwd,
                      os.fsencode(second), rename_exchange):
        raise Skip("the file system cannot exchange names")


@GROUP.test("raw: a directory exchanged for a symlink all the time")
def swapped(env):
    outside = env.make_dir("outside-swap")
    with open(os.path.join(outside, "file"), "w") as stream:
        stream.write("outside")
    swap, other = env.make_dir("data", "swap"), env.path("data", "swap-link")
    with open(os.path.join(swap, "file"), "w") as stream:
        stream.write("inside")
    os.symlink(outside, other)
    exchange(swap, other)
    going = threading.Event()
    going.set()

    def exchanger():
        while going.is_set():
            exchange(swap, other)

    thread = threading.Thread(target=exchanger, daemon=True)
    thread.start()
    seen = set()
    try:
        with client(env) as conn:
            for number in range(env.scale(3000, 1000)):
                name = ("swap\\file", "SWAP\\File",
                        "swap\\new %d" % number)[number % 3]
                reply = conn.create(name, check=False)
                if not isinstance(reply, File):
                    seen.add(reply.name)
                    continue
                seen.add("SUCCESS")
                if number % 3 < 2:
                    expect(conn.read(reply, 0, 99) != b"outside",
                           "a file outside the share was read")
                conn.close(reply)
    finally:
        going.clear()
        thread.join()
    expect_equal(os.listdir(outside), ["file"], "files outside")
    expect("SUCCESS" in seen, "nothing was opened at all: %s" % seen)


@GROUP.test("raw: paths of 10,000 components and other monsters")
def monsters(env):
    with client(env) as conn:
        for name in ("\\".join(["a"] * 10000), "x" * 32000,
                     "\\".join(["..", "a"] * 3000), "a" + "\\" * 2000 + "b",
                     "\\".join(["é" * 100] * 150), "." * 500,
                     "a" + " " * 30000):
            for disposition in (1, 3):
                reply = conn.create(name, check=False,
                                    disposition=disposition)
                expect(not isinstance(reply, File), "it was opened")
                expect(reply.name.startswith(("OBJECT_", "NAME_",
                                              "INVALID_PARAMETER",
                                              "NO_SUCH_FILE")), reply.name)
        expect(conn.alive(), "the connection is gone")


@GROUP.test("raw: FileNameInformation and FileAllInformation tell the path")
def name_information(env):
    with client(env) as conn:
        conn.close(conn.create("Имя", options=1, access=0x81,
                               attributes=0x10))
        handle = conn.create("ИМЯ\\Файл \U0001F600")
        data = conn.query_info(handle, 1, 18)
        size = struct.unpack_from("<I", data, 96)[0]
        name = data[100:100 + size].decode("utf-16-le")
        expect_equal(name.lstrip("\\").casefold(),
                     "имя\\файл \U0001F600", "name in FileAllInformation")
        conn.close(handle)
