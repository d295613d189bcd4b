# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/measure-memory inside of User Mode Linux: what the kernel has given out.

Memory of processes and of cached files does not count: the clients run in the same kernel.
"""
import glob
import os
import re
import socket
import time

PAGE = os.sysconf("SC_PAGE_SIZE")
# What a thread costs besides its stack, whatever it does.
OF_THREAD = ("task_struct", "signal_cache", "sighand_cache", "pid", "cred", "cred_jar")
# What a socket costs because it is a file, too.
# (Where slabs are merged, dentries are with others of their size and kind.)
OF_FILE = ("filp", "dentry", "kmalloc-rcl-192")
BACKLOG = 4096
LOOKS = 200      # until it is clear that it does not settle


def write(path, text):
    with open(path, "w", encoding="ascii") as stream:
        stream.write(text)


def tidy():
    """What is free but kept at hand for the next time counts as free; counters are exact."""
    write("/proc/sys/vm/drop_caches", "3")
    for path in glob.glob("/sys/kernel/slab/*/shrink"):
        write(path, "1")
    write("/proc/sys/vm/stat_refresh", "1")


def in_pages():
    """Bytes that are neither free nor a process's, a file's or a slab's; the stacks of them."""
    with open("/proc/meminfo", encoding="ascii") as stream:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in stream}
    with open("/proc/zoneinfo", encoding="ascii") as stream:
        at_hand = sum(map(int, re.findall(r"^ +count: +(\d+)", stream.read(), re.M)))
    return 1024 * (kib["MemTotal"] - sum(kib[name] for name in (
        "MemFree", "Buffers", "Cached", "AnonPages", "PageTables", "Slab"))) - \
        at_hand * PAGE, 1024 * kib["KernelStack"]


def slabs():
    """{cache: bytes of its objects, each with its share of what the slab wastes}; empty slabs
    of former times do not count."""
    with open("/proc/slabinfo", encoding="ascii") as stream:
        rows = [line.split() for line in stream][2:]
    return {row[0]: int(row[1]) * int(row[5]) * PAGE // int(row[4]) for row in rows}


class Usage:
    """What is used at one moment, or the difference of two."""

    def __init__(self, total, stacks, caches):
        self.total, self.stacks, self.caches = total, stacks, caches

    @classmethod
    def now(cls):
        """Once it does not change any more."""
        before = None
        for _ in range(LOOKS):
            tidy()
            pages, stacks = in_pages()
            caches = slabs()
            total = pages + sum(caches.values())
            if before is not None and abs(total - before) <= 16 * PAGE:
                return cls(total, stacks, caches)
            before = total
            time.sleep(0.5)
        raise TimeoutError("what is used does not settle, %d bytes at last" % total)

    def __sub__(self, other):
        return Usage(self.total - other.total, self.stacks - other.stacks,
                     {name: size - other.caches.get(name, 0)
                      for name, size in self.caches.items()})

    def threads(self):
        return sum(self.caches.get(name, 0) for name in OF_THREAD)

    def largest(self, share):
        """"name bytes" of what took most, each divided by @share."""
        found = dict(self.caches, **{"not in slabs": self.total - sum(self.caches.values())})
        return ", ".join("%s %d" % (name, size // share) for name, size in sorted(
            found.items(), key=lambda item: -item[1]) if size >= 100 * share)


def accepted(count, dial):
    """What @count connections take with a program that only accepts them, both ends."""
    # the caches of a first time
    for number in (count // 10, count):
        with socket.create_server(("", 0), family=socket.AF_INET6, backlog=BACKLOG,
                                  dualstack_ipv6=True) as listener:
            before = Usage.now()
            pairs = []
            for n in range(number):
                client = dial(listener.getsockname()[1], n)
                pairs += [client, listener.accept()[0]]
            used = Usage.now() - before
            for end in pairs:
                end.close()
    # A kernel's socket is no file.
    used.total -= sum(used.caches.get(name, 0) for name in OF_FILE) // 2
    return used
