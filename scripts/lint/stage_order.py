#!/usr/bin/env python3
"""A stage of filter-core imports only the stages before it; helpers import no stage at all."""

import re

import sources

STAGES = ["facts", "request", "fingerprint", "state", "sync", "signals", "score", "policy", "action"]
HELPERS = ["bytes", "limits", "keys", "order", "scan", "words"]   # usable everywhere, use nothing of the line
ABOVE = ["engine", "lib"]       # drive the line, are used by no stage

CORE = sources.ROOT / "filter-core" / "src"


def heads(text):
    """(first path segment, offset) of each `crate::...`, groups included."""
    for found in re.finditer(r"\bcrate::(\w+|\{)", text):
        if found.group(1) != "{":
            yield found.group(1), found.start()
            continue
        depth, head = 0, True
        for token in re.finditer(r"[{},]|\w+", text[found.end() - 1:]):
            word = token.group()
            if word == "{":
                depth += 1
                head = depth == 1
            elif word == "}":
                depth -= 1
                head = False
                if depth == 0:
                    break
            elif word == ",":
                head = depth == 1
            elif head:
                yield word, found.end() - 1 + token.start()
                head = False


def may_import(stage, other):
    if stage in ABOVE or other in HELPERS or other == stage:
        return True
    if stage in HELPERS:
        return False
    return other in STAGES[: STAGES.index(stage)]


def main():
    problems = []
    for path in sources.files(".rs", under="filter-core/src"):
        if sources.is_test(path):
            continue
        parts = path.relative_to(CORE).with_suffix("").parts
        stage = parts[0]
        place = path.relative_to(sources.ROOT)
        if stage not in STAGES + HELPERS + ABOVE:
            problems.append(f"{place}: `{stage}` is neither a stage nor a known helper")
            continue
        text = sources.code(path)
        for other, offset in heads(text):
            known = other in STAGES + HELPERS + ABOVE
            if known and not may_import(stage, other):
                problems.append(f"{place}:{sources.line_of(text, offset)}: `{stage}` imports `{other}`")
        depth = len(parts) - (parts[-1] == "mod")
        for found in re.finditer(r"\b(?:super::)+", text):
            if stage not in ABOVE and found.group().count("super") >= depth:
                problems.append(f"{place}:{sources.line_of(text, found.start())}: `super` reaches the crate's root; "
                                "name the stage with `crate::`")
    sources.report(problems, "a stage takes what the stages before it made (" + " -> ".join(STAGES) + "); "
                   "move the shared type to the earliest stage that needs it, or teach scripts/lint/stage_order.py a new helper")


main()
