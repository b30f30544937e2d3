"""The real clients: what each is called, what kind it is, what it needs, how it is started."""

import dataclasses
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Callable

import browser

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("WEIR_CACHE", HERE.parents[1] / ".cache"))
NODE_MODULES = CACHE / "node/node_modules"
CLIENT_SECONDS = 120

BROWSER, AUTOMATION, LIBRARY, COPIED, IMPERSONATOR = "browser", "automation", "library", "copied-headers", "impersonator"


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    kind: str
    start: Callable
    needs: tuple = ()       # programs
    modules: tuple = ()     # Python packages
    files: tuple = ()

    def missing(self):
        """What it would take to run this one; empty when it can run."""
        absent = [name for name in self.needs if not any(shutil.which(one) for one in name.split("|"))]
        absent += [f"{name} (Python)" for name in self.modules if not importlib.util.find_spec(name)]
        return absent + [path.name for path in self.files if not path.exists()]

    def run(self, edge):
        self.start(edge)


def python(name):
    def start(edge):
        spawn([sys.executable, HERE / "library.py", name, edge.base(), edge.folder / "ca.pem"])
    return start


def node(edge):
    spawn(["node", HERE / "fetch.mjs", edge.base()], NODE_EXTRA_CA_CERTS=str(edge.folder / "ca.pem"))


def go(edge):
    spawn(["go", "run", HERE / "nethttp.go", edge.base(), edge.folder / "ca.pem"], GOFLAGS="-mod=mod", GO111MODULE="off",
          GOCACHE=str(CACHE / "go"), GOTOOLCHAIN="local")


def playwright(headful):
    def start(edge):
        command = ["node", HERE / "playwright.mjs", browser.find("chromium", "google-chrome", "chromium-browser"),
                   edge.base(browser.SHOP) + "/tour"]
        if not headful:
            return spawn(command, WEIR_NODE_MODULES=str(NODE_MODULES))
        with browser.Display() as display:
            return spawn(command + ["headful"], WEIR_NODE_MODULES=str(NODE_MODULES), DISPLAY=display.name)
    return start


def visit(name, **how):
    return lambda edge: browser.visit(edge, name, **how)


def spawn(command, **environment):
    ran = subprocess.run([str(part) for part in command], env={**os.environ, **environment}, timeout=CLIENT_SECONDS,
                         capture_output=True, text=True, start_new_session=True)
    if ran.returncode != 0:
        raise RuntimeError((ran.stderr or ran.stdout).strip()[-600:])


def browsers():
    programs = {"chromium": ("chromium|google-chrome|chromium-browser", "certutil"), "firefox": ("firefox-esr|firefox", "certutil")}
    window = ("Xvfb", "xdotool")
    for name, needs in programs.items():
        yield Client(name, BROWSER, visit(name), needs + window)
        yield Client(f"{name}-http1", BROWSER, visit(name, http1=True), needs + window)
        yield Client(f"{name}-plain", BROWSER, visit(name, plain=True), needs + window)
        yield Client(f"{name}-headless", AUTOMATION, visit(name, headless=True), needs)
    for headful in (False, True):
        yield Client("playwright-chromium" + ("-headful" if headful else ""), AUTOMATION, playwright(headful),
                     ("chromium|google-chrome|chromium-browser", "node", *(window if headful else ())),
                     files=(NODE_MODULES / "playwright-core",))


CLIENTS = [
    Client("curl", LIBRARY, python("curl"), ("curl",)),
    Client("wget", LIBRARY, python("wget"), ("wget",)),
    Client("python-urllib", LIBRARY, python("urllib")),
    Client("python-requests", LIBRARY, python("requests"), modules=("requests",)),
    Client("python-httpx", LIBRARY, python("httpx"), modules=("httpx", "h2")),
    Client("python-aiohttp", LIBRARY, python("aiohttp"), modules=("aiohttp",)),
    Client("node-fetch", LIBRARY, node, ("node",)),
    Client("go-net-http", LIBRARY, go, ("go",)),
    Client("requests-as-chrome", COPIED, python("requests-as-chrome"), modules=("requests",)),
    *(Client(f"curl_cffi-{name}", IMPERSONATOR, python(f"curl_cffi-{name}"), modules=("curl_cffi",))
      for name in ("chrome", "safari", "firefox")),
    *browsers(),
]
