# SPDX-License-Identifier: GPL-2.0-or-later
"""The tools: what they write is what the server reads."""
import base64
import os
import pty
import signal
import subprocess
import termios
import threading

from clients import SmbClient
from harness import Group, Skip, expect, expect_equal
from servers import Spec

GROUP = Group("tools", "ksmbd.adduser, addshare, control, mountd: command lines",
              own_only=True)

DONE, FAILED, USAGE = range(3)

# NT hash of "password", as published in [MS-NLMP] 4.2.2.1.2 for "Password" and anywhere
# for this one.
HASH_OF_PASSWORD = "8846f7eaee8fb117ad06bdd830b7586c"


def tool(env):
    return os.path.join(os.path.dirname(env.opts.server), "ksmbd.adduser")


def adduser(env, *args, text="", **kinds):
    return subprocess.run([tool(env), "--run-dir", env.tmp, *args], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=env.seconds(60), **kinds)


def users(path):
    with open(path, encoding="utf-8") as stream:
        return dict(line.rstrip("\n").split(":") for line in stream)


@GROUP.test("adds, changes and removes")
def life(env):
    db = os.path.join(env.make_dir("db"), "ksmbdpwd.db")
    done = adduser(env, "-a", "-P", db, "-v", "anna", text="password\n")
    expect_equal(done.returncode, DONE, done.stderr)
    expect("added" in done.stdout, done.stdout)
    expect_equal(os.stat(db).st_mode & 0o777, 0o600, "mode of the database")
    expect_equal(base64.b64decode(users(db)["anna"]).hex(), HASH_OF_PASSWORD, "hash")
    expect_equal(adduser(env, "-a", "-P", db, "Anna", text="x\n").returncode, FAILED,
                 "-a of a user who is there")
    expect_equal(adduser(env, "-u", "-P", db, "-p", "other", "anna").returncode, DONE, "-u")
    expect(base64.b64decode(users(db)["anna"]).hex() != HASH_OF_PASSWORD, "not changed")
    expect_equal(adduser(env, "-P", db, "-p", "Пароль", "Борис").returncode, DONE, "neither")
    expect_equal(sorted(users(db)), ["anna", "Борис"], "accounts")
    expect_equal(adduser(env, "-d", "-P", db, "anna").returncode, DONE, "-d")
    expect_equal(adduser(env, "-d", "-P", db, "anna").returncode, FAILED, "-d again")
    expect_equal(adduser(env, "-u", "-P", db, "anna", text="x\n").returncode, FAILED,
                 "-u of nobody")
    expect_equal(list(users(db)), ["Борис"], "accounts at the end")


@GROUP.test("refuses bad usage and keeps a file that it does not understand")
def refusals(env):
    db = os.path.join(env.make_dir("bad"), "ksmbdpwd.db")
    for args in ((), ("a", "b"), ("-a", "-d", "x"), ("--nonsense", "x"), ("",), ("a:b",)):
        expect_equal(adduser(env, "-P", db, *args).returncode, USAGE, repr(args))
    expect_equal(adduser(env, "-P", db, "anna").returncode, FAILED, "no password")
    expect(not os.path.exists(db), "a database without users was made")
    with open(db, "w", encoding="utf-8") as stream:
        stream.write("anna:AAAA\n")
    done = adduser(env, "-P", db, "-p", "x", "bert")
    expect_equal(done.returncode, FAILED, "a broken database")
    expect(":1:" in done.stderr, "no line number: " + done.stderr)
    with open(db, encoding="utf-8") as stream:
        expect_equal(stream.read(), "anna:AAAA\n", "the file was touched")
    expect_equal(adduser(env, "-h").returncode, DONE, "--help")


@GROUP.test("asks twice on a terminal, without echo")
def asks(env):
    db = os.path.join(env.make_dir("ask"), "ksmbdpwd.db")

    def conversation(*answers):
        pid, master = pty.fork()
        if not pid:
            os.execv(tool(env), [tool(env), "--run-dir", env.tmp,
                                 "-P", db, "carl"])
        seen = b""
        for prompt, answer in zip((b"password: ", b"again: "), answers):
            while prompt not in seen.lower():
                seen += os.read(master, 200)
            os.write(master, answer + b"\n")
            seen = seen.lower().replace(prompt, b"")
        try:
            while True:
                more = os.read(master, 200)
                if not more:
                    break
                seen += more
        except OSError:
            pass  # the terminal's other end is closed
        os.close(master)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen

    code, seen = conversation(b"password", b"password")
    expect_equal(code, DONE, repr(seen))
    expect(b"passwordpassword" not in seen.replace(b"\r\n", b""), "echoed: %r" % seen)
    expect_equal(base64.b64decode(users(db)["carl"]).hex(), HASH_OF_PASSWORD, "hash")
    code, seen = conversation(b"one", b"two")
    expect_equal(code, FAILED, "two different passwords")
    expect_equal(base64.b64decode(users(db)["carl"]).hex(), HASH_OF_PASSWORD, "kept")


@GROUP.test("Ctrl-C at the prompt ends it and leaves the terminal with echo")
def interrupted(env):
    db = os.path.join(env.make_dir("interrupted"), "ksmbdpwd.db")
    master, slave = pty.openpty()
    process = subprocess.Popen(["setsid", "-c", "env", "--default-signal=INT", tool(env),
                                "--run-dir", env.tmp, "-P", db, "carl"],
                               stdin=slave, stdout=slave, stderr=slave)
    seen = b""
    while b"password: " not in seen.lower():
        seen += os.read(master, 200)
    expect(not termios.tcgetattr(slave)[3] & termios.ECHO, "echo while asked")
    os.write(master, b"half\x03")
    expect_equal(process.wait(env.seconds(60)), -signal.SIGINT, "status")
    expect(termios.tcgetattr(slave)[3] & termios.ECHO, "no echo afterwards")
    expect(not os.path.exists(db), "a database was made")
    os.close(master)
    os.close(slave)


@GROUP.test("a link that leads nowhere yet stays one")
def dangling(env):
    folder = env.make_dir("links")
    os.makedirs(os.path.join(folder, "there"))
    names = [os.path.join(folder, name) for name in ("db", "there/again", "there/real")]
    os.symlink("there/again", names[0])
    os.symlink(names[2], names[1])
    for user in "anna", "bert":
        expect_equal(adduser(env, "-P", names[0], "-p", "x", user).returncode, DONE, user)
    expect(os.path.islink(names[0]) and os.path.islink(names[1]), "a link was replaced")
    expect_equal(sorted(users(names[2])), ["anna", "bert"], "accounts")
    os.symlink("there/none/real", os.path.join(folder, "astray"))
    expect_equal(adduser(env, "-P", os.path.join(folder, "astray"), "-p", "x", "c").returncode,
                 FAILED, "no such directory")


@GROUP.test("nobody waits for somebody at the prompt")
def patient(env):
    db = os.path.join(env.make_dir("slow"), "ksmbdpwd.db")
    slow = subprocess.Popen([tool(env), "--run-dir", env.tmp, "-a", "-P", db, "slow"],
                            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    expect_equal(adduser(env, "-a", "-P", db, "quick", text="x\n").returncode, DONE, "quick")
    slow.communicate("password\n", timeout=env.seconds(60))
    expect_equal(slow.returncode, DONE, "slow")
    expect_equal(sorted(users(db)), ["quick", "slow"], "accounts")
    late = subprocess.Popen([tool(env), "--run-dir", env.tmp, "-a", "-P", db, "late"],
                            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    adduser(env, "-a", "-P", db, "late", text="first\n")
    before = users(db)
    _, said = late.communicate("second\n", timeout=env.seconds(60))
    expect_equal(late.returncode, FAILED, "-a of somebody who came meanwhile: " + said)
    expect_equal(users(db), before, "accounts")


@GROUP.test("many at once lose nobody")
def many(env):
    db = os.path.join(env.make_dir("many"), "ksmbdpwd.db")
    codes = []
    threads = [threading.Thread(target=lambda n=n: codes.append(
        adduser(env, "-a", "-P", db, "-p", "x", "user%d" % n).returncode))
        for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect_equal(codes, [DONE] * 20, "exit statuses")
    expect_equal(len(users(db)), 20, "accounts")


@GROUP.test("the server lets them in")
def serves(env):
    folder = env.make_dir("tooldb")
    db = os.path.join(folder, "ksmbdpwd.db")
    conf = os.path.join(folder, "smb.conf")
    with open(conf, "w", encoding="utf-8") as stream:
        stream.write("[global]\n[data]\npath = %s\nread only = no\n" % env.make_dir("data"))
    adduser(env, "-P", db, "-p", "wonder land", "alice")
    server = env.start(Spec(shares=[], args=["-C", conf, "-P", db]))
    SmbClient(env, server, user="alice", password="wonder land").run("ls")

DAEMON = """
import fcntl, os, signal, sys
folder = sys.argv[1]
with open(os.path.join(folder, "ksmbd.lock"), "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    lock.write("%d\\n" % os.getpid())
    lock.flush()
    wanted = {signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    print("ready", flush=True)
    while True:
        info = signal.sigwaitinfo(wanted)
        print(signal.Signals(info.si_signo).name, flush=True)
        if info.si_signo == signal.SIGUSR1:
            name = os.path.join(folder, "ksmbd.fifo.%d" % info.si_pid)
            with open(name, "w") as fifo:
                fifo.write("a list\\n" * 20000)
        if info.si_signo == signal.SIGTERM:
            break
os.unlink(os.path.join(folder, "ksmbd.lock"))
"""


class Daemon:
    """Something with ksmbd.mountd's lock file that says which signals it gets."""

    def __init__(self, folder):
        self.process = subprocess.Popen(["/usr/bin/python3", "-c", DAEMON, folder],
                                        stdout=subprocess.PIPE, text=True)
        self.heard()

    def heard(self):
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.terminate()
        self.process.wait()


def program(env, name, *args, **kinds):
    path = os.path.join(os.path.dirname(env.opts.server), "ksmbd." + name)
    return subprocess.run([path, *args], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=env.seconds(60), **kinds)


def read(path):
    with open(path, encoding="utf-8") as stream:
        return stream.read()


CONF = "; kept\n[global]\n\tworkgroup = W\n\n[Data]\n\tpath = /tmp\n\twrite ok = no\n; end\n"


@GROUP.test("adduser removes nobody whom the configuration names")
def guard(env):
    folder = env.make_dir("guard")
    db, conf = [os.path.join(folder, n) for n in ("ksmbdpwd.db", "ksmbd.conf")]
    files = ("-P", db, "-C", conf, "--run-dir", folder)
    with open(conf, "w", encoding="utf-8") as stream:
        stream.write("[global]\nguest account = gus\n[a]\npath = /\nwrite list = Will @x\n"
                     "invalid users = ivan\n")
    for user in ("gus", "will", "ivan"):
        adduser(env, *files, "-p", "x", user)
    for user, use in (("gus", "guest account"), ("will", "write list")):
        done = adduser(env, *files, "-d", user)
        expect_equal(done.returncode, FAILED, user)
        expect(use in done.stderr, done.stderr)
    expect_equal(adduser(env, *files, "-d", "ivan").returncode, DONE, "an excluded user")
    expect_equal(sorted(users(db)), ["gus", "will"], "accounts")
    expect_equal(adduser(env, "-P", db, "-C", folder + "/none", "-d", "will").returncode,
                 FAILED, "no such configuration")


@GROUP.test("addshare adds, changes and removes, and keeps the rest")
def shares(env):
    folder = env.make_dir("shares")
    conf = os.path.join(folder, "ksmbd.conf")
    link = os.path.join(folder, "smb.conf")
    os.symlink("ksmbd.conf", link)

    def addshare(*args):
        return program(env, "addshare", "-C", link, "--run-dir", folder,
                       "-P", folder + "/db", *args)

    with open(conf, "w", encoding="utf-8") as stream:
        stream.write(CONF)
    os.chmod(conf, 0o640)
    done = addshare("-v", "-u", "data", "-o", "read only = no", "-o", "comment=Grüße")
    expect_equal(done.returncode, DONE, done.stderr)
    expect_equal(read(conf), CONF.replace("write ok = no", "read only = no\n\tcomment = Grüße"),
                 "changed")
    expect_equal(os.stat(conf).st_mode & 0o777, 0o640, "mode")
    expect(os.path.islink(link), "the symbolic link was replaced")
    expect_equal(addshare("-a", "New", "-o", "path = /", "-o", "guest ok = yes").returncode,
                 DONE, "-a")
    expect(read(conf).endswith("; end\n\n[New]\n\tpath = /\n\tguest ok = yes\n"), read(conf))
    expect_equal(addshare("-d", "NEW").returncode, DONE, "-d")
    expect_equal(addshare("-d", "DATA").returncode, DONE, "-d")
    expect_equal(read(conf), "; kept\n[global]\n\tworkgroup = W\n\n; end\n\n", "at the end")
    os.unlink(link)
    os.unlink(conf)
    expect_equal(addshare("first", "-o", "path=/").returncode, DONE, "no file yet")
    expect_equal(read(link), "[first]\n\tpath = /\n", "a new file")


@GROUP.test("addshare refuses what the server would not take")
def share_refusals(env):
    folder = env.make_dir("badshares")
    conf = os.path.join(folder, "ksmbd.conf")
    with open(conf, "w", encoding="utf-8") as stream:
        stream.write(CONF)
    rows = [
        (USAGE, []), (USAGE, ["a", "b"]), (USAGE, ["-a", "-d", "x"]), (USAGE, ["global"]),
        (USAGE, ["ipc$"]), (USAGE, ["a/b"]), (USAGE, [""]), (USAGE, ["x" * 64]),
        (USAGE, ["-d", "data", "-o", "path=/"]), (USAGE, ["-u", "data"]),
        (USAGE, ["x", "-o", "tcp port = 4"]), (USAGE, ["x", "-o", "nonsense = 4"]),
        (USAGE, ["x", "-o", "path"]), (USAGE, ["x", "-o", "path = /\n[y]"]),
        (FAILED, ["-a", "data", "-o", "path=/"]), (FAILED, ["-u", "x", "-o", "path=/"]),
        (FAILED, ["-d", "x"]), (FAILED, ["x"]), (FAILED, ["x", "-o", "path = relative"]),
        (FAILED, ["-u", "data", "-o", "read only = perhaps"]),
        (FAILED, ["-u", "data", "-o", "create mask = 9"]),
    ]
    for status, args in rows:
        done = program(env, "addshare", "-C", conf, "--run-dir", folder, *args)
        expect_equal(done.returncode, status, "%r: %s" % (args, done.stderr))
        expect(done.stderr, "nothing was said to %r" % args)
    expect_equal(read(conf), CONF, "the file was touched")
    done = program(env, "addshare", "-C", conf, "--run-dir", folder, "x", "-o", "path = y")
    expect(conf + ":11: path" in done.stderr, "no line number: " + done.stderr)
    for name in ("addshare", "control", "mountd"):
        expect_equal(program(env, name, "-h").returncode, DONE, "--help")
        expect_equal(program(env, name, "--version").returncode, DONE, "--version")


@GROUP.test("many addshares at once lose no share")
def many_shares(env):
    folder = env.make_dir("manyshares")
    conf = os.path.join(folder, "ksmbd.conf")
    codes = []
    threads = [threading.Thread(target=lambda n=n: codes.append(program(
        env, "addshare", "-a", "share%d" % n, "-o", "path=/", "-C", conf,
        "--run-dir", folder).returncode)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect_equal(codes, [DONE] * 20, "exit statuses")
    expect_equal(read(conf).count("[share"), 20, "shares")


@GROUP.test("the running daemon is told of changes, and asked")
def told(env):
    folder = env.make_dir("told")
    conf = os.path.join(folder, "ksmbd.conf")
    db = os.path.join(folder, "ksmbdpwd.db")
    sysfs = os.path.join(folder, "sys")
    os.makedirs(os.path.join(sysfs, "class/ksmbd-control"))
    os.makedirs(os.path.join(sysfs, "module/ksmbd"))
    control = ("control", "--run-dir", folder, "--sysfs", sysfs)

    def put(name, text):
        with open(os.path.join(sysfs, name), "w", encoding="utf-8") as stream:
            stream.write(text)

    for action in ("-r", "-l"):
        done = program(env, *control, action)
        expect_equal(done.returncode, FAILED, "%s of nobody" % action)
        expect("not running" in done.stderr, done.stderr)
    expect_equal(program(env, *control, "-c").returncode, FAILED, "-c of nobody")
    for args in ((), ("-s", "-r"), ("-d",), ("-r", "x"), ("--wrong",)):
        expect_equal(program(env, *control, *args).returncode, USAGE, repr(args))
    daemon = Daemon(folder)
    try:
        expect_equal(program(env, *control, "-r").returncode, DONE, "-r")
        expect_equal(daemon.heard(), "SIGHUP", "-r")
        program(env, "addshare", "-C", conf, "--run-dir", folder, "a", "-o", "path=/")
        expect_equal(daemon.heard(), "SIGHUP", "addshare")
        adduser(env, "-P", db, "-C", conf, "--run-dir", folder, "-p", "x", "anna")
        expect_equal(daemon.heard(), "SIGHUP", "adduser")
        done = program(env, *control, "-l")
        expect_equal(daemon.heard(), "SIGUSR1", "-l")
        expect_equal(done.stdout.count("a list\n"), 20000, done.stderr)
        put("module/ksmbd/version", "9.8.7\n")
        put("class/ksmbd-control/debug", "smb [auth] vfs \n")
        done = program(env, *control, "-c", "-v")
        expect_equal(done.stdout, "9.8.7\nsmb [auth] vfs \n", "versions")
        expect_equal(program(env, *control, "-d", "nonsense").returncode, FAILED, "-d")
        expect_equal(program(env, *control, "-d", "auth").returncode, DONE, "-d")
        expect(read(sysfs + "/class/ksmbd-control/debug").startswith("auth"), "-d: not written")
        put("class/ksmbd-control/kill_server", "")
        expect_equal(program(env, *control, "-s").returncode, DONE, "-s")
        expect_equal(daemon.heard(), "SIGTERM", "-s")
        expect_equal(read(sysfs + "/class/ksmbd-control/kill_server"), "hard", "-s")
    finally:
        daemon.end()
    expect(not [n for n in os.listdir(folder) if "fifo" in n], "a pipe was left")


@GROUP.test("mountd says what keeps it from starting")
def start_faults(env):
    if os.path.exists("/sys/class/ksmbd-control"):
        raise Skip("the kernel here has a server: it would start")
    folder = env.make_dir("start")
    conf = os.path.join(folder, "smb.conf")
    db = os.path.join(folder, "ksmbdpwd.db")

    def mountd(*args):
        return program(env, "mountd", "-C", conf, "-P", db, "--run-dir", folder, *args)

    for args in (("x",), ("-n2",), ("-p", "0"), ("-p", "65536"), ("-p", "x"), ("--wrong",)):
        expect_equal(mountd(*args).returncode, USAGE, repr(args))
    for way in ("-n", "--nodetach=0", "-v"):
        with open(conf, "w", encoding="utf-8") as stream:
            stream.write("[global]\n\ttcp port = many\n")
        done = mountd(way)
        expect_equal(done.returncode, 3, way)
        expect(conf + ":2: tcp port" in done.stderr, "no line: " + done.stderr)
        with open(conf, "w", encoding="utf-8") as stream:
            stream.write("[global]\n[a]\npath = /tmp\n")
        done = mountd(way)
        expect_equal(done.returncode, FAILED, way)
        expect("module" in done.stderr, "what is missing? " + done.stderr)
        expect("no users" in done.stderr, done.stderr)
    expect(not os.path.exists(folder + "/ksmbd.lock"), "a lock file was left")
    os.unlink(conf)
    expect_equal(mountd("-n").returncode, 3, "no configuration")
    daemon = Daemon(folder)
    try:
        done = mountd("-n")
        expect_equal(done.returncode, FAILED, "a second daemon")
        expect("running already" in done.stderr, done.stderr)
    finally:
        daemon.end()
