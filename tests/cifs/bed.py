# SPDX-License-Identifier: GPL-2.0-or-later
"""Outside of the test bed: where things are, and a command run in it by tests/uml/run.

Shared by tests/cifs/run, tests/interop/run and scripts/bench-kernel.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "build")
CACHE = os.environ.get("KSMBD_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ksmbd")
SUM = re.compile(r"^(\d+) passed, (\d+) failed$")
PR_SET_PDEATHSIG = 1


def script(*parts):
    return os.path.join(ROOT, *parts)


def make(*targets):
    """Brings products of the Makefile up to date; their paths."""
    environ = {k: v for k, v in os.environ.items()
               if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    names = ["build/" + target for target in targets]
    done = subprocess.run(["make", "-s", "-C", ROOT, *names], env=environ, check=False,
                          stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit("make %s failed" % " ".join(names))
    return [os.path.join(ROOT, name) for name in names]


def kernel_tree():
    """The directory that the guest's kernel was built in."""
    done = subprocess.run([script("scripts", "uml-build"), "--path"], stdout=subprocess.PIPE,
                          text=True, check=False)
    tree = done.stdout.strip()
    if done.returncode or not os.path.exists(os.path.join(tree, "linux")):
        sys.exit("no kernel for the tests: make uml")
    return tree


def intree_module():
    """The 7.2 kernel's own ksmbd.ko."""
    return os.path.join(kernel_tree(), "fs", "smb", "server", "ksmbd.ko")


def build_module():
    """Our ksmbd.ko for the guest's kernel."""
    kernel_tree()
    done = subprocess.run([script("scripts", "uml-modules"), "server"], stdout=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode:
        sys.exit(1)
    return os.path.join(ROOT, done.stdout.strip())


def build_fsx():
    """The random I/O tester, for the guest."""
    program, source = os.path.join(BUILD, "fsx"), os.path.join(HERE, "fsx.c")
    if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
        os.makedirs(BUILD, exist_ok=True)
        subprocess.run([os.environ.get("CC", "gcc"), "-O2", "-Wall", "-Wextra", "-Werror",
                        "-o", program, source], check=True)
    return program


def debian_tools():
    """Debian's ksmbd.mountd and ksmbd.adduser, unpacked into the cache, not installed."""
    top = os.path.join(CACHE, "ksmbd-tools-3.5")
    subprocess.run([script("scripts", "fetch-deb"), "--unpack", top, "bookworm-backports",
                    "ksmbd-tools"], check=True)
    return [os.path.join(top, "usr", "sbin", name) for name in ("ksmbd.mountd", "ksmbd.adduser")]


def module_options(module, mountd, adduser, missing=""):
    """For the guest: a server of a module and a daemon."""
    return ["--host", "kernel", "--module", module, "--mountd", mountd, "--adduser", adduser,
            "--missing", missing]


def user_options():
    """For the guest: ksmbd.userd."""
    userd, adduser = make("ksmbd.userd", "ksmbd.adduser")
    return ["--host", "user", "--userd", userd, "--adduser", adduser]


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run_guest(name, command, memory="2500M", seconds=1200, cpus=1):
    """Runs @command in a kernel of its own; its lines as they come, then its status.

    On several processors the same takes three times the work: each lock costs system calls.

    The kernel's log is build/uml/@name.log.
    """
    argv = [script("tests", "uml", "run"), "--mem", memory, "--cpus", str(cpus),
            "--timeout", str(seconds), "--name", name, "--", *command]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          errors="replace", preexec_fn=end_with_parent) as process:
        try:
            for line in process.stdout:
                yield line.rstrip("\r\n")
            yield process.wait()
        finally:
            if process.poll() is None:
                process.terminate()


def run_tests(name, command, **more):
    """Passes on what the tests in the guest print; (passed, failed), without their sum."""
    counted, seen, status = None, [0, 0], 0
    for line in run_guest(name, command, **more):
        if isinstance(line, int):
            status = line
            continue
        match = SUM.match(line)
        if match:
            counted = (int(match[1]), int(match[2]))
            continue
        seen[0] += line.startswith("ok ")
        seen[1] += line.startswith("not ok ")
        print(line, flush=True)
    passed, failed = counted or seen
    if counted is None or (status and not failed):
        print("not ok - %s: ended with status %d%s; see build/uml/%s.log" % (
            name, status, "" if counted else ", without a sum", name), flush=True)
        failed += 1
    return passed, failed


def finish(passed, failed):
    """The last line and the exit status."""
    print("%d passed, %d failed" % (passed, failed), flush=True)
    return 1 if failed or not passed else 0
