"""The report in a real browser: nothing leaves the page, and a phone need not scroll sideways."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.parse
from html import escape
from typing import TYPE_CHECKING

import pytest
from test_report import HOSTILE, report_data

from uic.analysis.reporting import render_report

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing of a test may reach a real network
    "--virtual-time-budget=2000",
)
# No frame and no preconnect here: browsers open a connection for those before they ask the policy,
# so what keeps them out is that the page never has such a tag (test_report.py).
LEAKS = (
    "<img src='http://leak.invalid/img.png'><link rel=stylesheet href='http://leak.invalid/a.css'>"
    "<style>body{background:url(http://leak.invalid/b.png)}</style>"
    "<script>fetch('http://leak.invalid/c')</script>"
)
MEASURE = (
    "<script>document.querySelector('iframe').onload = event => document.body.dataset.wide = "
    "event.target.contentDocument.documentElement.scrollWidth</script>"
)

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason=f"no browser on PATH (looked for {', '.join(NAMES)})"
)


def open_page(html: str, folder: Path, *options: str) -> str:
    """Open a page in the browser and return the document it made of it."""
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    command = [BROWSER, *QUIET, f"--user-data-dir={folder / 'profile'}", *options]
    done = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, timeout=60, check=True
    )
    return done.stdout.decode()


def asked_for(html: str, folder: Path) -> tuple[str, set[str]]:
    """Open a page and return its document and the hosts it asked for, by the browser's own log.

    A request that no page started has the initiator "not an origin": browsers look for updates of
    themselves. Hosts that are only ever asked so are left out.
    """
    log = folder / "net.json"
    document = open_page(html, folder, f"--log-net-log={log}")
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    requests = [event["params"] for event in events if "url" in event.get("params", {})]
    own = {host_of(item) for item in requests if item.get("initiator") == "not an origin"}
    return document, {host_of(item) for item in requests} - own - {None}


def host_of(params: dict[str, str]) -> str | None:
    """Return the host of a logged request; a file has none."""
    return urllib.parse.urlsplit(params["url"]).hostname


def test_no_request_leaves_the_report(tmp_path: Path) -> None:
    """Opening the report asks the network for nothing, whatever partners called their columns."""
    document, hosts = asked_for(render_report(report_data(project=HOSTILE)), tmp_path)
    assert "Do not add these numbers." in document
    assert "<script" not in document
    assert hosts == set()


def test_the_policy_stops_what_should_never_be_there(tmp_path: Path) -> None:
    """Were an address or a script ever smuggled into the page, the policy would stop it."""
    html = render_report(report_data()).replace("</main>", f"{LEAKS}</main>")
    document, hosts = asked_for(html, tmp_path)
    assert "leak.invalid" in document
    assert hosts == set()


def test_the_log_would_show_a_leak(tmp_path: Path) -> None:
    """The two tests above can fail: the same addresses without the policy are asked for."""
    _, hosts = asked_for(f"<!doctype html><body>{LEAKS}</body>", tmp_path)
    assert hosts == {"leak.invalid"}


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(width: int, tmp_path: Path) -> None:
    """Wide tables scroll inside their box; the page is as wide as the screen."""
    report = escape(render_report(report_data()), quote=True)
    frame = f'<iframe style="width:{width}px;height:800px;border:0" srcdoc="{report}"></iframe>'
    document = open_page(f"<!doctype html><body>{frame}{MEASURE}</body>", tmp_path)
    found = re.search(r'data-wide="(\d+)"', document)
    assert found is not None
    assert int(found[1]) <= width
