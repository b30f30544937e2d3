"""Makes the crawler table: candidates of the catalogues, corrected by hand, checked against real browsers."""

import re

import catalogues
import curated
from match import find, literal, stands

ADDRESS = re.compile(r"\.[a-z]{2,}/.")


def crawlers(data, tools, browsers):
    """Entries sorted by token, and what was left out and why."""
    table, left_out = {}, []
    taken = {literal(entry["token"]) for entry in tools}
    lowered = [text.lower() for text in browsers]
    for token, (name, category, operator, ranges) in curated.KNOWN.items():
        add(table, {"token": token, "name": name, "category": category, "operator": operator, "ranges": ranges})
    for entry in catalogues.read(data):
        word = literal(entry["token"])
        if word in taken or word in table or word in curated.NOT_NAMES or not catalogues.acceptable(entry):
            continue
        # The address of a page about the crawler stands beside its name, and would win over it by length.
        if ADDRESS.search(word):
            continue
        shown = next((text for text in lowered if word in text and stands(entry["token"], text)), None)
        if shown:
            left_out.append((entry["token"], shown))
            continue
        entry["ranges"] = None
        add(table, entry)
    drop_longer(table)
    return sorted(table.values(), key=lambda entry: literal(entry["token"])), left_out


def add(table, entry):
    table.setdefault(literal(entry["token"]), {k: v for k, v in entry.items() if v})


def drop_longer(table):
    """A longer token that says the same as the shorter one in it only costs bytes."""
    kept = list(table.values())
    for entry in kept:
        others = [e for e in kept if e is not entry and literal(e["token"]) in literal(entry["token"])]
        shorter = find(others, literal(entry["token"]))
        known = literal(entry["token"]) in curated.KNOWN
        if shorter and not known and (shorter["category"] == entry["category"] or "ranges" in shorter):
            table.pop(literal(entry["token"]), None)
