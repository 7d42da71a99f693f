"""Shares with their intervals, kappa, pace; and the page that shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from serve.client import claim, decide, signed_in
from serve.conftest import Site
from streetaudit.io.store.desk import Opinion
from streetaudit.io.store.insight import Decided
from streetaudit.io.store.values import Area
from streetaudit_serve.insight import acceptance, kappa, pace, reviewers, share

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def word(number: int, first: str, second: str, *, is_gold: bool = False) -> Opinion:
    return Opinion(UUID(int=number), "otto", second, None, "mei", first, first == second, is_gold, NOW)


def words(both: int, first_only: int, second_only: int, neither: int) -> list[Opinion]:
    pairs = [("confirm", "confirm")] * both + [("confirm", "dismiss")] * first_only
    pairs += [("dismiss", "confirm")] * second_only + [("dismiss", "dismiss")] * neither
    return [word(number, *pair) for number, pair in enumerate(pairs)]


@pytest.mark.parametrize(
    ("opinions", "value"),
    [
        pytest.param(words(20, 5, 10, 15), 0.4, id="textbook"),  # agreed 0.7, by chance 0.5
        pytest.param(words(5, 0, 0, 5), 1.0, id="agreed"),
        pytest.param(words(0, 5, 5, 0), -1.0, id="contrary"),
        pytest.param([], None, id="none"),
        pytest.param(words(9, 0, 0, 0), None, id="chance-explains-all"),
        pytest.param([word(1, "confirm", "dismiss", is_gold=True)], None, id="gold-is-no-opinion"),
    ],
)
def test_kappa(opinions: list[Opinion], value: float | None) -> None:
    found = kappa(opinions)
    assert found == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize(("part", "whole"), [(0, 10), (10, 10), (1, 2), (500, 1000)])
def test_the_interval_holds_the_share(part: int, whole: int) -> None:
    found = share(part, whole)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    assert share(part * 100, whole * 100).high - share(part * 100, whole * 100).low < found.high - found.low


def test_rows_and_people() -> None:
    (row,) = acceptance([Decided("litter", "gate", 8, 2)])
    assert (row.accepted.part, row.accepted.whole) == (8, 10)
    times = [("mei", NOW + timedelta(seconds=4 * step)) for step in range(10)]
    mei, otto = reviewers([word(1, "confirm", "confirm"), word(2, "confirm", "dismiss", is_gold=True)], times)
    assert mei.name == "mei"
    assert mei.per_hour == pytest.approx(900.0)
    assert (otto.second.part, otto.second.whole, otto.gold.part, otto.gold.whole) == (1, 1, 0, 1)
    assert pace([NOW]) is None


def test_the_page_counts_what_stands(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    for decision, more in (("confirm", {}), ("dismiss", {"reason": "permitted"}), ("confirm", {})):
        decide(mei, claim(mei)["case"], decision, **more)
        site.time.pass_s(4)
    mei.post("/api/v1/undo")
    html = otto.get("/insight").text
    assert "2 decisions in 14 days" in html
    counted = site.store.decided_by_camera(NOW - timedelta(days=14))
    assert (sum(one.confirmed for one in counted), sum(one.dismissed for one in counted)) == (1, 1)
    assert site.store.within(Area(("99",))).decided_by_camera(NOW - timedelta(days=14)) == []
    assert mei.get("/insight").status_code == 403


def test_gold_is_declared_by_supervisors(site: Site) -> None:
    path = f"/cases/{site.cases[0]}/gold"
    assert signed_in(site.app).post(path, data={"decision": "confirm"}).status_code == 403
    assert signed_in(site.app, "otto").post(path, data={"decision": "confirm"}).status_code == 303
    assert site.store.gold(site.cases[0]) == "confirm"
    assert site.store.audit_rows(1)[0].what == "case.gold:confirm"
