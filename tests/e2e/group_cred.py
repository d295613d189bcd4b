# SPDX-License-Identifier: GPL-2.0-or-later
"""As root the server acts as the session's own user, request by request."""
import functools
import grp
import os
import pwd
import struct

import rawsmb
from clients import SmbClient
from harness import Group, Skip, expect, expect_equal
from rawfile import Client, close_body, create_body
from servers import Share, Spec

GROUP = Group("cred", "uid, gid and groups of the user (as root only)")

NAMES = ("daemon", "www-data")      # accounts that every Debian has
REFUSED = ("ACCESS_DENIED",)


def as_root(func):
    @functools.wraps(func)
    def wrapped(env):
        if os.geteuid():
            raise Skip("not run as root")
        func(env)
    return wrapped


def server(env):
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))],
            users=[(name, "pass " + name) for name in NAMES]))
    return env.state["server"]


def smbclient(env, user):
    return SmbClient(env, server(env), user=user, password="pass " + user)


def raw(env, user):
    conn = Client(server(env).port, env.seconds(60))
    return conn.login(user, "pass " + user)


def ids(user):
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def owner(env, *parts):
    info = os.lstat(env.path("data", *parts))
    return info.st_uid, info.st_gid


@GROUP.test("what a user makes is the user's own")
@as_root
def ownership(env):
    for user in NAMES:
        smbclient(env, user).run(["put /etc/passwd by-" + user,
                                  "mkdir dir-" + user,
                                  "put /etc/passwd dir-%s\\x" % user])
        for path in ("by-" + user, "dir-" + user, "dir-%s/x" % user):
            expect_equal(owner(env, path), ids(user), "owner of " + path)


@GROUP.test("what root keeps to itself stays closed")
@as_root
def closed(env):
    secret = env.path("data", "closed")
    if not os.path.isdir(secret):
        os.mkdir(secret, 0o700)
        os.chmod(secret, 0o700)
        with open(os.path.join(secret, "inside"), "w") as stream:
            stream.write("inside")
        with open(env.path("data", "root-only"), "w") as stream:
            stream.write("root only")
        os.chmod(env.path("data", "root-only"), 0o600)
        public = env.make_dir("data", "look-only")
        with open(os.path.join(public, "kept"), "w") as stream:
            stream.write("kept")
        os.chmod(os.path.join(public, "kept"), 0o644)
        os.chmod(public, 0o755)
    smb = smbclient(env, "daemon")
    smb.fails("ls closed\\*", REFUSED)
    smb.fails("get closed\\inside /dev/null",
              REFUSED + ("OBJECT_PATH_NOT_FOUND",))
    smb.fails("put /etc/passwd closed\\new",
              REFUSED + ("OBJECT_PATH_NOT_FOUND",))
    smb.fails("get root-only /dev/null", REFUSED)
    smb.fails("put /etc/passwd root-only", REFUSED)
    smb.run("get look-only\\kept /dev/null")
    smb.fails("del look-only\\kept", REFUSED)
    smb.fails("put /etc/passwd look-only\\new", REFUSED)
    smb.fails("mkdir look-only\\new", REFUSED)
    smb.fails("rename look-only\\kept away", REFUSED)
    smb.fails("rmdir closed", REFUSED + ("DIRECTORY_NOT_EMPTY",))
    expect_equal(os.listdir(env.path("data", "look-only")), ["kept"], "files")
    expect_equal(os.listdir(secret), ["inside"], "files of root")


@GROUP.test("a group's permission counts")
@as_root
def group(env):
    shared = env.make_dir("data", "group")
    os.chown(shared, 0, ids("www-data")[1])
    os.chmod(shared, 0o770)
    smbclient(env, "www-data").run("put /etc/passwd group\\x")
    smbclient(env, "daemon").fails("put /etc/passwd group\\y",
                                   REFUSED + ("OBJECT_PATH_NOT_FOUND",))
    expect_equal(owner(env, "group", "x")[0], ids("www-data")[0], "owner")


@GROUP.test("one user's file is not another's")
@as_root
def others(env):
    smbclient(env, "daemon").run("put /etc/passwd daemons")
    os.chmod(env.path("data", "daemons"), 0o600)
    other = smbclient(env, "www-data")
    other.fails("get daemons /dev/null", REFUSED)
    other.fails("put /etc/passwd daemons", REFUSED)
    smbclient(env, "daemon").run("get daemons /dev/null")


@GROUP.test("two users at once: no request runs as the other")
@as_root
def interleaved(env):
    env.make_dir("data", "mixed")
    conns = [raw(env, user) for user in NAMES]
    for number in range(env.scale(100, 40)):
        for conn, user in zip(conns, NAMES):
            conn.send(rawsmb.CREATE, create_body(
                "mixed\\%s-%d" % (user, number), disposition=2))
        for conn in conns:
            reply = conn.receive()
            expect_equal(reply.name, "SUCCESS", "create")
            conn.send(rawsmb.CLOSE, close_body(reply.body[64:80]))
        for conn in conns:
            conn.receive()
    for conn in conns:
        conn.close_socket()
    for name in os.listdir(env.path("data", "mixed")):
        user = name.rsplit("-", 1)[0]
        expect_equal(owner(env, "mixed", name), ids(user), name)


@GROUP.test("two sessions of one connection: each its own user")
@as_root
def two_sessions(env):
    env.make_dir("data", "sessions")
    with raw(env, NAMES[0]) as conn:
        kept = [(conn.session, conn.tree, conn.key)]
        conn.session_setup(NAMES[1], "pass " + NAMES[1])
        conn.tree_connect("data")
        kept.append((conn.session, conn.tree, conn.key))
        for number in range(20):
            for user, state in zip(NAMES, kept):
                conn.session, conn.tree, conn.key = state
                handle = conn.create("sessions\\%s-%d" % (user, number))
                conn.close(handle)
        conn.session, conn.tree, conn.key = kept[0]
        handle = conn.create("sessions\\crossed")
        conn.session, conn.tree, conn.key = kept[1]
        reply = conn.request(rawsmb.CLOSE, close_body(handle.id))
        expect(not reply.ok, "one session closed the other's file")
        conn.tree = kept[0][1]
        reply = conn.request(rawsmb.CREATE, create_body("sessions\\stolen"))
        if kept[0][1] != kept[1][1]:
            expect_equal(reply.name, "NETWORK_NAME_DELETED",
                         "the other session's tree")
    for name in os.listdir(env.path("data", "sessions")):
        user = name.rsplit("-", 1)[0]
        if user in NAMES:
            expect_equal(owner(env, "sessions", name), ids(user), name)


@GROUP.test("who asked for a deletion deletes, whoever closes last")
@as_root
def last_close(env):
    folder = env.make_dir("data", "mine")
    os.chown(folder, *ids(NAMES[0]))
    os.chmod(folder, 0o755)
    with raw(env, NAMES[0]) as first, raw(env, NAMES[1]) as second:
        mine = first.create("mine\\doomed", access=rawsmb.FULL_ACCESS)
        other = second.open("mine\\doomed", access=0x00120089)
        expect(first.set_info(mine, 13, b"\1").ok, "it may be deleted")
        first.close(mine)
        second.close(other)
        expect(not os.path.exists(env.path("data", "mine", "doomed")),
               "it is still there")
        reply = second.create("mine\\new", check=False)
        expect_equal(reply.name, "ACCESS_DENIED", "another's directory")


@GROUP.test("a share's forced user and group")
@as_root
def forced(env):
    folder = env.make_dir("forced")
    os.chmod(folder, 0o777)
    user, group_name = "www-data", grp.getgrgid(ids("daemon")[1]).gr_name
    shares = [Share("user", folder, params={"force user": user}),
              Share("group", folder, params={"force group": group_name})]
    found = env.start(Spec(shares=shares, conf=True,
                           users=[("daemon", "d"), (user, "w")]))
    secret = env.path("forced", "closed")
    with open(secret, "w") as stream:
        stream.write("closed")
    os.chown(secret, *ids("daemon"))
    os.chmod(secret, 0o600)
    smb = SmbClient(env, found, user="daemon", password="d", share="user")
    smb.run(["put /etc/passwd by-user", "mkdir dir-user"])
    smb.fails("get closed /dev/null", REFUSED)
    SmbClient(env, found, user=user, password="w",
              share="group").run("put /etc/passwd by-group")
    for name, want in (("by-user", ids(user)), ("dir-user", ids(user)),
                       ("by-group", (ids(user)[0], ids("daemon")[1]))):
        info = os.lstat(env.path("forced", name))
        expect_equal((info.st_uid, info.st_gid), want, "owner of " + name)


@GROUP.test("a share in a directory that only root may enter")
@as_root
def hidden_share(env):
    closed = env.make_dir("hidden")
    folder = env.make_dir("hidden", "share")
    os.chmod(folder, 0o777)
    os.chmod(closed, 0o700)
    found = env.start(Spec(shares=[Share("data", env.make_dir("seen")),
                                   Share("inner", folder)],
                           users=[("daemon", "d")]))
    with Client(found.port, env.seconds(60)).login("daemon", "d") as conn:
        # whoever serves this connection has acted as the user by now
        for share in ("inner", "data", "inner"):
            conn.tree_connect(share)
            conn.close(conn.create("x"))


@GROUP.test("a session is replaced by its own user only")
def previous_session(env):
    with raw(env, NAMES[0]) as old, Client(server(env).port,
                                           env.seconds(60)) as other:
        handle = old.create("replaced")
        other.negotiate()
        other.session_setup(NAMES[1], "pass " + NAMES[1], previous=old.session)
        old.write(handle, 0, b"still there")
        other.session_setup(NAMES[0], "pass " + NAMES[0], previous=old.session)
        reply = old.request(rawsmb.CLOSE, close_body(handle.id))
        expect_equal(reply.name, "USER_SESSION_DELETED", "the old session")


@GROUP.test("attributes of a file that is not one's own")
@as_root
def foreign_attributes(env):
    path = env.path("data", "foreign")
    with open(path, "w") as stream:
        stream.write("foreign")
    os.chmod(path, 0o644)
    before = os.stat(path)
    with raw(env, "daemon") as conn:
        handle = conn.open("foreign", access=0x81)
        conn.close(handle)
        reply = conn.open("foreign", access=0x101, check=False)
        if isinstance(reply, rawsmb.File):
            conn.set_info(reply, 4, struct.pack("<QQQQII", 0, 0, 1 << 56, 0,
                                                0, 0))
        for access in (0x2, 0x4, 0x40000, 0x80000):
            reply = conn.open("foreign", access=access, check=False)
            expect(not isinstance(reply, rawsmb.File),
                   "access %#x was granted" % access)
    after = os.stat(path)
    expect_equal((after.st_mtime_ns, after.st_mode, after.st_size),
                 (before.st_mtime_ns, before.st_mode, before.st_size),
                 "the foreign file")
