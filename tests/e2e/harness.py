# SPDX-License-Identifier: GPL-2.0-or-later
"""What every end-to-end group stands on: registering tests, results, scale.

A group is a module that owns a `Group`. Its tests run one after the other in
a process of their own, with servers of their own, so that groups cannot
disturb each other. A test is a function of the group's `Env`; it passes when
it returns, fails when it raises, and is skipped when it raises `Skip`.
"""
import hashlib
import os
import random
import shutil
import sys
import time
import traceback

import kernel_server
import servers


class Fail(Exception):
    """The thing under test did something else than the test expects."""


class Skip(Exception):
    """The test cannot be run here; the reason is the message."""


class Group:
    """A named list of tests, in the order in which they run."""

    def __init__(self, name, doc="", own_only=False, not_on_kernel=None):
        self.name = name
        self.doc = doc
        self.own_only = own_only    # about our servers, not about the protocol
        self.not_on_kernel = not_on_kernel
        self.tests = []

    def test(self, title, not_on_reference=None, not_on_kernel=None):
        """Decorator. `not_on_...`: why the stand-in server differs, why the
        test makes no sense with the kernel host."""
        def keep(func):
            self.add(title, func, not_on_reference, not_on_kernel)
            return func
        return keep

    def add(self, title, func, not_on_reference=None, not_on_kernel=None):
        self.tests.append((title, func, not_on_reference, not_on_kernel))


class Env:
    """What a group's tests share: options, a directory, running servers."""

    def __init__(self, group, opts):
        self.group = group
        self.opts = opts
        self.tmp = os.path.join(opts.tmp, group)
        os.makedirs(self.tmp)
        self.servers = []
        self.start_failures = 0
        self.state = {}
        self.random = random.Random(hashlib.sha256(group.encode()).digest())

    @property
    def reference(self):
        return self.opts.reference is not None

    @property
    def kernel(self):
        return self.opts.host == "kernel"

    def seconds(self, value):
        """A timeout, stretched for a slow (sanitized) server."""
        return value * self.opts.slow

    def scale(self, normal, small):
        """A size: reduced where the run asks for it with --small."""
        return small if self.opts.small else normal

    def path(self, *parts):
        return os.path.join(self.tmp, *parts)

    def make_dir(self, *parts):
        """A directory that every uid may write into."""
        path = self.path(*parts)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o777)
        return path

    def start(self, spec):
        """Starts a server; it is stopped and judged when the group ends."""
        if self.reference:
            server = servers.ReferenceServer(self, spec)
        elif self.kernel:
            if spec.wrap or set(spec.args[::2]) - {"-C", "-P"}:
                raise Skip("kernel host: it has no such command line")
            server = kernel_server.KernelServer(self, spec)
        else:
            server = servers.OwnServer(self, spec)
        self.servers.append(server)
        server.start()
        return server

    def stop(self, server):
        """Stops one server now; returns the faults found in its end."""
        self.servers.remove(server)
        return server.stop()

    def default_server(self):
        """The group's ordinary server: one writable share, one user."""
        server = self.state.get("default")
        if server is None:
            data = self.make_dir("data")
            server = self.start(servers.Spec(
                shares=[servers.Share("data", data)],
                users=[("alice", "wonder land")]))
            self.state["default"] = server
        return server

    def close(self):
        """Stops all servers; returns [(server name, faults)]."""
        result = []
        for server in list(self.servers):
            result.append((server.name, self.stop(server)))
        return result


def why_not(env, group, not_on_reference, not_on_kernel):
    """Why a test is not for the server that is tested, or None."""
    if env.reference and (not_on_reference or group.own_only):
        return "reference: " + (not_on_reference or "not for it")
    if env.kernel and (not_on_kernel or group.not_on_kernel):
        return "kernel host: " + (not_on_kernel or group.not_on_kernel)
    return None


def run_group(group, opts, notify):
    """Runs a group's tests. notify(kind, ...) carries the results."""
    env = Env(group.name, opts)
    for title, func, *reasons in group.tests:
        if opts.match and not any(m in title for m in opts.match):
            continue
        reason = why_not(env, group, *reasons)
        if reason:
            notify("result", title, "skip", reason)
            continue
        began = time.monotonic()
        try:
            func(env)
            outcome, detail = "ok", ""
        except Skip as skip:
            outcome, detail = "skip", str(skip)
        except Fail as fail:
            outcome, detail = "fail", str(fail) + where(fail)
        except servers.StartError as error:
            env.start_failures += 1
            outcome, detail = "fail", str(error)
        except Exception:  # a broken client call is a failure as well
            outcome, detail = "fail", traceback.format_exc(limit=-6)
        if opts.verbose:
            print("# %s: %s: %.1f s" % (group.name, title,
                                        time.monotonic() - began),
                  file=sys.stderr, flush=True)
        notify("result", title, outcome, detail)
        if env.start_failures == 3:
            notify("result", "goes on without a server", "fail",
                   "the rest of the group is left out")
            break
    for name, faults in env.close():
        if env.reference:
            continue
        notify("result", "server '%s' ends cleanly" % name,
               "fail" if faults else "ok", "\n".join(faults))
    if not opts.keep:
        shutil.rmtree(env.tmp, ignore_errors=True)


def where(error):
    """The test's own line, for the detail of a failure."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        name = os.path.basename(frame.filename)
        if name.startswith("group_"):
            return "\n(%s:%d: %s)" % (name, frame.lineno, frame.line)
    return ""


def expect(condition, message):
    if not condition:
        raise Fail(message)


def expect_equal(got, wanted, what):
    if got != wanted:
        raise Fail("%s: got %r, expected %r" % (what, got, wanted))


def expect_soon(env, reached, message):
    """A state that comes by itself, at its own time: waited for, not timed."""
    deadline = time.monotonic() + env.seconds(60)
    while not reached():
        if time.monotonic() > deadline:
            raise Fail(message() if callable(message) else message)
        time.sleep(0.02)


def sha256_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def pattern(size, seed=0):
    """`size` bytes that repeat nowhere near, the same for the same seed."""
    return random.Random(seed * 1000003 + size).randbytes(size)
