# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of control_test.py: daemons that stop, peers that do not read, ends in the middle."""
import contextlib
import errno
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from control_bed import (BAD_USER, CONTROL, GET_SHARE, LOGIN, PATIENCE, PORT, RPC, SHARE,
                         STARTING_UP, TREE, TREE_DISCONNECT, Daemon, Netlink, is_quick,
                         kill_server, load, patience, said, smbclient, startup, stats, unload,
                         wait_state, wait_until)

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))

# pylint: disable=wrong-import-position
import rawsmb  # noqa: E402
import servers  # noqa: E402
from rawfile import Client, read_body  # noqa: E402

MEBIBYTE = 1 << 20
PIPE_SHARE = "IPC$"
SOL_NETLINK, NETLINK_NO_ENOBUFS = 270, 5


def login(share="share"):
    return Client(PORT, PATIENCE).login("bob", "pw", share=share)


def tree_body(share="share"):
    path = rawsmb.utf16("\\\\127.0.0.1\\" + share)
    return struct.pack("<HHHH", 9, 0, 72, len(path)) + path


def gather_credits(conn, count):
    while conn.credits < count:
        assert conn.alive()


def send_at_once(conn, requests):
    """So that no thread but those of the pool can take them."""
    frames = []
    conn.send_raw = frames.append
    mids = [conn.send(command, body) for command, body in requests]
    del conn.send_raw
    conn.send_raw(b"".join(frames))
    return mids


def answer_pipes(daemon, event, answer):
    """A twist: every pipe operation works and says nothing."""
    if event == RPC:
        handle, flags = struct.unpack_from("<II", daemon.seen[-1][1])
        if flags & 1 << 7:  # close
            return None
        return struct.pack("<III", handle, 0, 0)
    return answer


def test_deaf_daemon():
    """A next daemon whose port is taken serves nobody; the one after it does."""
    with Daemon():
        wait_state("running")
    refused = "the new daemon's configuration is not in force"
    before = said(refused)
    with socket.create_server(("127.0.0.1", PORT + 1), reuse_port=False):
        with Daemon(port=PORT + 1) as daemon:
            assert daemon.error == 0
            assert wait_until(lambda: said(refused) > before)
    with Daemon(port=PORT + 1) as daemon:
        assert daemon.error == 0
        assert wait_until(lambda: smbclient(port=PORT + 1)[0] is not None)


def test_stopped_daemon():
    """Questions to a daemon that has stopped do not take all threads from those who are in."""
    def twist(daemon, event, answer):
        return None if daemon.stopped else answer
    with Daemon(twist) as daemon, patience(10):
        daemon.stopped = False
        wait_state("running")
        inside = login()
        handle = inside.create("inside")
        inside.write(handle, 0, b"x" * 1000)
        crowd = [login() for _ in range(6)]
        for conn in crowd:
            gather_credits(conn, 200)
        daemon.stopped = True
        for conn in crowd:
            for _ in range(190):
                conn.send(rawsmb.TREE_CONNECT, tree_body(), sign=True, tree=0)
        # From the first question that is given up on, the daemon is known to be silent.
        crowd[0].receive()
        gather_credits(inside, 20)
        begin = time.monotonic()
        mids = send_at_once(inside, [(rawsmb.READ, read_body(handle.id, 0, 1000))] * 10)
        assert all(reply.ok for reply in inside.collect(mids).values())
        assert is_quick(time.monotonic() - begin), time.monotonic() - begin
        daemon.stopped = False
        assert wait_until(lambda: smbclient()[0] is not None)
        for conn in (inside, *crowd):
            conn.close_socket()


def test_full_daemon():
    """Its socket takes no more for a while: it hears of every end nevertheless."""
    go_on = threading.Event()

    def twist(daemon, event, answer):
        if event == TREE_DISCONNECT:
            go_on.wait(PATIENCE)
        return answer
    with Daemon(twist) as daemon:
        daemon.netlink.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        daemon.netlink.sock.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)  # no error when full
        wait_state("running")
        conn = login(share=None)
        for _ in range(100):
            conn.tree_connect("share")
        assert daemon.count(TREE) == 100
        conn.must(rawsmb.LOGOFF, struct.pack("<HH", 4, 0))
        conn.close_socket()
        time.sleep(1)  # more than a few of the attempts in vain
        go_on.set()
        assert daemon.counted(TREE_DISCONNECT, 100), daemon.count(TREE_DISCONNECT)


def login_status(password="pw"):
    with Client(PORT, PATIENCE) as conn:
        conn.negotiate()
        return conn.session_setup("bob", password, check=False).name


def test_nobody_to_ask():
    """That there is no answer is not a wrong password: it is said so, and counts for nothing."""
    def twist(daemon, event, answer):
        if event == LOGIN and daemon.answers != "right":
            return {"none": None, "short": answer[:-1], "undecided": answer[:60] + struct.pack(
                "<H", BAD_USER) + answer[62:84] + b"KSX1" + answer[88:]}[daemon.answers]
        return answer
    with patience(5), Daemon(twist, auth_delay=1000000) as daemon:
        daemon.answers = "right"
        wait_state("running")
        assert login_status() == "SUCCESS"
        for daemon.answers in "none", "short", "undecided":
            for password in "pw", "wrong":
                assert login_status(password) == "NO_LOGON_SERVERS", daemon.answers
        daemon.answers = "right"
        assert login_status() == "SUCCESS"
    for _ in range(4):
        assert login_status("wrong") == "NO_LOGON_SERVERS"
    with Daemon() as daemon:
        assert daemon.error == 0
        assert login_status() == "SUCCESS"
        assert login_status("wrong") == "LOGON_FAILURE"


def test_nobody_to_ask_for_shares():
    """Nor is it a share that does not exist, or one that nobody may use."""
    def twist(daemon, event, answer):
        return None if event == daemon.silent else answer
    with patience(5), Daemon(twist) as daemon:
        daemon.silent = None
        wait_state("running")
        with login() as conn:
            for daemon.silent in GET_SHARE, TREE:
                reply = conn.tree_connect("share", check=False)
                assert reply.name == "INSUFFICIENT_RESOURCES", (daemon.silent, reply.name)
            daemon.silent = None
            assert conn.tree_connect("share", check=False).ok


@contextlib.contextmanager
def mountd():
    """The real daemon, with bob and the share."""
    with tempfile.TemporaryDirectory() as folder:
        conf, database = os.path.join(folder, "smb.conf"), os.path.join(folder, "db")
        with open(conf, "w", encoding="ascii") as file:
            file.write(f"[global]\n[share]\npath = {SHARE}\nread only = no\n")
        with open(database, "w", encoding="ascii") as file:
            file.write(servers.password_line("bob", "pw"))
        os.chmod(database, 0o600)
        process = subprocess.Popen([os.path.join(TOP, "build/ksmbd.mountd"), "-n", "-p", str(PORT),
                                    "-C", conf, "-P", database, "--run-dir", folder])
        try:
            wait_state("running")
            yield process, folder
        finally:
            process.terminate()
            process.wait()


def list_connections(folder):
    run = subprocess.run([os.path.join(TOP, "build/ksmbd.control"), "-l", "--run-dir", folder],
                         capture_output=True, text=True, check=True)
    return [line for line in run.stdout.partition("# connections")[2].splitlines()[1:] if line]


def workers_of(process):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="ascii") as file:
            if int(file.read().rpartition(")")[2].split()[1]) == process.pid:
                found.append(int(pid))
    return found


def come_and_go(conn, begun, end):
    while not end.is_set():
        begun.release()
        if conn.tree_connect("share", check=False).ok:
            conn.must(rawsmb.TREE_DISCONNECT, struct.pack("<HH", 4, 0))


def test_resumed_mountd():
    """What it is asked while it sleeps, and given up, is not counted when it wakes up."""
    with mountd() as (process, folder), patience(5):
        crowd = [login(share=None) for _ in range(8)]
        worker, = workers_of(process)
        for _ in range(4):
            begun, end = threading.Semaphore(0), threading.Event()
            threads = [threading.Thread(target=come_and_go, args=(conn, begun, end))
                       for conn in crowd]
            for thread in threads:
                thread.start()
            for _ in range(4 * len(crowd)):
                assert begun.acquire(timeout=PATIENCE)
            os.kill(worker, signal.SIGSTOP)
            end.set()
            for thread in threads:
                thread.join()
            os.kill(worker, signal.SIGCONT)
            assert wait_until(lambda: smbclient()[0] is not None)
            # Its own is told after it has gone; one that is counted by mistake stays.
            wait_until(lambda: not list_connections(folder))
            assert not list_connections(folder), list_connections(folder)
        for conn in crowd:
            conn.close_socket()


def run_mountd(*options):
    """Its exit status and what it says, or None if it serves."""
    with tempfile.TemporaryDirectory() as folder:
        conf = os.path.join(folder, "smb.conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write(f"[share]\npath = {SHARE}\n")
        process = subprocess.Popen([os.path.join(TOP, "build/ksmbd.mountd"), *options, "-C", conf,
                                    "-P", os.path.join(folder, "db"), "--run-dir", folder],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            said_it = process.communicate(timeout=PATIENCE)[0]
        finally:
            process.kill()
        assert not os.path.exists(os.path.join(folder, "ksmbd.lock"))
        return process.returncode, said_it


def test_mountd_tells_failure():
    """Accepted is not served: who starts it is told, whichever way it was started."""
    for before in False, True:  # does a server run, without a daemon?
        if before:
            with Daemon():
                wait_state("running")
        with socket.create_server(("127.0.0.1", PORT + 1), reuse_port=False):
            for options in ["-n"], []:
                status, text = run_mountd(*options, "-p", str(PORT + 1))
                assert status == 1 and f"port {PORT + 1}" in text, (before, options, status, text)
    with mountd():
        assert smbclient()[0] is not None


def test_startup_file():
    def outcome():
        with open(f"{CONTROL}/startup", encoding="ascii") as file:
            return int(file.read())
    unload()
    load()
    assert outcome() == errno.ENODATA
    with socket.create_server(("127.0.0.1", PORT), reuse_port=False):
        with Daemon() as daemon:
            assert daemon.error == 0
            assert wait_until(lambda: outcome() != errno.EINPROGRESS)
            assert outcome() == errno.EADDRINUSE
    with Daemon():
        assert wait_until(lambda: outcome() == 0)
        wait_state("running")


def test_killed_mountd():
    """Its worker dies; the next one comes by itself and serves."""
    with mountd() as (process, _):
        inside = login()
        handle = inside.create("of-nobody")
        os.kill(workers_of(process)[0], signal.SIGKILL)
        inside.write(handle, 0, b"still here")
        assert wait_until(lambda: smbclient()[0] is not None)
        assert inside.read(handle, 0, 5) == b"still"
        inside.close_socket()


def test_unload_with_slow_peer():
    """One that asks for much and takes nothing."""
    with Daemon():
        wait_state("running")
        conn = login()
        handle = conn.create("large")
        gather_credits(conn, 200)
        conn.write(handle, 0, bytes(MEBIBYTE))
        for _ in range(conn.credits // 16 - 1):
            conn.send(rawsmb.READ, read_body(handle.id, 0, MEBIBYTE), charge=16)
        time.sleep(1)
        assert is_quick(unload())
        conn.close_socket()
    load()


def test_unload_with_pipe_reads():
    """Reads of a pipe that nobody has written to are parked."""
    with Daemon(answer_pipes):
        wait_state("running")
        conn = login(share=PIPE_SHARE)
        handle = conn.open("srvsvc", options=0)
        gather_credits(conn, 20)
        for _ in range(10):
            conn.send(rawsmb.READ, read_body(handle.id, 0, 100))
        assert conn.alive()
        assert is_quick(unload())
        conn.close_socket()
    load()


def test_unload_while_pipe_asks():
    """The daemon owes an answer to a pipe."""
    asked = threading.Event()

    def twist(daemon, event, answer):
        if event == RPC and struct.unpack_from("<I", daemon.seen[-1][1], 4)[0] & 1 << 6:
            asked.set()
            return None
        return answer_pipes(daemon, event, answer)
    with Daemon(twist):
        wait_state("running")
        conn = login(share=PIPE_SHARE)
        handle = conn.open("srvsvc", options=0)
        conn.write(handle, 0, bytes(64))
        conn.send(rawsmb.READ, read_body(handle.id, 0, 100))
        assert asked.wait(PATIENCE)
        assert is_quick(unload())
        conn.close_socket()
    load()


def test_unload_while_starting():
    for turn in range(20):
        load()
        netlink = Netlink()
        assert netlink.find_family() == 0
        assert netlink.send(STARTING_UP, STARTING_UP, startup()) == 0
        time.sleep(0.002 * (turn % 5))
        assert is_quick(unload())
        netlink.close()
    load()


def test_unload_while_logging_in():
    """At each question, answered or not."""
    for stop in LOGIN, GET_SHARE, TREE:
        asked = threading.Event()

        def twist(daemon, event, answer, stop=stop, asked=asked):
            if event == stop:
                asked.set()
                return None
            return answer
        load()
        with Daemon(twist):
            wait_state("running")
            clients = [threading.Thread(target=smbclient) for _ in range(4)]
            for client in clients:
                client.start()
            assert asked.wait(PATIENCE)
            assert is_quick(unload())
            for client in clients:
                client.join()
    load()


def write_on(number, begun):
    with contextlib.suppress(rawsmb.Closed, OSError):
        conn = login()
        handle = conn.create(f"writer-{number}")
        while True:
            conn.write(handle, 0, bytes(65536))
            begun.release()


def test_kill_while_writing():
    for _ in range(5):
        with Daemon() as daemon:
            assert daemon.error == 0
            wait_state("running")
            begun = [threading.Semaphore(0) for _ in range(6)]
            writers = [threading.Thread(target=write_on, args=(number, begun[number]))
                       for number in range(6)]
            for writer in writers:
                writer.start()
            assert all(one.acquire(timeout=PATIENCE) for one in begun)
            begin = time.monotonic()
            kill_server()
            assert is_quick(time.monotonic() - begin)
            assert stats()[1] == "startup"
            for writer in writers:
                writer.join(PATIENCE)
                assert not writer.is_alive()


def test_loaded_twice():
    run = subprocess.run(["insmod", sys.argv[1]], capture_output=True, text=True, check=False)
    assert run.returncode and "exists" in run.stderr, run.stderr
    with Daemon() as daemon:
        assert daemon.error == 0
        wait_state("running")
        assert smbclient()[0] is not None
