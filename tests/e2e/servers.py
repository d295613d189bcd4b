# SPDX-License-Identifier: GPL-2.0-or-later
"""Starting and stopping the server under test, or a stand-in for it.

`Spec` says what a test wants to be served, in neither server's words.
`OwnServer` turns it into ksmbd.userd's options and files; `ReferenceServer`
into a private configuration of Debian's smbd (with libnss-wrapper, so that no
account has to exist), for calibrating what the tests expect.
"""
import base64
import ctypes
import dataclasses
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time

from Cryptodome.Hash import MD4

NSS_WRAPPER = "/usr/lib/x86_64-linux-gnu/libnss_wrapper.so"
SMBD = "/usr/sbin/smbd"
BAD_OUTPUT = re.compile(
    r"WARNING|BUG|AddressSanitizer|ThreadSanitizer|LeakSanitizer"
    r"|runtime error|UndefinedBehavior|\b(fatal|panic|emerg)\b")


@dataclasses.dataclass
class Share:
    name: str
    path: str
    ro: bool = False
    guest: bool = False
    params: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Spec:
    """What to serve. `conf`: by files (-C, -P) even if options would do."""
    shares: list
    users: list = dataclasses.field(default_factory=list)
    globals: dict = dataclasses.field(default_factory=dict)
    conf: bool = False
    args: list = dataclasses.field(default_factory=list)
    wrap: list = dataclasses.field(default_factory=list)
    pass_fds: tuple = ()
    name: str = ""


# how much slower a server is, by what its program contains
SANITIZERS = ((b"__tsan_init", 6.0), (b"__asan_init", 3.0))
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In the child: be killed when the runner goes, whatever the way."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def slowness(program):
    """The factor by which timeouts are stretched for this program."""
    with open(program, "rb") as stream:
        code = stream.read()
    return next((factor for mark, factor in SANITIZERS if mark in code), 1.0)


def free_port():
    """A port of 127.0.0.1 that nobody has at this moment.

    Not one of those that the system gives to clients: a test that comes back
    to its port would find a stranger's connection there.
    """
    while True:
        port = 10000 + secrets.randbelow(20000)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def password_line(user, password):
    """A line of ksmbdpwd.db: the name and its NT hash in base64."""
    digest = MD4.new(password.encode("utf-16-le")).digest()
    return "%s:%s\n" % (user, base64.b64encode(digest).decode())


def ini_text(sections):
    lines = []
    for name, params in sections:
        lines.append("[%s]" % name)
        lines += ["\t%s = %s" % item for item in params.items()]
    return "\n".join(lines) + "\n"


def share_params(share):
    params = {"path": share.path, "read only": "yes" if share.ro else "no"}
    if share.guest:
        params["guest ok"] = "yes"
    params.update(share.params)
    return params


class StartError(Exception):
    """A server that was to start did not."""


class Server:
    """A started server process: where it listens and how it ends."""

    def __init__(self, env, spec):
        self.env = env
        self.spec = spec
        self.name = spec.name or "server-%d" % (len(os.listdir(env.tmp)))
        self.dir = env.path("." + self.name)
        os.makedirs(self.dir, exist_ok=True)
        self.port = 0
        self.process = None
        self.returncode = None
        self.out_path = os.path.join(self.dir, "stdout")
        self.err_path = os.path.join(self.dir, "stderr")

    @property
    def pid(self):
        return self.process.pid

    @property
    def user(self):
        return self.spec.users[0]

    def spawn(self, argv, environ=None, new_session=True):
        with open(self.out_path, "ab") as out, open(self.err_path, "ab") as err:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env=environ, preexec_fn=die_with_parent,
                start_new_session=new_session, pass_fds=self.spec.pass_fds)

    def stdout(self):
        with open(self.out_path, errors="replace") as stream:
            return stream.read()

    def stderr(self):
        with open(self.err_path, errors="replace") as stream:
            return stream.read()

    def alive(self):
        return self.process.poll() is None

    def rss_kib(self):
        """Resident memory of the process and of its children."""
        pids, total = [self.pid], 0
        for pid in pids:
            try:
                with open("/proc/%d/status" % pid) as stream:
                    match = re.search(r"VmRSS:\s+(\d+)", stream.read())
                total += int(match.group(1)) if match else 0
                with open("/proc/%d/task/%d/children" % (pid, pid)) as stream:
                    pids += [int(word) for word in stream.read().split()]
            except OSError:
                continue
        return total

    def open_files(self):
        """What the process's descriptors stand for."""
        folder, links = "/proc/%d/fd" % self.pid, []
        for name in os.listdir(folder):
            try:
                links.append(os.readlink(os.path.join(folder, name)))
            except OSError:     # closed meanwhile
                continue
        return links

    def open_fds(self):
        return len(self.open_files())

    def wait(self, seconds):
        try:
            self.returncode = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, sig=signal.SIGTERM):
        """Asks the server to end; returns what was wrong with it."""
        faults = []
        if self.process is None:
            return ["it was never started"]
        if not self.alive():
            faults.append("it ended by itself")
        else:
            self.process.send_signal(sig)
        if not self.wait(self.env.seconds(60)):
            faults.append("%s did not end it" % signal.Signals(sig).name)
            self.process.kill()
            self.wait(10)
        return faults + self.judge()

    def judge(self):
        """Faults visible after the end: exit status and what was printed."""
        faults = []
        if self.returncode != 0:
            faults.append("exit status %s" % self.returncode)
        lines = self.stderr().splitlines()
        bad = [i for i, line in enumerate(lines) if BAD_OUTPUT.search(line)]
        for i in bad[:1]:
            faults += ["stderr: " + line for line in lines[i:i + 45]]
        faults += ["stderr: " + line for line in sorted(set(
            line for line in lines if line.startswith("SUMMARY:")))]
        if faults and not bad:
            faults += ["stderr: " + line for line in lines[-12:]]
        return faults


class OwnServer(Server):
    """ksmbd.userd, by options where they suffice, else by its two files."""

    def argv(self):
        spec = self.spec
        argv = list(spec.wrap) + [self.env.opts.server]
        argv += ["--bind", "127.0.0.1", "-p", str(self.port)]
        if spec.conf or spec.globals or any(s.params for s in spec.shares):
            conf = os.path.join(self.dir, "smb.conf")
            database = os.path.join(self.dir, "ksmbdpwd.db")
            with open(conf, "w") as stream:
                stream.write(ini_text(
                    [("global", {"auth delay": "0", **spec.globals})] +
                    [(s.name, share_params(s)) for s in spec.shares]))
            with open(database, "w") as stream:
                stream.writelines(password_line(*u) for u in spec.users)
            os.chmod(database, 0o600)
            argv += ["-C", conf, "-P", database]
        else:
            for share in spec.shares:
                argv += ["--share", "%s=%s%s%s" % (
                    share.name, share.path, ",ro" if share.ro else "",
                    ",guest" if share.guest else "")]
            argv += ["--auth-delay", "0"]
            for user, password in spec.users:
                argv += ["--user", user if password is None
                         else "%s:%s" % (user, password)]
        return argv + spec.args

    def environ(self):
        environ = dict(os.environ)
        environ.setdefault("ASAN_OPTIONS", "quarantine_size_mb=16")
        environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
        return environ

    def start(self, attempts=3):
        for _ in range(attempts):
            self.port = free_port()
            self.spawn(self.argv(), self.environ())
            if self.wait_ready():
                return
            # somebody may have taken the port in between: exit status 4
            if self.process.poll() != 4:
                break
        self.process.kill()
        self.process.wait()
        raise StartError("the server did not start: exit status %s\n%s\n%s" %
                           (self.process.returncode, self.stdout()[-500:],
                            self.stderr()[-2000:]))

    def wait_ready(self):
        deadline = time.monotonic() + self.env.seconds(60)
        wanted = "listening on 127.0.0.1:%d" % self.port
        while time.monotonic() < deadline:
            if wanted in self.stdout():
                return True
            if not self.alive():
                return False
            time.sleep(0.02)
        return False


class ReferenceServer(Server):
    """Debian's smbd with everything private in the group's directory."""

    def params(self):
        params = {"workgroup": "WORKGROUP", "netbios name": "REFERENCE",
                  "smb ports": str(self.port), "interfaces": "127.0.0.1",
                  "bind interfaces only": "yes", "log level": "1",
                  "disable spoolss": "yes", "load printers": "no",
                  "server role": "standalone", "map to guest": "never",
                  "guest account": "nobody", "disable netbios": "yes",
                  "max log size": "0", "server min protocol": "SMB2_02",
                  "passdb backend": "tdbsam:%s/passdb.tdb" % self.dir,
                  "logging": "file", "log file": self.dir + "/log"}
        for key in ("lock", "state", "cache", "pid", "private", "binddns",
                    "ncalrpc"):
            key = "ncalrpc dir" if key == "ncalrpc" else key + " directory"
            params[key] = os.path.join(self.dir, key.split()[0])
            os.makedirs(params[key], exist_ok=True)
        params.update(self.spec.globals)
        return params

    def start(self):
        spec = self.spec
        self.port = free_port()
        conf = os.path.join(self.dir, "smb.conf")
        with open(conf, "w") as stream:
            stream.write(ini_text(
                [("global", self.params())] +
                [(s.name, share_params(s)) for s in spec.shares]))
        passwd, group = [os.path.join(self.dir, n) for n in ("pw", "gr")]
        shutil.copy("/etc/passwd", passwd)
        shutil.copy("/etc/group", group)
        with open(passwd) as stream:
            known = [line.split(":")[0] for line in stream]
        with open(passwd, "a") as stream:
            for number, (user, _) in enumerate(spec.users):
                if user not in known:
                    stream.write("%s:x:%d:0::/:/bin/false\n" %
                                 (user, 64000 + number))
        environ = dict(os.environ, LD_PRELOAD=NSS_WRAPPER,
                       NSS_WRAPPER_PASSWD=passwd, NSS_WRAPPER_GROUP=group)
        for user, password in spec.users:
            subprocess.run(["pdbedit", "-s", conf, "-a", "-t", "-u", user],
                           input="%s\n%s\n" % (password, password),
                           text=True, env=environ, check=True,
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        # it makes a session of its own, and insists on it
        self.spawn([SMBD, "-F", "-s", conf], environ, new_session=False)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise StartError("the reference server did not start")

    def helpers(self):
        """Processes that smbd has started apart: known by our own file."""
        mark = ("--configfile=%s/smb.conf" % self.dir).encode()
        pids = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/cmdline" % name, "rb") as stream:
                    if mark in stream.read().split(b"\0"):
                        pids.append(int(name))
            except OSError:     # it has ended meanwhile
                continue
        return pids

    def stop(self, sig=signal.SIGTERM):
        faults = super().stop(sig)
        for pid in self.helpers():
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue
        return faults

    def judge(self):
        return []
