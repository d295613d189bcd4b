# SPDX-License-Identifier: GPL-2.0-or-later
"""The tools: what they write is what the server reads."""
import base64
import os
import pty
import subprocess
import threading

from clients import SmbClient
from harness import Group, expect, expect_equal
from servers import Spec

GROUP = Group("tools", "ksmbd.adduser and the server that reads its file", own_only=True)

DONE, FAILED, USAGE = range(3)

# NT hash of "password", as published in [MS-NLMP] 4.2.2.1.2 for "Password" and anywhere
# for this one.
HASH_OF_PASSWORD = "8846f7eaee8fb117ad06bdd830b7586c"


def tool(env):
    return os.path.join(os.path.dirname(env.opts.server), "ksmbd.adduser")


def adduser(env, *args, text="", **kinds):
    return subprocess.run([tool(env), *args], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=env.seconds(10), **kinds)


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
            os.execv(tool(env), [tool(env), "-P", db, "carl"])
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
