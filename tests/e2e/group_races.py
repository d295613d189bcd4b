# SPDX-License-Identifier: GPL-2.0-or-later
"""Channels of one session in eight threads, each after something else.

What is tried must also have been done: a test whose threads were only refused
has shown nothing. Afterwards nothing of it may be left: no file is open, and
the server takes as many sessions as at its start.
"""
import collections
import os
import pwd
import random
import struct
import threading
import time

import rawsmb
from harness import Fail, Group, Skip, expect, expect_equal
from rawfile import close_body, create_body, read_body, write_body
from rawseal import GCM128, SealClient
from rawsmb import CLOSE, CREATE, ECHO, LOGOFF, READ, WRITE, Closed, Status
from servers import Share, Spec

GROUP = Group("races", "bind, log off, disconnect, prove again at once")
# accounts that every Debian has, so that a server that is root serves as them
ALICE = ("daemon", "wonder land")
BOB = ("www-data", "builder")
EMPTY = struct.pack("<HH", 4, 0)
THREADS = 8
# few, so that a session that is left behind is missed
MOST_SESSIONS = 24
BLOCK = 200


def server(env):
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"), params={
                "create mask": "0666", "force create mode": "0666"})] + [
                Share(name, env.make_dir(name), params={"valid users": name})
                for name, _ in (ALICE, BOB)],
            users=[ALICE, BOB], conf=True, globals={
                "max connections": "1000", "max ip connections": "1000",
                "max active sessions": str(MOST_SESSIONS), "auth delay": "0",
                "server multi channel support": "yes"}))
    return env.state["server"]


def negotiated(env):
    conn = SealClient(server(env).port, env.seconds(30))
    conn.negotiate_with([GCM128], [1])
    return conn


def login(env, user=ALICE, sealing=False):
    conn = negotiated(env)
    try:
        conn.session_setup(*user)
        conn.signing = True
        conn.sealing = sealing
        conn.tree_connect("data")
    except BaseException:
        conn.close_socket()
        raise
    return conn


class Shared:
    """A user's session that the threads are after; anew when it is gone."""

    def __init__(self, env, user, sealing):
        self.env = env
        self.user = user
        self.sealing = sealing
        self.mark = user[0][:1].upper().encode()
        self.lock = threading.Lock()
        self.first = None
        self.done = collections.Counter()

    def session(self):
        with self.lock:
            if self.first is None:
                self.first = login(self.env, self.user, self.sealing)
            return self.first

    def gone(self, first):
        with self.lock:
            if self.first is first:
                self.first = None
        first.close_socket()

    def did(self, what):
        with self.lock:
            self.done[what] += 1

    def name(self, number):
        return "%s-%d" % (self.user[0], number)


# what may come of a request on a session that others are ending
RACED = ("SUCCESS", "USER_SESSION_DELETED", "REQUEST_NOT_ACCEPTED",
         "ACCESS_DENIED", "FILE_CLOSED", "NETWORK_NAME_DELETED",
         "INVALID_PARAMETER", "INSUFFICIENT_RESOURCES", "SHARING_VIOLATION",
         "CANCELLED", "DELETE_PENDING", "OBJECT_NAME_NOT_FOUND",
         "END_OF_FILE")


def expect_raced(reply, what):
    expect(reply.name in RACED, "%s: %s" % (what, reply.name))
    return reply.ok


def expect_own(shared, reply):
    """What was read is what this user's threads have written, or a hole."""
    size = struct.unpack_from("<I", reply.body, 4)[0]
    data = reply.message[reply.body[2]:][:size]
    expect(not data.strip(b"\0" + shared.mark),
           "another user's bytes: %r" % data[:64])


def work(shared, conn, number):
    """A few requests, one after the other and at once."""
    reply = conn.request(CREATE, create_body(shared.name(number)))
    if not expect_raced(reply, "CREATE"):
        return
    handle = rawsmb.File(reply)
    mids = []
    for i in range(random.randrange(1, 6)):
        body = (write_body(handle.id, i * 100, shared.mark * BLOCK) if i % 2
                else read_body(handle.id, 0, 4096))
        mids.append(conn.send(WRITE if i % 2 else READ, body))
    for reply in conn.collect(mids).values():
        if expect_raced(reply, "READ or WRITE") and reply.command == READ:
            expect_own(shared, reply)
    if expect_raced(conn.request(CLOSE, close_body(handle.id)), "CLOSE"):
        shared.did("worked")


# What a thread does with its channel when it has worked; each gets (shared,
# its own connection, the session's first one, its number).

def log_off(shared, conn, first, _):
    if expect_raced(conn.request(LOGOFF, EMPTY), "LOGOFF"):
        shared.did("logged off")
    shared.gone(first)


def prove_again(shared, conn, _, number):
    if expect_raced(conn.prove_again(*shared.user), "re-authentication"):
        shared.did("proved again")
    work(shared, conn, number)


def fail_to_prove(shared, conn, first, _):
    reply = conn.prove_again(shared.user[0], "wrong")
    expect(not reply.ok, "a wrong password proved something")
    shared.did("failed")
    shared.gone(first)


def disconnect(shared, conn, _, number):
    """With requests on their way."""
    for _ in range(5):
        conn.send(CREATE, create_body(shared.name(number)))
    conn.close_socket(reset=random.random() < 0.5)
    shared.did("disconnected")


def disconnect_first(shared, _conn, first, _):
    """The channel that all others stem from."""
    shared.gone(first)
    shared.did("disconnected")


def mix(shared, conn, _, number):
    conn.send(ECHO, EMPTY)
    conn.send(LOGOFF, EMPTY)
    conn.send(CREATE, create_body(shared.name(number)))


ACTIONS = (log_off, prove_again, prove_again, fail_to_prove, disconnect,
           disconnect_first, mix, lambda *_: None)


def intrude(shared, first):
    """Whoever is not the session's user, or not of its channels."""
    other = BOB if shared.user is ALICE else ALICE
    with negotiated(shared.env) as conn:
        reply = conn.bind(first, *other, check=False)
        expect(not reply.ok, "another user's channel")
        reply = conn.request(CREATE, create_body("intruded"), sign=False,
                             session=first.session, tree=first.tree)
        expect(not reply.ok, "CREATE without a channel")
    with negotiated(shared.env) as conn:
        conn.key, conn.algorithm = first.key, first.algorithm
        reply = conn.request(CREATE, create_body("intruded"), sign=True,
                             session=first.session, tree=first.tree)
        expect(not reply.ok, "CREATE with the key, without a channel")
    shared.did("kept out")


def race_once(shared, number):
    first = shared.session()
    if random.random() < 0.1:
        intrude(shared, first)
    with negotiated(shared.env) as conn:
        reply = conn.bind(first, *shared.user, check=False)
        if not expect_raced(reply, "binding"):
            if reply.name == "USER_SESSION_DELETED":
                shared.gone(first)
            return
        shared.did("bound")
        work(shared, conn, number)
        if random.random() < 0.2:
            other = BOB if shared.user is ALICE else ALICE
            tree = conn.tree
            reply = conn.tree_connect(other[0], check=False)
            expect(not reply.ok, "the other user's share")
            conn.tree = tree
        random.choice(ACTIONS)(shared, conn, first, number)


# what some thread has to have done, however slow the machine is
TRIED = ("bound", "worked", "logged off", "proved again", "failed",
         "disconnected", "kept out")


def untried(choices):
    return [what for what in TRIED
            if not any(shared.done[what] for shared in choices)]


def race(choices, number, seconds, limit, failures):
    """For `seconds`, and on until everything was tried, up to the limit."""
    begin = time.monotonic()
    while not failures:
        passed = time.monotonic() - begin
        if passed > (limit if untried(choices) else seconds):
            break
        try:
            race_once(random.choice(choices), number)
        except (Closed, Status, OSError):
            continue    # the session or its first channel went meanwhile
        except Exception as error:      # told by the test
            failures.append(error)


def in_threads(env, function, arguments, seconds):
    """function(*arguments(number), failures) in each thread."""
    failures = []
    threads = [threading.Thread(target=function, daemon=True,
                                args=(*arguments(number), failures))
               for number in range(THREADS)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds + env.seconds(60)
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
        expect(not thread.is_alive(), "a client has not come to its end")
    if failures:
        raise Fail("%d clients failed: %s" % (len(failures), "; ".join(
            sorted({repr(error) for error in failures})))) from failures[0]


# What is left

def patiently(env, what, attempt):
    """Until attempt() does not raise Status."""
    deadline = time.monotonic() + env.seconds(60)
    while True:
        try:
            return attempt()
        except Status as status:
            expect(time.monotonic() < deadline, "%s: %s" % (what, status))
            time.sleep(0.05)


def expect_all_closed(env):
    """Every file opens alone, and the server has none of them open."""
    folder = env.path("data")
    with patiently(env, "a login", lambda: login(env)) as conn:
        for name in sorted(os.listdir(folder)):
            conn.close(patiently(env, name + " is still open",
                                 lambda: conn.open(name, share=0)))
    deadline = time.monotonic() + env.seconds(60)
    while not env.kernel:       # a reply to CLOSE may be ahead of the last close
        left = [path for path in server(env).open_files()
                if path.startswith(folder + "/")]
        if not left:
            break
        expect(time.monotonic() < deadline, "the process has open: %r" % left)
        time.sleep(0.05)


def expect_all_sessions(env):
    """As many sessions as there may be, all at once, and no more."""
    taken = []
    try:
        for number in range(MOST_SESSIONS):
            taken.append(patiently(env, "session %d" % number,
                                   lambda: login(env)))
        with negotiated(env) as conn:
            reply = conn.session_setup(*ALICE, check=False)
            expect(not reply.ok, "more sessions than there may be")
    finally:
        for conn in taken:
            conn.close_socket()


def expect_nothing_left(env):
    expect(server(env).alive(), "the server ended: " +
           server(env).stderr()[-1500:])
    expect_all_closed(env)
    expect_all_sessions(env)
    for name in os.listdir(env.path("data")):
        expect(name != "intruded", "an intruder's file")
        os.unlink(env.path("data", name))


def races(env, sealing):
    server(env)     # not by a thread: it would end with it
    both = [Shared(env, user, sealing) for user in (ALICE, BOB)]
    seconds = env.scale(8, 3) if env.opts.slow == 1 else 15
    limit = seconds + env.seconds(60)
    in_threads(env, race, lambda number: (both, number, seconds, limit), limit)
    for shared in both:
        if shared.first:
            shared.first.close_socket()
    expect_equal(untried(both), [], "what nobody has done")
    expect_nothing_left(env)


for word, value in (("signed", False), ("sealed", True)):
    GROUP.add("eight threads, two users' sessions: " + word,
              lambda env, value=value: races(env, value))


# All at the same moment

AT_ONCE = (log_off, log_off, prove_again, fail_to_prove, disconnect,
           disconnect, disconnect_first, mix)


def at_once(env, sealing, round_):
    """A channel for each thread; then each its own action, in one moment."""
    shared = Shared(env, ALICE, sealing)
    first = shared.session()
    held = first.create("held", share=0)
    start = threading.Barrier(THREADS)
    channels = []
    for _ in range(THREADS):
        channels.append(negotiated(env))
        channels[-1].bind(first, *ALICE)

    def act(number, action, failures):
        try:
            start.wait(env.seconds(30))
            action(shared, channels[number], first, number)
        except (Closed, Status, OSError):
            pass
        except Exception as error:
            failures.append(error)

    in_threads(env, act, lambda number: (
        number, AT_ONCE[(number + round_) % THREADS]), 0)
    with negotiated(env) as conn:
        reply = conn.bind(first, *ALICE, check=False)
        expect_equal(reply.name, "USER_SESSION_DELETED", "binding afterwards")
    for conn in channels:
        conn.close_socket()
    expect(held, "a handle to lose")


@GROUP.test("eight channels, all at the same moment")
def same_moment(env):
    for round_ in range(env.scale(48, 16)):
        at_once(env, round_ % 2 == 1, round_)
    expect_nothing_left(env)


# The session's user changes while its requests run

def change_hands(shared, conn, number, seconds, failures):
    """Half of the threads change the user, the others make files."""
    end = time.monotonic() + seconds
    count = 0
    try:
        while time.monotonic() < end and not failures:
            count += 1
            if number % 2:
                user = (ALICE, BOB)[(count + number // 2) % 2]
                expect_equal(conn.prove_again(*user).name, "SUCCESS",
                             "re-authentication")
                shared.did(user[0])
            else:
                conn.close(conn.create(
                    "hands-%d-%d-%d" % (shared.sealing, number, count)))
                shared.did("created")
    except Exception as error:
        failures.append(error)


@GROUP.test("the user changes under eight threads: no file is a third's")
def changing_hands(env):
    if os.geteuid():
        raise Skip("not run as root")
    seconds = env.scale(4, 2) if env.opts.slow == 1 else 8
    for sealing in (False, True):
        shared = Shared(env, ALICE, sealing)
        first = shared.session()
        channels = [negotiated(env) for _ in range(THREADS)]
        for conn in channels:
            conn.bind(first, *ALICE)
        in_threads(env, change_hands, lambda number: (
            shared, channels[number], number, seconds), seconds)
        for conn in channels + [first]:
            conn.close_socket()
        allowed = {pwd.getpwnam(name).pw_uid for name, _ in (ALICE, BOB)}
        found = {os.lstat(env.path("data", name)).st_uid
                 for name in os.listdir(env.path("data"))}
        expect(found and found <= allowed, "owners: %r" % found)
        for what in (ALICE[0], BOB[0], "created"):
            expect(shared.done[what], "never: " + what)
    expect_nothing_left(env)
