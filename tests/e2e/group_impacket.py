# SPDX-License-Identifier: GPL-2.0-or-later
"""impacket as a second, independently written client."""
import io
import os

from impacket import nt_errors, smb3structs
from impacket.smb3structs import (
    FILE_CREATE, FILE_DELETE_ON_CLOSE, FILE_DIRECTORY_FILE,
    FILE_NON_DIRECTORY_FILE, FILE_OPEN, FILE_OPEN_IF, FILE_OVERWRITE,
    FILE_OVERWRITE_IF, FILE_READ_DATA, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE, FILE_SUPERSEDE, FILE_WRITE_DATA)
from impacket.smbconnection import SessionError, SMBConnection

from harness import Group, expect, expect_equal, pattern

GROUP = Group("impacket", "the second client: dialects, dispositions, shares")

DIALECTS = {"2.0.2": smb3structs.SMB2_DIALECT_002,
            "2.1": smb3structs.SMB2_DIALECT_21,
            "3.0": smb3structs.SMB2_DIALECT_30, "default": None}
# Debian 12's impacket does not get through 3.1.1 with any server
ALL_SHARED = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE
DELETE, READ_ATTRIBUTES = 0x10000, 0x80


def server(env):
    from servers import Share, Spec
    if "server" not in env.state:
        env.state["server"] = env.start(Spec(
            shares=[Share("data", env.make_dir("data"))],
            users=[("alice", "wonder land")], conf=True,
            globals={"server min protocol": "SMB2_02"}))
    return env.state["server"]


def connect(env, dialect=None):
    conn = SMBConnection("127.0.0.1", "127.0.0.1",
                         sess_port=server(env).port,
                         preferredDialect=dialect, timeout=env.seconds(60))
    conn.login(*server(env).user)
    return conn


def status_of(error):
    code = error.getErrorCode()
    name = nt_errors.ERROR_MESSAGES.get(code, ("%#x" % code,))[0]
    return name.replace("STATUS_", "", 1)


def refuses(what, wanted, call, *args, **kinds):
    wanted = (wanted,) if isinstance(wanted, str) else wanted
    try:
        call(*args, **kinds)
    except SessionError as error:
        expect(status_of(error) in wanted, "%s: %s, expected %s" % (
            what, status_of(error), " or ".join(wanted)))
        return
    expect(False, what + ": it was allowed")


def names(conn, path):
    return sorted(entry.get_longname() for entry in conn.listPath("data", path)
                  if entry.get_longname() not in (".", ".."))


def everyday(env, dialect):
    conn = connect(env, dialect)
    if dialect is not None:
        expect_equal(conn.getDialect(), dialect, "dialect")
    shares = [share["shi1_netname"][:-1] for share in conn.listShares()]
    expect("data" in shares and "IPC$" in shares, "shares: %s" % shares)
    top = "top-%s" % dialect
    conn.createDirectory("data", top)
    refuses("a directory twice", "OBJECT_NAME_COLLISION",
            conn.createDirectory, "data", top)
    content = pattern(777777)
    conn.putFile("data", top + "/файл", io.BytesIO(content).read)
    with open(env.path("data", top, "файл"), "rb") as stream:
        expect(stream.read() == content, "the file on disk differs")
    back = io.BytesIO()
    conn.getFile("data", top + "/файл", back.write)
    expect(back.getvalue() == content, "the file that came back differs")
    expect_equal(names(conn, top + "/*"), ["файл"], "names")
    conn.rename("data", top + "/файл", top + "/other name")
    expect_equal(os.listdir(env.path("data", top)), ["other name"], "renamed")
    refuses("rmdir of a full directory", "DIRECTORY_NOT_EMPTY",
            conn.deleteDirectory, "data", top)
    conn.deleteFile("data", top + "/other name")
    refuses("a second delete", ("OBJECT_NAME_NOT_FOUND", "NO_SUCH_FILE"),
            conn.deleteFile, "data", top + "/other name")
    conn.deleteDirectory("data", top)
    expect(not os.path.exists(env.path("data", top)), "rmdir")
    conn.logoff()
    conn.close()


for _name, _dialect in DIALECTS.items():
    GROUP.add("%s: login listShares putFile getFile rename delete" % _name,
              lambda env, d=_dialect: everyday(env, d))


@GROUP.test("query information of a file and of the file system")
def query_information(env):
    conn = connect(env)
    tree = conn.connectTree("data")
    handle = conn.createFile(tree, "queried")
    conn.writeFile(tree, handle, b"1234567")
    low = conn.getSMBServer()
    info = conn.queryInfo(tree, handle)
    expect_equal(info["EndOfFile"], 7, "EndOfFile")
    expect_equal(info["Directory"], 0, "Directory")
    for level in (smb3structs.SMB2_FILE_BASIC_INFO,
                  smb3structs.SMB2_FILE_INTERNAL_INFO,
                  smb3structs.SMB2_FILE_EA_INFO,
                  smb3structs.SMB2_FILE_NETWORK_OPEN_INFO,
                  smb3structs.SMB2_FILE_ALL_INFO):
        expect(low.queryInfo(tree, handle, fileInfoClass=level),
               "level %d" % level)
    conn.closeFile(tree, handle)
    conn.deleteFile("data", "queried")
    conn.close()


def dispose(conn, tree, name, disposition, **kinds):
    kinds.setdefault("desiredAccess", FILE_READ_DATA | FILE_WRITE_DATA)
    handle = conn.createFile(tree, name, creationDisposition=disposition,
                             **kinds)
    conn.closeFile(tree, handle)


@GROUP.test("dispositions on what is there and on what is not")
def dispositions(env):
    conn = connect(env)
    tree = conn.connectTree("data")
    path = env.path("data", "disposed")

    def put(text):
        with open(path, "w") as stream:
            stream.write(text)

    for disposition in (FILE_OPEN, FILE_OVERWRITE):
        refuses("disposition %d of nothing" % disposition,
                "OBJECT_NAME_NOT_FOUND", dispose, conn, tree, "disposed",
                disposition)
    for disposition in (FILE_SUPERSEDE, FILE_CREATE, FILE_OPEN_IF,
                        FILE_OVERWRITE_IF):
        dispose(conn, tree, "disposed", disposition)
        expect(os.path.exists(path), "not made by %d" % disposition)
        os.unlink(path)
    put("content")
    refuses("FILE_CREATE of what is there", "OBJECT_NAME_COLLISION",
            dispose, conn, tree, "disposed", FILE_CREATE)
    for disposition, size in ((FILE_OPEN, 7), (FILE_OPEN_IF, 7),
                              (FILE_OVERWRITE, 0), (FILE_OVERWRITE_IF, 0),
                              (FILE_SUPERSEDE, 0)):
        put("content")
        dispose(conn, tree, "disposed", disposition)
        expect_equal(os.path.getsize(path), size,
                     "size after disposition %d" % disposition)
    refuses("a disposition out of range", "INVALID_PARAMETER", dispose, conn,
            tree, "disposed", 6)
    conn.close()


@GROUP.test("directories opened as files, and files as directories")
def kinds_of_open(env):
    conn = connect(env)
    tree = conn.connectTree("data")
    conn.createDirectory("data", "kind-dir")
    dispose(conn, tree, "kind-file", FILE_OPEN_IF)
    refuses("a directory as a file", "FILE_IS_A_DIRECTORY", dispose, conn,
            tree, "kind-dir", FILE_OPEN,
            creationOption=FILE_NON_DIRECTORY_FILE)
    refuses("a file as a directory", "NOT_A_DIRECTORY", dispose, conn, tree,
            "kind-file", FILE_OPEN, creationOption=FILE_DIRECTORY_FILE)
    refuses("both at once", "INVALID_PARAMETER", dispose, conn, tree,
            "kind-file", FILE_OPEN,
            creationOption=FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE)
    refuses("a file on the way", "OBJECT_PATH_NOT_FOUND", dispose, conn, tree,
            "kind-file\\below", FILE_OPEN_IF)
    refuses("overwrite of a directory",
            ("INVALID_PARAMETER", "OBJECT_NAME_COLLISION",
             "FILE_IS_A_DIRECTORY"), dispose, conn, tree, "kind-dir",
            FILE_OVERWRITE_IF, creationOption=FILE_DIRECTORY_FILE)
    conn.close()


@GROUP.test("share modes: who may open beside whom")
def share_modes(env):
    first, second = connect(env), connect(env)
    one, two = first.connectTree("data"), second.connectTree("data")
    dispose(first, one, "shared", FILE_OPEN_IF)
    reading, writing = FILE_READ_DATA, FILE_WRITE_DATA
    cases = [   # access, share of the first; access, share of the second; ok
        (reading, ALL_SHARED, reading, ALL_SHARED, True),
        (reading, ALL_SHARED, writing, ALL_SHARED, True),
        (reading, FILE_SHARE_READ, reading, ALL_SHARED, True),
        (reading, FILE_SHARE_READ, writing, ALL_SHARED, False),
        (reading, FILE_SHARE_WRITE, reading, ALL_SHARED, False),
        (writing, ALL_SHARED, reading, FILE_SHARE_READ, False),
        (reading, ALL_SHARED, reading, FILE_SHARE_WRITE, False),
        (reading, 0, reading, ALL_SHARED, False),
        (reading, ALL_SHARED, reading, 0, False),
        (reading, 0, READ_ATTRIBUTES, 0, True),
        (READ_ATTRIBUTES, 0, writing, 0, True),
        (reading, FILE_SHARE_READ, DELETE, ALL_SHARED, False),
        (reading, FILE_SHARE_DELETE, DELETE, ALL_SHARED, True),
        (DELETE, ALL_SHARED, reading, FILE_SHARE_READ, False),
    ]
    for access, share, access2, share2, good in cases:
        what = "%#x/%d then %#x/%d" % (access, share, access2, share2)
        held = first.openFile(one, "shared", desiredAccess=access,
                              shareMode=share)
        if good:
            try:
                other = second.openFile(two, "shared", desiredAccess=access2,
                                        shareMode=share2)
                second.closeFile(two, other)
            except SessionError as error:
                expect(False, "%s: %s" % (what, status_of(error)))
        else:
            refuses(what, "SHARING_VIOLATION", second.openFile, two, "shared",
                    desiredAccess=access2, shareMode=share2)
        first.closeFile(one, held)
    dispose(second, two, "shared", FILE_OPEN)
    first.close()
    second.close()


@GROUP.test("delete on close, and what is pending deletion")
def delete_on_close(env):
    conn = connect(env)
    tree = conn.connectTree("data")
    path = env.path("data", "doomed")
    rights = FILE_READ_DATA | DELETE
    handle = conn.createFile(tree, "doomed", desiredAccess=rights,
                             creationOption=FILE_DELETE_ON_CLOSE,
                             shareMode=ALL_SHARED)
    expect(os.path.exists(path), "not made")
    conn.closeFile(tree, handle)
    expect(not os.path.exists(path), "still there after the close")
    refuses("delete on close without the right", "INVALID_PARAMETER",
            conn.createFile, tree, "undoomed",
            desiredAccess=FILE_READ_DATA,
            creationOption=FILE_DELETE_ON_CLOSE, shareMode=ALL_SHARED)
    handle = conn.createFile(tree, "doomed", desiredAccess=rights,
                             shareMode=ALL_SHARED)
    # a connection each: this client mixes up two opens of one name
    peer, closer = connect(env), connect(env)
    peer_tree, closer_tree = peer.connectTree("data"), closer.connectTree(
        "data")
    other = peer.openFile(peer_tree, "doomed", desiredAccess=FILE_READ_DATA,
                          shareMode=ALL_SHARED)
    third = closer.createFile(closer_tree, "doomed", desiredAccess=rights,
                              shareMode=ALL_SHARED,
                              creationOption=FILE_DELETE_ON_CLOSE,
                              creationDisposition=FILE_OPEN)
    closer.closeFile(closer_tree, third)
    refuses("an open of what is pending deletion", "DELETE_PENDING",
            conn.openFile, tree, "doomed", desiredAccess=FILE_READ_DATA,
            shareMode=ALL_SHARED)
    conn.closeFile(tree, handle)
    expect(os.path.exists(path), "gone before the last close")
    peer.closeFile(peer_tree, other)
    expect(not os.path.exists(path), "there after the last close")
    for each in (conn, peer, closer):
        each.close()


@GROUP.test("reads and writes without the right for them")
def rights_of_a_handle(env):
    conn = connect(env)
    tree = conn.connectTree("data")
    dispose(conn, tree, "rights", FILE_OPEN_IF)
    reader = conn.openFile(tree, "rights", desiredAccess=FILE_READ_DATA,
                           shareMode=ALL_SHARED)
    refuses("a write to a reader's handle", "ACCESS_DENIED", conn.writeFile,
            tree, reader, b"x")
    writer = conn.openFile(tree, "rights", desiredAccess=FILE_WRITE_DATA,
                           shareMode=ALL_SHARED)
    refuses("a read from a writer's handle", "ACCESS_DENIED", conn.readFile,
            tree, writer, 0, 10)
    conn.writeFile(tree, writer, b"x")
    conn.close()


@GROUP.test("a share that is not there; the session goes on without its tree")
def no_share(env):
    conn = connect(env)
    refuses("no such share", "BAD_NETWORK_NAME", conn.connectTree, "nowhere")
    tree = conn.connectTree("data")
    conn.disconnectTree(tree)
    expect("data" in [s["shi1_netname"][:-1] for s in conn.listShares()],
           "the session does not go on")
    conn.close()


@GROUP.test("the other end closes without a word, again and again")
def abrupt(env):
    for _ in range(20):
        conn = connect(env)
        tree = conn.connectTree("data")
        conn.createFile(tree, "held", shareMode=ALL_SHARED)
        conn.getSMBServer().close_session()
    conn = connect(env)
    tree = conn.connectTree("data")
    handle = conn.createFile(tree, "held", shareMode=ALL_SHARED)
    conn.closeFile(tree, handle)
    conn.deleteFile("data", "held")
    conn.close()
