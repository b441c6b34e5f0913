"""The offline page in a real browser at the width of a phone, driven by key and touch."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from uic.files import spec_path
from uic.partner.codes import compose, grouped, records_of
from uic.partner.forms import card
from uic.partner.schemes import load_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="chromium and chromedriver are not installed: the card page is not driven",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)  # fmt: skip
PHONE = {"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 2, "touch": True}}


class Browser:
    """Just enough of the WebDriver protocol: JSON over HTTP to chromedriver."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.known: dict[str, str] = {}
        options = {"binary": CHROMIUM, "args": list(FLAGS), "mobileEmulation": PHONE}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options}
        made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.root += f"/session/{made['sessionId']}"

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one command and return its answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)["value"]

    def open(self, page: Path) -> None:
        """Open a page from the disk."""
        self.known = {}
        self.ask("POST", "/url", {"url": page.as_uri()})

    def find(self, css: str) -> str:
        """Return the id of an element."""
        if css not in self.known:
            found = self.ask("POST", "/element", {"using": "css selector", "value": css})
            self.known[css] = str(found[ELEMENT])
        return self.known[css]

    def click(self, css: str) -> None:
        """Touch an element."""
        self.ask("POST", f"/element/{self.find(css)}/click", {})

    def type(self, css: str, text: str) -> None:
        """Press keys in a field."""
        self.ask("POST", f"/element/{self.find(css)}/value", {"text": text})

    def run(self, script: str, *args: Any) -> Any:
        """Run a script in the page."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(args)})

    def texts(self, css: str) -> list[str]:
        """Return the visible texts of elements."""
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)"
        return list(self.run(script, css))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start chromedriver with one headless browser the size of a phone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as driver:
        try:
            started = connected(port)
            yield started
            started.ask("DELETE", "")
        finally:
            driver.terminate()


def connected(port: int) -> Browser:
    for _ in range(100):
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            return Browser(port)
        time.sleep(0.1)
    pytest.fail("chromedriver does not answer")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the page of a few schemes."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ("kh-template", "au-slk581", "ph-doh"):
        card(name, folder / f"{name}.html")
    return {path.stem: path for path in folder.glob("*.html")}


def vectors(scheme: str) -> list[dict[str, str]]:
    """Return the people of six of a scheme's composing vectors, evenly spread.

    All vectors are run against the JavaScript itself in ``tests/test_vectors.py``; here it is
    the page around it that is tried, and typing takes time.
    """
    paths = sorted(spec_path("vectors", "compose").glob(f"{scheme}-*.json"))
    chosen = paths[:: -(-len(paths) // 6)]
    return [json.loads(path.read_text("utf-8"))["input"] for path in chosen]


def answer(browser: Browser, person: dict[str, str]) -> None:
    """Type a person's answers, as somebody with the phone in hand would."""
    browser.click("#clear")
    for name, value in person.items():
        if name == "birth_date":
            parts = zip(("year", "month", "day"), value.split("-"), strict=False)
            for part, number in parts:
                if part == "month":
                    browser.click(f'#birth_date_month option[value="{number}"]')
                else:
                    browser.type(f"#birth_date_{part}", number)
        elif name == "sex":
            with contextlib.suppress(urllib.error.HTTPError):  # an answer that is not offered
                browser.click(f'input[name="sex"][value="{value}"]')
        elif name.endswith("_status"):
            with contextlib.suppress(urllib.error.HTTPError):  # asked only where it matters
                browser.click(f'#{name} option[value="{value}"]')
        else:
            browser.type(f"#{name}", value)
    browser.click('#make button[type="submit"]')


def shown(browser: Browser, place: str = "#made") -> list[str]:
    """Return the groups on the screen; the check character is the last."""
    return [
        text.split("\n")[-1] for text in browser.texts(f"{place}:not([hidden]) > .groups .group")
    ]


@pytest.mark.parametrize("name", ["kh-template", "au-slk581", "ph-doh"])
def test_typed_people_get_the_codes_of_the_vectors(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    """What is typed gives the vectors' codes, and no code where they have none."""
    scheme = load_scheme(name)
    browser.open(pages[name])
    made = 0
    for person in vectors(name):
        found = compose(records_of([person], scheme), scheme)
        answer(browser, person)
        code, check = found.codes[0].as_py(), found.checks[0].as_py()
        if code is None or {flaw.rule for flaw in found.flaws} - {"no_letters", "unknown_code"}:
            assert shown(browser) == []
            assert browser.texts(".why")
            continue
        assert shown(browser) == [*grouped(code, scheme).split("-"), check], person
        made += 1
    assert made >= 2


def test_no_code_is_made_of_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    """Where every part may be missing, an empty page still gives no code."""
    browser.open(pages["kh-template"])
    browser.click('#make button[type="submit"]')
    assert shown(browser) == []
    assert browser.texts("#problems") == ["Nothing was answered yet."]


def check_code(browser: Browser, code: str) -> None:
    """Type a code into the checker."""
    browser.click("#tab-check")
    browser.run("document.getElementById('code').value = ''")
    browser.type("#code", code)
    browser.click('#check button[type="submit"]')


GOOD = "OE2OH-19122000-1/T"
"""Of John Doe, 19 December 2000; checked below against the library."""


def test_a_good_code_is_called_well_formed(browser: Browser, pages: dict[str, Path]) -> None:
    """A code as written on a card, in small letters and without groups, is found good."""
    browser.open(pages["au-slk581"])
    for written in (GOOD, GOOD.replace("-", "").lower(), GOOD.replace("-", " ")):
        check_code(browser, written)
        assert browser.texts("#checked.good .verdict") == ["This code is well formed."]


@pytest.mark.parametrize(
    ("written", "group"),
    [("0E2OH-19122000-1/T", 1), ("OE2OH-19212000-1/T", 2), ("OE2OH-19122000-7/T", 3)],
)
def test_a_wrong_form_names_its_group(
    browser: Browser, pages: dict[str, Path], written: str, group: int
) -> None:
    """A digit for a letter, an impossible date, a sex that does not exist: the group is named."""
    browser.open(pages["au-slk581"])
    check_code(browser, written)
    (reason,) = browser.texts("#checked.bad li")
    assert reason.startswith(f"Group {group} (")
    marked = browser.run(
        "return [...document.querySelectorAll('#checked .group')]"
        ".map((one) => one.classList.contains('wrong'))"
    )
    assert marked.index(True) == group - 1
    assert sum(marked) == 1


@pytest.mark.parametrize(
    ("written", "group"),
    [("OE2OH-19122000-2/T", "3"), ("OE2OH-19122001-1/T", "2"), ("EO2OH-19122000-1/T", "1")],
)
def test_a_wrong_check_character_says_which_group(
    browser: Browser, pages: dict[str, Path], written: str, group: str
) -> None:
    """A well-formed code that does not fit its check character: the page says where to look."""
    browser.open(pages["au-slk581"])
    check_code(browser, written)
    first, second = browser.texts("#checked.bad li")
    assert group in first.split("group ")[1]
    assert "check character" in second
    boxes = browser.texts("#checked .group")
    assert boxes[int(group) - 1] in browser.texts("#checked .group.suspect")


def test_typing_the_card_again_shows_the_group_that_differs(
    browser: Browser, pages: dict[str, Path]
) -> None:
    """With the answers at hand the page knows exactly which group of the card is wrong."""
    browser.open(pages["au-slk581"])
    person = {"family_name": "Doe", "given_name": "John", "birth_date": "2000-12-19", "sex": "M"}
    answer(browser, person)
    assert "-".join(shown(browser)[:-1]) + "/" + shown(browser)[-1] == GOOD
    browser.type("#again", "OE2OH-19112000-1/T")
    browser.click('#made button[type="submit"]')
    assert browser.texts("#same .group.wrong") == ["2\n19122000"]
    browser.ask("POST", f"/element/{browser.find('#again')}/clear", {})
    browser.type("#again", GOOD.lower())
    browser.click('#made button[type="submit"]')
    assert browser.texts("#same .verdict") == ["The card is right."]


def test_the_page_speaks_khmer(browser: Browser, pages: dict[str, Path]) -> None:
    """Every label changes to Khmer, and none is left empty or in English."""
    browser.open(pages["kh-template"])
    browser.click('button[data-language="km"]')
    assert browser.run("return document.documentElement.lang") == "km"
    words = browser.texts("main [data-word]:not(option)")
    assert words
    seen = [word for word in words if word]
    assert all(any("\u1780" <= letter <= "\u17ff" for letter in word) for word in seen)


def test_the_page_has_room_for_a_thumb(browser: Browser, pages: dict[str, Path]) -> None:
    """Nothing is wider than the phone, and everything to touch is at least 44 pixels high."""
    for name, page in pages.items():
        browser.open(page)
        assert browser.run("return document.documentElement.scrollWidth") == 390, name
        low = browser.run(
            "return [...document.querySelectorAll('button, select, input:not([type=radio]),"
            " .choices label')].filter((one) => one.offsetHeight && one.offsetHeight < 44).length"
        )
        assert low == 0, name


def test_nothing_is_fetched_or_kept(browser: Browser, pages: dict[str, Path]) -> None:
    """The page loads nothing beside itself, may not reach a network, and stores nothing."""
    browser.open(pages["kh-template"])
    answer(browser, vectors("kh-template")[0])
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    script = """
        const done = arguments[arguments.length - 1];
        const tell = (event) => done(event.violatedDirective);
        document.addEventListener('securitypolicyviolation', tell);
        fetch('http://127.0.0.1:9/').catch(() => {});
        setTimeout(() => done('nothing stopped it'), 3000);
    """
    body = {"script": script, "args": []}
    assert browser.ask("POST", "/execute/async", body) == "connect-src"
    stores = "return localStorage.length + sessionStorage.length + document.cookie.length"
    assert browser.run(stores) == 0
    text = pages["kh-template"].read_text("utf-8")
    for word in (
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "cookie",
        "XMLHttpRequest",
        "fetch(",
    ):
        assert word not in text


def test_clear_and_leaving_empty_the_page(browser: Browser, pages: dict[str, Path]) -> None:
    """After 'Clear everything', and after going away and back, no answer and no code is left."""
    person = {"family_name": "Doe", "given_name": "John", "birth_date": "2000-12-19", "sex": "M"}
    browser.open(pages["au-slk581"])
    answer(browser, person)
    assert shown(browser)
    browser.click("#clear")
    left = "return ['made', 'family_name'].map((id) => document.getElementById(id))"
    left += ".map((one) => one.value ?? one.innerHTML).join('')"
    assert browser.run(left) == ""
    answer(browser, person)
    browser.open(pages["ph-doh"])
    browser.ask("POST", "/back", {})
    assert browser.run(left) == ""
