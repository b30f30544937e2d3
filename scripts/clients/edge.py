"""The demo's edge: the shop as origin, Envoy before it with TLS and plain listeners, our filter in it."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

import envoy_config

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOP, API = "shop.weir.test", "api.weir.test"   # `.test` is reserved (RFC 6761); browsers are told that it is here
START_SECONDS = 30


class EdgeError(Exception):
    """What failed, and the remedy."""


class Edge:
    """Runs while the `with` block does; children are ended by their own process ids."""

    def __init__(self, envoy, module=None, bundle=None, record=False, workers=2, tls_port=0, plain_port=0):
        self.envoy, self.module, self.bundle, self.record, self.workers = envoy, module, bundle, record, workers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-edge-"))
        self.children = []
        self.tls_port, self.plain_port, self.admin_port = tls_port or free_port(), plain_port or free_port(), free_port()
        self.log, self.access = self.folder / "envoy.log", self.folder / "access.jsonl"
        self.requests, self.messages = Tail(self.access), Tail(self.log)

    def __enter__(self):
        try:
            make_certificate(self.folder)
            origin_port = self.start_origin()
            self.origin = f"http://127.0.0.1:{origin_port}"
            self.start_envoy(origin_port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if os.environ.get("WEIR_KEEP"):
            print(f"kept {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def base(self, host="localhost", plain=False):
        return f"http://{host}:{self.plain_port}" if plain else f"https://{host}:{self.tls_port}"

    def start_origin(self):
        node = shutil.which("node")
        if not node:
            raise EdgeError("`node` is not installed\n  remedy: install Node 18 or newer")
        server = ROOT / "scripts/demo-origin/server.mjs"
        child = subprocess.Popen([node, server, "0"], stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.children.append(child)
        port = child.stdout.readline().strip()
        if not port:
            raise EdgeError("the demo origin did not start\n  remedy: run `node scripts/demo-origin/server.mjs 0` to see why")
        return int(port)

    def start_envoy(self, origin_port):
        config = envoy_config.bootstrap(self, origin_port)
        file = self.folder / "envoy.json"
        file.write_text(json.dumps(config, indent=1))
        command = [self.envoy, "-c", file, "--disable-hot-restart", "--concurrency", str(self.workers), "--log-path", self.log,
                   "--log-level", "warning", "--component-log-level", "wasm:info,lua:info", "--file-flush-interval-msec", "50"]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.children.append(child)
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if child.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
                raise EdgeError(f"Envoy did not start; its log ends with:\n{tail}\n  remedy: the last lines name the cause; "
                                f"`WEIR_KEEP=1` keeps the configuration in {self.folder}")
            time.sleep(0.1)

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/ready", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    def tours(self):
        """How many browsers have finished the tour, asked of the origin past Envoy."""
        with urllib.request.urlopen(f"{self.origin}/tour/count", timeout=2) as answer:
            return json.load(answer)["tours"]


class Tail:
    """A growing file: each call gives the whole lines that came since the last."""

    def __init__(self, path):
        self.path, self.offset = path, 0

    def fresh(self):
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self.offset)
            text = file.read()
        text = text[: text.rfind(b"\n") + 1]
        self.offset += len(text)
        return text.decode(errors="replace").splitlines()


def free_port(wanted=0):
    """The wanted port where it is free, else any that is."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except OSError:
            listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def make_certificate(folder):
    """A throw-away authority and a certificate of it for the names in use."""
    try:
        import trustme
    except ImportError:
        raise EdgeError("the Python package `trustme` is missing\n  remedy: run scripts/install-clients") from None
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert(SHOP, API, "localhost", "127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "cert.pem").write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
