# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of the test bed: the servers under test, all with the same shares and accounts.

    share       read and write          locked      read only
    public      guests too              (accounts: USER with PASSWORD)

A `UserHost` is ksmbd.userd; a `KernelHost` any ksmbd.ko with any ksmbd.mountd.
"""

import os
import pwd
import re
import signal
import socket
import subprocess
import time

USER, PASSWORD = "daemon", "Secret-17"
TOP = "/tmp/served"
SHARES = {"share": {"read only": "no"},
          "locked": {"read only": "yes"},
          "public": {"read only": "no", "guest ok": "yes"}}
# A loaded machine takes its time: as long is waited for what has to come.
PATIENCE = 120
SPLAT = re.compile(r"BUG:|WARNING:|Oops|Kernel panic|general protection|Call Trace|"
                   r"possible (recursive|circular)|unreferenced object|refcount_t:|"
                   r"Objects remaining|use-after-free|blocked for more than")


class HostError(Exception):
    """A server that does not start or does not end."""


def run(*argv, check=True, seconds=600, **more):
    """A finished command with its output as text."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=seconds, check=False, **more)
    if check and done.returncode:
        raise HostError("%s: status %d: %s" % (" ".join(argv), done.returncode, done.stdout))
    return done


def wait_until(condition, seconds=PATIENCE):
    """Did it come true?"""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def is_served():
    """Does anybody listen on the server's port?"""
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", 445)) == 0


def kernel_log():
    return run("dmesg").stdout.splitlines()


def share_path(name="share"):
    return os.path.join(TOP, name)


def make_shares():
    """The directories that are served, each the user's own."""
    owner = pwd.getpwnam(USER)
    os.makedirs(TOP, exist_ok=True)
    os.chmod(TOP, 0o755)
    for name in SHARES:
        os.makedirs(share_path(name), exist_ok=True)
        os.chown(share_path(name), owner.pw_uid, owner.pw_gid)
    os.chmod(share_path("public"), 0o777)


def write_conf(path, extra):
    params = {"netbios name": "TESTBED", "map to guest": "bad user",
              "guest account": "nobody", "bind interfaces only": "no",
              "server multi channel support": "yes"}
    params.update(extra)
    lines = ["[global]"] + ["\t%s = %s" % item for item in params.items()]
    for name, share in SHARES.items():
        lines += ["[%s]" % name, "\tpath = %s" % share_path(name)]
        lines += ["\t%s = %s" % item for item in share.items()]
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


class Host:
    """A server on port 445, with its files in a directory of its own."""

    name = ""

    def __init__(self):
        # What this server does not have: tests ask for the documented refusal instead.
        self.missing = frozenset()
        self.dir = "/tmp/server"
        self.conf = os.path.join(self.dir, "ksmbd.conf")
        self.pwddb = os.path.join(self.dir, "ksmbdpwd.db")
        self.log = os.path.join(self.dir, "log")
        self.daemon = None

    def prepare(self, adduser, globals_):
        os.makedirs(self.dir, exist_ok=True)
        make_shares()
        write_conf(self.conf, globals_)
        if os.path.exists(self.pwddb):
            return
        run(adduser, "-a", "-C", self.conf, "-P", self.pwddb, "-p", PASSWORD, USER)

    def spawn(self, argv):
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, start_new_session=True)

    def wait_ready(self):
        wait_until(lambda: self.daemon.poll() is not None or is_served())
        if self.daemon.poll() is not None:
            raise HostError("%s ended with status %s:\n%s" % (
                self.name, self.daemon.returncode, self.output()))
        if not is_served():
            raise HostError("%s does not listen:\n%s" % (self.name, self.output()))

    def wait_closed(self):
        if not wait_until(lambda: not is_served()):
            raise HostError("%s still listens" % self.name)

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-20:])

    def end_daemon(self):
        """Asks the daemon to end; what was wrong with that."""
        if self.daemon.poll() is not None:
            return ["it ended by itself: status %s" % self.daemon.returncode]
        self.daemon.send_signal(signal.SIGTERM)
        try:
            status = self.daemon.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.daemon.pid, signal.SIGKILL)
            self.daemon.wait()
            return ["SIGTERM did not end it"]
        return ["exit status %s: %s" % (status, self.output())] if status else []


class UserHost(Host):
    """ksmbd.userd, as root: it serves with the users' own ids."""

    name = "user"

    def __init__(self, userd, adduser, missing):
        super().__init__()
        self.userd, self.adduser, self.missing = userd, adduser, missing

    def start(self, **globals_):
        self.prepare(self.adduser, globals_)
        self.spawn([self.userd, "-C", self.conf, "-P", self.pwddb, "-p", "445"])
        self.wait_ready()

    def stop(self):
        return self.end_daemon()


class KernelHost(Host):
    """A module and a daemon, whoever made them."""

    name = "kernel"

    def __init__(self, module, mountd, adduser, missing):
        super().__init__()
        self.module, self.mountd, self.adduser = module, mountd, adduser
        self.missing = missing

    def start(self, **globals_):
        self.prepare(self.adduser, globals_)
        run("insmod", self.module)
        self.start_daemon()

    def start_daemon(self):
        self.spawn([self.mountd, "-n", "-p", "445", "-C", self.conf, "-P", self.pwddb])
        self.wait_ready()

    def stop(self):
        faults = []
        with open("/sys/class/ksmbd-control/kill_server", "w", encoding="ascii") as f:
            f.write("hard")
        faults += [fault for fault in self.end_daemon() if "status" not in fault]
        if not wait_until(lambda: run("rmmod", "ksmbd", check=False).returncode == 0):
            faults.append("rmmod: " + run("rmmod", "ksmbd", check=False).stdout)
        self.wait_closed()
        return faults


def add_options(parser):
    """The options that say which server, the same for every guest program."""
    parser.add_argument("--host", choices=["user", "kernel"], required=True)
    parser.add_argument("--module", default="")
    parser.add_argument("--mountd", default="")
    parser.add_argument("--adduser", default="")
    parser.add_argument("--userd", default="")
    parser.add_argument("--missing", default="")


def choose(options):
    missing = frozenset(filter(None, options.missing.split(",")))
    if options.host == "user":
        return UserHost(options.userd, options.adduser, missing)
    return KernelHost(options.module, options.mountd, options.adduser, missing)
