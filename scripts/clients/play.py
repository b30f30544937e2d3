"""Runs one client at a time through an edge; what the access log gained meanwhile is that client's."""

import json
import time

import catalogue

SETTLE_SECONDS = 0.6    # the access log is flushed every 50 ms; browsers send a little more after their last page


def choose(names):
    """The named clients, or all; a name nobody knows is an error."""
    known = {client.name: client for client in catalogue.CLIENTS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no client is called `{'`, `'.join(unknown)}`; there are: {', '.join(known)}")
    return [known[name] for name in names] or list(catalogue.CLIENTS)


def run(edge, client):
    """The client's access log entries, or None with a sentence why it was left out."""
    missing = client.missing()
    if missing:
        print(f"  {client.name}: left out, this machine lacks {', '.join(missing)}", flush=True)
        return None
    edge.requests.fresh()
    try:
        client.run(edge)
    except Exception as failure:    # one client's trouble must not hide the others'
        print(f"  {client.name}: failed: {failure}", flush=True)
        return None
    time.sleep(SETTLE_SECONDS)
    return [json.loads(line) for line in edge.requests.fresh()]
