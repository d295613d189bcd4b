# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared by the bench scripts: ksmbd.userd and Debian's smbd on ports of their own."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
CACHE = os.path.join(ROOT, "build/cache")
USERD = os.path.join(ROOT, "build/ksmbd.userd")
PASSWORD = "bench"

SMB_CONF = """[global]
    server role = standalone
    smb ports = {port}
    bind interfaces only = yes
    interfaces = 127.0.0.1/8
    passdb backend = smbpasswd:{dir}/smbpasswd
    private dir = {dir}/private
    lock directory = {dir}/lock
    state directory = {dir}/state
    cache directory = {dir}/cache
    pid directory = {dir}/pid
    ncalrpc dir = {dir}/ncalrpc
    log file = {dir}/log.smbd
    disable spoolss = yes
    load printers = no
    disable netbios = yes
[share]
    path = {share}
    read only = no
"""


def choose_user():
    """The account that both servers act as: an ordinary one if it can reach the share."""
    path = ROOT
    while path != "/":
        if not os.stat(path).st_mode & 0o001:
            return "root"
        path = os.path.dirname(path)
    return "daemon"


USER = choose_user()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process, name):
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit(f"bench: {name} ended with status {process.returncode}")
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"bench: {name} does not listen")


def find_smbd():
    """Path of an smbd that fits the installed Samba libraries; None when there is none."""
    if os.path.exists("/usr/sbin/smbd"):
        return "/usr/sbin/smbd"
    unpacked = os.path.join(CACHE, "samba/usr/sbin/smbd")
    if not os.path.exists(unpacked):
        os.makedirs(CACHE, exist_ok=True)
        version = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "samba-libs"],
                                 capture_output=True, text=True, check=False).stdout
        fetch = ["apt-get", "-q", "download", f"samba={version}" if version else "samba"]
        if subprocess.run(fetch, cwd=CACHE, capture_output=True, check=False).returncode:
            print(f"bench: `{' '.join(fetch)}` failed", file=sys.stderr)
            return None
        package = glob.glob(os.path.join(CACHE, "samba_*.deb"))[0]
        subprocess.run(["dpkg", "-x", package, os.path.join(CACHE, "samba")], check=True)
    return unpacked


class Server:
    """A running server with one share on one port."""

    def __init__(self, name, top):
        self.name, self.port = name, free_port()
        self.dir = os.path.join(top, name)
        self.share = os.path.join(self.dir, "share")
        os.makedirs(self.share)
        if os.geteuid() == 0:
            shutil.chown(self.share, USER)
        self.process = None

    def start(self, command, **more):
        with open(os.path.join(self.dir, "log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, **more)
        wait_for_port(self.port, self.process, self.name)

    def cpu_seconds(self):
        """CPU time of the server's processes so far, those that have ended included."""
        ticks, pids = 0, [self.process.pid]
        while pids:
            pid = pids.pop()
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as f:
                        pids += [int(child) for child in f.read().split()]
            except FileNotFoundError:
                continue
            ticks += sum(int(field) for field in fields[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Userd(Server):
    def __init__(self, top, binary=USERD, name="ksmbd.userd"):
        super().__init__(name, top)
        reader, writer = os.pipe()
        os.write(writer, PASSWORD.encode() + b"\n")
        os.close(writer)
        self.start([binary, "--bind", "127.0.0.1",
                    "-p", str(self.port), "--share", f"share={self.share}",
                    "--user", USER, "--password-fd", str(reader)], pass_fds=[reader])
        os.close(reader)


class Smbd(Server):
    def __init__(self, top, binary):
        super().__init__("smbd", top)
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
            os.mkdir(os.path.join(self.dir, name))
        conf = os.path.join(self.dir, "smb.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(SMB_CONF.format(dir=self.dir, share=self.share, port=self.port))
        subprocess.run(["smbpasswd", "-c", conf, "-s", "-a", USER], check=True, text=True,
                       input=f"{PASSWORD}\n{PASSWORD}\n", capture_output=True)
        # It makes a process group of its own, and on its way out signals that group.
        self.start([binary, "-F", "--configfile", conf])


def add_options(parser):
    """The options that every bench script has."""
    parser.add_argument("--userd", action="append", metavar="PATH", help="a build to measure")
    parser.add_argument("--no-smbd", action="store_true", help="measure ksmbd.userd alone")
    parser.add_argument("--dir", default=os.path.join(ROOT, "build"),
                        help="where the shares are, for instance on a tmpfs")


def start_servers(servers, top, options):
    """Starts all of them and appends each to @servers, for the caller to stop."""
    paths = options.userd or [USERD]
    for number, path in enumerate(paths, 1):
        name = os.path.basename(path)
        servers.append(Userd(top, path, name if len(paths) == 1 else f"{name}-{number}"))
    if os.geteuid():
        print("bench: not root: smbd cannot run, measuring ksmbd.userd alone")
    elif not options.no_smbd:
        smbd = find_smbd()
        if smbd:
            servers.append(Smbd(top, smbd))
