from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from streetaudit.plot.report_page import report_page
from streetaudit.plot.report_words import _WORDS
from streetaudit.plot.words import Language
from streetaudit.structures.night import Counted, Drift, NightReport, SlowClip

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REPORT = NightReport(
    day=date(2026, 11, 23), start=AT, end=AT, made_at=AT, clips=12, kilometres=31.4, minutes=600.0, frames=12345,
    skipped={"sampling": 7}, failures=(("a<b>.mp4", "it is <script>bad</script>"),),
    by_problem={"litter": Counted(3, 2, 1)}, by_cell={"": Counted(1)}, by_responsible={"Wang & Co": Counted(4)},
    slowest=(SlowClip("slow.mp4", 100.0, 50.0),), drift=(Drift("things_per_km", "litter", 9.0, 3.0, True),),
    nights_before=14, waiting=77, review_hours=0.5, ways=(),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_everything_is_on_the_page_and_nothing_of_it_is_markup(language: Language) -> None:
    page = report_page(REPORT, language=language)
    for figure in ("31.4", "12,345", "77", "a&lt;b&gt;.mp4", "Wang &amp; Co", "slow.mp4", "0.5", "9.00", "3.00"):
        assert figure in page
    assert "<script" not in page
    assert 'class="unusual"' in page


def test_the_chinese_page_has_no_english_word_of_ours_left() -> None:
    page = report_page(replace(REPORT, failures=(), by_responsible={}, slowest=()), language="zh-CN")
    body = page.partition("<body>")[2]
    left = [english for english, chinese in _WORDS.values() if english != chinese and f">{english}<" in body]
    assert left == []


def test_an_empty_night_says_so() -> None:
    empty = replace(REPORT, failures=(), skipped={}, by_problem={}, by_cell={}, by_responsible={}, slowest=(), drift=())
    assert report_page(empty, language="en").count("<p>none</p>") == 7
