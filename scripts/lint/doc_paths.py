#!/usr/bin/env python3
"""Every path that a document names exists: links, and `paths/in/backticks`."""

import re

import sources

TOP = {path.name for path in sources.ROOT.iterdir()}
MADE = {"target", ".cache"}     # made by builds and scripts, not committed


def named(text):
    """(path, offset) of relative links and of back-ticked words that begin at a top-level entry."""
    for found in re.finditer(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"[a-z]+:", found.group(1)):
            yield found.group(1), found.start(), True
    for found in re.finditer(r"`([^`\n]+)`", text):
        word = found.group(1).split()[0].removeprefix("./") if found.group(1).split() else ""
        if "/" in word and word.split("/")[0] in TOP - MADE and not re.search(r"[*<>{}$]|::", word):
            yield word.rstrip("/.,:"), found.start(), False


def main():
    problems = []
    for path in sources.files(".md"):
        text = path.read_text(encoding="utf-8")
        for name, offset, is_link in named(text):
            base = path.parent if is_link else sources.ROOT
            if not (base / name).exists() and not (path.parent / name).exists():
                problems.append(f"{path.relative_to(sources.ROOT)}:{sources.line_of(text, offset)}: `{name}` does not exist")
    sources.report(problems, "name the file where it is now, or drop the sentence")


main()
