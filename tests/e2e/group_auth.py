# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is let in, how, and what a share allows to whom."""
import os
import stat
import struct

import rawsmb
from clients import SmbClient
from harness import Group, expect, expect_equal
from rawcrypto import (FLAG_KEY_EXCHANGE, Ntlm, spnego_init,
                       spnego_response)
from rawfile import Client, query_info_body
from servers import Share, Spec

GROUP = Group("auth", "logins, guests, signing policy, share policy")

USERS = [("alice", "wonder land"), ("Боб", "пароль ü"), ("carol", "x" * 100),
         ("dave", "plain")]


def server(env):
    """By options: two shares, four users, no guests."""
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data")),
                    Share("fixed", env.make_dir("fixed"), ro=True)],
            users=USERS))
        with open(env.path("fixed", "there"), "w") as stream:
            stream.write("there")
    return env.state["server"]


def raw(env, target=None):
    return Client((target or server(env)).port, env.seconds(60))


def login_status(env, ntlm, target=None, spnego=True, **kinds):
    """The status that a login ends with."""
    with raw(env, target) as conn:
        conn.negotiate(**kinds)
        return conn.session_setup("", "", spnego=spnego, ntlm=ntlm,
                                  check=False).name


@GROUP.test("smbclient: every user gets in with the right password")
def right(env):
    for user, password in USERS:
        SmbClient(env, server(env), user=user, password=password).run("ls")


@GROUP.test("user names are taken without regard to case")
def name_case(env):
    SmbClient(env, server(env), user="ALICE").run("ls")
    SmbClient(env, server(env), user="WORKGROUP/Alice").run("ls")


@GROUP.test("wrong password, unknown user, empty password: LOGON_FAILURE")
def wrong(env):
    for user, password in (("alice", "wrong"), ("alice", ""),
                           ("alice", "Wonder land"), ("nobody here", "x"),
                           ("dave", "wonder land")):
        SmbClient(env, server(env), user=user, password=password).fails(
            "ls", "LOGON_FAILURE")


@GROUP.test("raw: NTLMv2 by SPNEGO and bare, with and without a MIC")
def ways(env):
    for dialect in rawsmb.ALL_DIALECTS:
        for spnego in (True, False):
            for mic in (True, False):
                with raw(env) as conn:
                    conn.negotiate(dialects=(dialect,))
                    ntlm = Ntlm("alice", "wonder land", mic=mic)
                    conn.session_setup("", "", spnego, ntlm=ntlm)
                    conn.tree_connect("data")
                    expect(conn.verified, "nothing was signed")


@GROUP.test("raw: a wrong MIC, proof, challenge or name is refused",
            not_on_reference="it takes unasked names and checks less")
def altered(env):
    ntlm = Ntlm("alice", "wonder land")
    ntlm.wrong_mic = True
    for spnego in (True, False):
        status = login_status(env, ntlm, spnego=spnego)
        expect(status in ("LOGON_FAILURE", "INVALID_PARAMETER",
                          "ACCESS_DENIED"), "wrong MIC: " + status)
    for user in ("", "alice\0", "ali", "alice "):
        ntlm = Ntlm(user, "wonder land", mic=False)
        expect_equal(login_status(env, ntlm), "LOGON_FAILURE", repr(user))

    class Altered(Ntlm):
        def authenticate(self):
            message = bytearray(super().authenticate())
            size, _, offset = struct.unpack_from("<HHI", message, 20)
            message[offset + self.at] ^= 1
            return bytes(message)

    for at in (0, 8, 15, 16, 17, 24, 40, 60):
        ntlm = Altered("alice", "wonder land", mic=False)
        ntlm.at = at
        expect(login_status(env, ntlm) in ("LOGON_FAILURE",
                                           "INVALID_PARAMETER"),
               "NTLMv2 response with byte %d altered" % at)


@GROUP.test("raw: without key exchange the keys are the base key's")
def no_key_exchange(env):
    ntlm = Ntlm("alice", "wonder land")
    ntlm.flags &= ~FLAG_KEY_EXCHANGE
    with raw(env) as conn:
        conn.negotiate()
        conn.session_setup("", "", ntlm=ntlm)
        conn.tree_connect("data")
        expect(conn.verified, "nothing was signed")


@GROUP.test("NTLMv1 is off by default, and on where it is wanted")
def ntlm_v1(env):
    old = ["client ntlmv2 auth=no"]
    SmbClient(env, server(env), options=old).fails("ls", "LOGON_FAILURE")
    target = env.start(Spec(
        shares=[Share("data", env.make_dir("ntlmv1"))],
        users=[("alice", "wonder land")], name="ntlmv1",
        globals={"ntlm auth": "ntlmv1-permitted"}))
    SmbClient(env, target, options=old).run("ls")
    SmbClient(env, target, options=old, signing="required").run("ls")
    SmbClient(env, target, password="wrong", options=old).fails(
        "ls", "LOGON_FAILURE")
    SmbClient(env, target).run("ls")


@GROUP.test("guests and anonymous are off by default")
def no_guests(env):
    with raw(env) as conn:
        conn.negotiate()
        reply = conn.session_setup("", "", ntlm=Ntlm("", "", anonymous=True),
                                   check=False)
        if env.reference and reply.ok:
            return
        expect(reply.name in ("ACCESS_DENIED", "LOGON_FAILURE"), reply.name)
    smb = SmbClient(env, server(env), guest=True)
    smb.fails("ls", ("ACCESS_DENIED", "LOGON_FAILURE"))


@GROUP.test("guests where they are configured, and only there")
def guests(env):
    target = env.start(Spec(
        shares=[Share("public", env.make_dir("public"), guest=True),
                Share("private", env.make_dir("private"))],
        users=[("alice", "wonder land")], name="guests",
        globals={"map to guest": "bad user"}))
    with open(env.path("public", "for all"), "w") as stream:
        stream.write("for all")
    for kinds in ({"user": "stranger", "password": "any"}, {"guest": True}):
        smb = SmbClient(env, target, "public", **kinds)
        expect("for all" in smb.run("ls"), "no listing for a guest")
        smb.run('get "for all" /dev/null')
        SmbClient(env, target, "private", **kinds).fails("ls",
                                                         "ACCESS_DENIED")
    SmbClient(env, target, "public", password="wrong").fails(
        "ls", "LOGON_FAILURE")
    SmbClient(env, target, "private").run("ls")
    SmbClient(env, target, "public").run("ls")
    with raw(env, target) as conn:
        conn.negotiate()
        conn.session_setup("stranger", "any")
        expect_equal(conn.guest_flags & 3, 1, "session flags of a guest")
        conn.tree_connect("public")


@GROUP.test("a guest share made by options", not_on_reference="no options",
            not_on_kernel="no options")
def guest_options(env):
    target = env.start(Spec(
        shares=[Share("public", env.make_dir("public2"), guest=True),
                Share("private", env.make_dir("private2"))],
        users=[("alice", "wonder land")], name="guest-options"))
    SmbClient(env, target, "public", guest=True).run("ls")
    SmbClient(env, target, "public", user="x", password="y").run("ls")
    SmbClient(env, target, "private", guest=True).fails("ls", "ACCESS_DENIED")
    SmbClient(env, target, "private").run("ls")


def signs_on_request(env, word):
    """Nothing is asked for; who signs is answered signed, who demands it must."""
    target = env.start(Spec(
        shares=[Share("data", env.make_dir("signing-" + word))],
        users=[("alice", "wonder land")], name="signing-" + word,
        globals={"server signing": word}))
    SmbClient(env, target, signing="required").run("ls")
    for dialect in rawsmb.ALL_DIALECTS:
        for security in (1, 2):
            with raw(env, target) as conn:
                conn.negotiate(dialects=(dialect,))
                # [MS-SMB2] 3.3.5.4: enabled there is always
                expect_equal(conn.security_mode, 1, "security mode")
                conn.session_setup("alice", "wonder land", security=security)
                conn.tree_connect("data")
                conn.signing = True
                handle = conn.create("signed or not")
                verified = conn.verified
                conn.write(handle, 0, b"x")
                expect(conn.verified > verified, "a reply was not signed")
                reply = conn.request(rawsmb.QUERY_INFO, query_info_body(
                    handle.id, 1, 5), sign=False)
                expect_equal(reply.name, "SUCCESS" if security == 1 else
                             "ACCESS_DENIED", "unsigned at %#x" % dialect)
                conn.close(handle)


for _word in ("auto", "enabled", "disabled"):
    GROUP.add("server signing = %s: as the client likes" % _word,
              lambda env, word=_word: signs_on_request(env, word),
              not_on_reference="calls it otherwise")


@GROUP.test("a server that requires signing refuses what is unsigned")
def mandatory(env):
    target = env.start(Spec(
        shares=[Share("data", env.make_dir("signed"))],
        users=[("alice", "wonder land")], name="mandatory",
        globals={"server signing": "mandatory"}))
    SmbClient(env, target, signing="required").run("ls")
    SmbClient(env, target).run("ls")
    for dialect in rawsmb.ALL_DIALECTS:
        with raw(env, target) as conn:
            conn.login("alice", "wonder land", dialects=(dialect,))
            expect(conn.security_mode & 2, "signing is not said to be "
                   "required at %#x" % dialect)
            handle = conn.create("signed")
            verified = conn.verified
            conn.write(handle, 0, b"x")
            expect(conn.verified > verified, "a reply was not signed")
            reply = conn.request(rawsmb.QUERY_INFO, query_info_body(
                handle.id, 1, 5), sign=False)
            expect_equal(reply.name, "ACCESS_DENIED", "unsigned at %#x" %
                         dialect)
        with raw(env, target) as conn:
            conn.negotiate(dialects=(dialect,))
            conn.session_setup("alice", "wonder land")
            try:
                reply = conn.tree_connect("data", check=False, sign=False)
                expect_equal(reply.name, "ACCESS_DENIED",
                             "unsigned tree connect at %#x" % dialect)
            except rawsmb.Closed:
                expect(dialect >= 0x0311, "the connection was closed")


@GROUP.test("a client that requires signing gets signed replies")
def client_requires(env):
    for dialect in rawsmb.ALL_DIALECTS:
        with raw(env) as conn:
            conn.negotiate(dialects=(dialect,), security=2)
            conn.session_setup("alice", "wonder land", security=2)
            conn.signing = True
            conn.tree_connect("data")
            before = conn.verified
            for _ in range(5):
                conn.alive()
            expect_equal(conn.verified - before, 5, "signed replies")
            reply = conn.request(rawsmb.ECHO, struct.pack("<HH", 4, 0),
                                 sign=False)
            if not env.reference:
                expect_equal(reply.name, "ACCESS_DENIED",
                             "an unsigned request at %#x" % dialect)


@GROUP.test("a read-only share refuses every change")
def read_only(env):
    smb = SmbClient(env, server(env), "fixed")
    smb.run("get there /dev/null")
    for command in ("put /etc/passwd new", "mkdir new", "del there",
                    "rename there gone", "put /etc/passwd there"):
        smb.fails(command, ("ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"))
    expect_equal(os.listdir(env.path("fixed")), ["there"], "files")
    with raw(env) as conn:
        conn.login("alice", "wonder land", "fixed")
        handle = conn.open("there", access=0x81)
        for level, data in ((20, struct.pack("<Q", 0)), (13, b"\1"),
                            (4, struct.pack("<QQQQII", 0, 0, 1 << 56, 0, 0,
                                            0))):
            reply = conn.set_info(handle, level, data)
            expect(reply.name in ("ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"),
                   "set level %d: %s" % (level, reply.name))
        for access in (0x2, 0x4, 0x10000, 0x100, 0x40000, 0x80000,
                       0x10000000, 0x40000000):
            reply = conn.open("there", access=access, check=False)
            expect(isinstance(reply, rawsmb.Reply) and reply.name in (
                "ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"),
                "access %#x was granted" % access)


def policy_server(env):
    if "policy" not in env.state:
        with_user = {"valid users": "alice carol"}
        folder = env.make_dir("policy")
        env.state["policy"] = env.start(Spec(
            users=USERS, name="policy", shares=[
                Share("valid", folder, params=with_user),
                Share("invalid", folder, params={"invalid users": "dave"}),
                Share("readers", folder, params={"read list": "dave"}),
                Share("writers", folder, ro=True,
                      params={"write list": "alice"}),
                Share("modes", env.make_dir("modes"), params={
                    "create mask": "0640", "directory mask": "0750"}),
                Share("forced", env.make_dir("modes"), params={
                    "create mask": "0600", "force create mode": "0044",
                    "directory mask": "0700",
                    "force directory mode": "0055"}),
                Share("hiding", env.make_dir("hiding"), params={
                    "veto files": "/secret*/*.tmp/",
                    "hide dot files": "yes"}),
            ]))
    return env.state["policy"]


def as_user(env, share, user):
    return SmbClient(env, policy_server(env), share, user, dict(USERS)[user])


@GROUP.test("valid users, invalid users")
def valid_users(env):
    as_user(env, "valid", "alice").run("ls")
    as_user(env, "valid", "carol").run("ls")
    as_user(env, "valid", "dave").fails("ls", "ACCESS_DENIED")
    as_user(env, "valid", "Боб").fails("ls", "ACCESS_DENIED")
    as_user(env, "invalid", "dave").fails("ls", "ACCESS_DENIED")
    as_user(env, "invalid", "Боб").run("ls")


@GROUP.test("read list, write list")
def lists(env):
    as_user(env, "readers", "alice").run("put /etc/passwd by-alice")
    dave = as_user(env, "readers", "dave")
    dave.run("get by-alice /dev/null")
    dave.fails("put /etc/passwd by-dave", ("ACCESS_DENIED",
                                           "MEDIA_WRITE_PROTECTED"))
    as_user(env, "writers", "alice").run("put /etc/passwd by-alice-2")
    as_user(env, "writers", "dave").fails("put /etc/passwd by-dave", (
        "ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"))


def mode(*parts):
    return stat.S_IMODE(os.stat(os.path.join(*parts)).st_mode)


@GROUP.test("create mask, directory mask, and the forced modes")
def masks(env):
    smb = as_user(env, "modes", "alice")
    smb.run(["put /etc/passwd masked", "mkdir masked-dir"])
    expect_equal(oct(mode(env.path("modes", "masked")) & ~0o111),
                 oct(0o640), "mode of a file")
    expect_equal(oct(mode(env.path("modes", "masked-dir"))), oct(0o750),
                 "mode of a directory")
    smb = as_user(env, "forced", "alice")
    smb.run(["put /etc/passwd forced", "mkdir forced-dir"])
    expect_equal(oct(mode(env.path("modes", "forced")) & ~0o111),
                 oct(0o644), "forced mode of a file")
    expect_equal(oct(mode(env.path("modes", "forced-dir"))), oct(0o755),
                 "forced mode of a directory")


@GROUP.test("veto files are not there; dot files are hidden")
def veto(env):
    for name in ("secret.txt", "Secretive", "x.tmp", "shown", ".dot"):
        with open(env.path("hiding", name), "w") as stream:
            stream.write(name)
    smb = as_user(env, "hiding", "alice")
    entries = smb.listing()
    expect_equal(sorted(entries), [".dot", "shown"], "names listed")
    expect("H" in entries[".dot"][0], "a dot file is not hidden")
    expect("H" not in entries["shown"][0], "an ordinary file is hidden")
    for name in ("secret.txt", "x.tmp", "SECRET.TXT"):
        smb.fails("get %s /dev/null" % name, ("OBJECT_NAME_NOT_FOUND",
                                              "ACCESS_DENIED"))
    smb.fails("put /etc/passwd secret-new", ("OBJECT_NAME_NOT_FOUND",
                                             "OBJECT_NAME_INVALID",
                                             "ACCESS_DENIED"))
    expect(not os.path.exists(env.path("hiding", "secret-new")),
           "a vetoed file was made")


@GROUP.test("passwords by a file descriptor", not_on_reference="no options",
            not_on_kernel="no options")
def password_fd(env):
    reader, writer = os.pipe()
    os.write(writer, "from fd\nsecond пароль\n".encode())
    os.close(writer)
    target = env.start(Spec(
        shares=[Share("data", env.make_dir("by-fd"))],
        users=[("alice", None), ("bob", None), ("carol", "on the line")],
        args=["--password-fd", str(reader)], pass_fds=(reader,), name="fd"))
    os.close(reader)
    for user, password in (("alice", "from fd"), ("bob", "second пароль"),
                           ("carol", "on the line")):
        SmbClient(env, target, user=user, password=password).run("ls")
        SmbClient(env, target, user=user, password="no").fails(
            "ls", "LOGON_FAILURE")
    with open("/proc/%d/cmdline" % target.pid, "rb") as stream:
        words = stream.read()
    expect(b"from fd" not in words, "a password is in the process list")


@GROUP.test("server max protocol, server min protocol")
def protocols(env):
    target = env.start(Spec(
        shares=[Share("data", env.make_dir("bounds"))], users=USERS[:1],
        name="bounds", globals={"server min protocol": "SMB2_10",
                                "server max protocol": "SMB3_02"}))
    with raw(env, target) as conn:
        conn.negotiate()
        expect_equal(conn.dialect, 0x0302, "the best dialect")
    with raw(env, target) as conn:
        try:
            conn.negotiate(dialects=(0x0202,))
            expect(False, "2.0.2 was taken")
        except rawsmb.Status as refusal:
            expect_equal(refusal.reply.name, "NOT_SUPPORTED", "2.0.2")
    with raw(env, target) as conn:
        conn.login("alice", "wonder land", dialects=(0x0202, 0x0210))
        expect_equal(conn.dialect, 0x0210, "2.1")


@GROUP.test("a client that demands encryption is not served in the clear")
def encryption(env):
    smb = SmbClient(env, server(env))
    done = smb.raw("ls", extra=["--client-protection=encrypt"])
    if done.code == 0 and not done.statuses:     # it was served, encrypted
        return
    expect(done.code != 0, "it was served: " + done.describe())
    smb.run("ls")


@GROUP.test("a client that knows SMB1 only is turned away",
            not_on_reference="its limit is the tests' setting")
def smb1_only(env):
    smb = SmbClient(env, server(env), options=[
        "client min protocol=CORE", "client max protocol=NT1"])
    done = smb.raw("ls")
    expect(done.code != 0, "it was served: " + done.describe())
    expect("Connection" in done.output or done.statuses, done.describe())


@GROUP.test("raw: a session authenticates anew, rightly and wrongly")
def again(env):
    def setup_again(conn, user, password, sign=True):
        kept = conn.session, conn.tree, conn.key
        ntlm = Ntlm(user, password)
        first = conn.request(rawsmb.SESSION_SETUP, conn.setup_body(
            spnego_init(ntlm.negotiate())), sign=sign, session=kept[0])
        if first.name != "MORE_PROCESSING_REQUIRED":
            return first.name
        offset, size = struct.unpack_from("<HH", first.body, 4)
        ntlm.parse_challenge(first.message[offset:offset + size])
        blob = ntlm.authenticate()
        reply = conn.request(rawsmb.SESSION_SETUP, conn.setup_body(
            spnego_response(blob, ntlm.mechlist_mic())), sign=sign,
            session=kept[0])
        expect(not reply.ok or reply.flags & rawsmb.FLAG_SIGNED,
               "success without a signature")
        return reply.name

    for dialect in rawsmb.ALL_DIALECTS:
        with raw(env) as conn:
            conn.login("alice", "wonder land", dialects=(dialect,),
                       signing=True)
            handle = conn.create("held")
            expect_equal(setup_again(conn, "alice", "wonder land"), "SUCCESS",
                         "again at %#x" % dialect)
            conn.write(handle, 0, b"still mine")
            expect_equal(setup_again(conn, "alice", "wonder land", False),
                         "SUCCESS", "unsigned at %#x" % dialect)
            got = setup_again(conn, "alice", "wrong")
            expect_equal(got, "LOGON_FAILURE", "wrongly at %#x" % dialect)
        with raw(env) as conn:
            conn.login("alice", "wonder land", dialects=(dialect,),
                       signing=True)
            got = setup_again(conn, "dave", "plain")
            expect_equal(got, "SUCCESS", "as another at %#x" % dialect)
