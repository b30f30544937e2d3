"""The word rule of the core's name table, said again in Python to measure tables while they are made."""

LIMIT = 1024
LOOKALIKES = ("cubot", "mozacfetch")


def literal(token):
    return token[token.startswith("*"):len(token) - token.endswith("*")]


def place(token, text):
    """Where `token` first stands as a word in `text`, which is lower case; -1 where it does not."""
    word = literal(token)
    at = text.find(word)
    while at >= 0:
        before = text[at - 1] if at else " "
        after = text[at + len(word)] if at + len(word) < len(text) else " "
        starts = token.startswith("*") or not alnum(word[0]) or not alnum(before)
        ends = token.endswith("*") or not alnum(word[-1]) or not alpha(after)
        if starts and ends:
            return at
        at = text.find(word, at + 1)
    return -1


def stands(token, text):
    return place(token, text) >= 0


def find(entries, user_agent):
    """The entry that names `user_agent`: not generic before generic, then the first, then the longest."""
    text = user_agent[:LIMIT].lower()
    found = [(e, place(e["token"], text)) for e in entries if literal(e["token"]) in text]
    found = [(e, at) for e, at in found if at >= 0]
    best, _ = max(found, key=lambda f: (not f[0].get("generic"), -f[1], len(literal(f[0]["token"]))), default=(None, 0))
    if best and best.get("generic") and any(word in text for word in LOOKALIKES):
        return None
    return best


def alnum(char):
    return char.isascii() and char.isalnum()


def alpha(char):
    return char.isascii() and char.isalpha()
