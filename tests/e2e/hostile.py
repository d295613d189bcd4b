# SPDX-License-Identifier: GPL-2.0-or-later
"""What the hostile groups share: outcomes, a bystander, valid requests."""
import struct
import threading

import rawcrypto
import rawfile
import rawsmb
from harness import Fail, expect
from rawfile import Client
from servers import Share, Spec

CLOSED = "closed"
SILENT = "silent"


def server(env):
    """One server for a group, with a well-behaved client beside the tests."""
    if "hostile" not in env.state:
        env.state["hostile"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))],
            users=[("alice", "wonder land")], conf=True, globals={
                "max connections": "300", "max ip connections": "300"}))
        env.state["bystander"] = Bystander(env, env.state["hostile"])
    return env.state["hostile"]


def connect(env):
    return Client(server(env).port, env.seconds(60))


def negotiated(env, dialect=0x0311):
    conn = connect(env)
    conn.negotiate(dialects=(dialect,))
    return conn


def logged_in(env, dialect=0x0311, **kinds):
    return connect(env).login("alice", "wonder land", dialects=(dialect,),
                              **kinds)


class Bystander(threading.Thread):
    """A client that works on, whatever is done to the server beside it."""

    def __init__(self, env, target):
        super().__init__(daemon=True)
        self.conn = Client(target.port, env.seconds(60))
        self.conn.login("alice", "wonder land")
        self.error = None
        self.rounds = 0
        self.going = threading.Event()
        self.going.set()
        self.start()

    def run(self):
        try:
            while self.going.is_set():
                self.round()
                self.rounds += 1
                self.going.wait(0) and threading.Event().wait(0.01)
        except Exception as error:  # told by check()
            self.error = error

    def round(self):
        conn = self.conn
        data = struct.pack("<Q", self.rounds) * 1000
        handle = conn.create("bystander")
        conn.write(handle, 0, data)
        if conn.read(handle, 0, len(data)) != data:
            raise Fail("the bystander read something else than it wrote")
        conn.close(handle)
        conn.remove("bystander")

    def check(self):
        expect(self.error is None, "the bystander failed: %r" % self.error)
        expect(self.is_alive(), "the bystander ended")


def outcome(conn):
    """The next final reply's status, or CLOSED."""
    try:
        return conn.receive().name
    except rawsmb.Closed:
        return CLOSED
    except TimeoutError:
        return SILENT


def send_outcome(conn, command, body, **fields):
    try:
        conn.send(command, body, **fields)
    except rawsmb.Closed:
        return CLOSED
    return outcome(conn)


def healthy(env):
    """The server runs, the bystander works, a newcomer is served."""
    expect(server(env).alive(), "the server ended: " +
           server(env).stderr()[-1500:])
    env.state["bystander"].check()
    with logged_in(env) as conn:
        handle = conn.create("newcomer")
        conn.close(handle)


def first_token():
    return rawcrypto.spnego_init(rawcrypto.Ntlm("alice", "x").negotiate())


def path_body():
    path = "\\\\h\\data".encode("utf-16-le")
    return struct.pack("<HHHH", 9, 0, 72, len(path)) + path


def valid_bodies(file_id):
    """{name: (command, body)} of a well-formed request of every command."""
    return {
        "SESSION_SETUP": (rawsmb.SESSION_SETUP, struct.pack(
            "<HBBIIHHQ", 25, 0, 1, 1, 0, 88, len(first_token()), 0) +
            first_token()),
        "LOGOFF": (rawsmb.LOGOFF, struct.pack("<HH", 4, 0)),
        "TREE_CONNECT": (rawsmb.TREE_CONNECT, path_body()),
        "TREE_DISCONNECT": (rawsmb.TREE_DISCONNECT, struct.pack("<HH", 4, 0)),
        "CREATE": (rawsmb.CREATE, rawfile.create_body(
            "field", contexts=create_context(b"MxAc", b""))),
        "CLOSE": (rawsmb.CLOSE, rawfile.close_body(file_id)),
        "FLUSH": (rawsmb.FLUSH, rawfile.flush_body(file_id)),
        "READ": (rawsmb.READ, rawfile.read_body(file_id, 0, 100)),
        "WRITE": (rawsmb.WRITE, rawfile.write_body(file_id, 0, b"w" * 100)),
        "LOCK": (rawsmb.LOCK, rawfile.lock_body(file_id, [(0, 10, 0x11)])),
        "IOCTL": (rawsmb.IOCTL, rawfile.ioctl_body(file_id, 0x00140078,
                                                   b"i" * 24)),
        "ECHO": (rawsmb.ECHO, struct.pack("<HH", 4, 0)),
        "QUERY_DIRECTORY": (rawsmb.QUERY_DIRECTORY,
                            rawfile.query_directory_body(file_id)),
        "CHANGE_NOTIFY": (rawsmb.CHANGE_NOTIFY, struct.pack(
            "<HHI16sII", 32, 0, 4096, file_id, 0x17, 0)),
        "QUERY_INFO": (rawsmb.QUERY_INFO, rawfile.query_info_body(
            file_id, 1, 15, data=bytes(8))),
        "SET_INFO": (rawsmb.SET_INFO, rawfile.set_info_body(
            file_id, 1, 20, struct.pack("<Q", 77))),
        "OPLOCK_BREAK": (rawsmb.OPLOCK_BREAK, struct.pack(
            "<HBBI", 24, 0, 0, 0) + file_id),
    }


def create_context(name, data, after=0):
    """A CREATE context with its name at 16 and its data after that."""
    pad = -(16 + len(name)) % 8
    offset = 16 + len(name) + pad if data else 0
    return struct.pack("<IHHHHI", after, 16, len(name), 0, offset,
                       len(data)) + name + bytes(pad) + data
