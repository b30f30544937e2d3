#!/usr/bin/env python3
"""No source file past 600 lines; those past 400 are named, tests apart."""

import sources

LONG, TOO_LONG = 400, 600


def main():
    problems = []
    for path in sources.files(".rs", ".py", ".mjs", ".sh"):
        place = path.relative_to(sources.ROOT).as_posix()
        count = path.read_text(encoding="utf-8").count("\n")
        if count <= LONG:
            continue
        if count > TOO_LONG:
            problems.append(f"{place}: {count} lines")
        elif not sources.is_test(path):
            print(f"{place}: {count} lines, look again")
    sources.report(problems, f"one idea a file, {TOO_LONG} lines at most; move tests to a sibling tests.rs")


main()
