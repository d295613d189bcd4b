# SPDX-License-Identifier: GPL-2.0-or-later
"""Running smbclient and rpcclient, each call with a timeout."""
import os
import re
import subprocess
import threading

from harness import Fail
from servers import die_with_parent

CONF_LOCK = threading.Lock()
DIALECTS = ("SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11")
STATUS = re.compile(r"NT_STATUS_[A-Z0-9_]+")


class Result:
    """What a client call gave."""

    def __init__(self, argv, code, output):
        self.argv = argv
        self.code = code
        self.output = output

    @property
    def statuses(self):
        return STATUS.findall(self.output)

    def describe(self):
        return "%s\nexit %s: %s" % (" ".join(self.argv[-2:]), self.code,
                                    self.output.strip()[-1500:])


class SmbClient:
    """An smbclient command line for one server, share and user."""

    def __init__(self, env, server, share="data", user=None, password=None,
                 dialect=None, signing=None, options=(), guest=False):
        self.env = env
        self.server = server
        self.share = share
        name, secret = server.user if server.spec.users else ("", "")
        self.user = name if user is None else user
        self.password = secret if password is None else password
        self.dialect = dialect
        self.signing = signing
        self.options = list(options)
        self.guest = guest

    def common(self):
        """Options that smbclient and rpcclient share."""
        conf = client_conf(self.env)
        argv = ["-s", conf, "-p", str(self.server.port)]
        settings = list(self.options)
        if self.dialect:
            settings += ["client min protocol=" + self.dialect,
                         "client max protocol=" + self.dialect]
        if self.signing:
            settings.append("client signing=" + self.signing)
        argv += ["--option=" + text for text in settings]
        argv += ["--use-kerberos=off"]
        if self.guest:
            return argv + ["-N", "-U", "%"]
        return argv + ["-U", "%s%%%s" % (self.user, self.password)]

    def call(self, argv, timeout, cwd=None):
        environ = dict(os.environ, LC_ALL="C.UTF-8", HOME=self.env.tmp)
        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, env=environ, cwd=cwd,
                timeout=self.env.seconds(timeout),
                preexec_fn=die_with_parent)
        except subprocess.TimeoutExpired as late:
            raise Fail("no end in time: %s\n%s" % (
                " ".join(argv[-2:]), (late.output or b"")[-800:])) from None
        return Result(argv, done.returncode,
                      done.stdout.decode("utf-8", "replace"))

    def raw(self, commands, timeout=60, cwd=None, extra=()):
        """Runs commands whatever comes of them."""
        if not isinstance(commands, str):
            commands = "; ".join(commands)
        target = "//127.0.0.1/" + self.share
        io_timeout = ["-t", str(int(self.env.seconds(60)))]
        return self.call(["smbclient"] + self.common() + io_timeout +
                         list(extra) + [target, "-c", commands], timeout, cwd)

    def run(self, commands, timeout=60, cwd=None):
        """Runs commands that must succeed; returns the output."""
        result = self.raw(commands, timeout, cwd)
        if result.code != 0 or result.statuses:
            raise Fail("smbclient failed: " + result.describe())
        return result.output

    def fails(self, commands, status, timeout=60):
        """Runs commands that must end in the given NTSTATUS name(s)."""
        wanted = (status,) if isinstance(status, str) else status
        result = self.raw(commands, timeout)
        if not any("NT_STATUS_" + name in result.statuses for name in wanted):
            raise Fail("expected %s: %s" % (" or ".join(wanted),
                                            result.describe()))
        return result.output

    def allinfo(self, name):
        """`allinfo`; the one error may be that there is no 8.3 name."""
        result = self.raw('allinfo "%s"' % name)
        lines = [line for line in result.output.splitlines()
                 if " getting alt name for " not in line]
        if result.code != 0 or STATUS.search("\n".join(lines)):
            raise Fail("allinfo failed: " + result.describe())
        return result.output

    def list_shares(self, timeout=60, extra=()):
        return self.call(["smbclient"] + self.common() + list(extra) +
                         ["-g", "-L", "127.0.0.1"], timeout)

    def rpc(self, command, timeout=60):
        return self.call(["rpcclient"] + self.common() +
                         ["127.0.0.1", "-c", command], timeout)

    def listing(self, pattern="*", timeout=60):
        """`ls` as {name: (attributes, size)}, without the dot entries."""
        return parse_listing(self.run('ls "%s"' % pattern, timeout))


def client_conf(env):
    """An empty-handed smb.conf, so that the machine's own is not read."""
    path = env.path(".client.conf")
    with CONF_LOCK:
        if os.path.exists(path):
            return path
        private = env.path(".client")
        os.makedirs(private, exist_ok=True)
        text = "[global]\n\tclient min protocol = SMB2_02\n"
        for key in ("lock directory", "state directory", "cache directory",
                    "pid directory", "private dir"):
            text += "\t%s = %s\n" % (key, private)
        with open(path, "w") as stream:
            stream.write(text)
    return path


ENTRY = re.compile(r"^  (.*?)\s+([A-Za-z]*)\s+(\d+)  \w{3} \w{3} [ \d]\d "
                   r"\d\d:\d\d:\d\d \d{4}$")


def parse_listing(text):
    entries = {}
    for line in text.splitlines():
        match = ENTRY.match(line)
        if not match:
            continue
        name, attributes, size = match.groups()
        if name in (".", ".."):
            continue
        if name in entries:
            raise Fail("listed twice: " + name)
        entries[name] = (attributes, int(size))
    return entries
