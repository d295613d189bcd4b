#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The module's life and its netlink family, with a daemon of our own that may misbehave.

    control_test.py MODULE.ko [PART OF NAME...]

Root, a kernel that may be thrown away (tests/uml/run), smbclient.
"""
import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback

import control_stuck
from control_bed import (CONTROL, EEXIST, EINVAL, EPERM, EXTENSION, GET_SHARE, HEARTBEAT, LOGIN,
                         LOGIN_EXT, LOGIN_RESPONSE, LOGOUT, MODULE, OK, BAD_USER, PATIENCE, PORT,
                         SHARE, STARTING_UP, TREE, TREE_DISCONNECT, Daemon, Netlink, Session,
                         has_waited, is_quick, kill_server, load, module_loaded, patience, said,
                         smbclient, startup, stats, unload, wait_state, wait_until, write)

HERE = os.path.dirname(os.path.abspath(__file__))


# ---- tests ----

def test_fresh():
    assert stats() == ["2", "startup", "0", "0"], stats()
    with open(f"{CONTROL}/debug", encoding="ascii") as file:
        assert file.read() == "smb auth vfs oplock ipc conn rdma \n"
    with open("/sys/module/ksmbd/version", encoding="ascii") as file:
        assert file.read().strip()
    modes = {name: os.stat(f"{CONTROL}/{name}").st_mode & 0o777 for name in
             ("stats", "startup", "debug", "kill_server")}
    assert modes == {"stats": 0o444, "startup": 0o444, "debug": 0o644, "kill_server": 0o200}, modes


def test_debug():
    def shown():
        with open(f"{CONTROL}/debug", encoding="ascii") as file:
            return file.read().split()
    write("debug", "smb\n")
    write("debug", "rdma")
    assert shown() == ["[smb]", "auth", "vfs", "oplock", "ipc", "conn", "[rdma]"]
    write("debug", "smb")
    assert shown()[0] == "smb"
    write("debug", "all")
    assert all(name[0] == "[" for name in shown())
    write("debug", "all")
    assert all(name[0] != "[" for name in shown())
    for name, text in ("debug", "bogus"), ("kill_server", "soft"):
        try:
            write(name, text)
        except OSError as error:
            assert error.errno == EINVAL
        else:
            raise AssertionError(name)


def test_bad_startup():
    netlink = Netlink()
    assert netlink.find_family() == 0
    good = startup()
    assert len(good) == 744, len(good)
    for message in (b"", good[:-1], good + b"x", startup(claimed=5), startup(claimed=0xffffffff),
                    good[:4] + b"\x09" + good[5:]):
        assert netlink.send(STARTING_UP, STARTING_UP, message) == EINVAL, len(message)
    assert netlink.send(STARTING_UP, STARTING_UP, good, version=2) == EINVAL
    assert netlink.send(STARTING_UP, LOGIN, good) == EINVAL
    assert netlink.send(LOGIN_RESPONSE, LOGIN_RESPONSE, bytes(148)) == EPERM
    assert stats()[1] == "startup"
    netlink.close()


def test_unprivileged():
    if not os.fork():
        os.setuid(65534)
        netlink = Netlink()
        netlink.find_family()
        os._exit(netlink.send(STARTING_UP, STARTING_UP, startup()))
    assert os.WEXITSTATUS(os.wait()[1]) == EPERM
    assert stats()[1] == "startup"


def test_namespace():
    code = "from control_bed import Netlink; print(Netlink().find_family())"
    run = subprocess.run(["unshare", "-n", sys.executable, "-Bc", code, MODULE], text=True,
                         capture_output=True, check=True, env={**os.environ, "PYTHONPATH": HERE})
    assert run.stdout.strip() == "2", run.stdout  # ENOENT


def test_serves():
    with Daemon() as daemon:
        assert daemon.error == 0
        wait_state("running")
        assert stats()[2] == str(PORT)
        out, _ = smbclient("put /etc/passwd p; ls; get p /tmp/control-p")
        assert out and " p " in out, out
        with open("/etc/passwd", "rb") as want, open("/tmp/control-p", "rb") as got:
            assert want.read() == got.read()
        assert daemon.counted(LOGOUT, 1)
        assert daemon.count(TREE) == daemon.count(TREE_DISCONNECT) >= 1
        request = [m for event, m in daemon.seen if event == TREE][0]
        assert len(request) == 264 and request[24:28] == b"bob\0" and b"127.0.0.1\0" in request


def test_refused_user():
    with Daemon() as daemon:
        wait_state("running")
        daemon.status = BAD_USER
        assert smbclient()[0] is None
        daemon.status = OK
        assert smbclient(user="bob%wrong")[0] is None
        assert smbclient()[0] is not None
        assert smbclient(user=f"{'x' * 48}%pw")[0] is None


def test_groups():
    path = f"{SHARE}/for-group"
    os.makedirs(path, exist_ok=True)
    os.chown(path, 0, 7777)
    os.chmod(path, 0o770)
    with Daemon() as daemon:
        wait_state("running")
        assert smbclient("cd for-group; put /etc/passwd p")[0] is None or \
            not os.path.exists(f"{path}/p")
        daemon.status = OK | EXTENSION
        daemon.groups = [27, 7777]
        smbclient("cd for-group; put /etc/passwd p")
        assert os.path.exists(f"{path}/p")
        assert daemon.count(LOGIN_EXT) == 1
        daemon.groups = [0xffffffff]
        assert smbclient()[0] is None


def test_second_daemon():
    with Daemon() as first:
        wait_state("running")
        with Daemon(port=PORT + 1) as second:
            assert second.error == EEXIST
        assert smbclient()[0] is not None
        first.netlink.send(STARTING_UP, STARTING_UP, startup(port=PORT + 1), ack=False)
        # Its socket's end is not the daemon's.
        assert stats()[1:3] == ["running", str(PORT)]


def test_foreign_answer():
    other = Netlink()
    other.find_family()
    errors = []

    def twist(daemon, event, answer):
        if event == LOGIN:
            errors.append(other.send(event + 1, event + 1, answer[:60] + struct.pack("<H", BAD_USER)
                                     + answer[62:]))
        return answer
    with Daemon(twist):
        wait_state("running")
        assert smbclient()[0] is not None
    assert errors == [EPERM]
    other.close()


def test_wrong_sizes():
    def twist(daemon, event, answer):
        if event == daemon.bad and answer:
            answer = answer + bytes(daemon.extra) if daemon.extra > 0 else answer[:daemon.extra]
        return answer
    with Daemon(twist) as daemon:
        daemon.bad = 0
        wait_state("running")
        for daemon.bad in LOGIN, GET_SHARE, TREE:
            for daemon.extra in (-1, 1, 20000) if daemon.bad != GET_SHARE else (-1, 40000):
                out, seconds = smbclient()
                assert out is None, (daemon.bad, daemon.extra)
                assert is_quick(seconds), (daemon.bad, daemon.extra, seconds)
        daemon.bad = 0
        assert smbclient()[0] is not None


def test_wrong_handle():
    def twist(daemon, event, answer):
        if event == LOGIN and daemon.bad:
            return struct.pack("<I", struct.unpack("<I", answer[:4])[0] + 1) + answer[4:]
        return answer
    with Daemon(twist) as daemon, patience(5):
        daemon.bad = True
        wait_state("running")
        out, seconds = smbclient()
        assert out is None and has_waited(seconds), seconds
        daemon.bad = False
        assert smbclient()[0] is not None


def test_late_answer():
    late = []

    def twist(daemon, event, answer):
        if event == LOGIN and daemon.bad:
            late.append(answer)
            return None
        return answer
    with Daemon(twist) as daemon, patience(5):
        daemon.bad = True
        wait_state("running")
        out, seconds = smbclient()
        assert out is None and has_waited(seconds), seconds
        daemon.bad = False
        daemon.reply(LOGIN, late[0])
        assert smbclient()[0] is not None


def test_dies_while_asked():
    asked = threading.Event()

    def twist(daemon, event, answer):
        if event == LOGIN:
            asked.set()
            return None
        return answer
    daemon = Daemon(twist)
    wait_state("running")
    threading.Thread(target=lambda: (asked.wait(PATIENCE), daemon.close())).start()
    out, seconds = smbclient()
    assert out is None and is_quick(seconds), seconds
    assert stats()[1] == "running"
    assert smbclient()[0] is None  # nobody is there


def test_next_daemon():
    with Daemon():
        wait_state("running")
        session = Session()
    assert "blocks" in session.ask("ls")  # needs nobody's permission
    with Daemon(port=PORT + 1, server=b"SECOND") as daemon:
        assert daemon.error == 0
        assert wait_until(lambda: smbclient(port=PORT + 1)[0] is not None), "the new port"
        assert stats()[1:3] == ["running", str(PORT + 1)]
        assert "blocks" in session.ask("ls")
        assert smbclient(port=PORT)[0] is None
    session.close()


def test_kill():
    with Daemon() as daemon:
        wait_state("running")
        session = Session()
        kill_server()
        assert stats()[1] == "startup"
        assert "blocks" not in session.ask("ls")
        session.close()
        assert smbclient()[0] is None
        assert daemon.counted(LOGOUT, 1), daemon.seen
        # The same daemon may start it again.
        assert daemon.netlink.send(STARTING_UP, STARTING_UP, startup(), ack=False) == 0
        wait_state("running")
        assert smbclient()[0] is not None


def test_heartbeat():
    with Daemon(ipc_timeout=6) as daemon:
        wait_state("running")
        assert wait_until(lambda: daemon.count(HEARTBEAT) >= 3)  # one each half of the time
        assert stats()[1] == "running"
        begin = time.monotonic()
    wait_state("startup")
    assert time.monotonic() - begin > 1


def test_port_taken():
    taken = socket.create_server(("127.0.0.1", PORT), reuse_port=False)
    before = said("ksmbd: not started")
    with Daemon() as daemon:
        assert daemon.error == 0
        assert wait_until(lambda: said("ksmbd: not started") > before)
        assert stats()[1] == "startup"
        taken.close()
        daemon.netlink.send(STARTING_UP, STARTING_UP, startup(), ack=False)
        wait_state("running")


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


def reachable(prefix):
    return wait_until(lambda: smbclient(host="192.0.2.1", prefix=prefix)[0] is not None)


def test_interfaces():
    prefix = ("ip", "netns", "exec", "far")

    def plug():
        ip("link", "add", "near0", "type", "veth", "peer", "name", "far0", "netns", "far")
        ip("addr", "add", "192.0.2.1/24", "dev", "near0")
        ip("link", "set", "near0", "up")
        ip("-n", "far", "addr", "add", "192.0.2.2/24", "dev", "far0")
        ip("-n", "far", "link", "set", "far0", "up")
    ip("netns", "add", "far")
    try:
        with Daemon(interfaces=b"near0\0absent0\0"):
            wait_state("running")
            assert smbclient()[0] is None
            plug()
            assert reachable(prefix)
            assert smbclient()[0] is None
            ip("link", "del", "near0")
            plug()
            assert reachable(prefix)
            ip("link", "del", "near0")
    finally:
        ip("netns", "del", "far")


def test_unload():
    for _ in range(3):
        load()
        with Daemon() as daemon:
            wait_state("running")
            sessions = [Session() for _ in range(3)]
            assert is_quick(unload())
            assert daemon.counted(LOGOUT, 3)
            for session in sessions:
                session.close()
    load()
    unload()
    load()


def test_unload_while_asked():
    asked = threading.Event()

    def twist(daemon, event, answer):
        if event == LOGIN:
            asked.set()
            return None
        return answer
    load()
    with Daemon(twist):
        wait_state("running")
        client = threading.Thread(target=smbclient)
        client.start()
        assert asked.wait(PATIENCE)
        assert is_quick(unload())
        client.join()
    load()


def test_startup_storm():
    """Daemons that come and go, resets between them, clients all the while."""
    end = threading.Event()

    def churn():
        while not end.is_set():
            smbclient("ls")
    client = threading.Thread(target=churn)
    client.start()
    try:
        for turn in range(25):
            with Daemon(port=PORT + turn % 2) as daemon:
                assert daemon.error in (0, EEXIST)
                time.sleep(0.01 * (turn % 7))
                if turn % 3 == 0:
                    kill_server()
    finally:
        end.set()
        client.join()
    kill_server()
    assert stats()[1] == "startup"


def main():
    os.makedirs(SHARE, exist_ok=True)
    os.chmod(SHARE, 0o777)
    passed = failed = 0
    for name, test in [*globals().items(), *vars(control_stuck).items()]:
        if not name.startswith("test_") or not any(part in name for part in sys.argv[2:] or [""]):
            continue
        load()
        try:
            test()
            print(f"ok control: {name[5:]}", flush=True)
            passed += 1
        except Exception as error:  # pylint: disable=broad-except
            print(f"not ok control: {name[5:]}: {error!r}", flush=True)
            traceback.print_exc()
            failed += 1
        with contextlib.suppress(OSError):
            kill_server()
    if module_loaded():
        unload()
    print(f"{passed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
