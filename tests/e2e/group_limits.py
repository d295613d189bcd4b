# SPDX-License-Identifier: GPL-2.0-or-later
"""What a peer can take up: time and memory before login, connections."""
import struct
import time

import rawcrypto
import rawsmb
from harness import Group, expect, expect_equal, expect_soon
from rawfile import Client, read_body
from servers import Share, Spec

GROUP = Group("limits", "deadline to log in, bounded connections and memory",
              own_only=True)

DEADLINE = 5
PATIENCE = DEADLINE + 55        # for what comes after the deadline


def start(env, name, **globals_):
    return env.start(Spec(shares=[Share("data", env.make_dir("data"))],
                          users=[("alice", "wonder land")], conf=True,
                          name=name, globals=globals_))


def impatient(env):
    if "impatient" not in env.state:
        env.state["impatient"] = start(env, "impatient", **{
            "auth timeout": str(int(env.seconds(DEADLINE))),
            "max connections": "200", "max ip connections": "200"})
    return env.state["impatient"]


def roomy(env):
    """For clients that may take their time to log in."""
    if "roomy" not in env.state:
        env.state["roomy"] = start(env, "roomy", **{
            "auth timeout": "3600", "max connections": "200",
            "max ip connections": "200"})
    return env.state["roomy"]


def connect(env, server, **kinds):
    return Client(server.port, env.seconds(PATIENCE), **kinds)


@GROUP.test("silent before login at any stage: dropped at the deadline")
def silent(env):
    server = impatient(env)
    stages = []
    for stage in range(5):
        conn = connect(env, server)
        if stage == 1:
            conn.send_raw(b"\0\0")
        elif stage == 2:
            conn.send_raw(struct.pack(">I", 100) + b"\xfeSMB")
        elif stage >= 3:
            conn.negotiate()
        if stage == 4:
            conn.request(rawsmb.SESSION_SETUP, conn.setup_body(
                rawcrypto.spnego_init(rawcrypto.Ntlm("alice",
                                                     "x").negotiate())))
        stages.append(conn)
    for number, conn in enumerate(stages):
        expect(conn.closed(), "stage %d was not dropped" % number)
        conn.close_socket()


@GROUP.test("a slow trickle of bytes before login: dropped as well")
def trickle(env):
    server = impatient(env)
    with connect(env, server) as conn:
        frame = struct.pack(">I", 4000) + b"\xfeSMB" + bytes(3996)
        began = time.monotonic()
        try:
            for at in range(len(frame)):
                conn.send_raw(frame[at:at + 1])
                time.sleep(0.1)
                expect(time.monotonic() - began < env.seconds(PATIENCE),
                       "still connected")
        except rawsmb.Closed:
            pass


@GROUP.test("endless failed logins do not prolong the deadline")
def failing(env):
    server = impatient(env)
    with connect(env, server) as conn:
        conn.negotiate()
        began = time.monotonic()
        try:
            while True:
                reply = conn.session_setup("alice", "wrong", check=False)
                expect(reply.name in ("LOGON_FAILURE", "ACCESS_DENIED",
                                      "REQUEST_NOT_ACCEPTED",
                                      "INSUFFICIENT_RESOURCES"), reply.name)
                expect(time.monotonic() - began < env.seconds(PATIENCE),
                       "still connected")
        except rawsmb.Closed:
            pass


def send_login(conn, password):
    """Both legs of a login of alice; the reply to the second is to come."""
    ntlm = rawcrypto.Ntlm("alice", password)
    reply = conn.request(rawsmb.SESSION_SETUP, conn.setup_body(
        rawcrypto.spnego_init(ntlm.negotiate())), session=0)
    conn.session = reply.session
    offset, size = struct.unpack_from("<HH", reply.body, 4)
    ntlm.parse_challenge(reply.message[offset:offset + size])
    return conn.send(rawsmb.SESSION_SETUP, conn.setup_body(
        rawcrypto.spnego_response(ntlm.authenticate(), ntlm.mechlist_mic())))


def is_held(conn, password):
    """Logs in; is what was sent later answered earlier?"""
    mid = send_login(conn, password)
    echo = conn.send(rawsmb.ECHO, struct.pack("<HH", 4, 0), session=0)
    reply = conn.receive()
    expect(reply.mid in (mid, echo), "reply to neither")
    return reply.mid == echo


@GROUP.test("hanging up does not spare the delay, nor do more connections")
def hang_up(env):
    server = start(env, "hang-up", **{"auth delay": "60000",
                                      "auth timeout": "3600"})
    for _ in range(4):
        with connect(env, server) as conn:
            conn.negotiate(dialects=(0x0302,))
            expect(is_held(conn, "wrong"), "the answer came at once")
    with connect(env, server) as late, \
            connect(env, server, source="127.0.0.2") as other:
        late.negotiate(dialects=(0x0302,))
        expect(is_held(late, "wonder land"), "a fifth login was looked at")
        other.login("alice", "wonder land")
        expect(other.alive(), "another address is not served")
        late.sock.settimeout(env.seconds(1))
        try:
            reply = late.receive()
            expect(False, "an answer: " + reply.name)
        except TimeoutError:
            pass


@GROUP.test("a login that was held is looked at when the others have paid")
def held_and_served(env):
    server = start(env, "held", **{"auth delay": "100",
                                   "auth timeout": "3600"})
    for number in range(12):
        with connect(env, server) as conn:
            conn.negotiate(dialects=(0x0302,))
            send_login(conn, "wrong")
    with connect(env, server) as conn:
        conn.negotiate(dialects=(0x0302,))
        mid = send_login(conn, "wonder land")
        conn.sock.settimeout(env.seconds(60))
        expect_equal(conn.receive(mid).name, "SUCCESS", "the login")


@GROUP.test("the answer to a failed login waits, and nothing else does")
def held_back(env):
    server = start(env, "delay", **{"auth delay": "60000",
                                    "auth timeout": "3600"})
    with connect(env, server) as guesser:
        guesser.negotiate()
        expect(is_held(guesser, "wrong"), "the answer came at once")
        for source in ("127.0.0.1", "127.0.0.2"):
            with connect(env, server, source=source) as other:
                other.login("alice", "wonder land")
        faults = env.stop(server)   # which waits for nobody's delay
        expect(not faults, "\n".join(faults))


@GROUP.test("once logged in, silence is no offence")
def patient(env):
    server = impatient(env)
    with connect(env, server).login("alice", "wonder land") as conn:
        time.sleep(env.seconds(DEADLINE) + 2)
        expect(conn.alive(), "the connection was dropped")


@GROUP.test("the deadline's option on the command line")
def deadline_option(env):
    server = env.start(Spec(
        shares=[Share("data", env.make_dir("data"))],
        users=[("alice", "wonder land")], name="option",
        args=["--auth-timeout", str(int(env.seconds(DEADLINE)))]))
    with connect(env, server) as conn:
        expect(conn.closed(), "not dropped")


def refused_at(env, server, count, **kinds):
    """How many of `count` connections are served, all held open."""
    held, served = [], 0
    for _ in range(count):
        conn = connect(env, server, **kinds)
        try:
            conn.negotiate()
            served += 1
            held.append(conn)
        except rawsmb.Closed:
            conn.close_socket()
    return served, held


def serves_again(env, server):
    """True once a new connection is served (the old ones take a moment)."""
    deadline = time.monotonic() + env.seconds(60)
    while time.monotonic() < deadline:
        served, held = refused_at(env, server, 1)
        for conn in held:
            conn.close_socket()
        if served:
            return True
        time.sleep(0.1)
    return False


@GROUP.test("max ip connections bounds one address, not another")
def per_address(env):
    server = start(env, "per-address", **{"max ip connections": "4",
                                          "max connections": "50"})
    served, held = refused_at(env, server, 12)
    expect_equal(served, 4, "connections of one address")
    others, more = refused_at(env, server, 2, source="127.0.0.2")
    expect_equal(others, 2, "connections of another address")
    for conn in held:
        expect(conn.session_setup("alice", "wonder land").ok, "a login")
    for conn in held + more:
        conn.close_socket()
    expect(serves_again(env, server), "closed connections still count")


@GROUP.test("max connections bounds all together")
def total(env):
    server = start(env, "total", **{"max connections": "5",
                                    "max ip connections": "50"})
    served, held = refused_at(env, server, 12)
    expect_equal(served, 5, "connections")
    for conn in held:
        expect(conn.session_setup("alice", "wonder land").ok, "a login")
        conn.close_socket()
    expect(serves_again(env, server), "closed connections still count")


@GROUP.test("connections that come and go do not use the limit up")
def come_and_go(env):
    server = start(env, "come-and-go", **{"max connections": "8"})
    for number in range(env.scale(600, 200)):
        conn = connect(env, server)
        if number % 3 == 0:
            conn.send_raw(b"\0\0\0\x40" + bytes(number % 64))
        conn.close_socket(reset=bool(number % 2))
    expect(serves_again(env, server), "the limit is used up")


@GROUP.test("announced megabytes before login take no memory")
def announced(env):
    server = impatient(env)
    before = server.rss_kib()
    held = []
    for number in range(60):
        conn = connect(env, server)
        held.append(conn)
        try:
            conn.send_raw(struct.pack(">I", 0xFFFFFF if number % 2 else
                                      0x800000) + b"\xfeSMB" + bytes(100000))
        except rawsmb.Closed:
            pass
    time.sleep(0.5)
    grown = server.rss_kib() - before
    for conn in held:
        conn.close_socket()
    limit = 16384 if env.opts.slow <= 1 else 150000
    expect(grown < limit, "resident memory grew by %d KiB" % grown)


@GROUP.test("files left open are counted, and closed with the connection")
def open_files(env):
    server = start(env, "open-files", **{"max open files": "50"})
    before = 0 if env.kernel else server.open_fds()
    for _ in range(3):
        with connect(env, server).login("alice", "wonder land") as conn:
            statuses = set()
            for number in range(60):
                handle = conn.create("open %d" % number, check=False)
                if isinstance(handle, rawsmb.Reply):
                    statuses.add(handle.name)
            expect(statuses <= {"TOO_MANY_OPENED_FILES",
                                "INSUFFICIENT_RESOURCES"}, str(statuses))
            expect(statuses, "60 files are open, 50 may be")
            expect(conn.alive(), "the connection is gone")
        # threads come and go, and with them a descriptor or two
        expect_soon(env, lambda: env.kernel or server.open_fds() <= before + 8,
                    lambda: "%d descriptors are open, and no client is" %
                    server.open_fds())


@GROUP.test("max active sessions bounds the sessions")
def sessions(env):
    server = start(env, "sessions", **{"max active sessions": "6"})
    with connect(env, server) as conn:
        conn.negotiate()
        names = [conn.session_setup("alice", "wonder land",
                                    check=False).name for _ in range(9)]
        expect_equal(names[:6], ["SUCCESS"] * 6, "the first six")
        expect(set(names[6:]) <= {"INSUFFICIENT_RESOURCES",
                                  "REQUEST_NOT_ACCEPTED", "ACCESS_DENIED"},
               "the others: %s" % names[6:])


def growth_limit(env):
    """KiB that the server may grow by where nothing should stay."""
    return 60000 if env.opts.slow <= 1 else 250000


@GROUP.test("half-made sessions are bounded, and take no memory")
def half_sessions(env):
    server = roomy(env)
    before = server.rss_kib()
    token = rawcrypto.spnego_init(rawcrypto.Ntlm("alice", "x").negotiate())
    with connect(env, server) as conn:
        conn.negotiate()
        names = set()
        try:
            for _ in range(env.scale(3000, 800)):
                names.add(conn.request(rawsmb.SESSION_SETUP,
                                       conn.setup_body(token),
                                       session=0).name)
        except rawsmb.Closed:
            names.add("closed")
        expect(names - {"MORE_PROCESSING_REQUIRED"}, "no bound was met")
        expect(names <= {"MORE_PROCESSING_REQUIRED", "closed",
                         "REQUEST_NOT_ACCEPTED", "INSUFFICIENT_RESOURCES"},
               "statuses: %s" % names)
        expect(server.rss_kib() - before < growth_limit(env), "memory grew")


@GROUP.test("trees of a session are bounded")
def trees(env):
    server = roomy(env)
    with connect(env, server).login("alice", "wonder land") as conn:
        names = [conn.tree_connect("data", check=False).name
                 for _ in range(env.scale(3000, 800))]
        expect(set(names) <= {"SUCCESS", "REQUEST_NOT_ACCEPTED",
                              "INSUFFICIENT_RESOURCES"},
               "statuses: %s" % set(names))
        expect("SUCCESS" != names[-1], "no bound was met")
        handle = conn.create("in a tree")
        conn.close(handle)
    with connect(env, server).login("alice", "wonder land") as conn:
        expect(conn.alive(), "the trees of a former session still count")


def deaf(env, signing):
    """Asks for 500 MiB with all credits and takes nothing of it."""
    server = roomy(env)
    with open(env.path("data", "large"), "wb") as stream:
        stream.truncate(8 << 20)
    before = server.rss_kib()
    with connect(env, server) as conn:
        conn.login("alice", "wonder land", signing=signing)
        echo = struct.pack("<HH", 4, 0)
        for _ in range(150):
            conn.request(rawsmb.ECHO, echo, credits=256)
        handle = conn.open("large")
        asked = 0
        conn.sock.settimeout(env.seconds(3))
        try:
            while conn.credits > 64 and asked < 500:
                conn.send(rawsmb.READ, read_body(handle.id, 0, 1 << 20),
                          charge=16)
                asked += 1
        except (TimeoutError, rawsmb.Closed):
            pass
        expect(asked > 20, "only %d requests could be sent" % asked)
        time.sleep(env.seconds(1))
        grown = server.rss_kib() - before
        expect(grown < 4 * growth_limit(env), "%d KiB for one client that "
               "takes no reply" % grown)
        with connect(env, server).login("alice", "wonder land") as other:
            expect(other.alive(), "another client is not served")


GROUP.add("a client that takes no replies holds little memory, unsigned",
          lambda env: deaf(env, False))
GROUP.add("a client that takes no replies holds little memory, signed",
          lambda env: deaf(env, True))


def small(env):
    """Everything that one client may have, in small numbers."""
    if "small" not in env.state:
        env.state["small"] = start(env, "small", **{
            "max connection sessions": "4", "max session trees": "5",
            "max waiting requests": "3", "max open files": "6",
            "smb2 max credits": "40"})
    return env.state["small"]


def filled(make, wanted, status, what):
    """`make` gives names of statuses: so many successes, then refusals."""
    names = [make() for _ in range(wanted + 3)]
    expect_equal(names, ["SUCCESS"] * wanted + [status] * 3, what)


@GROUP.test("max connection sessions")
def connection_sessions(env):
    server = small(env)
    with connect(env, server) as conn:
        conn.negotiate(dialects=(0x0302,))

        def add():
            return conn.session_setup("alice", "wonder land",
                                      check=False).name
        names = [add() for _ in range(4)]
        expect_equal(names, ["SUCCESS"] * 4, "sessions")
        last = conn.session, conn.key
        expect_equal([add() for _ in range(2)], ["REQUEST_NOT_ACCEPTED"] * 2,
                     "more of them")
        conn.session, conn.key = last
        conn.must(rawsmb.LOGOFF, struct.pack("<HH", 4, 0))
        expect_equal([add(), add()], ["SUCCESS", "REQUEST_NOT_ACCEPTED"],
                     "after a LOGOFF")
        with connect(env, server).login("alice", "wonder land") as other:
            expect(other.alive(), "another connection is not served")


@GROUP.test("max session trees")
def session_trees(env):
    with connect(env, small(env)).login("alice", "wonder land", None) as conn:
        def add():
            return conn.tree_connect("data", check=False).name
        filled(add, 5, "INSUFFICIENT_RESOURCES", "trees")
        conn.must(rawsmb.TREE_DISCONNECT, struct.pack("<HH", 4, 0))
        expect_equal([add(), add()], ["SUCCESS", "INSUFFICIENT_RESOURCES"],
                     "after a TREE_DISCONNECT")
        conn.session_setup("alice", "wonder land")
        filled(add, 5, "INSUFFICIENT_RESOURCES", "trees of another session")


@GROUP.test("max open files, of each session")
def session_opens(env):
    with connect(env, small(env)).login("alice", "wonder land") as conn:
        handles = []

        def add():
            handle = conn.create("one of many", check=False)
            if isinstance(handle, rawsmb.Reply):
                return handle.name
            handles.append(handle)
            return "SUCCESS"
        filled(add, 6, "TOO_MANY_OPENED_FILES", "open files")
        conn.close(handles.pop())
        expect_equal([add(), add()], ["SUCCESS", "TOO_MANY_OPENED_FILES"],
                     "after a CLOSE")
        conn.session_setup("alice", "wonder land")
        conn.tree_connect("data")
        filled(add, 6, "TOO_MANY_OPENED_FILES", "of another session")


@GROUP.test("max waiting requests")
def waiting(env):
    with connect(env, small(env)).login("alice", "wonder land",
                                        "IPC$") as conn:
        pipe = conn.open("srvsvc", access=0x0012019F)

        def add():
            mid = conn.send(rawsmb.READ, read_body(pipe.id, 0, 1024))
            reply = conn.receive_chain()[0]
            expect_equal(reply.mid, mid, "the reply's message id")
            return reply.name, mid
        results = [add() for _ in range(5)]
        expect_equal([name for name, _ in results], ["PENDING"] * 3 +
                     ["INSUFFICIENT_RESOURCES"] * 2, "statuses")
        conn.send(rawsmb.CANCEL, struct.pack("<HH", 4, 0), mid=results[0][1])
        expect_equal(conn.receive(results[0][1]).name, "CANCELLED",
                     "the first")
        expect_equal([add()[0], add()[0]], [
            "PENDING", "INSUFFICIENT_RESOURCES"], "after a CANCEL")


@GROUP.test("smb2 max credits: granted, and not one more usable")
def credits_bound(env):
    echo = struct.pack("<HH", 4, 0)
    with connect(env, small(env)).login("alice", "wonder land") as conn:
        for _ in range(10):
            conn.request(rawsmb.ECHO, echo, credits=500)
        expect_equal(conn.credits, 40, "credits")
        mids = [conn.send(rawsmb.ECHO, echo, credits=1) for _ in range(40)]
        expect_equal(len(conn.collect(mids)), 40, "replies")
        conn.send(rawsmb.ECHO, echo, mid=conn.mid + 40)
        expect(conn.closed(), "an id beyond the window was taken")


@GROUP.test("deadtime: idle connections end, used ones and open files stay")
def deadtime(env):
    server = start(env, "deadtime", deadtime="1")
    began = time.monotonic()
    with connect(env, server).login("alice", "wonder land") as idle, \
            connect(env, server).login("alice", "wonder land") as busy, \
            connect(env, server).login("alice", "wonder land") as holder:
        holder.create("kept open")
        idle.sock.settimeout(5)
        gone = False
        while not gone and time.monotonic() - began < env.seconds(200):
            expect(busy.alive(), "a busy connection ended")
            gone = idle.closed()
        expect(gone, "an idle connection stays")
        expect(time.monotonic() - began > 40, "it ended too early")
        expect(holder.alive(), "a connection with an open file ended")
