#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside of the test bed: a session with a module and tools that need not be of one house."""

import argparse
import os
import signal
import socket
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))),
                                "cifs"))

import hosts  # noqa: E402
import lib  # noqa: E402
from hosts import HostError, PASSWORD, USER, share_path  # noqa: E402

WORK = "/tmp/client"
SECOND, SECOND_PASSWORD = "games", "Other-23"
DIALECTS = ("SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11")
# A mountd answers within this time after a signal, on a loaded machine too.
PATIENCE = 120


def smbclient(commands, share="share", login=None, more=()):
    """What smbclient prints; its exit status is in `.returncode`."""
    login = "%s%%%s" % (USER, PASSWORD) if login is None else login
    argv = ["smbclient", "--configfile=/dev/null", "-t", "300", *more]
    argv += ["-L", "//127.0.0.1"] if share is None else ["//127.0.0.1/" + share, "-c", commands]
    argv += ["-U", login] if login else ["-N"]
    return hosts.run(*argv, check=False, cwd=WORK)


def expect(done, *texts):
    """It went well and printed all of @texts."""
    assert done.returncode == 0, done.stdout
    for text in texts:
        assert text.lower() in done.stdout.lower(), "no %r: %s" % (text, done.stdout)


def refuse(done, *texts):
    """It failed, for one of the reasons @texts; smbclient's status does not always tell."""
    assert any(text in done.stdout for text in texts), done.stdout


def until(check, *args):
    """Tries again while a signal is on its way."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return check(*args)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def refuse_unknown(host, share):
    """The 7.2 kernel's own server signs this answer in a way that smbclient does not accept."""
    refuse(smbclient("ls", share=share), "tree connect failed"
           if "intree" in host.missing else "NT_STATUS_BAD_NETWORK_NAME")


def check_files(host):
    del host
    data = os.urandom(3_000_000)
    lib.write_file(WORK + "/source", data)
    expect(smbclient("mkdir dir; cd dir; put source file; ls; rename file other; get other back"),
           "file", "blocks available")
    assert lib.read_file(WORK + "/back") == data
    assert lib.read_file(share_path() + "/dir/other") == data
    top, there = os.stat(share_path()), os.stat(share_path() + "/dir/other")
    assert (there.st_uid, there.st_gid) == (top.st_uid, top.st_gid), "the owner"
    expect(smbclient("allinfo dir/other"), "create_time", "write_time")
    refuse(smbclient("rmdir dir"), "NT_STATUS_DIRECTORY_NOT_EMPTY")
    expect(smbclient("del dir/other; rmdir dir"))
    assert os.listdir(share_path()) == []
    refuse(smbclient("get nothing"), "NT_STATUS_OBJECT_NAME_NOT_FOUND")


def check_dialects(host):
    del host
    lib.write_file(share_path() + "/seen", b"x")
    for dialect in DIALECTS:
        expect(smbclient("ls", more=["--max-protocol", dialect]), "seen")
    os.unlink(share_path() + "/seen")


def check_list(host):
    """The list of shares is an RPC that the daemon answers."""
    del host
    expect(smbclient("", share=None), *hosts.SHARES, "IPC$")


def check_refused(host):
    refuse(smbclient("ls", login=USER + "%wrong"), "NT_STATUS_LOGON_FAILURE")
    refuse(smbclient("ls", login=USER + "%"), "NT_STATUS_LOGON_FAILURE",
           "NT_STATUS_ACCESS_DENIED")
    refuse_unknown(host, "nothing")
    lib.write_file(share_path("locked") + "/seen", b"readable")
    expect(smbclient("ls; get seen", share="locked"), "seen")
    for change in ("put source new", "del seen", "mkdir new", "rename seen new"):
        refuse(smbclient(change, share="locked"), "NT_STATUS_ACCESS_DENIED",
               "NT_STATUS_MEDIA_WRITE_PROTECTED")
    assert os.listdir(share_path("locked")) == ["seen"]


def check_guest(host):
    del host
    expect(smbclient("put source by_guest; ls", share="public", login="unknown%anything"),
           "by_guest")
    assert os.stat(share_path("public") + "/by_guest").st_uid == 65534, "not nobody's"
    refuse(smbclient("ls", login="unknown%anything"), "NT_STATUS_ACCESS_DENIED",
           "NT_STATUS_LOGON_FAILURE")


def check_second_user(host):
    """adduser and SIGHUP while the server runs: added, changed, removed."""
    def adduser(*argv):
        hosts.run(host.adduser, *argv, "-C", host.conf, "-P", host.pwddb, SECOND)
        host.daemon.send_signal(signal.SIGHUP)

    def login(password):
        return smbclient("ls", login="%s%%%s" % (SECOND, password))

    adduser("-a", "-p", SECOND_PASSWORD)
    until(lambda: expect(login(SECOND_PASSWORD), "blocks"))
    adduser("-u", "-p", SECOND_PASSWORD + "x")
    until(lambda: refuse(login(SECOND_PASSWORD), "NT_STATUS_LOGON_FAILURE"))
    expect(login(SECOND_PASSWORD + "x"), "blocks")
    adduser("-d")
    until(lambda: refuse(login(SECOND_PASSWORD + "x"), "NT_STATUS_LOGON_FAILURE",
                         "NT_STATUS_ACCESS_DENIED"))
    expect(smbclient("ls"), "blocks")


def check_new_share(host):
    """A share is added to the file and SIGHUP sent."""
    os.makedirs(share_path("later"), exist_ok=True)
    refuse_unknown(host, "later")
    with open(host.conf, "a", encoding="utf-8") as f:
        f.write("[later]\n\tpath = %s\n" % share_path("later"))
    host.daemon.send_signal(signal.SIGHUP)
    until(lambda: expect(smbclient("ls", share="later"), "blocks"))


def check_daemon_restarted(host):
    """Killed, not asked: the server finds the next one."""
    os.killpg(host.daemon.pid, signal.SIGKILL)
    host.daemon.wait()
    refuse(smbclient("ls"), "NT_STATUS")
    host.start_daemon()
    until(lambda: expect(smbclient("ls", share="share"), "blocks"))
    check_list(host)


def check_port_taken(host):
    """Ours notices that the server cannot have its port, whosever it is."""
    faults = host.stop()
    assert not faults, faults
    with socket.create_server(("127.0.0.1", 445), reuse_port=False):
        hosts.run("insmod", host.module)
        for options in ["-n"], []:
            done = hosts.run(host.mountd, *options, "-p", "445", "-C", host.conf, "-P", host.pwddb,
                             check=False)
            assert done.returncode == 1 and "port 445" in done.stdout, done
    host.start_daemon()
    expect(smbclient("ls"), "blocks")


def check_server_restarted(host):
    """Ended and loaded again, with the same files."""
    faults = host.stop()
    assert not faults, faults
    host.start()
    expect(smbclient("ls"), "blocks")


CHECKS = [
    ("put, get, ls, mkdir, rename, del, rmdir", check_files),
    ("every dialect", check_dialects),
    ("the list of shares", check_list),
    ("wrong passwords, unknown and read-only shares are refused", check_refused),
    ("guests", check_guest),
    ("accounts are added, changed and removed meanwhile", check_second_user),
    ("a share is added meanwhile", check_new_share),
    ("the daemon is killed and started again", check_daemon_restarted),
    ("a port that is taken is noticed", check_port_taken),
    ("the module is unloaded and loaded again", check_server_restarted),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    hosts.add_options(parser)
    parser.add_argument("--name", required=True)
    options = parser.parse_args()
    report = lib.Report()
    host = hosts.choose(options)
    os.makedirs(WORK)
    try:
        host.start()
        for title, function in CHECKS:
            if function is check_port_taken and not options.name.startswith("ours-"):
                continue
            report.test("%s: %s" % (options.name, title), function, host)
        report.add(options.name + ": it ends", host.stop())
        report.add(options.name + ": no splat in the kernel's log",
                   [line for line in hosts.kernel_log() if hosts.SPLAT.search(line)])
    except (HostError, OSError):
        report.add(options.name + ": runs to its end", [traceback.format_exc()])
    report.finish()


main()
