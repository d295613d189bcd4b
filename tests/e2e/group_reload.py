# SPDX-License-Identifier: GPL-2.0-or-later
"""SIGHUP reads the files again; a server that runs out of descriptors."""
import os
import signal
import threading
import time

import rawsmb
import servers
from clients import SmbClient
from harness import Group, expect, expect_equal
from rawfile import Client, read_body
from servers import Share, Spec

GROUP = Group("reload", "SIGHUP, exhausted descriptors", own_only=True)

LOGIN = ("alice", "wonder land")
DESCRIPTORS = 40


def start(env, name, **kinds):
    kinds.setdefault("globals", {"max ip connections": "0"})
    return env.start(Spec(shares=[Share("data", env.make_dir("data"))],
                          users=[LOGIN], conf=True, name=name, **kinds))


def append(server, name, text):
    with open(os.path.join(server.dir, name), "a") as stream:
        stream.write(text)


def hang_up(env, server, count=1):
    """Sends SIGHUP and waits for the server's word about it."""
    before = server.stderr().count("reloaded")
    server.process.send_signal(signal.SIGHUP)
    wait_for(env, "no word about the files",
             lambda: server.stderr().count("reloaded") >= before + count)


def wait_for(env, what, reached):
    deadline = time.monotonic() + env.seconds(60)
    while not reached():
        expect(time.monotonic() < deadline, what)
        time.sleep(0.02)


@GROUP.test("new shares, users and passwords hold after SIGHUP")
def reload_good(env):
    server = start(env, "good")
    with Client(server.port, env.seconds(60)).login(*LOGIN) as old:
        handle = old.create("kept open")
        append(server, "smb.conf", "[late]\n\tpath = %s\n\tcomment = late\n" %
               env.make_dir("late"))
        with open(os.path.join(server.dir, "ksmbdpwd.db"), "w") as stream:
            stream.write(servers.password_line("alice", "another") +
                         servers.password_line("bob", "b"))
        SmbClient(env, server, user="bob",
                  password="b").fails("ls", "LOGON_FAILURE")
        hang_up(env, server)
        SmbClient(env, server, user="bob", password="b", share="late").run("ls")
        SmbClient(env, server, user="alice", password="another").run("ls")
        SmbClient(env, server, user=LOGIN[0],
                  password=LOGIN[1]).fails("ls", "LOGON_FAILURE")
        old.write(handle, 0, b"goes on")
        expect_equal(old.read(handle, 0, 7), b"goes on", "of the old session")


@GROUP.test("files with an error change nothing, and the line is named")
def reload_bad(env):
    server = start(env, "bad")
    append(server, "smb.conf", "\tread only = perhaps\n[new]\n\tpath = /tmp\n")
    hang_up(env, server)
    expect("not reloaded" in server.stderr(), server.stderr())
    expect("perhaps" in server.stderr() and "smb.conf:" in server.stderr(),
           server.stderr())
    smb = SmbClient(env, server, user=LOGIN[0], password=LOGIN[1])
    smb.run("put /etc/passwd still-writable")
    SmbClient(env, server, user=LOGIN[0], password=LOGIN[1],
              share="new").fails("ls", "BAD_NETWORK_NAME")


@GROUP.test("a storm of SIGHUP disturbs nobody")
def storm(env):
    server = start(env, "storm")
    faults, over = [], threading.Event()

    def work(number):
        try:
            while not over.is_set():
                with Client(server.port, env.seconds(60)).login(*LOGIN) as conn:
                    for _ in range(3):
                        conn.close(conn.create("storm-%d" % number))
        except Exception as error:    # pylint: disable=broad-except
            faults.append(repr(error))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(env.scale(100, 40)):
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.01)
    over.set()
    for thread in threads:
        thread.join()
    expect(not faults, "\n".join(faults))


@GROUP.test("out of descriptors: errors, no loop; then it serves on")
def descriptors(env):
    limit = "--nofile=%d:%d" % (DESCRIPTORS, DESCRIPTORS)
    # nobody of the crowd is to be sent away meanwhile
    server = start(env, "few", wrap=["prlimit", limit], globals={
        "max ip connections": "0", "auth timeout": "3600"})
    with Client(server.port, env.seconds(60)).login(*LOGIN) as conn:
        handle = conn.create("open before")
        conn.write(handle, 0, b"before")
        few = server.open_fds()
        # more than it can accept: some stay in the kernel's queue
        crowd = [Client(server.port, env.seconds(60))
                 for _ in range(2 * DESCRIPTORS)]
        wait_for(env, "descriptors are left",
                 lambda: server.open_fds() >= DESCRIPTORS)
        reply = conn.open("one more", check=False)
        expect(not isinstance(reply, rawsmb.File), "it had one left")
        expect_equal(reply.name, "TOO_MANY_OPENED_FILES", "one more file")
        reply = conn.request(rawsmb.READ, read_body(handle.id, 0, 6))
        expect(reply.ok and reply.body.endswith(b"before"), reply.name)
        used = cpu_seconds(server)
        time.sleep(1)
        expect(cpu_seconds(server) - used < 0.5, "it is busy doing nothing")
        for one in crowd:
            one.close_socket()
        # accepted after all of them, so that none of them is yet to come
        with Client(server.port, env.seconds(60)) as last:
            last.negotiate()
        wait_for(env, "descriptors of those who went",
                 lambda: server.open_fds() <= few)
        SmbClient(env, server, user=LOGIN[0],
                  password=LOGIN[1]).run("put /etc/passwd after")
        conn.close(conn.create("one more"))


@GROUP.test("the soft limit of descriptors is raised to the hard one")
def soft_limit(env):
    server = start(env, "soft", wrap=["prlimit", "--nofile=%d:1000" %
                                      DESCRIPTORS])
    with Client(server.port, env.seconds(60)).login(*LOGIN) as conn:
        for number in range(2 * DESCRIPTORS):
            conn.create("soft %d" % number)


def cpu_seconds(server):
    with open("/proc/%d/stat" % server.pid) as stream:
        words = stream.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
