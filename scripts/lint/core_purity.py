#!/usr/bin/env python3
"""The core reads no clock, no randomness, no environment; no std, no floats, no hash order. Dependencies included."""

import re
import subprocess

import sources

FORBIDDEN = {
    r"\bextern\s+crate\s+std\b": "brings std in",
    r"\bstd::": "names std; use core or alloc",
    r"\bf(?:32|64)\b": "uses floats; scores and state are integers, so that hosts agree bit for bit",
    r"\bHash(?:Map|Set)\b": "has an order that differs between runs; use BTreeMap or a sorted slice",
    r"\b(?:Instant|SystemTime)\b": "reads a clock; time is an argument",
    r"\b(?:option_)?env!": "reads the environment",
    r"\b(?:thread_local!|static\s+mut)": "keeps hidden state",
    r"\bunsafe\b": "is unsafe",
}
CRATES = {"getrandom", "rand", "rand_core", "time", "chrono", "instant", "web-time", "ahash", "libm", "wasi", "libc"}


def main():
    problems = []
    for path in sources.files(".rs", under="filter-core/src"):
        if sources.is_test(path):
            continue
        text = sources.code(path)
        for pattern, why in FORBIDDEN.items():
            for found in re.finditer(pattern, text):
                place = f"{path.relative_to(sources.ROOT)}:{sources.line_of(text, found.start())}"
                problems.append(f"{place}: `{found.group().strip()}` {why}")
    tree = ["cargo", "tree", "-q", "-p", "filter-core", "-e", "normal", "--target", "wasm32-unknown-unknown",
            "--prefix", "none", "--format", "{p}"]
    listed = subprocess.run(tree, cwd=sources.ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        problems.append(f"cargo tree failed: {listed.stderr.strip()}")
    for crate in sorted({line.split()[0] for line in listed.stdout.splitlines() if line.strip()} & CRATES):
        problems.append(f"filter-core depends on `{crate}`, which reads time, randomness or the host")
    sources.report(problems, "hand it to the core as an argument; the adapters know the clock and the host")


main()
