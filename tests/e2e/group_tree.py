# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree of 2,000 files copied there and back, every checksum compared."""
import os
import shutil
import subprocess

from clients import SmbClient
from harness import Group, expect, expect_equal, pattern, sha256_file

GROUP = Group("tree", "recursive copies of a tree of 2,000 files")

EDGES = (0, 1, 2, 511, 512, 513, 4095, 4096, 4097, 16383, 16384, 32769,
         65535, 65536, 65537, 131072, 200001)
LARGE = (1 << 20, (1 << 20) + 1, (2 << 20) - 1, 5000011)


def tree_path(env):
    return env.path("tree")


def build(env):
    """The local tree: some deep, some wide, some empty directories."""
    top = tree_path(env)
    if os.path.isdir(top):
        return top
    count = env.scale(2000, 300)
    for number in range(count):
        if number < len(LARGE):
            size = LARGE[number]
        elif number % 3 == 0:
            size = EDGES[number // 3 % len(EDGES)]
        else:
            size = env.random.randrange(9000)
        branch = number % 40
        parts = ["branch %02d" % branch]
        parts += ["level%d" % i for i in range(number % 7)]
        folder = os.path.join(top, *parts)
        os.makedirs(folder, exist_ok=True)
        name = "file-%04d%s" % (number, (".txt", ".bin", "", ".tar.gz")[
            number % 4])
        with open(os.path.join(folder, name), "wb") as stream:
            stream.write(pattern(size, number))
    os.makedirs(os.path.join(top, "empty", "also empty"))
    return top


def digest(top):
    """{relative path: checksum, or None for a directory}"""
    result = {}
    for folder, folders, files in os.walk(top):
        for name in folders:
            result[os.path.relpath(os.path.join(folder, name), top)] = None
        for name in files:
            path = os.path.join(folder, name)
            result[os.path.relpath(path, top)] = sha256_file(path)
    return result


def compare(got, wanted, what):
    missing = sorted(set(wanted) - set(got))[:5]
    extra = sorted(set(got) - set(wanted))[:5]
    differ = sorted(k for k in wanted if k in got and got[k] != wanted[k])[:5]
    expect(not (missing or extra or differ),
           "%s: missing %s, extra %s, different %s" % (what, missing, extra,
                                                       differ))


@GROUP.test("mput, mget and deltree, as negotiated by default")
def default_copy(env):
    copy(env, SmbClient(env, env.default_server()), "default")


@GROUP.test("mput, mget and deltree, 2.1 signed with HMAC-SHA256")
def signed_copy(env):
    copy(env, SmbClient(env, env.default_server(), dialect="SMB2_10",
                        signing="required"), "signed")


def copy(env, smb, name):
    source = build(env)
    wanted = digest(source)
    served = env.path("data", name)
    smb.run(["mkdir " + name, "cd " + name, 'lcd "%s"' % source, "recurse",
             "prompt", "mput *"], timeout=900)
    compare(digest(served), wanted, "tree on the server")
    back = env.make_dir("back-" + name)
    smb.run(["cd " + name, 'lcd "%s"' % back, "recurse", "prompt", "mget *"],
            timeout=900)
    compare(digest(back), wanted, "tree that came back")
    shutil.rmtree(back)
    listing = smb.run(["cd " + name, "recurse", "ls"], timeout=120)
    names = [line.split()[0] for line in listing.splitlines()
             if line.startswith("  file-")]
    expect_equal(len(names), sum(1 for v in wanted.values() if v),
                 "files in a recursive ls")
    expect_equal(len(set(names)), len(names), "different names in it")
    smb.run("deltree " + name, timeout=900)
    expect(not os.path.exists(served), "deltree left something behind")


def served_copy(env, name):
    """The tree, laid into the share behind the server's back."""
    source, top = build(env), env.path("data", name)
    shutil.copytree(source, os.path.join(top, "tree"),
                    copy_function=shutil.copyfile)
    return top, digest(source)


@GROUP.test("smbget (libsmbclient) fetches the whole tree")
def smbget(env):
    server = env.default_server()
    top, wanted = served_copy(env, "for smbget")
    back = env.make_dir("smbget")
    smb = SmbClient(env, server)
    done = smb.call(["smbget", "-f", "/dev/null", "-q", "-a", "-R", "-U",
                     "%s%%%s" % server.user, "smb://127.0.0.1:%d/data/"
                     "for%%20smbget/tree" % server.port], 900, cwd=back)
    expect(done.code == 0, done.describe())
    got = digest(back)
    if "tree" in got:       # it may or may not make the top directory
        got = digest(os.path.join(back, "tree"))
    compare(got, wanted, "what smbget fetched")
    shutil.rmtree(top)


@GROUP.test("smbclient's tar: made from the server, unpacked onto it")
def tar(env):
    smb = SmbClient(env, env.default_server())
    top, wanted = served_copy(env, "taken")
    archive, unpacked = env.path("tree.tar"), env.path("unpacked")
    done = smb.raw("cd taken; tar c \"%s\" tree" % archive, timeout=900)
    expect(done.code == 0, done.describe())
    subprocess.run(["tar", "-C", env.make_dir("unpacked"), "-xf", archive],
                   check=True)
    found = [folder for folder, names, _ in os.walk(unpacked)
             if "branch 00" in names]
    expect(found, "nothing of the tree is in the archive")
    compare(digest(found[0]), wanted, "the archive")
    shutil.rmtree(top)
    os.mkdir(top)
    os.chmod(top, 0o777)
    done = smb.raw("cd taken; tar x \"%s\"" % archive, timeout=900)
    expect(done.code == 0, done.describe())
    found = [folder for folder, names, _ in os.walk(top)
             if "branch 00" in names]
    expect(found, "nothing of the tree was put back")
    compare(digest(found[0]), wanted, "what was unpacked onto the server")
