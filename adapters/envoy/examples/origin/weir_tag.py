"""Checks Weir's tag on a request at the origin. Only the standard library.

    from weir_tag import tag_key, verify
    key = tag_key(b"the tenant's secret")
    verify(key, method, authority, path, headers, now_ms)   # None, or why the tag is not to be believed

`path` is path and query as the client sent them; `headers` maps lower-case names to values.
Run this file to check it against vector.json.
"""

import hashlib
import hmac
import re


def tag_key(secret: bytes) -> bytes:
    """The key that signs tags. It can be given to an origin without the secret."""
    return hmac.new(secret, b"weir-tag-1", hashlib.sha256).digest()


def verify(key, method, authority, path, headers, now_ms, leeway_ms=60_000):
    """None where the tag is to be believed, else why not."""
    match = re.fullmatch(r"t=([0-9]{1,20}),v1=([0-9a-f]{64})", headers.get("x-weir-signature", ""))
    if match is None:
        return "malformed"
    names = ("x-weir-score", "x-weir-class", "x-weir-reasons", "x-weir-bundle")
    parts = ["weir-tag-1", match[1], method, authority, path, *(headers.get(name, "") for name in names), "end"]
    if any("\n" in part for part in parts):
        return "wrong"
    made = hmac.new(key, "\n".join(parts).encode("latin-1"), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made, match[2]):
        return "wrong"
    return "stale" if abs(int(match[1]) - now_ms) > leeway_ms else None


if __name__ == "__main__":
    import json
    import pathlib

    v = json.loads((pathlib.Path(__file__).parent / "vector.json").read_text())
    key = tag_key(v["secret"].encode())
    request = (v["method"], v["authority"], v["path"])
    assert verify(key, *request, v["headers"], v["time"]) is None
    assert verify(key, *request, v["headers"], v["time"] + 60_001) == "stale"
    assert verify(key, "GET", *request[1:], v["headers"], v["time"]) == "wrong"
    assert verify(key, *request, {**v["headers"], "x-weir-score": "1"}, v["time"]) == "wrong"
    assert verify(key, *request, {}, v["time"]) == "malformed"
    print("the tag of vector.json is believed, and no change of it")
