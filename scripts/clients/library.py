"""Drives one Python HTTP library, or curl and wget, against the shop: `python library.py NAME BASE_URL CA_FILE`.

Each makes what it can of: a page, a style sheet, an image, an API read, a JSON post, a form post, a preflight.
"""

import asyncio
import json
import subprocess
import sys

READS = ["/", "/shop.css", "/logo.png", "/api/products"]
CART = {"id": 1}
LOGIN = {"user": "ada", "password": "lovelace"}
PREFLIGHT = {"Origin": "https://partner.example", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "content-type"}


def curl(base, ca):
    common = ["curl", "-sS", "--max-time", "20", "--cacert", ca, "-o", "/dev/null"]
    for path in READS:
        run(common + [base + path])
    run(common + ["-H", "content-type: application/json", "-d", json.dumps(CART), base + "/api/cart"])
    run(common + ["-d", "user=ada&password=lovelace", base + "/login"])
    headers = [part for name, value in PREFLIGHT.items() for part in ("-H", f"{name}: {value}")]
    run(common + ["-X", "OPTIONS", *headers, base + "/api/stock"])


def wget(base, ca):
    common = ["wget", "-q", "--timeout=20", "--tries=1", "--ca-certificate", ca, "-O", "/dev/null"]
    for path in READS:
        run(common + [base + path])
    run(common + ["--post-data", "user=ada&password=lovelace", base + "/login"])


def urllib(base, ca):
    import ssl
    import urllib.parse
    import urllib.request
    context = ssl.create_default_context(cafile=ca)
    ask = lambda *request, **more: urllib.request.urlopen(
        urllib.request.Request(*request, **more), timeout=20, context=context).read()
    for path in READS:
        ask(base + path)
    ask(base + "/api/cart", data=json.dumps(CART).encode(), headers={"content-type": "application/json"})
    ask(base + "/login", data=urllib_form(LOGIN))
    ask(base + "/api/stock", headers=PREFLIGHT, method="OPTIONS")


def urllib_form(fields):
    from urllib.parse import urlencode
    return urlencode(fields).encode()


def calls(session, base):
    """The same calls for libraries with the interface that requests made common."""
    for path in READS:
        session.get(base + path)
    session.post(base + "/api/cart", json=CART)
    session.post(base + "/login", data=LOGIN)
    session.options(base + "/api/stock", headers=PREFLIGHT)


def requests(base, ca, headers=None):
    import requests as library
    session = library.Session()
    session.verify, session.trust_env = ca, False
    session.headers.update(headers or {})
    calls(session, base)


def requests_as_chrome(base, ca):
    """What scripts copy from a browser's developer tools."""
    requests(base, ca, {
        "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36",
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "Accept-Language": "en-US,en;q=0.9", "Accept-Encoding": "gzip, deflate, br",
    })


def httpx(base, ca):
    import ssl
    import httpx as library
    with library.Client(http2=True, verify=ssl.create_default_context(cafile=ca), timeout=20) as session:
        calls(session, base)


def aiohttp(base, ca):
    import ssl
    import aiohttp as library

    async def visit():
        connector = library.TCPConnector(ssl=ssl.create_default_context(cafile=ca))
        async with library.ClientSession(connector=connector, timeout=library.ClientTimeout(20)) as session:
            for path in READS:
                await (await session.get(base + path)).read()
            await session.post(base + "/api/cart", json=CART)
            await session.post(base + "/login", data=LOGIN)
            await session.options(base + "/api/stock", headers=PREFLIGHT)

    asyncio.run(visit())


def impersonate(browser):
    def drive(base, ca):
        from curl_cffi import requests as library
        with library.Session(impersonate=browser, verify=ca, timeout=20) as session:
            calls(session, base)
    return drive


def run(command):
    subprocess.run(command, check=True, timeout=30)


DRIVERS = {
    "curl": curl, "wget": wget, "urllib": urllib, "requests": requests, "requests-as-chrome": requests_as_chrome,
    "httpx": httpx, "aiohttp": aiohttp,
    "curl_cffi-chrome": impersonate("chrome"), "curl_cffi-safari": impersonate("safari"), "curl_cffi-firefox": impersonate("firefox"),
}

if __name__ == "__main__":
    DRIVERS[sys.argv[1]](*sys.argv[2:])
