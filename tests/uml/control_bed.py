# SPDX-License-Identifier: GPL-2.0-or-later
"""For the tests of the module's life: a daemon of our own that may misbehave, clients, sysfs."""
import contextlib
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

PORT = 4461
SHARE = "/tmp/control-share"
CONTROL = "/sys/class/ksmbd-control"
# MD4 of "pw" in UTF-16
HASH = bytes.fromhex("8cc19b6a8cfeac299c2871c86b38de28")

MODULE = sys.argv[1]
PARAMETERS = "/sys/module/ksmbd/parameters"
# Nobody here has to be fast, a loaded machine is not. What the server must not wait for takes much
# longer than anything that it does (the daemon's answers: that long; a peer that reads nothing: a
# minute), so who waits for it is late on every machine.
RESPONSE_SECONDS = 120
QUICK = 40
# until something that has to come has come
PATIENCE = 120

GENERIC, GETFAMILY, NLMSG_ERROR = 16, 3, 2
REQUEST, ACK = 1, 4
SO_RCVBUFFORCE = 33
(HEARTBEAT, STARTING_UP, _, LOGIN, LOGIN_RESPONSE, GET_SHARE, _, TREE, _, TREE_DISCONNECT, LOGOUT,
 RPC) = range(1, 13)
LOGIN_EXT = 16
OK, GUEST, BAD_USER, EXTENSION = 1, 1 << 4, 1 << 3, 1 << 6
EPERM, EEXIST, EINVAL = 1, 17, 22


class Netlink:
    """A generic netlink socket; family() once, then send() and receive()."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
        # A daemon that does not get a processor must not lose questions.
        with contextlib.suppress(PermissionError):
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
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


def settings(auth_delay):
    """Settings of ours, in bytes that the deployed message keeps zero; of them only this one."""
    return struct.pack("<6I40x", 0x3158534B, 0, 0, 0, 0, auth_delay + 1)


# The daemon of these tests makes logins fail, and is asked again at once: `auth_delay` 0.
def startup(port=PORT, ipc_timeout=0, interfaces=b"", claimed=None, server=b"KSMBD", auth_delay=0):
    return struct.pack("<IiHH", 0, 2, 0, 0)[:8] + struct.pack(
        "<16s16s16s64s64sHH12IBI435x64sI", b"SMB2_10", b"SMB3_11", server, b"GROUP", b"server",
        port, ipc_timeout, 0, 1000, 1 << 22, 1 << 22, 1 << 20, 64, 1, 2, 3, 8192, 1 << 23, 128,
        bool(interfaces), 64, settings(auth_delay),
        len(interfaces) if claimed is None else claimed) + interfaces


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
        self.thread.join(PATIENCE)
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

    def counted(self, event, number):
        """Have that many been seen? What was sent may take a moment to be read."""
        wait_until(lambda: self.count(event) >= number)
        return self.count(event) == number


def wait_until(condition, seconds=PATIENCE):
    """Did it come true?"""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stats():
    with open(f"{CONTROL}/stats", encoding="ascii") as file:
        return file.read().split()


def wait_state(state):
    assert wait_until(lambda: stats()[1] == state), stats()


def said(text):
    """How often the kernel has said it."""
    run = subprocess.run(["dmesg"], capture_output=True, check=True)
    return run.stdout.count(text.encode())


@contextlib.contextmanager
def patience(seconds):
    """As long the daemon's answers may take."""
    def write_it(number):
        with open(f"{PARAMETERS}/response_seconds", "w", encoding="ascii") as file:
            file.write(str(number))
    write_it(seconds)
    try:
        yield
    finally:
        if module_loaded():
            write_it(RESPONSE_SECONDS)


def write(name, text):
    with open(f"{CONTROL}/{name}", "w", encoding="ascii") as file:
        file.write(text)


def kill_server():
    write("kill_server", "hard")


def smbclient(command="ls", port=PORT, user="bob%pw", host="127.0.0.1", prefix=()):
    """Output and seconds; the output is None when it failed."""
    start = time.monotonic()
    run = subprocess.run([*prefix, "smbclient", f"//{host}/share", "-p", str(port), "-U", user,
                          "-t", "300", "-c", command], capture_output=True, text=True, timeout=400,
                         check=False, stdin=subprocess.DEVNULL)
    return (run.stdout if not run.returncode else None), time.monotonic() - start


class Session:
    """smbclient at its prompt."""

    def __init__(self, port=PORT):
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "smbclient", "//127.0.0.1/share", "-p", str(port), "-U", "bob%pw",
             "-t", "300"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.asked = 0
        self.ask("cd .")

    def ask(self, command):
        """What it prints until it refuses a command that does not exist, or ends."""
        out = ""
        self.asked += 1
        mark = f"MARK{self.asked}"
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{command}\n".encode())
            while f"{mark}: command" not in out and time.monotonic() < end:
                ready, _, _ = select.select([self.process.stdout], [], [], 0.3)
                if not ready:
                    # It looks for input only at the operating system, not at what it has read
                    # already: each line makes it see the one before.
                    self.process.stdin.write(f"{mark}\n".encode())
                    continue
                got = os.read(self.process.stdout.fileno(), 4096).decode()
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
    """Nobody has waited for an answer, or for a peer."""
    return seconds < QUICK


def has_waited(seconds):
    """... for an answer, but not for ever."""
    return 1.8 < seconds < QUICK


def module_loaded():
    return os.path.isdir("/sys/module/ksmbd")


def load():
    if not module_loaded():
        subprocess.run(["insmod", MODULE, f"response_seconds={RESPONSE_SECONDS}"], check=True)


def unload():
    start = time.monotonic()
    subprocess.run(["rmmod", "ksmbd"], check=True)
    assert not os.path.exists(CONTROL)
    return time.monotonic() - start
