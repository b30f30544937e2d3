"""The word rule of the core's name table, said again in Python to measure tables while they are made."""

LIMIT = 1024
LOOKALIKES = ("cubot", "mozacfetch")


def literal(token):
    return token[token.startswith("*"):len(token) - token.endswith("*")]


def stands(token, text):
    """Whether `token` stands as a word in `text`, which is lower case."""
    word = literal(token)
    at = text.find(word)
    while at >= 0:
        before = text[at - 1] if at else " "
        after = text[at + len(word)] if at + len(word) < len(text) else " "
        starts = token.startswith("*") or not alnum(word[0]) or not alnum(before)
        ends = token.endswith("*") or not alnum(word[-1]) or not alpha(after)
        if starts and ends:
            return True
        at = text.find(word, at + 1)
    return False


def find(entries, user_agent):
    """The entry that names `user_agent`: not generic before generic, then the longest, then the earliest."""
    text = user_agent[:LIMIT].lower()
    found = [e for e in entries if literal(e["token"]) in text and stands(e["token"], text)]
    best = max(found, key=lambda e: (not e.get("generic"), len(literal(e["token"]))), default=None)
    if best and best.get("generic") and any(word in text for word in LOOKALIKES):
        return None
    return best


def alnum(char):
    return char.isascii() and char.isalnum()


def alpha(char):
    return char.isascii() and char.isalpha()
