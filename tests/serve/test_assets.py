"""Static files: vendored ones are the published ones, ours need no network and no inline code."""

from __future__ import annotations

import hashlib
import re

import pytest

from serve.client import browser
from serve.conftest import Site
from streetaudit_serve.assets import FOLDER
from streetaudit_serve.pages import FOLDER as TEMPLATES

VENDOR = FOLDER / "vendor" / "maplibre-gl"
OURS = sorted(path for path in FOLDER.rglob("*") if path.suffix in {".js", ".css"} and "vendor" not in path.parts)


def test_vendored_files_are_the_published_ones() -> None:
    lines = (line.split(maxsplit=1) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    sums = {name: digest for digest, name in lines}
    files = {path.name for path in VENDOR.iterdir()} - {"SHA256SUMS", "VERSION"}
    assert set(sums) == files
    for name, wanted in sums.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == wanted
    assert "BSD" in (VENDOR / "LICENSE.txt").read_text() or "Redistribution" in (VENDOR / "LICENSE.txt").read_text()


@pytest.mark.parametrize("path", [*OURS, *sorted(TEMPLATES.glob("*.html"))], ids=lambda path: str(path.name))
def test_ours_ask_nobody_else(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    addresses = set(re.findall(r"https?://[^\s\"'`]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    assert not re.search(r"\|\s*safe\b|\bstyle=\"|\son\w+=\"", text)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("js/queue.js", "text/javascript; charset=utf-8"),
        ("vendor/maplibre-gl/maplibre-gl.mjs", "text/javascript; charset=utf-8"),
        ("css/base.css", "text/css; charset=utf-8"),
        ("img/mark.svg", "image/svg+xml"),
    ],
)
def test_types_and_caching(site: Site, path: str, kind: str) -> None:
    answer = browser(site.app).get(f"{site.app.state.parts.assets.base}/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_imports_of_our_modules_lead_to_files() -> None:
    for module in (path for path in OURS if path.suffix == ".js"):
        for target in re.findall(r'from "(\.[^"]+)"', module.read_text(encoding="utf-8")):
            assert (module.parent / target).resolve().is_file(), f"{module.name} imports {target}"
