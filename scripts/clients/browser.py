"""Real browsers on the tour of the shop: started as a person would start them, clicked by a real pointer under Xvfb.

Nothing drives them but the window system: no debugging port, no automation flag. Headless ones click for themselves.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from edge import API, SHOP

TOUR_SECONDS = 90
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            # Plain http stays plain: the tour visits both on purpose.
            "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints",
            f"--host-resolver-rules=MAP {SHOP} 127.0.0.1,MAP {API} 127.0.0.1"]
FIREFOX = {
    "network.dns.localDomains": f"{SHOP},{API}",
    "browser.shell.checkDefaultBrowser": False, "browser.aboutwelcome.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
    "browser.startup.homepage_override.mstone": "ignore", "termsofuse.bypassNotification": True, "app.update.enabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "browser.safebrowsing.update.enabled": False, "extensions.update.enabled": False,
    # Plain http stays plain, as above.
    "dom.security.https_first": False, "dom.security.https_only_mode": False, "dom.security.https_first_schemeless": False,
}


class Display:
    """A screen of its own, for headful browsers."""

    def __enter__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
                                       pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = ":" + pipe.readline().strip()
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait(timeout=10)

    def click(self):
        """A press in the window's middle; a hand is never quite still before it."""
        subprocess.run(["xdotool", "mousemove", "633", "603", "mousemove", "640", "610", "click", "1"],
                       env={**os.environ, "DISPLAY": self.name}, check=False, timeout=10)


def visit(edge, browser, headless=False, http1=False, plain=False):
    """One tour; raises TimeoutError if the browser does not finish it."""
    with tempfile.TemporaryDirectory(prefix="weir-browser-") as home:
        start = {"chromium": chromium, "firefox": firefox}[browser]
        url = edge.base(SHOP, plain) + "/tour" + ("?self=1" if headless else "")
        command = start(pathlib.Path(home), edge, headless, http1) + [url]
        environment = {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home, "MOZ_DISABLE_CONTENT_SANDBOX": "1"}
        if headless:
            environment.pop("DISPLAY", None)
            tour(edge, command, environment, None)
        else:
            with Display() as display:
                tour(edge, command, {**environment, "DISPLAY": display.name}, display)


def tour(edge, command, environment, display):
    before, deadline = edge.tours(), time.monotonic() + TOUR_SECONDS
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while edge.tours() == before:
            if time.monotonic() > deadline or child.poll() is not None:
                raise TimeoutError(f"`{command[0]}` did not finish the tour")
            time.sleep(1)
            if display:
                display.click()
    finally:
        end(child)


def end(child):
    """Ends the browser and the processes that it started, which share its session."""
    for sign in (15, 9):
        try:
            os.killpg(child.pid, sign)
            child.wait(timeout=5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def trust(database, edge):
    """The demo's authority, trusted as a company's own is."""
    database.mkdir(parents=True, exist_ok=True)
    for command in (["-N", "--empty-password"], ["-A", "-n", "weir-demo", "-t", "C,,", "-i", str(edge.folder / "ca.pem")]):
        subprocess.run(["certutil", "-d", f"sql:{database}", *command], check=True, timeout=30,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def chromium(home, edge, headless, http1):
    trust(home / ".pki/nssdb", edge)
    return [find("chromium", "google-chrome", "chromium-browser"), *CHROMIUM, f"--user-data-dir={home / 'profile'}",
            *(["--headless"] if headless else ["--window-size=1280,900", "--window-position=0,0"]),
            *(["--disable-http2"] if http1 else [])]


def firefox(home, edge, headless, http1):
    profile = home / "profile"
    trust(profile, edge)
    wanted = {**FIREFOX, "network.http.http2.enabled": not http1}
    lines = [f'user_pref("{name}", {str(value).lower() if isinstance(value, bool) else repr(value)});' for name, value in wanted.items()]
    (profile / "user.js").write_text("\n".join(lines).replace("'", '"') + "\n")
    return [find("firefox-esr", "firefox"), "--no-remote", "--profile", str(profile),
            *(["--headless"] if headless else ["--width", "1280", "--height", "900"])]


def find(*names):
    return next((path for path in map(shutil.which, names) if path), None)
