# SPDX-License-Identifier: GPL-2.0-or-later
"""Re-authentication: whose a session is, before and after."""
import os
import pwd

import rawcrypto
import rawsmb
from harness import Group, Skip, expect, expect_equal
from rawfile import create_body, read_body
from rawseal import GCM128, SealClient
from servers import Share, Spec

GROUP = Group("reauth", "another user in the same session")

FIRST, SECOND = "daemon", "www-data"    # accounts that every Debian has


def server(env):
    if "server" not in env.state:
        data = env.make_dir("data")
        os.chmod(data, 0o777)
        env.state["server"] = env.start(Spec(
            shares=[Share("data", data, guest=True)], conf=True,
            users=[(name, "pass " + name) for name in (FIRST, SECOND)],
            globals={"restrict anonymous": "0", "map to guest": "bad user"}))
    return env.state["server"]


def login(env, user=FIRST, sealing=False):
    conn = SealClient(server(env).port, env.seconds(30))
    conn.negotiate_with([GCM128], [1])
    conn.session_setup(user, "pass " + user)
    conn.signing = conn.key is not None
    conn.sealing = sealing
    conn.tree_connect("data", sign=conn.signing)
    return conn


def become(conn, user, name="SUCCESS", password=None):
    reply = conn.prove_again(user, password or "pass " + user)
    expect_equal(reply.name, name, "re-authentication as " + user)


def owner(env, name):
    return os.lstat(env.path("data", name)).st_uid


@GROUP.test("what is open stays so, what is opened is the new user's")
def changes_hands(env):
    if os.geteuid():
        raise Skip("not run as root")
    for sealing in (False, True):
        with login(env, sealing=sealing) as conn:
            mark = "sealed " if sealing else ""
            private = mark + "private"
            os.mkdir(env.path("data", private), 0o700)
            os.chown(env.path("data", private), pwd.getpwnam(FIRST).pw_uid, -1)
            mine = conn.create(mark + "mine", access=0x001F01FF)
            become(conn, SECOND)
            conn.close(conn.create(mark + "theirs"))
            expect_equal(owner(env, mark + "mine"),
                         pwd.getpwnam(FIRST).pw_uid, "the first file's owner")
            expect_equal(owner(env, mark + "theirs"),
                         pwd.getpwnam(SECOND).pw_uid, "the other's owner")
            conn.write(mine, 0, b"still")
            expect_equal(conn.read(mine, 0, 9), b"still", "the old handle")
            # times may be set through a handle that was opened for it
            conn.set_info(mine, 4, bytes(16) + (1 << 56).to_bytes(8, "little")
                          + bytes(16))
            inside = private + "\\moved"
            for user, name in ((SECOND, "ACCESS_DENIED"), (FIRST, "SUCCESS")):
                become(conn, user)
                reply = conn.request(rawsmb.CREATE, create_body(
                    private + "\\" + user, disposition=2))
                expect_equal(reply.name, name, "CREATE by " + user)
                expect_equal(conn.rename(mine, inside).name, name,
                             "rename by " + user)


@GROUP.test("a wrong password ends the session")
def wrong_password(env):
    for sealing in (False, True):
        with login(env, sealing=sealing) as conn:
            handle = conn.create("lost", share=0)
            become(conn, FIRST, "LOGON_FAILURE", "wrong")
            conn.sealing = False
            reply = conn.request(rawsmb.READ, read_body(handle.id, 0, 1),
                                 sign=False)
            expect_equal(reply.name, "USER_SESSION_DELETED", "READ")
        with login(env) as other:
            other.close(other.open("lost"))


@GROUP.test("a session without keys does not become a user's")
def no_keys(env):
    with SealClient(server(env).port, env.seconds(30)) as conn:
        conn.negotiate_with([GCM128], [1])
        conn.session_setup("nobody at all", "x")
        expect(conn.guest_flags & 1, "a guest")
        reply, _ = conn.legs(rawcrypto.Ntlm(FIRST, "pass " + FIRST),
                             conn.session)
        expect_equal(reply.name, "ACCESS_DENIED", "a user after a guest")
        reply = conn.request(rawsmb.CREATE, create_body("x"), sign=False)
        expect_equal(reply.name, "USER_SESSION_DELETED", "and then")


@GROUP.test("an unsigned attempt on a session that must be signed is nothing")
def unsigned(env):
    with SealClient(server(env).port, env.seconds(30)) as conn:
        conn.negotiate_with([GCM128], [1])
        conn.session_setup(FIRST, "pass " + FIRST, security=2)
        conn.signing = True
        conn.tree_connect("data")
        handle = conn.create("kept")
        conn.send_frame(conn.header(rawsmb.SESSION_SETUP, tree=0) +
                        conn.setup_body(b"garbage"))
        expect_equal(conn.receive().name, "ACCESS_DENIED", "unsigned")
        conn.write(handle, 0, b"unharmed")
        conn.close(handle)
