# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of shares, over IPC$, srvsvc and wkssvc."""
import struct

import rawsmb
from clients import DIALECTS, SmbClient
from harness import Group, expect, expect_equal
from rawfile import Client, close_body, ioctl_body
from rawsmb import File
from servers import Share, Spec

PIPE_TRANSCEIVE = 0x0011C017
GROUP = Group("shares", "smbclient -L, rpcclient, share names")


def server(env):
    if "server" not in env.state:
        folder = env.make_dir("data")
        env.state["server"] = env.start(Spec(
            shares=[Share("data", folder,
                          params={"comment": "ordinary data"}),
                    Share("Юникод", folder,
                          params={"comment": "имя и 漢字"}),
                    Share("readonly", folder, ro=True),
                    Share("hidden$", folder, params={"browseable": "no"}),
                    Share("with space", folder)],
            users=[("alice", "wonder land")],
            globals={"server min protocol": "SMB2_02",
                     "server string": "end-to-end server"}))
    return env.state["server"]


def smbclient(env, **kinds):
    return SmbClient(env, server(env), **kinds)


def listed(result):
    """{name: (type, comment)} of the lines `Disk|name|comment`."""
    expect(result.code == 0, result.describe())
    shares = {}
    for line in result.output.splitlines():
        words = line.split("|")
        if len(words) == 3 and words[0] in ("Disk", "IPC", "Printer"):
            shares[words[1]] = (words[0], words[2])
    return shares


def list_at(env, dialect):
    shares = listed(smbclient(env, dialect=dialect).list_shares())
    expect_equal(shares.get("data"), ("Disk", "ordinary data"), "data")
    expect_equal(shares.get("Юникод"), ("Disk", "имя и 漢字"), "Юникод")
    expect_equal(shares.get("IPC$", ("", ""))[0], "IPC", "IPC$")
    expect("readonly" in shares and "with space" in shares,
           "shares: %s" % sorted(shares))
    expect("hidden$" not in shares, "what is not browseable is shown")


for _dialect in DIALECTS:
    GROUP.add("smbclient -L at %s" % _dialect,
              lambda env, d=_dialect: list_at(env, d))


@GROUP.test("smbclient -L, signing required")
def list_signed(env):
    expect("data" in listed(smbclient(env, signing="required").list_shares()),
           "no data")


@GROUP.test("smbclient -L of a server run by options only")
def list_options(env):
    smb = SmbClient(env, env.default_server())
    shares = listed(smb.list_shares())
    expect_equal(sorted(shares), ["IPC$", "data"], "shares")


@GROUP.test("a share that is not there: BAD_NETWORK_NAME")
def nonexistent(env):
    for name in ("nowhere", "dat", "data2", "нет"):
        smbclient(env, share=name).fails("ls", "BAD_NETWORK_NAME")


@GROUP.test("share names without regard to case, hidden, with spaces")
def names(env):
    for name in ("DATA", "юникод", "HIDDEN$", "With Space"):
        smbclient(env, share=name).run("ls")


@GROUP.test("rpcclient: netshareenum, netshareenumall, netsharegetinfo")
def srvsvc(env):
    smb = smbclient(env)
    for command in ("netshareenum", "netshareenumall"):
        result = smb.rpc(command)
        expect(result.code == 0 and "netname: data" in result.output,
               command + ": " + result.describe())
    result = smb.rpc("netshareenum 1")
    expect("remark:\tordinary data" in result.output, result.describe())
    result = smb.rpc("netsharegetinfo data 1")
    expect("netname: data" in result.output, result.describe())
    result = smb.rpc("netsharegetinfo nowhere 1")
    expect("WERR_NERR_NETNAMENOTFOUND" in result.output or
           "WERR_INVALID_NAME" in result.output, result.describe())


@GROUP.test("rpcclient: wkssvc")
def wkssvc(env):
    result = smbclient(env).rpc("wkssvc_wkstagetinfo")
    expect(result.code == 0, result.describe())


@GROUP.test("raw: pipes that are there and not there; IPC$ is no disk")
def pipes(env):
    target = server(env)
    with Client(target.port, env.seconds(30)) as conn:
        conn.login(*target.user, share="IPC$")
        for name in ("srvsvc", "wkssvc", "SRVSVC"):
            conn.close(conn.open(name))
        for name in ("nothing", "..\\data", "srvsvc2", "srvsvc\\x", "etc"):
            reply = conn.open(name, check=False)
            expect(not isinstance(reply, File), name + " was opened")
            expect(reply.name in ("OBJECT_NAME_NOT_FOUND", "ACCESS_DENIED",
                                  "OBJECT_PATH_NOT_FOUND",
                                  "OBJECT_PATH_SYNTAX_BAD",
                                  "OBJECT_NAME_INVALID"), "%s: %s" % (
                                      name, reply.name))


@GROUP.test("raw: rubbish written to a pipe",
            not_on_reference="it waits for the rest of it")
def pipe_rubbish(env):
    target = server(env)
    with Client(target.port, env.seconds(30)) as conn:
        conn.login(*target.user, share="IPC$")
        bad = struct.pack("<BBBBIHHI", 5, 0, 0, 3, 0x10, 0xFFFF, 0, 1)
        for data in (b"", b"\5", bad, b"\xff" * 200, bytes(4000)):
            pipe = conn.open("srvsvc")
            # a part of a request may wait for the rest of it
            conn.send(rawsmb.IOCTL, ioctl_body(pipe.id, PIPE_TRANSCEIVE, data,
                                               out=4280))
            closed = conn.receive(conn.send(rawsmb.CLOSE,
                                            close_body(pipe.id)))
            expect_equal(closed.name, "SUCCESS", "close of the pipe")
        expect(conn.alive(), "the connection is gone")


@GROUP.test("raw: TREE_CONNECT with odd paths")
def odd_paths(env):
    target = server(env)
    with Client(target.port, env.seconds(30)) as conn:
        conn.login(*target.user, share=None)
        for text, wanted in (
                ("\\\\host\\data", "SUCCESS"),
                ("\\\\host\\nowhere", "BAD_NETWORK_NAME"),
                ("\\\\host\\", None), ("\\\\host", None), ("data", None),
                ("\\\\\\\\", None), ("", None), ("\\\\host\\data\\sub", None),
                ("\\\\host\\" + "x" * 300, None), ("\\\\h\\da\0ta", None),
                ("\\\\host\\..", None), ("\\\\host\\*", None)):
            path = text.encode("utf-16-le")
            reply = conn.request(rawsmb.TREE_CONNECT, struct.pack(
                "<HHHH", 9, 0, 72, len(path)) + path, sign=True, tree=0)
            if wanted:
                expect_equal(reply.name, wanted, repr(text))
            elif not env.reference:
                expect(reply.name in ("BAD_NETWORK_NAME", "INVALID_PARAMETER",
                                      "OBJECT_NAME_INVALID"),
                       "%r: %s" % (text, reply.name))
        expect(conn.alive(), "the connection is gone")
