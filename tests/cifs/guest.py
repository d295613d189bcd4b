#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of the test bed: one server, Linux's own client, every dialect. See run."""

import argparse
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import checks_channels  # noqa: E402
import checks_files  # noqa: E402
import checks_io  # noqa: E402
import checks_locks  # noqa: E402
import checks_work  # noqa: E402
import hosts  # noqa: E402
import lib  # noqa: E402


def run_dialect(report, host, vers):
    """All tests of one dialect, and a look at the kernel's log afterwards."""
    start = len(hosts.kernel_log())
    title = "vers=%s: " % vers
    each = checks_files.EACH + checks_io.EACH + checks_work.EACH
    if any(report.wanted(title + name) for name, _ in each):
        mount = lib.Mount(vers)
        report.test(title + "mount", mount.__enter__, always=True)
        for name, function in each:
            report.test(title + name, function, host, mount, vers)
        report.test(title + "umount", mount.umount, always=True)
    for name, function in checks_files.ALONE + checks_io.ALONE + checks_locks.ALONE:
        report.test(title + name, function, host, vers)
    report.add(title + "the client has logged no complaint", lib.client_faults(start))
    # Of refusals and of servers that go away it tells, and may.
    for name, function in checks_work.ALONE + checks_channels.ALONE:
        report.test(title + name, function, host, vers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    hosts.add_options(parser)
    parser.add_argument("--vers", default="2.0,2.1,3.0,3.0.2,3.1.1")
    parser.add_argument("--only", default="")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--fsx", required=True)
    options = parser.parse_args()

    lib.FSX = options.fsx
    report = lib.Report(options.only)
    host = hosts.choose(options)
    os.makedirs(lib.WORK)
    lib.make_tree(checks_files.TREE)
    checks_work.make_repository()
    try:
        host.start(**dict(setting.split("=", 1) for setting in options.set))
        report.add("the server starts")
        for vers in options.vers.split(","):
            run_dialect(report, host, vers)
        report.add("the server ends", host.stop())
        report.add("no splat in the kernel's log",
                   [line for line in hosts.kernel_log() if hosts.SPLAT.search(line)])
    except Exception:  # pylint: disable=broad-except
        report.add("runs to its end", [traceback.format_exc()])
    report.finish()


main()
