"""Languages: which one a visitor gets, and that no text is missing from any."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import streetaudit.city.why
import streetaudit_serve.language
from serve.client import browser
from serve.conftest import Site
from streetaudit.structures.city import Reason, Verdict, Zone
from streetaudit_serve.language import FOLDER, TAGS, Languages, best_match
from streetaudit_serve.views import said

PACKAGE = Path(streetaudit_serve.language.__file__).parent
METHODS = [("strings.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true"}}
TRANSLATED = [pytest.param(folder, id=tag) for tag, folder in TAGS.items() if folder]


def used() -> set[str]:
    reasons = Path(streetaudit.city.why.__file__).parent
    found = [*extract_from_dir(PACKAGE, METHODS, OPTIONS), *extract_from_dir(reasons, [("why.py", "python")])]
    return {message if isinstance(message, str) else message[0] for _, _, message, *_ in found}


@pytest.mark.parametrize("folder", TRANSLATED)
def test_every_text_is_translated(folder: str) -> None:
    with (FOLDER / folder / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    translated = {str(message.id) for message in catalogue if message.id and message.string and not message.fuzzy}
    assert len(used()) > 150
    assert used() - translated == set()
    assert translated - used() == set()


@pytest.mark.parametrize("folder", TRANSLATED)
def test_the_compiled_catalogue_is_the_written_one(folder: str) -> None:
    texts = FOLDER / folder / "LC_MESSAGES"
    with (texts / "messages.po").open("rb") as file:
        made = BytesIO()
        write_mo(made, read_po(file))
    assert (texts / "messages.mo").read_bytes() == made.getvalue(), "run: pybabel compile -d locale"


@pytest.mark.parametrize(
    ("cookie", "header", "configured", "lang"),
    [
        pytest.param(None, None, "en", "en", id="configured"),
        pytest.param(None, None, "zh-CN", "zh-CN", id="configured-chinese"),
        pytest.param(None, "zh-CN,zh;q=0.9,en;q=0.8", "en", "zh-CN", id="browser"),
        pytest.param(None, "fr, de;q=0.7", "zh-CN", "zh-CN", id="browser-speaks-neither"),
        pytest.param("en", "zh-CN", "zh-CN", "en", id="cookie-wins"),
        pytest.param("xx", "zh-CN", "en", "zh-CN", id="unknown-cookie"),
        pytest.param(None, ";;;q=x,,zh;q=nan", "en", "en", id="nonsense"),
    ],
)
def test_choice(site: Site, cookie: str | None, header: str | None, configured: str, lang: str) -> None:
    client = browser(site.app)
    object.__setattr__(site.app.state.parts, "languages", Languages(configured))
    if cookie:
        client.cookies.set("language", cookie)
    html = client.get("/sign-in", headers={"Accept-Language": header or ""}).text
    assert f'<html lang="{lang}"' in html
    assert ("登录" in html) is (lang == "zh-CN")


def test_the_choice_is_remembered_and_leads_back(site: Site) -> None:
    client = browser(site.app)
    answer = client.get("/language/zh-CN", params={"next": "/sign-in?next=/map"})
    assert answer.headers["location"] == "/sign-in?next=/map"
    assert "登录" in client.get("/sign-in").text
    assert client.get("/language/xx", params={"next": "//evil.example"}).headers["location"] == "/"
    assert "登录" in client.get("/sign-in").text


def test_a_reason_is_said_in_the_readers_language() -> None:
    zone = Zone("no_parking", (), name="Zhongxin Road", hours="Mo-Fr 07:00-19:00")
    reason = streetaudit.city.why.forbidden("vehicle", zone, 0.92, 2.6)
    verdict = Verdict("mis_parked_vehicle", "r", "1", streetaudit.city.why.say(reason), reason=reason)
    chinese = said(verdict, Languages("en").named("zh-CN"))
    assert chinese == "车辆位于生效中的禁停区“Zhongxin Road”内（Mo-Fr 07:00-19:00），把握 92 %，位置误差 2.6 米。"
    assert said(verdict, Languages("en").named("en")) == verdict.why
    newer = replace(verdict, reason=Reason("of_a_later_version"))
    assert said(newer, Languages("en").named("zh-CN")) == verdict.why


def test_every_reason_is_filled_alike_in_every_language() -> None:
    holes = re.compile(r"%\((\w+)\)")
    for language in (Languages("en").named(tag) for tag in TAGS):
        for words in streetaudit.city.why.MESSAGES.values():
            assert sorted(holes.findall(language.text(words))) == sorted(holes.findall(words)), words


def test_times_are_the_citys() -> None:
    at = datetime(2026, 11, 24, 14, 4, tzinfo=UTC)
    zone = ZoneInfo("Asia/Shanghai")
    assert Languages("en").named("en").time(at, zone) == "24 Nov 2026, 22:04"
    assert Languages("en").named("zh-CN").time(at, zone) == "2026年11月24日 22:04"


def test_best_match_takes_the_liked_one() -> None:
    assert best_match("en;q=0.2, zh-TW;q=0.9") == "zh-CN"
    assert best_match("") is None
