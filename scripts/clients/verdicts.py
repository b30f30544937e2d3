"""What the filter said: its event lines in Envoy's log, joined with the access log by the request's id."""

import json

ASSETS = (".css", ".js", ".mjs", ".png", ".ico", ".svg", ".woff2", ".webmanifest")


def joined(edge, entries):
    """Each access log entry that has an event, with it: (entry, event). An event is written before its entry."""
    known = {event.get("id"): event for event in map(event_in, edge.messages.fresh()) if event}
    return [(entry, known[entry["id"]]) for entry in entries if entry["id"] in known]


def event_in(line):
    """The event that a line of Envoy's log holds, if it does."""
    start = line.find("{") if "wasm log" in line else -1
    try:
        event = json.loads(line[start:]) if start >= 0 else {}
    except ValueError:
        return None
    return event if "score" in event else None


def kind(entry):
    """What a person would call the request."""
    method, path = entry["request"].split(" ", 1)
    path = path.split("?")[0]
    if method == "OPTIONS":
        return "preflight"
    if path == "/socket":
        return "websocket"
    if path.endswith(ASSETS):
        return "asset"
    if path in ("/login", "/tour/posted") and method == "POST":
        return "form"
    if path.startswith("/api") or path in ("/beacon", "/tour/done"):
        return "api" if method == "GET" else "post"
    return "page"


def reasons(event, most=3):
    """The signals that weighed most, as text."""
    return ", ".join(reason["signal"] for reason in event.get("reasons", [])[:most]) or "-"


def groups(pairs):
    """Requests of one client with the same verdict, together: (kinds, how many, event), in order of first sight."""
    grouped = {}
    for entry, event in pairs:
        key = (event["score"], event["class"], event["action"], event.get("rule"), reasons(event))
        kinds, members = grouped.setdefault(key, ([], []))
        if kind(entry) not in kinds:
            kinds.append(kind(entry))
        members.append(event)
    return [(kinds, len(members), members[0]) for kinds, members in grouped.values()]
