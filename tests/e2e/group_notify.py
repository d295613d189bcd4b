# SPDX-License-Identifier: GPL-2.0-or-later
"""CHANGE_NOTIFY: changes made by one client, told to another."""
import os
import pwd
import struct
import threading

import ntstatus
from harness import Group, Skip, expect, expect_equal
from rawfile import Client
from rawseal import GCM128, SealClient
from rawsmb import CHANGE_NOTIFY
from servers import Share, Spec

GROUP = Group("notify", "who wants to know what changes")

ALICE = ("alice", "wonder")
BOB = ("bob", "builder")
NAMES, ATTRIBUTES, LAST_WRITE, TREE = 3, 4, 16, 1
LIST, DIRECTORY = 0x00100081, 1
ACTIONS = "?+-*<>"


def server(env):
    if "server" not in env.state:
        data = env.make_dir("data")
        os.chmod(data, 0o777)
        env.state["server"] = env.start(Spec(
            shares=[Share("data", data), Share("again", data)],
            users=[ALICE, BOB], conf=True))
    return env.state["server"]


def login(env, user=ALICE, share="data"):
    return Client(server(env).port, env.seconds(30)).login(*user, share=share)


class Watch:
    """A handle on a directory, and its CHANGE_NOTIFY under way."""

    def __init__(self, conn, name, filters=NAMES, flags=0, room=8192):
        self.conn = conn
        self.handle = conn.create(name, access=LIST, options=DIRECTORY)
        self.filters, self.flags, self.room = filters, flags, room
        self.ask()

    def ask(self):
        self.mid = self.conn.send(CHANGE_NOTIFY, struct.pack(
            "<HHI16sII", 32, self.flags, self.room, self.handle.id,
            self.filters, 0))

    def wait(self):
        """Until it is known to be under way."""
        reply = self.conn.receive_chain()[0]
        expect_equal((reply.mid, reply.status),
                     (self.mid, ntstatus.VALUES["PENDING"]), "interim reply")
        return self

    def changes(self):
        reply = self.conn.receive(self.mid)
        expect_equal(reply.name, "SUCCESS", "CHANGE_NOTIFY")
        offset, size = struct.unpack_from("<HI", reply.body, 2)
        return decode(reply.body[offset - 64:offset - 64 + size])

    def told(self, wanted, what):
        """Asks until as many changes have come."""
        got = self.changes()
        while len(got) < len(wanted):
            self.ask()
            got += self.changes()
        expect_equal(got, wanted, what)
        self.ask()
        self.wait()


def decode(data):
    found = []
    while True:
        after, action, size = struct.unpack_from("<III", data)
        found.append(ACTIONS[action] + data[12:12 + size].decode("utf-16-le"))
        if not after:
            return found
        data = data[after:]


def make(conn, name, **fields):
    conn.close(conn.create(name, **fields))


@GROUP.test("names that come, change and go, in one share and by another")
def names(env):
    with login(env) as first, login(env, BOB, "again") as other:
        make(first, "dir", options=DIRECTORY)
        watch = Watch(first, "dir").wait()
        name = "dir\\\u0431\U0001f427"
        make(other, name)
        watch.told(["+" + name[4:]], "a new file")
        handle = other.create(name, access=0x00010080)
        expect_equal(other.rename(handle, "dir\\plain").name, "SUCCESS",
                     "rename")
        watch.told(["<" + name[4:], ">plain"], "a rename")
        other.close(handle)
        other.remove("dir\\plain")
        watch.told(["-plain"], "a removal")


@GROUP.test("files that are written, and a whole tree")
def written(env):
    with login(env) as first, login(env, BOB) as other:
        make(first, "tree", options=DIRECTORY)
        make(first, "tree\\sub", options=DIRECTORY)
        watch = Watch(first, "tree", NAMES | LAST_WRITE, TREE).wait()
        handle = other.create("tree\\sub\\file")
        watch.told(["+sub\\file"], "creation")
        other.write(handle, 0, b"text")
        watch.told(["*sub\\file"], "WRITE")
        other.close(handle)


@GROUP.test("sealed answers")
def sealed(env):
    conn = SealClient(server(env).port, env.seconds(30))
    with conn, login(env, BOB) as other:
        conn.negotiate_with([GCM128], [1])
        conn.session_setup(*ALICE)
        conn.sealing = True
        conn.tree_connect("data")
        make(conn, "sealed", options=DIRECTORY)
        watch = Watch(conn, "sealed").wait()
        make(other, "sealed\\new")
        watch.told(["+new"], "a new file")
        expect(conn.opened, "the answer was not sealed")


@GROUP.test("of directories that a user may not list he hears nothing")
def hidden(env):
    if os.geteuid():
        raise Skip("not run as root")
    users = [(name, "pass " + name) for name in ("daemon", "www-data")]
    data = env.make_dir("private")
    os.chmod(data, 0o777)
    os.makedirs(os.path.join(data, "dir", "own"), 0o700)
    os.chmod(os.path.join(data, "dir"), 0o777)
    os.chown(os.path.join(data, "dir", "own"),
             pwd.getpwnam("www-data").pw_uid, -1)
    spec = Spec(shares=[Share("data", data)], users=users, conf=True)
    port = env.start(spec).port
    conns = [Client(port, env.seconds(30)).login(*user)
             for user in users + users[1:]]
    with conns[0] as first, conns[1] as second, conns[2] as other:
        watch = Watch(first, "dir", flags=TREE).wait()
        own = Watch(second, "dir", flags=TREE).wait()
        make(other, "dir\\own\\secret")
        own.told(["+own\\secret"], "what the owner hears")
        make(other, "dir\\seen")
        watch.told(["+seen"], "what the other hears")


@GROUP.test("many changes from many clients: every one, or that it was too much")
def many(env):
    count, rounds = 4, 40
    with login(env) as first:
        make(first, "many", options=DIRECTORY)
        watch = Watch(first, "many").wait()

        def work(number):
            with login(env, BOB) as conn:
                for turn in range(rounds):
                    make(conn, "many\\%d-%d" % (number, turn))

        threads = [threading.Thread(target=work, args=(number,))
                   for number in range(count)]
        for thread in threads:
            thread.start()
        wanted = {"+%d-%d" % (number, turn) for number in range(count)
                  for turn in range(rounds)}
        got = watch.changes()
        while len(got) < len(wanted):
            watch.ask()
            got += watch.changes()
        for thread in threads:
            thread.join()
        expect_equal(sorted(got), sorted(wanted), "the changes")
        expect(server(env).alive(), "the server ended")
