"""Reads the public crawler catalogues into candidates: token, name, category, example user agents."""

import gzip
import json
import re

import curated
from match import literal, stands

# Tags of crawler-user-agents and categories of well-known-bots, strongest first.
CATEGORY_OF = {
    "ai-crawler": "ai_training", "ai": "ai_training", "search-engine": "search_engine", "social-preview": "social_preview",
    "social": "social_preview", "preview": "social_preview", "slack": "social_preview", "feed-reader": "feed_reader",
    "feedfetcher": "feed_reader", "monitoring": "monitor", "monitor": "monitor", "advertising": "advertising",
    "archiver": "archiver", "archive": "archiver", "academic": "archiver", "webhook": "webhook", "scanner": "survey",
    "seo": "seo", "optimizer": "seo", "browser-automation": "browser_automation", "http-library": "http_library",
    "programmatic": "http_library", "tool": "http_library",
}
# Categories of ai-crawler-index and functions of ai.robots.txt.
AI_CATEGORY_OF = {
    "ai-training": "ai_training", "dataset": "ai_training", "ai-search": "search_engine", "search": "search_engine",
    "user-fetch": "ai_assistant", "seo": "seo", "archive": "archiver", "preview": "social_preview",
}


def read(data):
    """Candidates of all catalogues; those that say more come first."""
    yield from ai_index(data)
    yield from robots_txt(data)
    yield from patterns(json.load(gzip.open(data / "bots/crawler-user-agents.json.gz", "rt")))
    yield from well_known(json.load(open(data / "bots/well-known-bots.json")))


def ai_index(data):
    for row in json.load(open(data / "bots/ai-crawler-index.json"))["crawlers"]:
        category = AI_CATEGORY_OF.get(row["category"])
        for text in {row.get("robots_token") or row["name"], row["name"]}:
            yield candidate(text, row["name"], category, operator=row.get("operator"))


def robots_txt(data):
    for name, row in json.load(open(data / "bots/ai.robots.txt.json")).items():
        function = row.get("function", "").lower()
        assistant = "assistant" in function or "agent" in function
        category = "ai_assistant" if assistant else "search_engine" if "search" in function else "ai_training"
        yield candidate(name, name, category)


def patterns(rows):
    for row in rows:
        category = strongest(row.get("tags", []))
        for text in expand(row["pattern"]):
            yield candidate(text, text, category, row.get("instances", []))


def well_known(rows):
    for row in rows:
        category = strongest(row.get("categories", []))
        for pattern in row["pattern"]["accepted"]:
            for text in expand(pattern):
                yield candidate(text, text, category, row.get("instances", {}).get("accepted", []))


def strongest(tags):
    return next((category for tag, category in CATEGORY_OF.items() if tag in tags), None)


def candidate(text, name, category, examples=(), operator=None):
    text, name = text.strip(), name.strip().rstrip("/(; ")
    if text.endswith("/") and len(text) > 6:
        text = text[:-1]  # the version's slash says nothing more, and some versions come without
    token = text.lower()
    # A pattern that stands inside words of its own examples needs the rule lifted at that end.
    shown = [example.lower() for example in examples if token in example.lower()]
    if shown and not any(stands(token, example) for example in shown):
        for lifted in ("*" + token, token + "*", "*" + token + "*"):
            if any(stands(lifted, example) for example in shown):
                token = lifted
                break
    return {"token": token, "name": name, "category": category or "other_crawler", "operator": operator}


def expand(pattern):
    """The literals of a pattern that differs only in case and alternatives; nothing for richer ones."""
    if pattern in curated.PATTERNS:
        return curated.PATTERNS[pattern]
    text = pattern.replace("(^| )", "").lstrip("^").rstrip("$")
    text = re.sub(r"\[(.)(.)\]", lambda m: m[1] if m[1].lower() == m[2].lower() else m[0], text)
    text = re.sub(r"\\(.)", lambda m: m[0] if m[1] in "dwsSDWb" else "\0" + m[1], text)
    if re.search(r"(?<!\0)[\[\](){}*+?|\\]", text):
        return []
    return [text.replace("\0", "")]


def acceptable(entry):
    """Long and plain enough to be somebody's name rather than a word."""
    word = literal(entry["token"])
    return len(word) >= 4 and len(word) <= 64 and word.isascii() and word.isprintable() and not word.isdigit()
