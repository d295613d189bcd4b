# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: options, errors, exit statuses, signals."""
import os
import re
import shutil
import signal
import socket
import subprocess

import rawsmb
import servers
from clients import SmbClient
from harness import Group, Skip, expect, expect_equal, pattern
from rawfile import Client, read_body, write_body
from servers import Share, Spec

GROUP = Group("cli", "options, errors, exit statuses, signals", own_only=True,
              not_on_kernel="the command line of ksmbd.userd")

OK, RUNTIME, USAGE, CONFIG, BIND = range(5)


def run(env, *args, **kinds):
    """Runs the server with arguments with which it has to end at once."""
    try:
        return subprocess.run(
            [env.opts.server, *args], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=env.seconds(60), preexec_fn=servers.die_with_parent,
            **kinds)
    except subprocess.TimeoutExpired:
        expect(False, "it did not end: " + " ".join(args))


def refused(env, code, text, *args):
    """It ends with that status and says `text` on stderr, nothing else."""
    port = str(servers.free_port())
    done = run(env, "--bind", "127.0.0.1", "-p", port, *args)
    what = "%s: exit %d, stderr: %s" % (" ".join(args), done.returncode,
                                        done.stderr[-500:])
    expect(done.returncode == code, what)
    expect(re.search(text, done.stderr), what)
    expect("listening" not in done.stdout, what)


@GROUP.test("--help and -V")
def informed(env):
    done = run(env, "--help")
    expect_equal(done.returncode, OK, "exit status of --help")
    for word in ("--share", "--user", "--bind", "-C", "-P", "-p",
                 "--password-fd"):
        expect(word in done.stdout, "--help says nothing of " + word)
    done = run(env, "-V")
    expect_equal(done.returncode, OK, "exit status of -V")
    expect(re.search(r"\d+\.\d+", done.stdout), "no version: " + done.stdout)


@GROUP.test("usage errors: exit status 2")
def usage(env):
    folder = env.make_dir("data")
    refused(env, USAGE, "nonsense", "--nonsense")
    refused(env, USAGE, ".", "-p", "99999", "--share", "a=" + folder)
    refused(env, USAGE, ".", "-p", "x", "--share", "a=" + folder)
    refused(env, USAGE, ".", "--share", "without-a-path")
    refused(env, USAGE, ".", "--share", "a=" + folder + ",nonsense")
    refused(env, USAGE, ".", "--share")
    refused(env, USAGE, ".", "--bind", "not.an.address", "--share",
            "a=" + folder)


@GROUP.test("a bad path: exit status 3, and the path is named")
def bad_path(env):
    missing = env.path("no-such-directory")
    refused(env, CONFIG, re.escape(missing), "--share", "a=" + missing,
            "--user", "a:b")
    plain = env.path("plain")
    open(plain, "w").close()
    refused(env, CONFIG, re.escape(plain), "--share", "a=" + plain,
            "--user", "a:b")
    missing = env.path("missing.conf")
    refused(env, CONFIG, re.escape(missing), "-C", missing)


def conf_file(env, text):
    path = env.path("bad.conf")
    with open(path, "w") as stream:
        stream.write(text)
    return path


@GROUP.test("a bad line of the configuration is named by its number")
def bad_line(env):
    folder = env.make_dir("data")
    head = "[global]\n\tworkgroup = X\n; comment\n\n[a]\n\tpath = %s\n" % \
        folder
    for line in ("this is no setting", "\tread only = perhaps",
                 "\tcreate mask = 99", "[unclosed"):
        path = conf_file(env, head + line + "\n")
        refused(env, CONFIG, re.escape(path) + r"\D+7\b", "-C", path)
    for line in ("\tserver min protocol = SMB9", "\tmax connections = many",
                 "\tmap to guest = sometimes"):
        path = conf_file(env, "[global]\n" + line + "\n[a]\n\tpath = " +
                         folder + "\n")
        refused(env, CONFIG, re.escape(path) + r"\D+2\b", "-C", path)


@GROUP.test("a bad password database")
def bad_database(env):
    conf = conf_file(env, "[a]\n\tpath = %s\n" % env.make_dir("data"))
    database = env.path("bad.db")
    with open(database, "w") as stream:
        stream.write(servers.password_line("good", "x") + "no colon\n")
    refused(env, CONFIG, re.escape(database) + r"\D+2\b", "-C", conf, "-P",
            database)


@GROUP.test("a port in use: exit status 4")
def port_in_use(env):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(1)
        port = sock.getsockname()[1]
        refused(env, BIND, str(port), "-p", str(port), "--share",
                "a=" + env.make_dir("data"), "--user", "a:b")


@GROUP.test("it says once, on stdout, where it listens")
def says_where(env):
    server = env.default_server()
    expect_equal(server.stdout().count("listening on"), 1, "such lines")
    expect("ksmbd.userd: listening on 127.0.0.1:%d\n" % server.port in
           server.stdout(), server.stdout())


def spec(env, name, **kinds):
    return Spec(shares=[Share("data", env.make_dir("data"))],
                users=[("alice", "wonder land")], name=name, **kinds)


def busy_clients(server, count):
    """Clients in all states: fresh, negotiated, reading, writing."""
    clients = []
    for number in range(count):
        conn = Client(server.port, 60)
        clients.append(conn)
        if number % 4 == 0:
            continue
        conn.negotiate()
        if number % 4 == 1:
            continue
        conn.session_setup("alice", "wonder land")
        conn.tree_connect("data")
        handle = conn.create("busy %d" % number)
        data = pattern(500000)
        conn.write(handle, 0, data)
        for _ in range(5 if number % 4 == 2 else 0):
            conn.send(rawsmb.READ, read_body(handle.id, 0, 500000), charge=8)
            conn.send(rawsmb.WRITE, write_body(handle.id, 0, data), charge=8)
    return clients


def ends(env, sig, count):
    server = env.start(spec(env, "%s-%d" % (sig.name, count)))
    clients = busy_clients(server, count)
    env.servers.remove(server)
    faults = server.stop(sig)
    for conn in clients:
        conn.close_socket()
    expect(not faults, "\n".join(faults))
    # and the port can be used again at once
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", server.port))


for _signal in (signal.SIGTERM, signal.SIGINT):
    for _count in (0, 1, 12):
        GROUP.add("%s with %d clients: exit status 0" % (_signal.name,
                                                         _count),
                  lambda env, s=_signal, n=_count: ends(env, s, n))


@GROUP.test("SIGPIPE is ignored; a second SIGTERM does no harm")
def signals(env):
    server = env.start(spec(env, "signals"))
    server.process.send_signal(signal.SIGPIPE)
    smb = SmbClient(env, server)
    smb.run("ls")
    env.servers.remove(server)
    for _ in range(2):
        server.process.send_signal(signal.SIGTERM)
    expect(server.wait(env.seconds(60)), "it goes on")
    faults = server.judge()
    expect(not faults, "\n".join(faults))


@GROUP.test("a restart finds its port again while old clients linger")
def restart(env):
    first = env.start(spec(env, "first"))
    clients = busy_clients(first, 4)
    env.servers.remove(first)
    faults = first.stop()
    expect(not faults, "\n".join(faults))
    second = servers.OwnServer(env, spec(env, "second"))
    second.port = first.port
    second.spawn(second.argv(), second.environ())
    env.servers.append(second)
    expect(second.wait_ready(), "the port was not free: " + second.stderr())
    SmbClient(env, second).run("ls")
    for conn in clients:
        conn.close_socket()


@GROUP.test("without privileges it serves as itself")
def unprivileged(env):
    if os.geteuid():
        raise Skip("the whole run is without privileges")
    program = env.path("ksmbd.userd")
    shutil.copy(env.opts.server, program)
    os.chmod(program, 0o755)
    data = env.make_dir("own")
    server = servers.OwnServer(env, Spec(
        shares=[Share("data", data)], users=[("alice", "wonder land")],
        name="unprivileged"))
    wrap = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "--pdeathsig", "KILL"]
    server.spec.wrap = wrap
    argv_of = server.argv
    server.argv = lambda: [program if word == env.opts.server else word
                           for word in argv_of()]
    env.servers.append(server)
    server.start()
    smb = SmbClient(env, server)
    smb.run(["put /etc/passwd mine", "mkdir dir", "get mine /dev/null"])
    expect_equal(os.stat(os.path.join(data, "mine")).st_uid, 65534, "owner")
    secret = os.path.join(data, "roots")
    with open(secret, "w") as stream:
        stream.write("x")
    os.chmod(secret, 0o600)
    smb.fails("get roots /dev/null", "ACCESS_DENIED")
    smb.run("deltree dir")


@GROUP.test("-C and -P, -p before the file's port, several shares")
def files(env):
    server = env.start(spec(env, "files", conf=True,
                            globals={"tcp port": "1", "workgroup": "ELSE"}))
    SmbClient(env, server).run("ls")
