"""Takes the screens of docs/screens from a running server, for example the demo's.

    streetaudit demo &
    python tests/serve/take_screens.py http://127.0.0.1:8000 admin PASSWORD docs/screens

The account must have its own password already. What decisions tell is shown once some were made; a gateway once one
was heard. Debian's packages chromium, fonts-noto-cjk and pngquant are needed (the
last one halves the files). Cases are skipped, never decided.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
DESK, PHONE = (1280, 800), (390, 844)
#: Name, size, theme, language, problem whose largest case is shown.
SCREENS = (
    ("queue-1280x800", DESK, "light", "en-GB", "mis_parked_vehicle"),
    ("queue-1280x800-dark", DESK, "dark", "en-GB", "street_stall"),
    ("queue-1280x800-zh", DESK, "light", "zh-CN", "overflowing_bin"),
    ("queue-1280x800-dark-zh", DESK, "dark", "zh-CN", "illegal_ad"),
    ("queue-390x844", PHONE, "light", "en-GB", "overflowing_bin"),
    ("queue-390x844-dark", PHONE, "dark", "en-GB", "mis_parked_vehicle"),
    ("queue-390x844-zh", PHONE, "light", "zh-CN", "street_stall"),
    ("queue-390x844-dark-zh", PHONE, "dark", "zh-CN", "litter"),
)
#: Name, theme, language, address, what must be there.
PAGES = (
    ("cases-1280x800", "light", "en-GB", "/cases", "table"),
    ("map-1280x800", "light", "en-GB", "/map", "#map[data-ready]"),
    ("map-1280x800-dark-zh", "dark", "zh-CN", "/map", "#map[data-ready]"),
    ("bulk-1280x800", "light", "en-GB", "/bulk?state=candidate", "#grid"),
    ("bulk-1280x800-dark-zh", "dark", "zh-CN", "/bulk?state=candidate", "#grid"),
    ("insight-1280x800", "light", "en-GB", "/insight", ".hours"),
    ("insight-1280x800-dark-zh", "dark", "zh-CN", "/insight", ".hours"),
    ("gateways-1280x800", "light", "en-GB", "/gateways", "h1"),
    ("gateways-1280x800-dark-zh", "dark", "zh-CN", "/gateways", "h1"),
    ("accounts-1280x800", "light", "en-GB", "/accounts", "table"),
)
PAINTED = "() => document.getElementById('stage').dataset.shows && !document.querySelector('.picture.stale')"
SETTLE_MS = 4000  # software rendering of the map takes its time

#: The case of a problem whose box is the largest, and whose place is known.
LARGEST = """async (problem) => {
  const listed = await (await fetch(`/api/v1/cases?limit=200&state=candidate&problem=${problem}`)).json();
  let best = null;
  for (const one of listed.cases.filter((found) => found.place)) {
    const detail = await (await fetch(`/api/v1/cases/${one.id}`)).json();
    const shown = detail.views.find((view) => view.evidence);
    if (!shown) continue;
    const [x1, y1, x2, y2] = shown.evidence.xyxy;
    const area = (x2 - x1) * (y2 - y1);
    if (!best || area > best.area) best = { id: one.id, area };
  }
  return best?.id ?? null;
}"""


def main(url: str, name: str, password: str, folder: str) -> None:
    """Takes all screens into the folder."""
    from playwright.sync_api import sync_playwright

    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for shot, size, theme, locale, problem in SCREENS:
            page = _sign_in(browser, url, name, password, size=size, theme=theme, locale=locale)
            _show_largest(page, url, problem)
            _keep(page, out / f"{shot}.png")
            page.context.close()
        for shot, theme, locale, path, there in PAGES:
            page = _sign_in(browser, url, name, password, size=DESK, theme=theme, locale=locale)
            page.goto(url + path)
            page.wait_for_selector(there)
            _keep(page, out / f"{shot}.png")
            page.context.close()
        for shot, theme, locale in (("case-1280x800", "light", "en-GB"), ("case-1280x800-dark-zh", "dark", "zh-CN")):
            page = _sign_in(browser, url, name, password, size=DESK, theme=theme, locale=locale)
            page.goto(f"{url}/cases/{page.evaluate(LARGEST, 'mis_parked_vehicle')}")
            page.wait_for_selector("#map[data-ready]")
            _keep(page, out / f"{shot}.png")
            page.context.close()
        browser.close()


def _sign_in(browser: Any, url: str, name: str, password: str, *, size: Any, theme: str, locale: str) -> Any:
    phone = {"is_mobile": True, "has_touch": True} if size == PHONE else {}
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=viewport, color_scheme=theme, locale=locale, **phone).new_page()
    page.goto(f"{url}/sign-in?next=/queue")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/queue")
    return page


def _show_largest(page: Any, url: str, problem: str) -> None:
    wanted = page.evaluate(LARGEST, problem)
    page.goto(f"{url}/queue?problem={problem}")
    for _ in range(200):
        page.wait_for_function(PAINTED)
        shown = page.evaluate("() => document.getElementById('stage').dataset.shows")
        if wanted in (None, shown):
            return
        page.keyboard.press("s")
        page.wait_for_function("(id) => document.getElementById('stage').dataset.shows !== id", arg=shown)


def _keep(page: Any, path: Path) -> None:
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=path)
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--ext", ".png", "--quality", "60-95", str(path)], check=False)


if __name__ == "__main__":
    main(*sys.argv[1:5])
