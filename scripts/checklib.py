# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared by the check-* scripts: the repository's files, C text without comments, results."""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def repo_files():
    """Paths of all tracked files and of those that would be added, relative to the root."""
    list_files = ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True,
                               check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):  # no git, or an unpacked tarball
        names = []
        for top, dirs, files in os.walk(ROOT):
            dirs[:] = [d for d in dirs if d not in (".git", "build", "__pycache__")]
            names += [os.path.relpath(os.path.join(top, f), ROOT) for f in files]
    return sorted(n for n in set(names)
                  if n and os.path.isfile(os.path.join(ROOT, n))
                  and not os.path.islink(os.path.join(ROOT, n)))


def read_text(name):
    """The file's text; None when it is not text (a corpus, a capture)."""
    with open(os.path.join(ROOT, name), "rb") as f:
        data = f.read()
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_table(name):
    """Rows of a data file beside the scripts: fields split at white space, # comments."""
    rows = []
    with open(os.path.join(ROOT, "scripts", name), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.strip() and not line.startswith("#"):
                rows.append((number, line.rstrip("\n")))
    return rows


_TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def strip_c(text, keep_strings=False):
    """C text with comments (and the content of literals) blanked; line numbers are kept."""
    def blank(match):
        token = match.group(0)
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token if keep_strings else token[0] + " " * (len(token) - 2) + token[0]
    return _TOKEN.sub(blank, text)


# A rule that is broken everywhere is as clear from so many lines.
SHOWN = 40


class Report:
    """Collects results, prints `ok` and `not ok` lines, ends with `N passed, N failed`."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.passed = 0
        self.failed = 0

    def result(self, name, problems=(), note=""):
        """One test: it passed when `problems` (lines of text) is empty."""
        problems = list(problems)
        tail = f" ({note})" if note else ""
        if problems:
            self.failed += 1
            print(f"not ok {self.prefix}: {name}{tail}")
            for line in problems[:SHOWN]:
                print(f"    {line}")
            if len(problems) > SHOWN:
                print(f"    ... and {len(problems) - SHOWN} more")
        else:
            self.passed += 1
            print(f"ok {self.prefix}: {name}{tail}")

    def skip(self, name, why):
        """Say that something could not be checked here; counts as nothing."""
        print(f"# skip {self.prefix}: {name}: {why}")

    def finish(self):
        """Print the sum and leave with the matching exit status."""
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
