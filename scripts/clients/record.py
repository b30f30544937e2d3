#!/usr/bin/env python3
"""Records the real clients through Envoy as traces: `scripts/record [CLIENT ...]`.

Each request is written as the filter would see it. A client's identical requests are kept once.
"""

import json
import pathlib
import sys

import catalogue
import play
from edge import Edge

TRACES = pathlib.Path(__file__).resolve().parents[2] / "wasm-tests/traces/clients.jsonl"


def main(envoy, *wanted):
    old = [json.loads(line) for line in TRACES.read_text().splitlines()] if TRACES.exists() else []
    recorded = {}
    with Edge(envoy, record=True) as edge:
        for client in play.choose(wanted):
            entries = play.run(edge, client)
            if entries is not None:
                recorded[client.name] = list(traces(client, entries))
                print(f"  {client.name}: {len(recorded[client.name])} different requests of {len(entries)}")
    fresh = set(recorded)
    for line in old:
        name = line["id"].split("/")[1]
        if name not in fresh:
            recorded.setdefault(name, []).append(line)
    order = [client.name for client in catalogue.CLIENTS]
    lines = [line for name in sorted(recorded, key=order.index) for line in recorded[name]]
    TRACES.parent.mkdir(parents=True, exist_ok=True)
    TRACES.write_text("".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines))
    print(f"{len(lines)} requests of {len(recorded)} clients in {TRACES.name}")


def traces(client, entries):
    seen = set()
    for entry in entries:
        if not entry["trace"]:
            continue    # answered before the filters: no request to record
        line = json.loads(entry["trace"])
        same = json.dumps([line["request"], line.get("tls", {}).get("ja4")])
        if same in seen:
            continue
        if "tls" in line:
            line["tls"]["version"] = line["tls"]["version"].removeprefix("TLSv")
        yield {"t": line.pop("t"), "id": f"{client.kind}/{client.name}/{len(seen)}", **line}
        seen.add(same)


main(*sys.argv[1:])
