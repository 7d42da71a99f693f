"""The review page in a real Chromium, by keyboard, on a real server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import uvicorn

from serve.payloads import HUNDRED
from serve.scene import PASSWORD, FakeTime, add_people, config, fill, quick_passwords, zones
from serve.test_pages import PAYLOADS, poisoned
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.structures.case import Decision
from streetaudit_serve.app import create_app

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Drawing the map in software takes most of the time: only what looks at it pays for it.
WITHOUT_WEBGL = ["--disable-gpu", "--disable-3d-apis"]
WITH_WEBGL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
#: With it set the screens are kept there: STREETAUDIT_SCREENS=docs/screens
SCREENS = os.environ.get("STREETAUDIT_SCREENS")
NOISE = re.compile(r"GL Driver Message|GPU stall|software.*WebGL|Autofocus processing", re.IGNORECASE)


@dataclass
class Live:
    """A server that listens, and what is behind it."""

    store: Store
    evidence: EvidenceFolder
    time: FakeTime
    url: str


@dataclass
class Tab:
    """A page with everything that the browser complained about."""

    page: Any
    complaints: list[str] = field(default_factory=list)

    def shown(self) -> str:
        """The id of the case whose picture is painted."""
        self.page.wait_for_function(
            "() => document.getElementById('empty').hidden === false || "
            "(document.getElementById('stage').dataset.shows && !document.querySelector('.picture.stale'))"
        )
        return str(self.page.evaluate("() => document.getElementById('stage').dataset.shows ?? ''"))

    def press(self, *keys: str) -> str:
        """Presses keys, waits for another case, and gives its id."""
        before = self.shown()
        for key in keys:
            self.page.keyboard.press(key)
        self.page.wait_for_function(
            "(before) => document.getElementById('empty').hidden === false || "
            "(document.getElementById('stage').dataset.shows !== before && !document.querySelector('.picture.stale'))",
            arg=before,
        )
        return self.shown()

    def saved(self) -> None:
        self.page.wait_for_function("() => document.getElementById('saving').textContent.match(/Saved|已保存/)")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    with sync_api.sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright: Any) -> Iterator[Any]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + WITHOUT_WEBGL)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def painter(playwright: Any) -> Iterator[Any]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + WITH_WEBGL)
    yield browser
    browser.close()


@pytest.fixture
def live(tmp_path: Path, filled: tuple[Path, list[UUID]]) -> Iterator[Live]:
    folder = Path(shutil.copytree(filled[0], tmp_path / "site"))
    now, evidence, settings = FakeTime(), EvidenceFolder(folder / "evidence"), config(folder, secure=False)
    with open_store(f"sqlite:///{folder}/cases.sqlite3", clock=now.clock) as store:
        passwords = quick_passwords()
        app = create_app(store, evidence, config=settings, clock=now.clock, passwords=passwords, zones=zones())
        with _listening(app) as url:
            yield Live(store, evidence, now, url)


@contextmanager
def _listening(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def tab(chromium: Any, live: Live, *, name: str = "mei", path: str = "/queue", **context: Any) -> Iterator[Tab]:
    """A signed-in page; leaving it fails the test if the browser complained about anything."""
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "color_scheme": "light", **context}
    session = chromium.new_context(**options)
    page = session.new_page()
    opened = Tab(page)
    page.on("console", lambda message: opened.complaints.append(message.text))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("dialog", lambda dialog: opened.complaints.append(f"dialog {dialog.message}"))
    page.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`))"
    )
    page.goto(f"{live.url}/sign-in?next={path}")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(re.escape(path)))
    yield opened
    session.close()
    assert [line for line in opened.complaints if not NOISE.search(line)] == []


def test_ten_cases_by_keyboard_and_undo_after_reload(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        keys = (("c",), ("d", "1"), ("Enter",), ("f",), ("d", "3"), ("c",), ("c",), ("d", "7"), ("c",), ("c",))
        seen = [mei.shown(), *(mei.press(*pressed) for pressed in keys)]
        mei.saved()
        assert mei.page.inner_text("#decided") == "10"
        assert len(set(seen)) == 11
        decided = [live.store.reviews(UUID(one))[0] for one in seen[:10]]
        assert [str(review.decision) for review in decided] == [
            "confirm", "dismiss", "confirm", "defer", "dismiss", "confirm", "confirm", "dismiss", "confirm", "confirm"
        ]  # fmt: skip
        assert [decided[i].reason for i in (1, 4, 7)] == ["not_there", "permitted", "other"]

        mei.page.reload()
        mei.shown()
        assert mei.page.inner_text("#decided") == "10"
        assert mei.press("u") == seen[9]
        assert mei.press("u") == seen[8]
        mei.page.wait_for_function("() => document.getElementById('decided').textContent === '8'")
        assert mei.press("d", "2") != seen[8]
        mei.saved()
        assert [str(r.decision) for r in live.store.reviews(UUID(seen[8]))] == ["confirm", "undo", "dismiss"]


def test_keys_that_decide_nothing(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        first = mei.shown()
        page = mei.page
        for key in ("1", "7", "d", "Escape", "2", "b", "+", "+", "-", "0", "ArrowRight", "ArrowLeft", "?", "?", "9"):
            page.keyboard.press(key)
        page.keyboard.press("m")
        page.keyboard.type("cdfus 1")  # typing a note is typing
        assert page.input_value("#note") == "cdfus 1"
        page.keyboard.press("Enter")  # leaves the field, confirms nothing
        page.keyboard.press("Control+c")
        page.wait_for_timeout(300)
        assert mei.shown() == first
        assert live.store.reviews(UUID(first)) == []
        mei.press("c")
        mei.saved()
        assert live.store.reviews(UUID(first))[0].note == "cdfus 1"


def test_without_webgl_the_facts_give_the_position(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        mei.shown()
        assert "WebGL" in mei.page.inner_text("#map")
        assert "36.81" in mei.page.inner_text("#facts")


def test_a_held_down_key_is_one_decision(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        mei.shown()
        for _ in range(6):  # Playwright repeats a key that is down already
            mei.page.keyboard.down("c")
        mei.page.wait_for_timeout(500)
        mei.page.keyboard.up("c")
        mei.saved()
        assert mei.page.inner_text("#decided") == "1"


def test_zoom_box_and_layers_stay_between_cases(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        mei.shown()
        page = mei.page
        page.keyboard.press("+")
        page.keyboard.press("+")
        page.keyboard.press("b")
        page.uncheck("#layer-zones")
        mei.press("c")
        assert page.inner_text("#zoom") == "2.3×"
        assert page.get_attribute("#tool-box", "aria-pressed") == "false"
        assert not page.is_visible(".box")
        mei.saved()
        page.reload()
        mei.shown()
        assert page.get_attribute("#tool-box", "aria-pressed") == "false"
        assert not page.is_checked("#layer-zones")


def test_the_box_lies_on_the_thing(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        case = live.store.case(UUID(mei.shown()))
        assert case
        evidence = next(
            s.evidence for s in live.store.sightings(case.id) if s.evidence and s.evidence.frame == case.evidence
        )
        for zoom in ("0", "+", "+"):
            mei.page.keyboard.press(zoom)
            picture, box = (mei.page.locator(f"#picture {part}").bounding_box() for part in ("img", ".line"))
            scale = picture["width"] / evidence.width_px
            assert abs(box["x"] - picture["x"] - evidence.xyxy[0] * scale) < 3
            assert abs(box["y"] - picture["y"] - evidence.xyxy[1] * scale) < 3
            assert abs(box["width"] - (evidence.xyxy[2] - evidence.xyxy[0]) * scale) < 6


def test_somebody_else_was_first(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        case_id = UUID(mei.shown())
        case = live.store.case(case_id)
        assert case
        live.store.decide(
            case_id,
            reviewer="otto",
            decision=Decision.DISMISS,
            reason="permitted",
            note="",
            expected_version=case.version,
        )
        mei.press("c")
        notice = mei.page.wait_for_selector(".notice.strong")
        assert "dismissed (otto)" in notice.inner_text()
        assert mei.page.get_attribute(".notice.strong a", "href") == f"/cases/{case_id}"
        assert [review.reviewer for review in live.store.reviews(case_id)] == ["otto"]
        assert mei.page.inner_text("#decided") == "0"
        # The browser itself reports each 409; that is the only line.
        mei.complaints[:] = [line for line in mei.complaints if "409 (Conflict)" not in line]


def test_nothing_is_lost_when_the_network_stumbles(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        first = mei.shown()
        mei.page.route("**/decision", lambda route: route.abort())
        mei.press("c")
        mei.page.wait_for_selector("#saving.stuck")
        assert live.store.reviews(UUID(first)) == []
        mei.page.unroute("**/decision")
        mei.saved()
        assert [str(review.decision) for review in live.store.reviews(UUID(first))] == ["confirm"]
        mei.complaints[:] = [line for line in mei.complaints if "net::ERR_FAILED" not in line]


def test_leaving_the_page_lets_the_cases_go(chromium: Any, live: Live) -> None:
    with tab(chromium, live) as mei:
        first = UUID(mei.shown())
        assert live.store.holder(first) == "mei"
        mei.page.goto(f"{live.url}/cases")
        mei.page.wait_for_timeout(400)
        assert live.store.holder(first) is None


def test_skipping_gives_the_case_to_others_and_the_empty_queue_says_so(chromium: Any, live: Live) -> None:
    with tab(chromium, live, path="/queue?problem=illegal_ad") as mei:
        first = mei.shown()
        while mei.page.is_visible("#review"):
            mei.press("s")
        assert live.store.holder(UUID(first)) is None
        assert mei.page.is_visible("#again")
        mei.page.click("#again")
        mei.page.wait_for_selector("#review:not([hidden])")


def test_no_text_runs(chromium: Any, live: Live) -> None:
    bad = [poisoned(live, payload, number) for number, payload in enumerate(PAYLOADS)]
    for case_id, payload in zip(bad, PAYLOADS, strict=True):
        case = live.store.case(case_id)
        assert case
        version = case.version
        live.store.decide(
            case_id, reviewer="mei", decision=Decision.DEFER, reason=None, note=payload, expected_version=version
        )
    with tab(chromium, live, path="/queue?state=deferred") as mei:
        seen = [mei.shown(), *(mei.press("s") for _ in bad[1:])]
        assert set(seen) == {str(case_id) for case_id in bad}
        for path in ("/cases", "/map", *(f"/cases/{case_id}" for case_id in bad)):
            mei.page.goto(live.url + path)
            mei.page.wait_for_load_state("load")


def test_a_hundred_payloads_in_every_text_run_nowhere(chromium: Any, live: Live) -> None:
    bad = [poisoned(live, payload, number) for number, payload in enumerate(HUNDRED)]
    live.store.keep_view("otto", HUNDRED[0], "q=" + HUNDRED[1])
    for case_id, payload in zip(bad, HUNDRED, strict=True):
        case = live.store.case(case_id)
        assert case
        live.store.decide(
            case_id, reviewer="otto", decision=Decision.DEFER, reason=None, note=payload, expected_version=case.version
        )
    pages = ["/cases?state=deferred", "/bulk?state=deferred", "/insight", "/map", "/cases?q=%3Cscript%3Ealert(1)"]
    with tab(chromium, live, name="otto", path="/queue?state=deferred") as otto:
        for path in (*pages, *(f"/cases/{case_id}" for case_id in bad[::10])):
            otto.page.goto(live.url + path)
            otto.page.wait_for_load_state("load")
        otto.page.goto(f"{live.url}/cases?state=deferred")
        otto.page.click("a[rel=next]")
        assert len(set(HUNDRED)) == 100
        otto.complaints[:] = [line for line in otto.complaints if "/evidence/" not in line]


def test_two_hundred_cases_by_keyboard(chromium: Any, tmp_path: Path) -> None:
    """Decisions an hour at one second of thought each, and how long the next evidence takes to be painted."""
    count = int(os.environ.get("STREETAUDIT_KEYBOARD_CASES", "20"))
    think_s = 1.0 if count >= 200 else 0.0
    folder = tmp_path / "many"
    folder.mkdir()
    settings = config(folder, secure=False)
    with open_store(f"sqlite:///{folder}/cases.sqlite3") as store:
        evidence = EvidenceFolder(folder / "evidence")
        add_people(store)
        fill(store, evidence, count + 4)
        app = create_app(store, evidence, config=settings, passwords=quick_passwords(), zones=zones())
        with _listening(app) as url, tab(chromium, Live(store, evidence, FakeTime(), url)) as mei:
            began, painted_ms = time.monotonic(), []
            for number in range(count):
                mei.shown()
                time.sleep(think_s)
                keys = ("d", str(number % 7 + 1)) if number % 3 == 2 else ("c",)
                pressed = time.monotonic()
                mei.press(*keys)
                painted_ms.append(1000 * (time.monotonic() - pressed))
            mei.saved()
            took_s = time.monotonic() - began
            decided = sum(1 for case in store.each_case() if store.reviews(case.id))
    assert decided == count
    painted_ms.sort()
    p95 = painted_ms[int(0.95 * (len(painted_ms) - 1))]
    print(  # noqa: T201 - a measure, see STREETAUDIT_KEYBOARD_CASES
        f"{count} decisions, {3600 * count / took_s:.0f} an hour; next evidence painted p95 {p95:.0f} ms"
    )


def test_axe_finds_nothing_serious(chromium: Any, live: Live) -> None:
    folder = os.environ.get("STREETAUDIT_AXE")
    if not folder:
        pytest.skip("set STREETAUDIT_AXE to axe.min.js of the npm package axe-core (test only, not part of the wheel)")
    script, faults = Path(folder).read_text(encoding="utf-8"), []
    one = live.store.cases(limit=1).cases[0].id
    for scheme in ("light", "dark"):
        with tab(chromium, live, name="root", color_scheme=scheme) as root:
            for path in ("/queue", "/cases", f"/cases/{one}", "/bulk?cell=3703", "/insight", "/accounts", "/gateways",
                         "/webhooks", "/account/password", "/account/codes", "/map"):  # fmt: skip
                root.page.goto(live.url + path)
                root.page.wait_for_load_state("load")
                root.page.evaluate(script)
                found = root.page.evaluate("() => axe.run({resultTypes: ['violations']})")
                faults += [
                    f"{scheme} {path}: {one['id']} {[node['html'][:90] for node in one['nodes'][:2]]}"
                    for one in found["violations"]
                    if one["impact"] in ("serious", "critical")
                ]
            root.complaints.clear()
    assert faults == []


SIZES = {"1280x800": (1280, 800), "390x844": (390, 844)}


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_screens(painter: Any, live: Live, size: str, scheme: str, locale: str, tmp_path: Path) -> None:
    width, height = SIZES[size]
    is_phone = width < 500
    look: dict[str, Any] = {"locale": locale, "color_scheme": scheme, "has_touch": is_phone, "is_mobile": is_phone}
    with tab(painter, live, viewport={"width": width, "height": height}, **look) as mei:
        case_id = mei.shown()
        mei.page.wait_for_selector("#map[data-ready]")
        mei.page.wait_for_timeout(700)
        assert mei.page.evaluate("() => document.documentElement.scrollWidth") <= width
        if not is_phone:
            assert mei.page.evaluate("() => document.documentElement.scrollHeight") <= height
        for button in ("#confirm", "#dismiss", "#defer", "#undo"):
            box = mei.page.locator(button).bounding_box()
            assert box["y"] + box["height"] <= height
            assert box["height"] >= (44 if is_phone else 34)
        name = f"{size}" + ("-dark" if scheme == "dark" else "") + ("-zh" if locale == "zh-CN" else "")
        keep(mei.page, f"queue-{name}", tmp_path)
        if scheme == "light" and locale == "en-GB":
            for path, selector in (
                ("cases", "table"),
                ("map", "#map[data-ready]"),
                (f"cases/{case_id}", "#map[data-ready]"),
            ):
                mei.page.goto(f"{live.url}/{path}")
                mei.page.wait_for_selector(selector)
                assert mei.page.evaluate("() => document.documentElement.scrollWidth") <= width
                mei.page.wait_for_timeout(700)
                keep(mei.page, f"{path.replace(case_id, 'one')}-{name}".replace("cases/one", "case"), tmp_path)


def keep(page: Any, name: str, tmp_path: Path) -> None:
    shot = Path(SCREENS or tmp_path) / f"{name}.png"
    page.screenshot(path=shot)
    assert shot.stat().st_size > 5_000


def test_contrast_and_names(chromium: Any, live: Live) -> None:
    for scheme in ("light", "dark"):
        with tab(chromium, live, color_scheme=scheme) as mei:
            mei.shown()
            weak = mei.page.evaluate(CONTRAST)
            assert weak == []
            nameless = mei.page.evaluate(
                "() => [...document.querySelectorAll('button, a, input, select')].filter(e => e.offsetParent && "
                "!(e.textContent.trim() || e.ariaLabel || e.title || e.labels?.length)).map(e => e.outerHTML)"
            )
            assert nameless == []


#: Visible text against the nearest painted ground: WCAG 2.2 wants 4.5, or 3 from 18.66 px bold or 24 px.
CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const paint = parse(getComputedStyle(e).backgroundColor);
      if (paint.length === 3 || paint[3] > 0.6) return paint;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.offsetParent || element.closest(".map, svg, .hidden, .skip-link")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(ground(element))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && style.fontWeight >= 600) ? 3 : 4.5;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < wanted) weak.push(`${ratio.toFixed(2)} ${element.textContent.trim().slice(0, 30)}`);
  }
  return weak;
}"""
