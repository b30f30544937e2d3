#!/usr/bin/env python3
"""Fills Weir's configuration into an example: the bundle is a string inside a string, which nobody should write by hand.

  configure.py examples/envoy.yaml --bundle policies/bundles/default.json > envoy.yaml
  configure.py examples/ecds.yaml --bundle new.json --set VERSION=2 > ecds.yaml      (then move it over the old file)

Options: --module FILE (where the filter lies on that machine), --secret-file FILE (a text of 16 bytes or more, the same on
every host; for tags and receipts), --trusted-hops N and --trusted-proxy BLOCK (as often as there are; both together: only these
blocks speak for clients), --set NAME=VALUE for the other words in the example, such as UPSTREAM.
"""
import argparse
import json
import pathlib
import secrets
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("example", type=pathlib.Path)
    arguments.add_argument("--bundle", type=pathlib.Path, required=True)
    arguments.add_argument("--module", default="/etc/weir/weir_envoy.wasm")
    arguments.add_argument("--secret-file", type=pathlib.Path)
    arguments.add_argument("--trusted-hops", type=int, default=0)
    arguments.add_argument("--trusted-proxy", action="append", default=[], metavar="BLOCK")
    arguments.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = arguments.parse_args()
    words = {"MODULE": options.module, "SETTINGS": settings(options), "CAPABILITIES": capabilities()}
    for pair in options.set:
        name, found, value = pair.partition("=")
        if not found:
            sys.exit(f"`{pair}` is no NAME=VALUE")
        words[name] = value
    text = read(options.example)
    for name, value in words.items():
        text = text.replace(f"${{{name}}}", value)
    left = sorted({part.partition("}")[0] for part in text.split("${")[1:]})
    if left:
        sys.exit(f"{options.example} also wants " + ", ".join(f"--set {name}=VALUE" for name in left))
    sys.stdout.write(text)


def settings(options):
    secret = read(options.secret_file).strip() if options.secret_file else secrets.token_hex(16)
    if not options.secret_file:
        print("no --secret-file: a secret was made up; tags and receipts hold for this configuration only", file=sys.stderr)
    given = {"bundle": read(options.bundle), "allow_unsigned": True, "secret": secret}
    if options.trusted_hops or options.trusted_proxy:
        # The examples' `use_remote_address` makes Envoy note its own peer at the chain's end.
        given["client_address"] = {"trusted_hops": options.trusted_hops, "trusted_proxies": options.trusted_proxy, "appends_peer": True}
    if options.trusted_hops and not options.trusted_proxy:
        print("no --trusted-proxy: whoever can connect past the proxies chooses the address he is judged by", file=sys.stderr)
    # A JSON string is a YAML string; the inner one is the settings, themselves JSON.
    return json.dumps(json.dumps(given))


def capabilities():
    return json.dumps({name: {} for name in read(HERE / "examples/capabilities.txt").split()})


def read(path):
    try:
        return path.read_text()
    except OSError as error:
        sys.exit(f"cannot read {path}: {error.strerror}")


if __name__ == "__main__":
    main()
