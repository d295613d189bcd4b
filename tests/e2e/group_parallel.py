# SPDX-License-Identifier: GPL-2.0-or-later
"""Many clients at once: mixed work, storms, logoff and close in the middle."""
import io
import os
import random
import struct
import threading
import time

from impacket.smbconnection import SMBConnection

import rawsmb
from clients import SmbClient
from harness import Fail, Group, expect, expect_equal, pattern, sha256_file
from rawfile import (Client, close_body, create_body, query_directory_body,
                     read_body, rename_data, set_info_body, write_body)
from servers import Share, Spec

GROUP = Group("parallel", "many clients at once, storms, abrupt ends")

EMPTY = struct.pack("<HH", 4, 0)
USER, PASSWORD = "alice", "wonder land"


def server(env):
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data")),
                    Share("other", env.make_dir("other"))],
            users=[(USER, PASSWORD), ("bob", "builder")], conf=True, globals={
                "max connections": "500", "max ip connections": "500"}))
    return env.state["server"]


def connect(env, **kinds):
    return Client(server(env).port, env.seconds(40), **kinds)


def login(env, share="data", **kinds):
    return connect(env).login(USER, PASSWORD, share, **kinds)


def at_once(env, jobs):
    """Runs the callables in a thread each; the first failure is the test's."""
    server(env)
    failures = []

    def guarded(job):
        try:
            job()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(job,), daemon=True)
               for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(env.seconds(120))
        if thread.is_alive():
            raise Fail("a client has not come to its end")
    if failures:
        raise Fail("%d of %d clients failed, the first: %r" % (
            len(failures), len(jobs), failures[0])) from failures[0]
    expect(server(env).alive(), "the server ended")


def check_serves(env):
    expect(server(env).alive(), "the server ended: " +
           server(env).stderr()[-1500:])
    with login(env) as conn:
        conn.close(conn.create("still serving"))


def life_of_files(env, number, rounds, dialect, signing):
    """One client in its own directory: everything verified."""
    rand = random.Random(number)
    top = "own-%d" % number
    with login(env, dialects=(dialect,), signing=signing) as conn:
        conn.close(conn.create(top, options=1, access=0x81, attributes=0x10))
        for step in range(rounds):
            data = pattern(rand.randrange(1, 60000), number * 1000 + step)
            name = "%s\\file %d" % (top, step)
            handle = conn.create(name, access=rawsmb.FULL_ACCESS,
                                 disposition=rawsmb.CREATE_NEW)
            mids = []
            for at in range(0, len(data), 7000):
                mids.append(conn.send(rawsmb.WRITE, write_body(
                    handle.id, at, data[at:at + 7000])))
            for reply in conn.collect(mids).values():
                expect(reply.ok, "write: " + reply.name)
            expect(conn.read(handle, 0, 65536) == data, "other data")
            expect(conn.rename(handle, name + " renamed").ok, "rename")
            conn.close(handle)
            if step % 3 == 2:
                folder = conn.open(top, access=0x00100081, options=1)
                names = {n for n, _ in conn.list(folder)} - {".", ".."}
                conn.close(folder)
                expect_equal(len(names), 3, "names in " + top)
                for old in names:
                    conn.remove(top + "\\" + old)


@GROUP.test("raw clients, a directory each: files live and die")
def own_directories(env):
    rounds = env.scale(60, 24)
    at_once(env, [lambda n=n: life_of_files(
        env, n, rounds, rawsmb.ALL_DIALECTS[1 + n % 4], n % 3 == 0)
        for n in range(10)])
    check_serves(env)


ALLOWED = {"SUCCESS", "OBJECT_NAME_NOT_FOUND", "OBJECT_NAME_COLLISION",
           "SHARING_VIOLATION", "DELETE_PENDING", "ACCESS_DENIED",
           "OBJECT_PATH_NOT_FOUND", "NO_SUCH_FILE", "NO_MORE_FILES",
           "END_OF_FILE", "FILE_CLOSED", "DIRECTORY_NOT_EMPTY",
           "FILE_IS_A_DIRECTORY", "NOT_A_DIRECTORY", "BUFFER_OVERFLOW",
           "CANNOT_DELETE"}


def scuffle(env, number, rounds):
    """One client of many that fight over the same few names."""
    rand = random.Random(number)
    names = ["scuffle\\name %d" % n for n in range(5)]
    with login(env) as conn:
        folder = conn.open("scuffle", access=0x00100081, options=1)
        for _ in range(rounds):
            name = rand.choice(names)
            reply = conn.create(
                name, check=False, access=rawsmb.FULL_ACCESS,
                disposition=rand.randrange(6), share=rand.choice((7, 7, 7, 3,
                                                                  1)),
                options=rand.choice((0, 0, 0, rawsmb.DELETE_ON_CLOSE)))
            if isinstance(reply, rawsmb.Reply):
                expect(reply.name in ALLOWED, "create: " + reply.name)
                continue
            mids = [conn.send(rawsmb.WRITE, write_body(
                reply.id, rand.randrange(100000), bytes(3000)))
                for _ in range(3)]
            mids.append(conn.send(rawsmb.READ, read_body(reply.id, 0, 60000)))
            mids.append(conn.send(rawsmb.SET_INFO, set_info_body(
                reply.id, 1, 10, rename_data(rand.choice(names),
                                             rand.random() < 0.5))))
            mids.append(conn.send(rawsmb.QUERY_DIRECTORY,
                                  query_directory_body(folder.id, flags=1)))
            mids.append(conn.send(rawsmb.CLOSE, close_body(reply.id)))
            for answer in conn.collect(mids).values():
                expect(answer.name in ALLOWED, "command %d: %s" % (
                    answer.command, answer.name))


@GROUP.test("raw clients fighting over the same names in one directory")
def same_directory(env):
    server(env)
    env.make_dir("data", "scuffle")
    rounds = env.scale(500, 120)
    at_once(env, [lambda n=n: scuffle(env, n, rounds) for n in range(8)])
    with login(env) as conn:     # no share mode may be left behind
        for number in range(5):
            handle = conn.create("scuffle\\name %d" % number, share=0,
                                 access=rawsmb.FULL_ACCESS)
            conn.close(handle)
    check_serves(env)


def smbclient_job(env, number, signing):
    smb = SmbClient(env, server(env), signing=signing)
    source, back = env.path("s%d" % number), env.path("b%d" % number)
    with open(source, "wb") as stream:
        stream.write(pattern(env.scale(6000000, 2000000) + number, number))
    for step in range(env.scale(4, 2)):
        name = "smbclient %d %d" % (number, step)
        smb.run(['put "%s" "%s"' % (source, name),
                 'get "%s" "%s"' % (name, back), 'del "%s"' % name, "ls"],
                timeout=60)
        expect_equal(sha256_file(back), sha256_file(source), "checksum")


def impacket_job(env, number):
    conn = SMBConnection("127.0.0.1", "127.0.0.1",
                         sess_port=server(env).port, timeout=env.seconds(40))
    conn.login(USER, PASSWORD)
    content = pattern(env.scale(900000, 300000) + number, number)
    for step in range(env.scale(6, 3)):
        name = "impacket %d %d" % (number, step)
        conn.putFile("data", name, io.BytesIO(content).read)
        back = io.BytesIO()
        conn.getFile("data", name, back.write)
        expect(back.getvalue() == content, "other data came back")
        conn.listPath("data", "*")
        conn.rename("data", name, name + " x")
        conn.deleteFile("data", name + " x")
    conn.close()


@GROUP.test("smbclient, impacket and raw clients at the same time")
def mixed(env):
    jobs = [lambda n=n: smbclient_job(env, n, ("off", "required")[n % 2])
            for n in range(4)]
    jobs += [lambda n=n: impacket_job(env, n) for n in range(3)]
    jobs += [lambda n=n: life_of_files(env, 100 + n, env.scale(30, 12),
                                       0x0311, False) for n in range(3)]
    at_once(env, jobs)
    check_serves(env)


def pipelined(env, number):
    """Up to 60 requests on their way at any time, checked by message id."""
    rand = random.Random(number)
    block = 20000
    name = "pipelined %d" % number
    with login(env, signing=bool(number % 2)) as conn:
        conn.alive()
        handle = conn.create(name)
        for round_ in range(env.scale(12, 5)):
            order = list(range(50))
            rand.shuffle(order)
            mids = [conn.send(rawsmb.WRITE, write_body(
                handle.id, at * block, pattern(block, at + round_ * 100)))
                for at in order]
            for reply in conn.collect(mids).values():
                expect(reply.ok, "write: " + reply.name)
            rand.shuffle(order)
            asked = {conn.send(rawsmb.READ, read_body(
                handle.id, at * block, block)): at for at in order}
            for mid, reply in conn.collect(asked).items():
                expect(conn.read_data(reply) == pattern(
                    block, asked[mid] + round_ * 100), "other data at block "
                    "%d" % asked[mid])
        conn.close(handle)
        conn.remove(name)


@GROUP.test("pipelined writes and reads on several connections")
def pipelines(env):
    at_once(env, [lambda n=n: pipelined(env, n) for n in range(6)])
    check_serves(env)


def storm(env, number, rounds):
    rand = random.Random(number)
    for _ in range(rounds):
        with connect(env) as conn:
            stage = rand.randrange(6)
            if stage >= 1:
                conn.negotiate()
            if stage >= 2:
                conn.session_setup(USER, PASSWORD if stage != 2 else "wrong",
                                   check=stage != 2)
            if stage >= 4:
                conn.tree_connect("data")
                conn.send(rawsmb.CREATE, create_body("storm %d" % number))
            if stage == 5:
                conn.send(rawsmb.LOGOFF, EMPTY)
            if rand.random() < 0.5:
                conn.close_socket(reset=True)


@GROUP.test("storms of connections that come and go at every stage")
def storms(env):
    rounds = env.scale(250, 60)
    at_once(env, [lambda n=n: storm(env, n, rounds) for n in range(8)])
    check_serves(env)


def outstanding(env, number, last, body):
    """LOGOFF or TREE_DISCONNECT with reads and writes under way."""
    for step in range(env.scale(40, 12)):
        with login(env, signing=False) as conn:
            conn.alive()
            conn.alive()
            handle = conn.create("outstanding %d" % number)
            mids = []
            for _ in range(12):
                mids.append(conn.send(rawsmb.WRITE, write_body(
                    handle.id, 0, bytes(60000))))
                mids.append(conn.send(rawsmb.READ, read_body(
                    handle.id, 0, 60000)))
                mids.append(conn.send(rawsmb.CREATE, create_body(
                    "outstanding %d %d" % (number, step))))
            mids.append(conn.send(last, body))
            for _ in range(6):
                mids.append(conn.send(rawsmb.READ, read_body(
                    handle.id, 0, 60000)))
                mids.append(conn.send(rawsmb.CREATE, create_body(
                    "outstanding after %d" % number)))
            for reply in conn.collect(mids).values():
                expect(reply.name in (
                    "SUCCESS", "END_OF_FILE", "FILE_CLOSED",
                    "USER_SESSION_DELETED", "NETWORK_NAME_DELETED",
                    "CANCELLED"), "command %d: %s" % (reply.command,
                                                      reply.name))


@GROUP.test("LOGOFF with requests outstanding")
def logoff(env):
    at_once(env, [lambda n=n: outstanding(env, n, rawsmb.LOGOFF, EMPTY)
                  for n in range(4)])
    check_serves(env)


@GROUP.test("TREE_DISCONNECT with requests outstanding")
def disconnect(env):
    at_once(env, [lambda n=n: outstanding(env, n, rawsmb.TREE_DISCONNECT,
                                          EMPTY) for n in range(4)])
    check_serves(env)


def abrupt_end(env, number):
    """The client vanishes while megabytes are on their way."""
    rand = random.Random(number)
    name = "abrupt %d" % number
    with open(env.path("data", name), "wb") as stream:
        stream.truncate(8 << 20)
    for _ in range(env.scale(40, 12)):
        conn = login(env)
        conn.alive()
        conn.alive()
        handle = conn.open(name)
        for _ in range(rand.randrange(1, 8)):
            conn.send(rawsmb.READ, read_body(handle.id, 0, 1 << 20),
                      charge=16)
        if rand.random() < 0.5:
            body = write_body(handle.id, 0, bytes(1 << 20))
            frame = conn.header(rawsmb.WRITE, charge=16) + body
            conn.send_raw(struct.pack(">I", len(frame)) +
                          frame[:rand.randrange(len(frame))])
        if rand.random() < 0.5:
            conn.receive_exactly(rand.randrange(1, 500000))
        conn.close_socket(reset=rand.random() < 0.5)


@GROUP.test("sockets closed in the middle of large reads and writes")
def abrupt(env):
    server(env)
    at_once(env, [lambda n=n: abrupt_end(env, n) for n in range(6)])
    check_serves(env)


def never_reads(env):
    """Asks for many megabytes and takes none of them; returns the client."""
    conn = login(env)
    for _ in range(8):
        conn.request(rawsmb.ECHO, EMPTY, credits=256)
    handle = conn.open("ignored")
    for _ in range(30):
        conn.send(rawsmb.READ, read_body(handle.id, 0, 1 << 20), charge=16)
    return conn


@GROUP.test("clients that never read their replies hold up nobody else")
def deaf(env):
    server(env)
    with open(env.path("data", "ignored"), "wb") as stream:
        stream.truncate(4 << 20)
    held = [never_reads(env) for _ in range(12)]
    at_once(env, [lambda n=n: life_of_files(env, 200 + n, 9, 0x0311, False)
                  for n in range(3)])
    for conn in held:
        conn.close_socket()
    check_serves(env)


@GROUP.test("several sessions of two users on one connection, pipelined")
def sessions(env):
    def job(number):
        with connect(env) as conn:
            conn.negotiate()
            states = []
            for step in range(6):
                user = ((USER, PASSWORD), ("bob", "builder"))[step % 2]
                conn.session_setup(*user)
                conn.tree_connect(("data", "other")[step % 2])
                states.append((conn.session, conn.tree, conn.key))
            for round_ in range(env.scale(60, 20)):
                mids = []
                for state in states:
                    conn.session, conn.tree, conn.key = state
                    mids.append(conn.send(rawsmb.CREATE, create_body(
                        "session %d %d" % (number, round_)), sign=False))
                replies = conn.collect(mids)
                for mid, state in zip(mids, states):
                    conn.session, conn.tree, conn.key = state
                    expect(replies[mid].ok, "create: " + replies[mid].name)
                    conn.must(rawsmb.CLOSE, close_body(
                        replies[mid].body[64:80]), sign=False)
            for state in states[:3]:
                conn.session, conn.tree, conn.key = state
                conn.must(rawsmb.LOGOFF, EMPTY, sign=True)
            conn.session, conn.tree, conn.key = states[4]
            conn.must(rawsmb.CREATE, create_body("after"), sign=False)

    at_once(env, [lambda n=n: job(n) for n in range(4)])
    check_serves(env)


@GROUP.test("one session replaces another of the same user while it works")
def previous_session(env):
    def job(number):
        for _ in range(env.scale(30, 10)):
            with login(env, signing=False) as old, connect(env) as new:
                handle = old.create("previous %d" % number)
                mids = [old.send(rawsmb.READ, read_body(handle.id, 0, 60000))
                        for _ in range(10)]
                new.negotiate()
                new.session_setup(USER, PASSWORD, previous=old.session)
                new.tree_connect("data")
                old.collect(mids)
                reply = old.request(rawsmb.CREATE, create_body("gone"))
                expect_equal(reply.name, "USER_SESSION_DELETED",
                             "the session that was replaced")
                new.close(new.create("previous %d" % number, share=0))

    at_once(env, [lambda n=n: job(n) for n in range(4)])
    check_serves(env)


def cut_while_read(env, number):
    """Reads a file that others cut to nothing and grow again all the time."""
    name = "cut %d" % (number % 2)
    path = env.path("data", name)
    size = 3 << 20
    with login(env, signing=number == 3) as conn:
        for _ in range(4):
            conn.request(rawsmb.ECHO, EMPTY, credits=128)
        handle = conn.open(name)
        for step in range(env.scale(60, 20)):
            mids = []
            for at in range(3):
                mids.append(conn.send(rawsmb.READ, read_body(
                    handle.id, at << 20, 1 << 20), charge=16))
                if number < 2:
                    os.truncate(path, (0, size, 1000, size)[(step + at) % 4])
            for reply in conn.collect(mids).values():
                expect(reply.name in ("SUCCESS", "END_OF_FILE"),
                       "read: " + reply.name)
                if reply.ok:
                    data = conn.read_data(reply)
                    expect(not data.strip(b"\0c"), "bytes of another file")
        os.truncate(path, size)


@GROUP.test("files cut short while they are read: every frame is whole")
def cut_short(env):
    server(env)
    for number in range(2):
        with open(env.path("data", "cut %d" % number), "wb") as stream:
            stream.write(b"c" * (3 << 20))
    at_once(env, [lambda n=n: cut_while_read(env, n) for n in range(4)])
    check_serves(env)


@GROUP.test("nothing is left open when all clients are gone",
            not_on_reference="a process for each client")
def nothing_left(env):
    check_serves(env)
    deadline = time.monotonic() + env.seconds(60)
    while True:
        left = [link for link in server(env).open_files()
                if link.startswith(env.path("data") + "/")]
        if not left:
            return
        expect(time.monotonic() < deadline, "still open: %s" % left[:5])
        time.sleep(0.1)
