#!/usr/bin/env python3
"""The table of live clients in wasm-tests/EVIDENCE.md: `evidence.py ENVOY MODULE BUNDLE [--check] [CLIENT ...]`.

Without --check the table is written. With it the clients found here visit again and must be seen as the table says: the same
classes, and no real browser a bot.
"""

import json
import pathlib
import re
import sys

import catalogue
import play
import verdicts
from edge import Edge, EdgeError

PAGE = pathlib.Path(__file__).resolve().parents[2] / "wasm-tests/EVIDENCE.md"
BEGIN, END = "<!-- live clients: written by scripts/evidence -->\n", "<!-- end of live clients -->\n"
HEAD = "| client | kind | requests | first request: score, class | highest: score, class | on | its top reasons |\n" + "|---" * 7 + "|\n"


def main(envoy, module, bundle, *arguments):
    check = "--check" in arguments
    wanted = [name for name in arguments if name != "--check"]
    rows, problems = {}, []
    with Edge(envoy, pathlib.Path(module), pathlib.Path(bundle).read_text()) as edge:
        for client in play.choose(wanted):
            entries = play.run(edge, client)
            if entries is None:
                continue
            pairs = verdicts.joined(edge, entries)
            # A WebSocket or an aborted request may end after its client; all others must have been judged.
            if len(pairs) < len(entries):
                problems.append(f"{client.name}: {len(entries) - len(pairs)} of {len(entries)} requests have no verdict")
            if not pairs:
                problems.append(f"{client.name}: no verdict at all")
                continue
            rows[client.name] = row(client, pairs)
            problems += false_positives(client, pairs)
            print(f"  {client.name}: {' · '.join(rows[client.name][2:])}", flush=True)
    page = PAGE.read_text()
    committed = read(page)
    if check:
        problems += [difference for name in rows for difference in differences(name, committed.get(name), rows[name])]
    else:
        PAGE.write_text(write(page, {**committed, **rows}))
    for problem in problems:
        print(f"problem: {problem}")
    print(f"{len(rows)} clients, {len(problems)} problems")
    sys.exit(1 if problems or not rows else 0)


def row(client, pairs):
    first = pairs[0][1]
    entry, highest = max(pairs, key=lambda pair: pair[1]["score"])
    return [client.name, client.kind, str(len(pairs)), f"{first['score']}, {first['class']}", f"{highest['score']}, {highest['class']}",
            verdicts.kind(entry), verdicts.reasons(highest)]


def false_positives(client, pairs):
    if client.kind != catalogue.BROWSER:
        return []
    return [f"{client.name}: a real browser is a bot ({event['score']}) on {entry['request']}: {json.dumps(event['reasons'])}"
            for entry, event in pairs if event["class"] == "bot"]


def differences(name, committed, seen):
    if committed is None:
        yield f"{name}: not in {PAGE.name}; run scripts/evidence {name}"
        return
    for column, what in ((3, "first request"), (4, "highest")):
        before, now = committed[column].split(", ")[1], seen[column].split(", ")[1]
        if before != now:
            yield f"{name}: its {what} was {before}, now {now} ({seen[column]}; {seen[6]})"


def read(page):
    block = page[page.index(BEGIN) + len(BEGIN): page.index(END)]
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in block.splitlines() if line.startswith("|")]
    return {cells[0]: cells for cells in rows[2:]}


def write(page, rows):
    order = [client.name for client in catalogue.CLIENTS]
    lines = "".join("| " + " | ".join(rows[name]) + " |\n" for name in order if name in rows)
    return re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: BEGIN + HEAD + lines + END, page, flags=re.S)


try:
    main(*sys.argv[1:])
except EdgeError as problem:
    sys.exit(f"error: {problem}")
