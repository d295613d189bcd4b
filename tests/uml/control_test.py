#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The module's life and its netlink family, with a daemon of our own that may misbehave.

    control_test.py MODULE.ko [PART OF NAME...]

Root, a kernel that may be thrown away (tests/uml/run), smbclient.
"""
import contextlib
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback

PORT = 4461
SHARE = "/tmp/control-share"
CONTROL = "/sys/class/ksmbd-control"
# MD4 of "pw" in UTF-16
HASH = bytes.fromhex("8cc19b6a8cfeac299c2871c86b38de28")

GENERIC, GETFAMILY, NLMSG_ERROR = 16, 3, 2
REQUEST, ACK = 1, 4
(HEARTBEAT, STARTING_UP, _, LOGIN, LOGIN_RESPONSE, GET_SHARE, _, TREE, _, TREE_DISCONNECT, LOGOUT,
 RPC) = range(1, 13)
LOGIN_EXT = 16
OK, GUEST, BAD_USER, EXTENSION = 1, 1 << 4, 1 << 3, 1 << 6
EPERM, EEXIST, EINVAL = 1, 17, 22


class Netlink:
    """A generic netlink socket; family() once, then send() and receive()."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
        self.sock.bind((0, 0))
        self.family = None

    def close(self):
        self.sock.close()

    def send(self, command, attr_type, payload, version=1, ack=True):
        """0 or the errno that the kernel answers with."""
        attr = struct.pack("<HH", len(payload) + 4, attr_type) + payload
        attr += bytes(-len(attr) % 4)
        kind = self.family if self.family else GENERIC
        body = struct.pack("<BBH", command, version, 0) + attr
        self.sock.send(struct.pack("<IHHII", len(body) + 16, kind, REQUEST | (ACK if ack else 0),
                                   1, 0) + body)
        return self.take_error() if ack else 0

    def take_error(self):
        while True:
            data = self.sock.recv(65536)
            if struct.unpack_from("<H", data, 4)[0] == NLMSG_ERROR:
                return -struct.unpack_from("<i", data, 16)[0]

    def find_family(self, name=b"SMBD_GENL\0"):
        self.family = None
        self.send(GETFAMILY, 2, name, ack=False)
        data = self.sock.recv(65536)
        if struct.unpack_from("<H", data, 4)[0] == NLMSG_ERROR:
            return -struct.unpack_from("<i", data, 16)[0]
        at = 20
        while at < len(data):
            size, kind = struct.unpack_from("<HH", data, at)
            if kind == 1:
                self.family = struct.unpack_from("<H", data, at + 4)[0]
            at += (size + 3) & ~3
        return 0


def startup(port=PORT, ipc_timeout=0, interfaces=b"", claimed=None, server=b"KSMBD"):
    return struct.pack("<IiHH", 0, 2, 0, 0)[:8] + struct.pack(
        "<16s16s16s64s64sHH12IBI499xI", b"SMB2_10", b"SMB3_11", server, b"GROUP", b"server",
        port, ipc_timeout, 0, 1000, 1 << 22, 1 << 22, 1 << 20, 64, 1, 2, 3, 8192, 1 << 23, 128,
        bool(interfaces), 64, len(interfaces) if claimed is None else claimed) + interfaces


class Daemon:
    """Answers on a thread of its own; `twist` may change an answer, or take it away."""

    def __init__(self, twist=None, **settings):
        self.netlink = Netlink()
        assert self.netlink.find_family() == 0
        self.twist = twist
        self.status = OK
        self.seen = []
        self.groups = []
        self.error = self.netlink.send(STARTING_UP, STARTING_UP, startup(**settings))
        self.stop, self.wake = socket.socketpair()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.wake.close()
        self.thread.join(5)
        self.netlink.close()

    def run(self):
        while True:
            ready, _, _ = select.select([self.netlink.sock, self.stop], [], [])
            if self.stop in ready:
                return
            data = self.netlink.sock.recv(65536)
            if struct.unpack_from("<H", data, 4)[0] == NLMSG_ERROR:
                continue
            size = struct.unpack_from("<H", data, 20)[0]
            self.take(data[16], data[24:20 + size])

    def take(self, event, message):
        self.seen.append((event, message))
        answer = self.answer(event, message)
        if self.twist:
            answer = self.twist(self, event, answer)
        if answer is not None:
            self.reply(event, answer)

    def reply(self, event, answer, ack=False):
        return self.netlink.send(event + 1, event + 1, answer, ack=ack)

    def answer(self, event, message):
        handle = message[:4]
        if event == LOGIN:
            return handle + struct.pack("<II48sHH18sH64x", 1000, 1000, message[4:52], self.status,
                                        16, HASH, 0)
        if event == LOGIN_EXT:
            return handle + struct.pack("<i128x", len(self.groups)) + b"".join(
                struct.pack("<I", gid) for gid in self.groups)
        if event == GET_SHARE:
            pipe = message[4:8].upper() == b"IPC$"
            path = b"" if pipe else SHARE.encode() + b"\0"
            return handle + struct.pack("<I6H64s444xII", 0x101 if pipe else 0x7, 0o744, 0o755, 0, 0,
                                        0xffff, 0xffff, message[4:68], len(path), 0) + path
        if event == TREE:
            return handle + struct.pack("<HH64x", 0, 4)
        return None

    def count(self, event):
        return sum(1 for kind, _ in self.seen if kind == event)


def stats():
    with open(f"{CONTROL}/stats", encoding="ascii") as file:
        return file.read().split()


def wait_state(state, seconds=5):
    end = time.monotonic() + seconds
    while stats()[1] != state:
        assert time.monotonic() < end, stats()
        time.sleep(0.02)


def write(name, text):
    with open(f"{CONTROL}/{name}", "w", encoding="ascii") as file:
        file.write(text)


def kill_server():
    write("kill_server", "hard")


def smbclient(command="ls", port=PORT, user="bob%pw", host="127.0.0.1", prefix=()):
    """Output and seconds; the output is None when it failed."""
    start = time.monotonic()
    run = subprocess.run([*prefix, "smbclient", f"//{host}/share", "-p", str(port), "-U", user,
                          "-c", command], capture_output=True, text=True, timeout=60, check=False,
                         stdin=subprocess.DEVNULL)
    return (run.stdout if not run.returncode else None), time.monotonic() - start


class Session:
    """smbclient at its prompt."""

    def __init__(self, port=PORT):
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "smbclient", "//127.0.0.1/share", "-p", str(port), "-U", "bob%pw"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.ask("cd .")

    def ask(self, command):
        """What it prints until it refuses a command that does not exist, or ends."""
        out = ""
        with contextlib.suppress(BrokenPipeError):
            # It looks for input only at the operating system, not at what it has read already.
            for line in command, "MARK":
                self.process.stdin.write(f"{line}\n".encode())
                time.sleep(0.3)
        while "MARK: command" not in out:
            ready, _, _ = select.select([self.process.stdout], [], [], 10)
            got = os.read(self.process.stdout.fileno(), 4096).decode() if ready else ""
            if not got:
                break
            out += got
        return out

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()


def is_quick(seconds):
    """Nobody has waited two seconds for an answer."""
    return seconds < 1.5 + 2 * USUAL


def has_waited(seconds):
    return 1.8 < seconds < 4 + 2 * USUAL


def measure():
    """How long smbclient takes in this kernel."""
    with Daemon():
        wait_state("running")
        seconds = smbclient()[1]
    kill_server()
    return seconds


def module_loaded():
    return os.path.isdir("/sys/module/ksmbd")


def load():
    if not module_loaded():
        subprocess.run(["insmod", MODULE], check=True)


def unload():
    start = time.monotonic()
    subprocess.run(["rmmod", "ksmbd"], check=True)
    assert not os.path.exists(CONTROL)
    return time.monotonic() - start


# ---- tests ----

def test_fresh():
    assert stats() == ["2", "startup", "0", "0"], stats()
    with open(f"{CONTROL}/debug", encoding="ascii") as file:
        assert file.read() == "smb auth vfs oplock ipc conn rdma \n"
    with open("/sys/module/ksmbd/version", encoding="ascii") as file:
        assert file.read().strip()
    modes = {name: os.stat(f"{CONTROL}/{name}").st_mode & 0o777 for name in
             ("stats", "debug", "kill_server")}
    assert modes == {"stats": 0o444, "debug": 0o644, "kill_server": 0o200}, modes


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
    code = f"import sys; sys.argv = ['x', 'y']; exec(open({os.path.abspath(__file__)!r}).read()" \
        ".split('# ---- tests')[0]); print(Netlink().find_family())"
    run = subprocess.run(["unshare", "-n", sys.executable, "-c", code], capture_output=True,
                         text=True, check=True)
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
        deadline = time.monotonic() + 5
        while not daemon.count(LOGOUT) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert daemon.count(TREE) == daemon.count(TREE_DISCONNECT) >= 1
        assert daemon.count(LOGOUT) == 1
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
    with Daemon(twist) as daemon:
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
    with Daemon(twist) as daemon:
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
    threading.Timer(10, asked.set).start()
    threading.Thread(target=lambda: (asked.wait(), daemon.close())).start()
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
        for _ in range(100):
            if smbclient(port=PORT + 1)[0] is not None:
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the new port is not served")
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
        assert daemon.count(LOGOUT) == 1, daemon.seen
        # The same daemon may start it again.
        assert daemon.netlink.send(STARTING_UP, STARTING_UP, startup(), ack=False) == 0
        wait_state("running")
        assert smbclient()[0] is not None


def test_heartbeat():
    with Daemon(ipc_timeout=2) as daemon:
        wait_state("running")
        time.sleep(3.5)
        assert stats()[1] == "running"
        assert daemon.count(HEARTBEAT) >= 2
    time.sleep(1)
    assert stats()[1] == "running"
    wait_state("startup", 5)


def test_port_taken():
    taken = socket.create_server(("127.0.0.1", PORT), reuse_port=False)
    with Daemon() as daemon:
        assert daemon.error == 0
        time.sleep(0.5)
        assert stats()[1] == "startup"
        taken.close()
        daemon.netlink.send(STARTING_UP, STARTING_UP, startup(), ack=False)
        wait_state("running")


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


def reachable(prefix):
    for _ in range(40):
        if smbclient(host="192.0.2.1", prefix=prefix)[0] is not None:
            return True
        time.sleep(0.1)
    return False


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
            assert daemon.count(LOGOUT) == 3
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
        asked.wait(10)
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
    load()
    global USUAL  # pylint: disable=global-statement
    USUAL = measure()
    unload()
    load()
    for name, test in list(globals().items()):
        if not name.startswith("test_") or not any(part in name for part in sys.argv[2:] or [""]):
            continue
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
    unload()
    print(f"{passed} passed, {failed} failed")
    sys.exit(bool(failed))


MODULE = sys.argv[1]
USUAL = 0.0
if __name__ == "__main__":
    main()
