import random
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from store.builders import LAT, LON, METRE, NOON, FakeTime, commit, dump, fill, one_by_one, run, sighting
from streetaudit.io.store.errors import NoSuchCaseError
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter, Order
from streetaudit.structures.case import CaseState, Decision
from streetaudit.structures.identity import case_id
from streetaudit.structures.place import Place

PROBLEMS = ("litter", "illegal_ad", "street_stall")
DECISIONS = {0: (Decision.CONFIRM, None), 1: (Decision.DEFER, None), 2: (Decision.DISMISS, "permitted")}


@pytest.fixture(scope="module")
def built_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety cases, 100 m apart, of three problems, in four states, some without place or time."""
    path = tmp_path_factory.mktemp("town") / "town.sqlite3"
    rng = random.Random(7)
    seen = [
        sighting(
            i,
            problem=PROBLEMS[i % 3],
            north_m=None if i % 10 == 9 else 100.0 * i,
            seen_at=None if i % 11 == 10 else NOON + timedelta(minutes=rng.randrange(30)),
        )
        for i in range(90)
    ]
    with open_store(f"sqlite:///{path}", clock=FakeTime().clock) as store:
        commit(store, seen, assign=one_by_one(lambda *_: None))
        for i, one in enumerate(seen[:45]):
            if i % 5 in DECISIONS:
                decision, reason = DECISIONS[i % 5]
                store.decide(
                    case_id(one.id), reviewer="ann", decision=decision, reason=reason, note="", expected_version=1
                )
    return path


@pytest.fixture
def path(tmp_path: Path, built_town: Path, request: pytest.FixtureRequest, empty_store: Path) -> Path:
    source = built_town if "town" in request.fixturenames else empty_store
    return Path(shutil.copy(source, tmp_path / "cases.sqlite3"))


@pytest.fixture
def town(store: Store) -> Store:
    return store


def pages(store: Store, asked: CaseFilter, *, limit: int, order: Order) -> Iterator[list[UUID]]:
    after: str | None = None
    while True:
        page = store.cases(asked, after=after, limit=limit, order=order)
        yield [case.id for case in page.cases]
        if page.next is None:
            return
        after = page.next


@pytest.mark.parametrize("order", ["queue", "id"])
@pytest.mark.parametrize("limit", [1, 7, 30, 90, 1000])
@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(CaseFilter(), id="all"),
        pytest.param(CaseFilter(states=frozenset({CaseState.CANDIDATE, CaseState.DISMISSED})), id="two-states"),
        pytest.param(CaseFilter(problems=frozenset({"litter"})), id="a-problem"),
        pytest.param(CaseFilter(states=frozenset()), id="none"),
    ],
)
def test_pages_show_every_case_once(town: Store, asked: CaseFilter, limit: int, order: Order) -> None:
    shown = list(pages(town, asked, limit=limit, order=order))
    flat = [id_ for page in shown for id_ in page]
    assert all(len(page) == limit for page in shown[:-1])
    assert len(flat) == len(set(flat)) == town.count(asked)
    assert flat == [case.id for case in town.each_case(asked, order=order)]


def test_the_queue_is_what_waits_then_the_rest_each_by_its_turn(town: Store) -> None:
    cases = list(town.each_case(order="queue"))
    order = ["candidate", "deferred", "confirmed", "dismissed"]
    assert [case.state for case in cases] == sorted((case.state for case in cases), key=order.index)
    for state in order:
        due = [case.due_at for case in cases if case.state == state]
        known = [at for at in due if at is not None]
        assert due == sorted(known) + [None] * (len(due) - len(known))


def test_ids_come_in_their_order(town: Store) -> None:
    ids = [case.id for case in town.each_case()]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        pytest.param({"states": frozenset({CaseState.CONFIRMED})}, 9, id="confirmed"),
        pytest.param({"problems": frozenset({"litter", "illegal_ad"})}, 60, id="problems"),
        pytest.param({"problems": frozenset()}, 0, id="no-problem"),
        pytest.param({"bbox": (LON - 1, LAT, LON + 1, LAT + 450 * METRE)}, 5, id="bbox"),
        pytest.param({"bbox": (LON + 1, LAT, LON - 1, LAT + 1)}, 0, id="bbox-round-the-other-side"),
        pytest.param({"since": NOON}, 82, id="since-noon"),
        pytest.param({"since": NOON + timedelta(hours=1)}, 0, id="since-later"),
        pytest.param({"search": "STALL"}, 30, id="search-problem"),
        pytest.param({"search": "370303"}, 90, id="search-cell"),
        pytest.param({"search": "%"}, 0, id="a-percent-is-a-percent"),
        pytest.param({"search": "_____"}, 0, id="an-underscore-too"),
        pytest.param({"search": "' OR 1=1 --"}, 0, id="no-injection"),
        pytest.param({"search": "  "}, 90, id="blank-search-is-none"),
        pytest.param({"problems": frozenset({"litter"}), "states": frozenset({CaseState.CONFIRMED})}, 3, id="both"),
    ],
)
def test_filters(town: Store, asked: dict[str, Any], wanted: int) -> None:
    question = CaseFilter(**asked)
    assert town.count(question) == wanted
    assert len(town.cases(question, limit=1000).cases) == wanted
    assert len(town.cases(question, limit=1000, order="id").cases) == wanted


@pytest.mark.parametrize("write", [str, lambda id_: str(id_)[:13], lambda id_: str(id_).upper(), lambda id_: id_.hex])
def test_search_finds_an_id_however_it_is_written(town: Store, write: Any) -> None:
    wanted = town.cases(limit=1).cases[0]
    assert wanted.id in [case.id for case in town.cases(CaseFilter(search=write(wanted.id))).cases]


def test_a_box_over_the_antimeridian(store: Store) -> None:
    seen = [sighting(i, place=Place(-17.0, lon, 2.0)) for i, lon in enumerate((179.5, -179.5, 0.0))]
    commit(store, seen)
    found = store.cases(CaseFilter(bbox=(179.0, -18.0, -179.0, -16.0))).cases
    assert sorted(case.place.lon for case in found if case.place) == [-179.5, 179.5]


def test_a_box_is_exact_though_the_tree_rounds(store: Store) -> None:
    commit(store, [sighting()])
    hair = 1e-9
    assert store.count(CaseFilter(bbox=(LON, LAT, LON, LAT))) == 1
    assert store.count(CaseFilter(bbox=(LON + hair, LAT, LON + 1, LAT))) == 0


@pytest.mark.parametrize("cursor", ["", "x", "WyJ4Il0=", "bnVsbA==", "é", "WyJjYW5kaWRhdGUiLCAiMjAyNCIsICJ4Il0="])
@pytest.mark.parametrize("order", ["queue", "id"])
def test_a_made_up_cursor_is_refused(store: Store, cursor: str, order: Order) -> None:
    with pytest.raises(ValueError, match="cursor"):
        store.cases(after=cursor, order=order)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_limits(store: Store, limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        store.cases(limit=limit)


def test_counters_agree_with_a_count_of_the_rows(town: Store, path: Path) -> None:
    commit(town, [], of=run(model="m2"))  # withdraws what nobody reviewed
    states = [case.state for case in town.each_case()]
    assert town.counts() == {state: states.count(state) for state in town.counts()}
    assert set(town.counts()) == set(CaseState)
    assert 0 < len(states) < 90
    assert {row[0] for row in dump(path)["case_places_rowid"]} <= {row[0] for row in dump(path)["cases"]}


def test_neighbours_are_within_the_radius_nearest_first(store: Store) -> None:
    ids = fill(store, 5)
    (ad,) = commit(store, [sighting(clip="b", north_m=190, problem="illegal_ad")], of=run("b")).new_cases
    near = [case.id for case in store.neighbours(ids[2], 105)]
    assert near[0] == ad
    assert sorted(near[1:]) == sorted([ids[1], ids[3]])
    assert store.neighbours(ids[2], 5) == []


def test_a_case_without_place_has_no_neighbours_and_no_case_is_an_error(store: Store) -> None:
    (id_,) = commit(store, [sighting(north_m=None)]).new_cases
    assert store.neighbours(id_, 1000) == []
    with pytest.raises(NoSuchCaseError, match="withdrawn"):
        store.neighbours(UUID(int=1), 1000)


def test_tiles_count_what_the_cases_are(store: Store) -> None:
    ids = fill(store, 40)
    before = store.clusters(CaseFilter(bbox=(-180.0, -90.0, 180.0, 90.0)))
    assert before is not None
    assert sum(cluster.cases for cluster in before) == 40
    case = store.case(ids[0])
    assert case is not None
    store.decide(ids[0], reviewer="mei", decision=Decision.CONFIRM, reason=None, note="", expected_version=case.version)
    near = CaseFilter(states=frozenset({CaseState.CONFIRMED}), bbox=(118.0, 36.7, 118.1, 36.9))
    (confirmed,) = store.clusters(near) or []
    assert (confirmed.cases, round(confirmed.lat, 6), round(confirmed.lon, 6)) == (1, LAT, LON)
    assert store.clusters(CaseFilter(bbox=(0.0, 0.0, 1.0, 1.0))) == []
    assert store.clusters(CaseFilter(bbox=(170.0, 0.0, -170.0, 1.0))) is None
    assert store.clusters(CaseFilter(bbox=(118.0, 36.7, 118.1, 36.9), search="x")) is None


def test_search_follows_what_a_case_says_now(store: Store, path: Path) -> None:
    (id_,) = fill(store, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE cases SET responsible = 'Zhangdian 环卫 office'")
    connection.close()
    for words, found in (("zhangdian", 1), ("环卫 of", 1), ("环卫", 1), ("sanitation", 0), ('say "quoted"', 0)):
        assert [case.id for case in store.cases(CaseFilter(search=words)).cases] == [id_] * found
    commit(store, [], of=run("a", model="m2"))
    assert store.cases(CaseFilter(search="zhangdian")).cases == []
