# SPDX-License-Identifier: GPL-2.0-or-later
"""smbclient at every dialect: the everyday operations, signed and not."""
import os

from clients import DIALECTS, SmbClient
from harness import Group, expect, expect_equal, pattern, sha256_file
from servers import Share, Spec

GROUP = Group("smbclient", "everyday operations at every dialect")


def server(env):
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))],
            users=[("alice", "wonder land")], conf=True,
            globals={"server min protocol": "SMB2_02"}))
    return env.state["server"]


def client(env, dialect, signing=None):
    return SmbClient(env, server(env), dialect=dialect, signing=signing)


def local_file(env, name, size):
    path = env.path(name)
    with open(path, "wb") as stream:
        stream.write(pattern(size))
    return path


def everyday(env, dialect, signing):
    """One life of a directory, a file and their names."""
    smb = client(env, dialect, signing)
    top = "everyday-%s-%s" % (dialect, signing)
    served = env.path("data", top)
    source = local_file(env, "source-" + top, 3 * 1024 * 1024 + 17)
    back = env.path("back-" + top)
    smb.run(["mkdir " + top, "cd " + top, 'put "%s" one.bin' % source])
    expect_equal(sha256_file(os.path.join(served, "one.bin")),
                 sha256_file(source), "checksum of what was put")
    smb.run(["cd " + top, 'get one.bin "%s"' % back])
    expect_equal(sha256_file(back), sha256_file(source),
                 "checksum of what was got")
    smb.run(["cd " + top, "rename one.bin two.bin", "mkdir sub",
             "mkdir empty"])
    expect_equal(sorted(os.listdir(served)), ["empty", "sub", "two.bin"],
                 "names after rename and mkdir")
    entries = smb.listing(top + "\\*")
    expect_equal(sorted(entries), ["empty", "sub", "two.bin"], "ls")
    expect_equal(entries["two.bin"][1], os.path.getsize(source), "size in ls")
    expect("D" in entries["sub"][0], "ls shows no directory attribute")
    info = smb.allinfo(top + "\\two.bin")
    for word in ("create_time:", "write_time:", "attributes:"):
        expect(word in info, "allinfo has no %s\n%s" % (word, info))
    smb.run(["cd " + top, "rename two.bin sub\\three.bin", "rmdir empty"])
    smb.run(["cd " + top, "cd sub", "del three.bin"])
    expect_equal(sorted(os.listdir(served)), ["sub"], "names after del")
    smb.run(["cd " + top, "mkdir sub\\deep", 'put "%s" sub\\x' % source,
             'put "%s" sub\\deep\\y' % source])
    smb.fails("rmdir %s\\sub" % top, "DIRECTORY_NOT_EMPTY")
    smb.run("deltree " + top, timeout=60)
    expect(not os.path.exists(served), "deltree left something behind")
    os.unlink(source)
    os.unlink(back)


def refused(env, dialect):
    smb = client(env, dialect)
    top = "refused-" + dialect
    smb.run("mkdir " + top)
    smb.fails("get %s\\missing /dev/null" % top, "OBJECT_NAME_NOT_FOUND")
    smb.fails("get missing\\%s /dev/null" % top, "OBJECT_PATH_NOT_FOUND")
    smb.fails("del %s\\missing" % top, ("NO_SUCH_FILE",
                                        "OBJECT_NAME_NOT_FOUND"))
    smb.fails("ls %s\\*.none" % top, "NO_SUCH_FILE")
    smb.fails("mkdir " + top, "OBJECT_NAME_COLLISION")
    smb.fails("cd " + top + "\\none", "OBJECT_NAME_NOT_FOUND")
    smb.run("rmdir " + top)


for _dialect in DIALECTS:
    for _signing in ("off", "required"):
        GROUP.add("%s, signing %s: mkdir put get ls allinfo rename del rmdir "
                  "deltree" % (_dialect, _signing),
                  lambda env, d=_dialect, s=_signing: everyday(env, d, s))
    GROUP.add("%s: operations that must fail" % _dialect,
              lambda env, d=_dialect: refused(env, d))


@GROUP.test("negotiation from SMB1: the best dialect comes out")
def from_smb1(env):
    for least in ("NT1", "CORE"):
        smb = SmbClient(env, server(env), options=[
            "client min protocol=" + least, "client max protocol=SMB3_11"])
        smb.run("ls")
        chatty = smb.raw("ls", extra=["-d", "4"])
        expect("negotiated dialect[SMB3_11]" in chatty.output,
               "another dialect than 3.1.1 came out:\n" +
               chatty.output[-3000:])
        smb.signing = "required"
        smb.run("ls")
    smb = SmbClient(env, server(env), options=[
        "client min protocol=NT1", "client max protocol=SMB2_02"])
    smb.run("ls")


@GROUP.test("defaults of the client and of the server")
def defaults(env):
    source = local_file(env, "plain", 100000)
    smb = SmbClient(env, env.default_server())
    smb.run('put "%s" plain' % source)
    smb.allinfo("plain")
    smb.run("del plain")


@GROUP.test("volume and disk usage are told")
def volume(env):
    smb = client(env, "SMB3_11")
    expect("blocks of size" in smb.run("du"), "du shows no blocks")
    smb.run("volume")
    expect("blocks of size" in smb.run("ls"), "ls shows no free space")


@GROUP.test("times and attributes set by the client come back")
def attributes(env):
    smb = client(env, "SMB3_11")
    source = local_file(env, "timed", 10)
    smb.run(['put "%s" timed' % source, 'utimes timed '
             '"2020:01:02-03:04:06" "2020:02:03-04:05:08" '
             '"2020:03:04-05:06:10" -1'])
    info = smb.allinfo("timed")
    expect("2020" in info, "no time of 2020 came back:\n" + info)
    expect_equal(int(os.stat(env.path("data", "timed")).st_mtime) // 86400,
                 1583289970 // 86400, "mtime on disk, in days")
    smb.run(["setmode timed +r"])
    expect("R" in smb.listing("timed")["timed"][0], "no R after setmode +r")
    smb.run(["setmode timed -r", "del timed"])


@GROUP.test("resume a file: reget")
def resume(env):
    smb = client(env, "SMB3_11")
    source = local_file(env, "whole", 700001)
    smb.run('put "%s" whole' % source)
    part = env.path("part")
    with open(source, "rb") as stream, open(part, "wb") as out:
        out.write(stream.read(300000))
    smb.run('reget whole "%s"' % part)
    expect_equal(sha256_file(part), sha256_file(source), "reget")
