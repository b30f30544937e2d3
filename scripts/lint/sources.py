"""What the source lints share: the tree to look at, and a module's text without comments and tests."""

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(os.environ.get("WEIR_LINT_ROOT") or pathlib.Path(__file__).resolve().parents[2])
SKIPPED = {".git", ".cache", "target", "node_modules", "__pycache__"}


def files(*suffixes, under="."):
    """Project files with one of the suffixes, sorted."""
    found = []
    for folder, names, leaves in os.walk(ROOT / under):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        found += [pathlib.Path(folder) / leaf for leaf in leaves if leaf.endswith(suffixes)]
    return sorted(found)


def is_test(path):
    return path.name == "tests.rs" or "tests" in path.relative_to(ROOT).parts[:-1]


def code(path):
    """The text with comments, string contents and test modules blanked out; line numbers stay."""
    literals = r'//[^\n]*|/\*.*?\*/|b?"(?:\\.|[^"\\])*"|b?\'(?:\\.|[^\'\\])\''
    text = re.sub(literals, lambda found: blank(found.group()), path.read_text(encoding="utf-8"), flags=re.S)
    for tests in reversed(list(re.finditer(r"^#\[cfg\(test\)\]\s*\nmod \w+ \{", text, re.M))):
        end = closing_brace(text, tests.end())
        text = text[: tests.start()] + blank(text[tests.start(): end]) + text[end:]
    return text


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def closing_brace(text, start):
    """The end of the block whose opening brace stands before `start`."""
    depth = 1
    for found in re.finditer(r"[{}]", text[start:]):
        depth += 1 if found.group() == "{" else -1
        if depth == 0:
            return start + found.end()
    return len(text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def report(problems, remedy):
    """Prints all problems at once and ends the lint."""
    for problem in problems:
        print(problem)
    if problems:
        print(f"remedy: {remedy}")
        sys.exit(1)
