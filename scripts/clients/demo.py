#!/usr/bin/env python3
"""The demo after its parts are built: starts the edge, lets real clients visit, prints who was seen, then stays up.

    demo.py ENVOY MODULE BUNDLE [--once] [CLIENT ...]
"""

import json
import pathlib
import re
import shutil
import signal
import sys
import time

import play
import verdicts
from edge import Edge, EdgeError, free_port

CLIENTS = ["curl", "wget", "python-requests", "python-httpx", "python-aiohttp", "node-fetch", "go-net-http", "requests-as-chrome",
           "curl_cffi-chrome", "curl_cffi-safari", "curl_cffi-firefox", "chromium", "chromium-headless", "playwright-chromium", "firefox"]
TLS_PORT, PLAIN_PORT = 10443, 10080
COLUMNS = [("client", 20), ("requests", 55), ("score", 5), ("class", 8), ("action", 8), ("rule", 18), ("why", 0)]

TTY = sys.stdout.isatty()
COLOURS = {"bot": "31", "tool": "33", "human": "32", "good_bot": "36"}


def main(envoy, module, bundle, *arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)    # also where a shell started us in the background
    edge = Edge(envoy, pathlib.Path(module), pathlib.Path(bundle).read_text(), tls_port=free_port(TLS_PORT), plain_port=free_port(PLAIN_PORT))
    names = [name for name in arguments if name != "--once"] or CLIENTS
    with edge:
        print(f"  Envoy answers at {edge.base()} and {edge.base(plain=True)}\n")
        print_row([name for name, _ in COLUMNS], header=True)
        seen = sum(visit(edge, client) for client in play.choose(names))
        if not seen:
            raise EdgeError("Envoy wrote no events\n  remedy: WEIR_KEEP=1 keeps Envoy's log and configuration, which say why")
        print(f"\n{seen} requests judged by the filter inside Envoy.")
        if "--once" not in arguments:
            stay(edge)


def visit(edge, client):
    entries = play.run(edge, client)
    pairs = verdicts.joined(edge, entries or [])
    for place, (kinds, count, event) in enumerate(verdicts.groups(pairs)):
        print_verdict("" if place else client.name, f"{', '.join(kinds)} ({count})", event)
    return len(pairs)


def stay(edge):
    print(f"""
Try it yourself; each request appears here:
  curl --cacert {edge.folder}/ca.pem {edge.base()}/
  curl -k -A 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0' {edge.base()}/
  a browser on this machine: {edge.base()}/  (its warning is about the demo's own certificate)
Counters: curl -s http://127.0.0.1:{edge.admin_port}/stats?filter=weir
Ctrl-C ends it.
""", flush=True)
    try:
        while True:
            time.sleep(0.3)
            entries = [json.loads(line) for line in edge.requests.fresh()]
            for entry, event in verdicts.joined(edge, entries) if entries else []:
                print_verdict((entry["agent"] or "-")[:19], entry["request"], event)
    except KeyboardInterrupt:
        print("\nbye")


def print_verdict(client, requests, event):
    print_row([client, requests, str(event["score"]), event["class"], event["action"], event.get("rule") or "-", why(event)])


def why(event):
    """The reason that weighs most, in words, and how many stand beside it."""
    reasons = event.get("reasons", [])
    if not reasons:
        return "nothing speaks against it"
    more = f" (+{len(reasons) - 1})" if len(reasons) > 1 else ""
    return f"{reasons[0]['signal']}: {reasons[0]['detail']}{more}"


def print_row(cells, header=False):
    """One line of the table; the last column takes what the terminal has left."""
    line = ""
    for cell, (name, width) in zip(cells, COLUMNS):
        width = width or max(20, shutil.get_terminal_size((160, 24)).columns - len_plain(line) - 1)
        text = cell if len(cell) <= width or not TTY else cell[: width - 1] + "…"
        padded = text.ljust(width)
        if TTY and header:
            padded = f"\x1b[1m{padded}\x1b[0m"
        elif TTY and name == "class" and cell in COLOURS:
            padded = f"\x1b[{COLOURS[cell]}m{padded}\x1b[0m"
        line += padded + "  "
    print(line.rstrip(), flush=True)


def len_plain(line):
    return len(re.sub(r"\x1b\[\d+m", "", line))


try:
    main(*sys.argv[1:])
except EdgeError as problem:
    sys.exit(f"error: {problem}")
except KeyboardInterrupt:
    sys.exit(130)
