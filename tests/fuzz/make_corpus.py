#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write seeds for the fuzzers: make_corpus.py DIRECTORY (one subdirectory for each program).

Seeds of conn_fuzz are in its own format: mode, then chunks of length, flags, bytes; those of
setup_fuzz: settings, then operations of four bytes.
"""
import os
import struct
import sys

(NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT, CREATE, CLOSE, FLUSH, READ,
 WRITE, LOCK, IOCTL, CANCEL, ECHO, QUERY_DIRECTORY, CHANGE_NOTIFY, QUERY_INFO, SET_INFO,
 OPLOCK_BREAK) = range(19)

RAW, MESSAGES, SESSION, SIGNING = range(4)
HEADER, MESSAGE_ID, SESSION_ID, TREE, FID, CHAIN, PIPE, CREDITS = (1 << n for n in range(8))
ALL = HEADER | MESSAGE_ID | SESSION_ID | TREE | FID | CHAIN | CREDITS
DIALECT_202, DIALECT_210, DIALECT_300, DIALECT_302, DIALECT_311 = (n << 2 for n in range(5))
DIALECT_311_CCM, DIALECT_311_GCM256 = 5 << 2, 6 << 2
SHARE, READ_ONLY, LINKS = 0, 2 << 5, 3 << 5
SEAL = 0x80
FORGED = 0xEE

RELATED = 4
SIGNED = 8
SAME = b"\xff" * 16


def utf16(text):
    return text.encode("utf-16-le", "surrogatepass")


def pad8(data):
    return data + bytes(-len(data) % 8)


def request(command, body, flags=0, tail=0):
    """An element; ids and sizes are the fuzzer's to fill in."""
    return struct.pack("<4sHHIHHIIQIIQ16x", b"\xfeSMB", 64, 1, 0, command, 64, flags, tail, 0,
                       0, 0, 0) + body


def chain(*elements):
    out = b""
    for n, element in enumerate(elements):
        if n + 1 < len(elements):
            element = pad8(element)
            element = element[:20] + struct.pack("<I", len(element)) + element[24:]
        out += element
    return out


def transform(message, tag=b"", nonce=b"nonce", size=None, flags=1, session=0):
    """A message to be sealed; the fuzzer does it, and fills in the session."""
    return b"\xfdSMB" + tag.ljust(16, b"\0") + nonce.ljust(16, b"\0") + struct.pack(
        "<IHHQ", len(message) if size is None else size, 0, flags, session) + message


def chunk(data, flags=ALL):
    return struct.pack("<HB", len(data), flags) + data


# ---- commands: what follows the header ----

def negotiate(dialects, contexts=b"", count=0):
    body = struct.pack("<HHHHI16s", 36, len(dialects), 1, 0, 0x7F, b"client-guid-0123")
    names = b"".join(struct.pack("<H", d) for d in dialects)
    if not contexts:
        return body + bytes(8) + names
    end = 64 + 36 + len(names)
    gap = -end % 8
    return body + struct.pack("<IHH", end + gap, count, 0) + names + bytes(gap) + contexts


def context(kind, data):
    return struct.pack("<HHI", kind, len(data), 0) + data


PREAUTH = context(1, struct.pack("<HHH", 1, 32, 1) + bytes(range(32)))
CIPHERS = context(2, struct.pack("<HHH", 2, 2, 1))
SIGNING_ALGS = context(8, struct.pack("<HHHH", 3, 2, 1, 0))


def negotiate_311():
    contexts = pad8(PREAUTH) + pad8(CIPHERS) + SIGNING_ALGS
    return negotiate([0x202, 0x210, 0x300, 0x302, 0x311], contexts, 3)


def session_setup(token, flags=0, previous=0):
    return struct.pack("<HBBIIHHQ", 25, flags, 1, 0, 0, 88, len(token), previous) + token


def ntlm_negotiate():
    return b"NTLMSSP\0" + struct.pack("<II", 1, 0xE2088297) + bytes(16) + bytes(8)


def ntlm_anonymous():
    fields = struct.pack("<HHI", 0, 0, 64)
    lm = struct.pack("<HHI", 1, 1, 64)
    return b"NTLMSSP\0" + struct.pack("<I", 3) + lm + fields * 5 + struct.pack(
        "<I", 0xE2088A97) + b"\0"


def ntlm_user(name):
    user, proof = utf16(name), bytes(16) + bytes([1, 1]) + bytes(42)
    at = 88

    def field(data):
        nonlocal at
        out = struct.pack("<HHI", len(data), len(data), at)
        at += len(data)
        return out
    parts = [b"", proof, utf16("DOMAIN"), user, utf16("HOST"), b""]
    heads = b"".join(field(part) for part in parts)
    return b"NTLMSSP\0" + struct.pack("<I", 3) + heads + struct.pack(
        "<I", 0xE2088297) + bytes(24) + b"".join(parts)


def der(tag, *parts):
    data = b"".join(parts)
    size = bytes([len(data)]) if len(data) < 128 else struct.pack(">BH", 0x82, len(data))
    return bytes([tag]) + size + data


NTLM_OID = der(6, bytes.fromhex("2b06010401823702020a"))


def spnego_init(token):
    inner = der(0xA0, der(0x30, NTLM_OID)) + der(0xA2, der(4, token))
    return der(0x60, der(6, bytes.fromhex("2b0601050502")), der(0xA0, der(0x30, inner)))


def spnego_next(token):
    return der(0xA1, der(0x30, der(0xA2, der(4, token))))


def tree_connect(path):
    name = utf16(path)
    return struct.pack("<HHHH", 9, 0, 72, len(name)) + name


def create(name, access=0x1F01FF, disposition=1, options=0, attributes=0, share=7, contexts=b""):
    data = utf16(name)
    at = 64 + 56
    ctx_at = at + len(data) + -len(data) % 8 if contexts else 0
    body = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, access, attributes, share,
                       disposition, options, at if data else 0, len(data), ctx_at,
                       len(contexts))
    return body + (pad8(data) + contexts if contexts else data or b"\0")


def create_context(tag, data, last):
    size = 24 + len(data)
    return struct.pack("<IHHHHI", 0 if last else size + -size % 8, 16, 4, 0,
                       24 if data else 0, len(data)) + tag + bytes(4) + (
                           data if last else data + bytes(-size % 8))


def close(flags=1):
    return struct.pack("<HHI", 24, flags, 0) + SAME


def flush():
    return struct.pack("<HHI", 24, 0, 0) + SAME


def read(length, offset=0, minimum=0):
    return struct.pack("<HBBIQ", 49, 0x50, 0, length, offset) + SAME + struct.pack(
        "<IIIHH", minimum, 0, 0, 0, 0) + b"\0"


def write(data, offset=0, flags=0):
    return struct.pack("<HHIQ", 49, 112, len(data), offset) + SAME + struct.pack(
        "<IIHHI", 0, 0, 0, 0, flags) + data


def ioctl(code, data=b"", max_out=4096, fid=SAME):
    return struct.pack("<HHI", 57, 0, code) + fid + struct.pack(
        "<IIIIIIII", 120, len(data), 0, 0, 0, max_out, 1, 0) + data


def query_directory(level, pattern, flags=0, room=65536):
    name = utf16(pattern)
    return struct.pack("<HBBI", 33, level, flags, 0) + SAME + struct.pack(
        "<HHI", 96, len(name), room) + name


def query_info(kind, level, room=4096, additional=0):
    return struct.pack("<HBBIHHIII", 41, kind, level, room, 104, 0, 0, additional, 0) + SAME


def set_info(kind, level, data, additional=0):
    return struct.pack("<HBBIHHI", 33, kind, level, len(data), 96, 0, additional) + SAME + data


def lock():
    return struct.pack("<HHI", 48, 1, 0) + SAME + struct.pack("<QQII", 0, 1, 2, 0)


def empty():
    return struct.pack("<HH", 4, 0)


# ---- DCE/RPC ----

SRVSVC = bytes.fromhex("c84f324b7016d30112785a47bf6ee188") + struct.pack("<HH", 3, 0)
NDR = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<HH", 2, 0)


def pdu(kind, body, call=1):
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, call) + body


def rpc_bind():
    return pdu(11, struct.pack("<HHIB3xHBB", 4280, 4280, 0, 1, 0, 1, 0) + SRVSVC + NDR)


def rpc_shares():
    server = utf16("\\\\srv\0")
    stub = struct.pack("<IIII", 0x20000, len(server) // 2, 0, len(server) // 2) + server
    stub += bytes(-len(stub) % 4)
    stub += struct.pack("<IIIIIIII", 1, 1, 0x20004, 0, 0, 0xFFFFFFFF, 0x20008, 0)
    return pdu(0, struct.pack("<IHH", len(stub), 0, 15) + stub, 2)


# ---- seeds ----

def seeds():
    session = SESSION | DIALECT_311

    def one(name, *bodies, mode=session, flags=ALL):
        yield name, bytes([mode]) + b"".join(
            chunk(chain(*b) if isinstance(b, list) else b, flags) for b in bodies)

    def opened(target, *rest, options=0, access=0x1F01FF, disposition=1):
        return [request(CREATE, create(target, access, disposition, options)), *rest,
                request(CLOSE, close())]

    plain = HEADER | MESSAGE_ID | CHAIN | SESSION_ID | TREE | FID
    for dialect in (0x202, 0x210, 0x300, 0x302):
        yield from one(f"negotiate-{dialect:x}", request(NEGOTIATE, negotiate([dialect])),
                       request(SESSION_SETUP, session_setup(ntlm_negotiate())),
                       request(SESSION_SETUP, session_setup(ntlm_anonymous())),
                       request(TREE_CONNECT, tree_connect("\\\\127.0.0.1\\IPC$")),
                       request(IOCTL, ioctl(0x140204, struct.pack("<I16sHHH", 0x7F,
                               b"client-guid-0123", 1, 1, dialect), 24, SAME)),
                       request(LOGOFF, empty()), mode=MESSAGES, flags=plain)
    logins = {
        "anonymous": (ntlm_negotiate(), ntlm_anonymous()),
        "guest": (ntlm_negotiate(), ntlm_user("nobody-knows")),
        "wrong": (ntlm_negotiate(), ntlm_user("tester")),
        "spnego": (spnego_init(ntlm_negotiate()), spnego_next(ntlm_anonymous())),
        "spnego-guest": (spnego_init(ntlm_negotiate()), spnego_next(ntlm_user("x"))),
        "garbage": (b"garbage", b""),
    }
    for name, (first, second) in logins.items():
        yield from one(f"login-{name}", request(NEGOTIATE, negotiate_311()),
                       request(SESSION_SETUP, session_setup(first)),
                       request(SESSION_SETUP, session_setup(second)),
                       request(TREE_CONNECT, tree_connect("\\\\h\\share")),
                       *opened("a.txt", request(READ, read(100)), access=0x120089),
                       request(ECHO, empty()), request(TREE_DISCONNECT, empty()),
                       request(LOGOFF, empty()), mode=MESSAGES, flags=plain)
    smb1 = b"\xffSMB\x72" + bytes(27) + b"\0"
    for name, offers in {"old": ["NT LM 0.12"], "2002": ["NT LM 0.12", "SMB 2.002"],
                         "wildcard": ["SMB 2.002", "SMB 2.???"]}.items():
        names = b"".join(b"\2" + o.encode() + b"\0" for o in offers)
        message = smb1 + struct.pack("<H", len(names)) + names
        yield f"smb1-{name}", bytes([MESSAGES]) + chunk(message, 0) + chunk(
            request(NEGOTIATE, negotiate_311()), HEADER | MESSAGE_ID)
        yield f"raw-{name}", bytes([RAW]) + struct.pack(">I", len(message)) + message
    message = request(NEGOTIATE, negotiate_311())
    yield "raw-311", bytes([RAW]) + struct.pack(">I", len(message)) + message

    tail = [request(CLOSE, close())]
    for share in (SHARE, READ_ONLY, LINKS):
        mode = session | share
        yield from one(f"create-{share}", *opened("a.txt"), *opened("dir\\b.txt"),
                       *opened("DIR\\SUB\\deep.TXT"), *opened("out\\secret"), *opened("out.txt"),
                       *opened("in\\b.txt"), *opened("loop\\x"), *opened("..\\outside\\secret"),
                       *opened("new.txt", disposition=2), *opened("a.txt::$DATA"),
                       *opened("a.txt:s"), *opened("\udc00"), *opened(""), mode=mode)
        yield from one(f"rename-{share}",
                       *opened("a.txt", request(SET_INFO, set_info(1, 10, struct.pack(
                           "<B7xQI", 1, 0, 10) + utf16("b.txt"))),
                           request(SET_INFO, set_info(1, 11, struct.pack(
                               "<B7xQI", 1, 0, 18) + utf16("dir\\l.txt"))),
                           request(SET_INFO, set_info(1, 13, b"\1"))), mode=mode)
    contexts = (create_context(b"MxAc", b"", False) + create_context(b"QFid", b"", False) +
                create_context(b"AlSi", struct.pack("<Q", 4096), False) +
                create_context(b"RqLs", bytes(32), True))
    yield from one("contexts", request(CREATE, create("c.txt", disposition=3,
                                                      contexts=contexts)), *tail)
    for tag, data in ((b"ExtA", bytes(12)), (b"DHnC", bytes(16)), (b"DH2C", bytes(36)),
                      (b"DH2Q", bytes(32)), (b"TWrp", struct.pack("<Q", 1 << 56))):
        yield from one(f"context-{tag.decode()}", request(
            CREATE, create("a.txt", contexts=create_context(tag, data, True))))
    yield from one("validate", request(IOCTL, ioctl(0x140204, struct.pack(
        "<I16sHHHH", 0, bytes(16), 0, 2, 0x311, 0x210), 24)), flags=ALL & ~FID)
    yield from one("dispositions", *[e for d in range(6) for e in opened(
        f"d{d % 3}.txt", request(WRITE, write(b"data")), disposition=d)])
    yield from one("delete", *opened("dir\\b.txt", options=0x1000),
                   *opened("dir", options=0x1001), *opened("empty", options=0x1001))
    yield from one("data", *opened("w.txt", request(WRITE, write(b"0123456789" * 40)),
                                   request(FLUSH, flush()), request(READ, read(4096)),
                                   request(READ, read(65536, 10)), request(READ, read(1, 1 << 40)),
                                   request(WRITE, write(b"x", 0xFFFFFFFFFFFFFFFF)),
                                   request(WRITE, write(b"x", 4000, 1)), disposition=3))
    for level in (1, 2, 3, 12, 37, 38, 60, 50):
        yield from one(f"list-{level}", *opened(
            "", request(QUERY_DIRECTORY, query_directory(level, "*")),
            request(QUERY_DIRECTORY, query_directory(level, "*")),
            request(QUERY_DIRECTORY, query_directory(level, "*.tx?", 1 | 2)),
            request(QUERY_DIRECTORY, query_directory(level, "<\">a", 0x10)), options=1,
            access=0x120089))
    yield from one("file-info", *opened("a.txt", *[request(QUERY_INFO, query_info(1, n))
                                                   for n in range(4, 60)]))
    yield from one("fs-info", *opened("", *[request(QUERY_INFO, query_info(2, n))
                                            for n in range(1, 12)], options=1))
    yield from one("security", *opened("dir", *[request(QUERY_INFO, query_info(3, 0, 4096, n))
                                                for n in (0, 1, 7, 8, 0xFFFFFFFF)],
                                       request(QUERY_INFO, query_info(3, 0, 8, 7)),
                                       request(SET_INFO, set_info(3, 0, bytes(20), 4))))
    basic = struct.pack("<QQQQII", 1 << 56, 1 << 56, 0, 0, 0x22, 0)
    yield from one("set-info", *opened(
        "a.txt", request(SET_INFO, set_info(1, 4, basic)),
        request(SET_INFO, set_info(1, 20, struct.pack("<Q", 5))),
        request(SET_INFO, set_info(1, 19, struct.pack("<Q", 100000))),
        request(SET_INFO, set_info(1, 14, struct.pack("<Q", 3))),
        request(SET_INFO, set_info(1, 16, struct.pack("<I", 2))),
        request(SET_INFO, set_info(1, 64, struct.pack("<I", 1))),
        request(SET_INFO, set_info(1, 65, struct.pack("<IIQI", 1, 0, 0, 6) + utf16("b.x"))),
        request(SET_INFO, set_info(2, 6, bytes(48)))))
    related = [request(CREATE, create("a.txt")), request(QUERY_INFO, query_info(1, 18), RELATED),
               request(READ, read(20), RELATED), request(CLOSE, close(), RELATED)]
    no_fid = ALL & ~FID
    for name, elements in {
            "related": related,
            "related-failing": [request(CREATE, create("missing"))] + related[1:],
            "related-first": related[1:],
            "unrelated": [request(ECHO, empty()), request(CREATE, create("dir", options=1)),
                          request(ECHO, empty())],
            "related-write": [related[0], request(WRITE, write(b"compound"), RELATED),
                              related[3]],
    }.items():
        yield from one(f"chain-{name}", elements, elements, flags=no_fid)
        for dialect in (DIALECT_210, DIALECT_311):
            yield from one(f"chain-{name}-signing-{dialect}",
                           [e[:16] + bytes([e[16] | SIGNED]) + e[17:] for e in elements],
                           request(ECHO, empty()), mode=SIGNING | dialect, flags=no_fid)
    echo = request(ECHO, empty())
    for dialect in (DIALECT_300, DIALECT_302, DIALECT_311, DIALECT_311_CCM, DIALECT_311_GCM256):
        for share in (SHARE, READ_ONLY):
            yield from one(f"sealed-{dialect}-{share}",
                           *[transform(e) for e in opened(
                               "a.txt", request(READ, read(100)), request(WRITE, write(b"x")),
                               echo, access=0x120089 if share else 0x12019F)],
                           echo, request(CREATE, create("a.txt")), transform(chain(*related)),
                           transform(request(LOGOFF, empty())), transform(echo),
                           mode=SESSION | SEAL | dialect | share, flags=ALL & ~FID)
        for name, message in {
                "forged": transform(echo, tag=bytes([FORGED])),
                "twice": transform(transform(echo)),
                "compressed": transform(b"\xfcSMB" + bytes(12) + echo),
                "smb1": transform(b"\xffSMB" + echo[4:]),
                "empty": transform(b""),
                "short": transform(echo[:40]),
                "setup": transform(request(SESSION_SETUP, session_setup(ntlm_negotiate()))),
                "negotiate": transform(request(NEGOTIATE, negotiate_311())),
                "cancel": transform(request(CANCEL, empty())),
                "signed": transform(echo[:16] + bytes([SIGNED]) + echo[17:]),
        }.items():
            yield from one(f"sealed-{name}-{dialect}", transform(echo), message, transform(echo),
                           mode=SIGNING | SEAL | dialect)
    for name, message in {"size": transform(echo, size=4), "flags": transform(echo, flags=2),
                          "session": transform(echo, session=77)}.items():
        yield from one(f"sealed-wrong-{name}", message, mode=session | SEAL,
                       flags=MESSAGE_ID | TREE)
    yield from one("sealed-oplock", *[transform(request(CREATE, b[:3] + b"\x09" + b[4:]))
                                      for b in [create("a.txt")] * 2], mode=session | SEAL)
    pipe = ALL | PIPE
    yield from one("pipe-read", request(CREATE, create("srvsvc", 0x12019F)),
                   request(WRITE, write(rpc_bind())), request(READ, read(1024)),
                   request(IOCTL, ioctl(0x11C017, rpc_shares())), request(READ, read(1024)),
                   request(CANCEL, empty()), request(QUERY_INFO, query_info(1, 5)),
                   *tail, flags=pipe)
    yield from one("pipe-info", request(CREATE, create("srvsvc", 0x12019F)),
                   *[request(QUERY_INFO, query_info(1, n)) for n in (5, 8, 9, 23, 24)],
                   request(SET_INFO, set_info(1, 23, struct.pack("<II", 1, 0))),
                   *tail, flags=pipe)
    yield from one("files", *[request(CREATE, create(f"f{n}.txt", disposition=n % 2 + 2))
                              for n in range(16)])
    yield from one("pipe-parked", request(CREATE, create("wkssvc", 0x12019F)),
                   request(READ, read(1024)), request(READ, read(10)),
                   request(WRITE, write(rpc_bind())), request(READ, read(10)),
                   request(TREE_DISCONNECT, empty()), flags=pipe)
    yield from one("pipe-half", request(CREATE, create("srvsvc", 0x12019F)),
                   request(IOCTL, ioctl(0x11C017, rpc_bind()[:30], 20)),
                   request(WRITE, write(rpc_bind()[30:])), request(READ, read(100)), flags=pipe)
    yield from one("pipe-chain", [request(CREATE, create("srvsvc", 0x12019F)),
                                  request(READ, read(100), RELATED),
                                  request(WRITE, write(rpc_bind()), RELATED),
                                  request(READ, read(100), RELATED)],
                   request(WRITE, write(rpc_bind())), request(LOGOFF, empty()),
                   flags=(pipe & ~FID))
    yield from one("other", *opened("a.txt", request(LOCK, lock()), request(CHANGE_NOTIFY, bytes(32)),
                                    request(OPLOCK_BREAK, bytes(24)), request(IOCTL, ioctl(0x60194)),
                                    request(IOCTL, ioctl(0x1401FC)), request(IOCTL, ioctl(0x140078)),
                                    request(IOCTL, ioctl(0x900C0)),
                                    request(ECHO, empty())),
                   request(TREE_CONNECT, tree_connect("\\\\h\\ro")),
                   request(TREE_CONNECT, tree_connect("\\\\h\\none")),
                   request(SESSION_SETUP, session_setup(ntlm_negotiate(), 1)),
                   request(SESSION_SETUP, session_setup(ntlm_negotiate())),
                   request(NEGOTIATE, negotiate_311()))


def control_seeds():
    """Messages of a daemon: a byte for the event, then the message."""
    login = struct.pack("<III48sHH18sH64x", 1, 100, 1000, b"bob", 1, 16, bytes(range(18)), 0)
    yield "startup", struct.pack("<BIi16s16s16s64s64sHH12IBI499xI", 2, 0, 2, b"SMB2_10", b"SMB3_11",
                                 b"KSMBD", b"WORKGROUP", b"SMB SERVER", 445, 30, 0, 10000, 1 << 22,
                                 1 << 22, 1 << 20, 64, 1, 2, 3, 8192, 1 << 23, 128, 1, 32,
                                 8) + b"eth0\0lo\0"
    yield "login", b"\x05" + login
    for name, said, veto in ("share", 14, 6), ("share-old", 0, 6):
        yield name, struct.pack("<BII6H64s444xII", 7, 1, 0x82, 0o744, 0o755, 0, 0, 0xffff, 0xffff,
                                b"data", said, veto) + b"a*\0.tm\0/srv/x\0"[:14]
    yield "tree", struct.pack("<BIHH64x", 9, 1, 0, 4)
    yield "rpc", struct.pack("<BIII", 13, 1, 0, 5) + b"hello"
    yield "spnego", b"\x0f" + struct.pack("<I", 1) + login + struct.pack("<HH", 16, 4) + bytes(20)
    yield "groups", struct.pack("<BIi128x2I", 17, 1, 2, 27, 100)


# ---- setup_fuzz: operations, and how ----

(OP_NEGOTIATE, OP_FIRST, OP_SECOND, OP_LOGIN, OP_LOGOFF, OP_TREE, OP_ECHO, OP_TOKEN, OP_CONNECT,
 OP_END, OP_INTERFACES) = range(11)
HOW_SIGN, HOW_SEAL, HOW_BIND, HOW_PREVIOUS, HOW_SPOIL, HOW_NEW = (4 << n for n in range(6))
RIGHT, WRONG, UNKNOWN, NOBODY = range(4)
NO_CHANNELS = 8


def setup_seeds():
    def plan(*operations, settings=1):
        return bytes([settings]) + b"".join(bytes(o) + bytes(4 - len(o)) for o in operations)

    login = (OP_LOGIN, HOW_NEW, RIGHT)
    tree, end = (OP_TREE, HOW_SIGN), (OP_END, 0)
    agree = {f"{n:x}-{cipher}-{alg}": (OP_NEGOTIATE, 0, n | alg << 4, cipher)
             for n in range(5) for cipher in ((1, 2, 3, 4) if n == 4 else (0,))
             for alg in (range(4) if n == 4 else (0,))}
    for name, hello in agree.items():
        again = (OP_LOGIN, HOW_SIGN, RIGHT)
        yield f"login-{name}", plan(hello, login, tree, (OP_INTERFACES, HOW_SIGN), again, tree,
                                    (OP_LOGOFF, HOW_SIGN), tree)
        yield f"sealed-{name}", plan(hello, login, (OP_TREE, HOW_SEAL), (OP_TREE, HOW_SIGN),
                                     (OP_LOGIN, HOW_SEAL, RIGHT), (OP_LOGOFF, HOW_SEAL),
                                     (OP_TREE, HOW_SEAL), settings=2)
        yield f"bind-{name}", plan(
            hello, login, tree, (OP_CONNECT, 0), hello, (OP_LOGIN, HOW_SIGN | HOW_BIND, RIGHT),
            tree, (OP_TREE, HOW_SEAL), again, end, tree, (OP_CONNECT, 0), hello,
            (OP_LOGIN, HOW_SIGN | HOW_BIND, RIGHT), (OP_LOGOFF, HOW_SIGN), end, tree)
    hello = agree["4-2-1"]
    for user in (RIGHT, WRONG, UNKNOWN, NOBODY):
        for settings in (0, 1, 2, 3, 5):
            yield f"user-{user}-{settings}", plan(
                hello, (OP_LOGIN, HOW_NEW, user), (OP_TREE, 0), (OP_LOGIN, HOW_SIGN, RIGHT),
                (OP_TREE, 0), settings=settings)
        yield f"bind-user-{user}", plan(
            hello, login, (OP_CONNECT, 0), hello, (OP_LOGIN, HOW_SIGN | HOW_BIND, user), tree)
        yield f"again-user-{user}", plan(hello, login, tree, (OP_LOGIN, HOW_SIGN, user), tree)
        yield f"previous-{user}", plan(
            hello, login, tree, (OP_CONNECT, 0), hello, (OP_LOGIN, HOW_NEW | HOW_PREVIOUS, user),
            (OP_TREE, HOW_SIGN | 1), end, tree)
    for name, how in {"unsigned": HOW_BIND, "spoiled": HOW_BIND | HOW_SIGN | HOW_SPOIL}.items():
        yield f"bind-{name}", plan(hello, login, (OP_CONNECT, 0), hello, (OP_LOGIN, how, RIGHT),
                                   tree)
    yield "bind-off", plan(hello, login, (OP_CONNECT, 0), hello,
                           (OP_LOGIN, HOW_SIGN | HOW_BIND, RIGHT), settings=1 | NO_CHANNELS)
    yield "legs", plan(hello, (OP_FIRST, HOW_NEW), (OP_ECHO, 0), (OP_FIRST, 0), (OP_SECOND, 0),
                       (OP_SECOND, 0), (OP_FIRST, HOW_NEW), (OP_LOGOFF, 1), (OP_SECOND, 1), tree)
    yield "token", plan(hello, (OP_TOKEN, HOW_NEW, 0, 40)) + ntlm_negotiate()
    yield "sessions", plan(hello, *[login] * 6, *[(OP_TREE, HOW_SIGN | n) for n in range(4)])
    yield "nested", plan(hello, login, *[(OP_CONNECT, 0), hello,
                                         (OP_LOGIN, HOW_SIGN | HOW_BIND, RIGHT), tree] * 3)
    yield "lost-first", plan((OP_CONNECT, 0), hello, login, (OP_CONNECT, 0), hello,
                             (OP_LOGIN, HOW_SIGN | HOW_BIND, RIGHT), tree, end, tree, end, hello,
                             (OP_LOGIN, HOW_SIGN | HOW_BIND, RIGHT))


def main():
    for program, inputs in (("conn_fuzz", seeds()), ("setup_fuzz", setup_seeds()),
                            ("control_fuzz", control_seeds())):
        out = os.path.join(sys.argv[1], program)
        os.makedirs(out, exist_ok=True)
        for name, data in inputs:
            with open(os.path.join(out, name), "wb") as file:
                file.write(data)


if __name__ == "__main__":
    main()
