# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel host as the server under test: ksmbd.ko and ksmbd.mountd.

A kernel has one such server, while a group may have several `Server`s. So a
`KernelServer` is started anew whenever somebody asks for its port and another
one was started since; connections to it end when the other one starts.
"""
import os
import re
import signal
import subprocess
import time

import servers

CONTROL = "/sys/class/ksmbd-control"
SPLATS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                      "uml", "splats.txt")
LISTEN = "0A"
SLOW_KERNEL = 6.0  # with all its checkers
SLOW_MACHINE = 3.0  # User Mode Linux on a machine that has other work


def slowness():
    """The factor by which timeouts are stretched for this kernel."""
    checked = os.path.exists("/sys/kernel/debug/kmemleak")
    return SLOW_KERNEL if checked else SLOW_MACHINE


def loaded():
    return os.path.isdir("/sys/module/ksmbd")


def load(module):
    """Loads the module unless one is loaded."""
    if not loaded():
        subprocess.run(["insmod", module], check=True)


def unload():
    """Unloads the module; returns what was wrong with that."""
    done = subprocess.run(["rmmod", "ksmbd"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    faults = [done.stdout] if done.returncode else []
    if loaded():
        faults.append("the module is still there")
    threads = kernel_threads()
    if threads:
        faults.append("threads are left: " + " ".join(threads))
    return faults


def kernel_threads():
    """Names of the server's threads."""
    names = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as stream:
                if stream.read(1):
                    continue
            with open("/proc/%s/comm" % pid) as stream:
                name = stream.read().strip()
        except OSError:     # it has ended meanwhile
            continue
        if name.startswith("ksmbd"):
            names.append(name)
    return names


def listening(port):
    """Does anything listen on this TCP port?"""
    wanted = ":%04X" % port
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as stream:
                rows = [line.split() for line in stream]
        except FileNotFoundError:
            continue
        if any(row[1].endswith(wanted) and row[3] == LISTEN for row in rows[1:]):
            return True
    return False


class KernelLog:
    """What the kernel has said since this object was made."""

    def __init__(self):
        with open(SPLATS) as stream:
            lines = [line.rstrip("\n") for line in stream]
        self.bad = re.compile("|".join("(?:%s)" % line for line in lines
                                       if line and not line.startswith("#")))
        self.fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)

    def read(self):
        lines = []
        while True:
            try:
                record = os.read(self.fd, 8192).decode(errors="replace")
            except BlockingIOError:
                return lines
            except BrokenPipeError:     # some were overwritten before we came
                continue
            lines.append(record.partition(";")[2].splitlines()[0])

    def complaints(self):
        """New lines, from the first that should not be there."""
        lines = self.read()
        first = next((i for i, line in enumerate(lines)
                      if self.bad.search(line)), None)
        return [] if first is None else ["kernel: " + line for line in
                                         lines[first:first + 45]]


class KernelServer(servers.Server):
    """ksmbd.ko with a ksmbd.mountd of its own, configured by files."""

    def __init__(self, env, spec):
        self.number = 0
        self.faults = []
        super().__init__(env, spec)
        self.log = env.state.setdefault("kernel log", KernelLog())

    @property
    def port(self):
        """The port; the server is made the running one by asking for it."""
        if self.number and self.env.state.get("running") is not self:
            self.activate()
        return self.number

    @port.setter
    def port(self, value):
        self.number = value

    def files(self):
        """Paths of the configuration and of the password database."""
        args = self.spec.args
        if args:
            return args[args.index("-C") + 1], args[args.index("-P") + 1]
        return (os.path.join(self.dir, "smb.conf"),
                os.path.join(self.dir, "ksmbdpwd.db"))

    def write_files(self):
        spec = self.spec
        if spec.args:
            return
        conf, database = self.files()
        with open(conf, "w") as stream:
            stream.write(servers.ini_text(
                [("global", {"auth delay": "0", **spec.globals})] +
                [(s.name, servers.share_params(s)) for s in spec.shares]))
        with open(database, "w") as stream:
            stream.writelines(servers.password_line(*u) for u in spec.users)
        os.chmod(database, 0o600)

    def start(self):
        self.number = servers.free_port()
        self.write_files()
        self.activate()

    def activate(self):
        running = self.env.state.get("running")
        if running:
            running.halt()
        load(self.env.opts.module)
        conf, database = self.files()
        self.returncode = None
        self.spawn([self.env.opts.mountd, "-n", "-p", str(self.number),
                    "-C", conf, "-P", database])
        self.env.state["running"] = self
        deadline = time.monotonic() + self.env.seconds(60)
        while not listening(self.number):
            if self.alive() and time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            said = "\n".join(self.log.read()[-20:])
            self.halt()
            raise servers.StartError("the kernel server did not start:\n%s\n%s\n%s"
                                     % (self.stdout()[-500:],
                                        self.stderr()[-2000:], said))

    def halt(self, sig=signal.SIGTERM):
        """Ends this server, running or not; what is wrong joins the faults."""
        if self.env.state.get("running") is not self:
            return
        del self.env.state["running"]
        if not self.alive():
            self.faults.append("the daemon ended by itself")
        with open(os.path.join(CONTROL, "kill_server"), "w") as stream:
            stream.write("hard")
        if self.alive():
            self.process.send_signal(sig)
        if not self.wait(self.env.seconds(60)):
            self.faults.append("%s did not end the daemon" %
                               signal.Signals(sig).name)
            self.process.kill()
            self.wait(10)
        deadline = time.monotonic() + self.env.seconds(60)
        while listening(self.number):
            if time.monotonic() > deadline:
                self.faults.append("it still listens")
                break
            time.sleep(0.02)
        self.faults += self.judge()

    def judge(self):
        return super().judge() + self.log.complaints()

    def stop(self, sig=signal.SIGTERM):
        self.halt(sig)
        faults, self.faults = self.faults, []
        return faults

    def rss_kib(self):
        """What is used and not a cache, of the whole system."""
        with open("/proc/meminfo") as stream:
            kib = {line.split(":")[0]: int(line.split()[1]) for line in stream}
        return kib["MemTotal"] - sum(kib[name] for name in (
            "MemFree", "Buffers", "Cached", "SReclaimable"))
