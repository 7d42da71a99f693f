import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from store.builders import LAT, LON, METRE, NOON, FakeTime, commit, dump, fill, one_by_one, run, sha, sighting
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.structures.case import CaseState, Decision
from streetaudit.structures.clip import ClipFacts, DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.identity import case_id, spot_id
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.run import CityFacts, Committed
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.spot import Around, Spot


def test_a_sighting_opens_a_case_with_what_the_city_says(store: Store) -> None:
    seen = sighting(confidence=0.7)
    made = commit(store, [seen])
    case = store.case(case_id(seen.id))
    assert made == Committed(new_cases=(case_id(seen.id),))
    assert case is not None
    assert (case.problem, case.state, case.place, case.confidence) == ("litter", "candidate", seen.place, 0.7)
    assert (case.first_seen, case.last_seen, case.passes, case.sightings, case.version) == (NOON, NOON, 1, 1, 1)
    assert (case.cell, case.responsible, case.code) == ("370303001", "sanitation", "0101")
    assert (case.due_at, case.rule, case.rule_version) == (NOON + timedelta(hours=4), "litter-rule", "r1")
    assert case.evidence == "ab/a1.jpg"


def test_another_pass_joins_and_the_case_follows_from_both(store: Store) -> None:
    later = NOON + timedelta(days=1)
    (case_of_a,) = commit(store, [sighting(confidence=0.6)]).new_cases
    made = commit(store, [sighting(clip="b", north_m=2.0, confidence=0.9, seen_at=later)], of=run("b"))
    case = store.case(case_of_a)
    assert made == Committed(again=(case_of_a,))
    assert case is not None
    assert case.place is not None
    assert case.place.lat == pytest.approx(LAT + METRE)
    assert (case.place.views, case.confidence, case.evidence) == (2, 0.9, "ab/b1.jpg")
    assert (case.first_seen, case.last_seen, case.passes, case.sightings) == (NOON, later, 2, 2)
    assert case.version == 2
    assert [s.clip_name for s in store.sightings(case_of_a)] == ["b.mp4", "a.mp4"]


@pytest.mark.parametrize(
    ("north_m", "problem", "new"),
    [
        pytest.param(2.0, "litter", 0, id="same-place-and-problem"),
        pytest.param(2.0, "illegal_ad", 1, id="another-problem"),
        pytest.param(30.0, "litter", 1, id="too-far-for-choose"),
        pytest.param(70.0, "litter", 1, id="not-even-nearby"),
        pytest.param(None, "litter", 1, id="unplaced-never-joins-a-placed-one"),
    ],
)
def test_what_joins_what(store: Store, north_m: float | None, problem: str, new: int) -> None:
    commit(store, [sighting()])
    assert len(commit(store, [sighting(clip="b", north_m=north_m, problem=problem)], of=run("b")).new_cases) == new


@pytest.mark.parametrize(
    ("camera", "new"), [pytest.param("patrol", 0, id="same-camera"), pytest.param("other", 1, id="another-camera")]
)
def test_unplaced_sightings_ask_the_unplaced_cases_of_their_camera(store: Store, camera: str, new: int) -> None:
    commit(store, [sighting(north_m=None)])
    again = sighting(clip="b", north_m=None, camera=camera)
    assert len(commit(store, [again], of=run("b")).new_cases) == new


def test_assign_sees_all_sightings_and_what_is_known_around_with_their_sightings_of_this_clip(store: Store) -> None:
    asked: list[tuple[list[int], list[int], list[int]]] = []

    def assign(seen: Any, around: Around) -> dict[UUID, UUID]:
        metres = sorted(round((spot.place.lat - LAT) / METRE) for spot in around.spots if spot.place)
        own = sorted(s.track_id for group in around.same_clip.values() for s in group)
        asked.append(([s.track_id for s in seen], metres, own))
        return {new.id: spot_id(new.id) for new in seen}

    near, far = sighting(1, north_m=20), sighting(2, north_m=900)
    commit(store, [near, far], assign=assign)
    commit(store, [sighting(9, clip="b", north_m=0)], of=run("b"), assign=assign)
    commit(store, [near, far, sighting(3, north_m=10, problem="illegal_ad")], of=run(work_key="again"), assign=assign)
    assert asked == [([1, 2], [], []), ([9], [20], []), ([3], [0, 20], [1])]


@pytest.mark.parametrize(
    ("reason", "new"),
    [
        pytest.param("permanent_fixture", 0, id="the-fixture-is-still-there"),
        pytest.param("permitted", 0, id="still-permitted"),
        pytest.param("not_there", 0, id="the-detector-errs-there"),
        pytest.param("wrong_class", 0, id="and-there"),
        pytest.param("already_clean", 1, id="a-new-pile-after-the-cleaning"),
        pytest.param("evidence_unclear", 1, id="a-second-chance"),
        pytest.param("other", 1, id="who-knows"),
    ],
)
def test_a_dismissal_outlives_its_night_only_if_it_speaks_of_the_spot(store: Store, reason: str, new: int) -> None:
    (id_,) = fill(store, 1)
    store.decide(id_, reviewer="ann", decision=Decision.DISMISS, reason=reason, note="", expected_version=1)
    assert len(commit(store, [sighting(0, clip="b")], of=run("b")).new_cases) == new


def test_nearby_reaches_over_the_antimeridian(store: Store) -> None:
    east, west = Place(-17.0, 179.99999, 2.0), Place(-17.0, -179.99999, 2.0)
    (fiji,) = commit(store, [sighting(place=east)]).new_cases
    assert commit(store, [sighting(clip="b", place=west)], of=run("b")).again == (fiji,)
    assert store.neighbours(fiji, 10) == []


@pytest.mark.parametrize("state", ["confirm", "dismiss", "defer"])
def test_a_reviewed_case_is_joined_and_keeps_its_state(store: Store, state: str) -> None:
    (id_,) = fill(store, 1)
    reason = "permitted" if state == "dismiss" else None
    decided = store.decide(id_, reviewer="ann", decision=Decision(state), reason=reason, note="", expected_version=1)
    assert commit(store, [sighting(0, clip="b")], of=run("b")).again == (id_,)
    case = store.case(id_)
    assert case is not None
    assert (case.state, case.passes, case.version) == (decided.state, 2, 3)


class TestAgain:
    def test_changes_no_byte(self, store: Store, path: Path, time: FakeTime) -> None:
        seen = [sighting(1), sighting(2, north_m=30), sighting(3, north_m=None), sighting(4, problem=None)]
        first = commit(store, seen)
        before = dump(path)
        time.pass_s(3600)
        again = commit(store, list(reversed(seen)))
        assert len(first.new_cases) == 3
        assert again == Committed(unchanged=4)
        assert dump(path) == before

    def test_also_for_a_partial_run(self, store: Store, path: Path, time: FakeTime) -> None:
        partial = run(status="partial")
        commit(store, [sighting()], of=partial)
        before = dump(path)
        time.pass_s(3600)
        assert commit(store, [sighting()], of=partial) == Committed(unchanged=1)
        assert dump(path) == before
        assert not store.is_done(partial.work_key)

    def test_the_order_of_the_sightings_says_nothing(self, tmp_path: Path) -> None:
        seen = [sighting(i, north_m=random.Random(i).uniform(0, 30)) for i in range(12)]
        dumps = []
        for seed in range(3):
            random.Random(seed).shuffle(seen)
            with open_store(f"sqlite:///{tmp_path}/{seed}.sqlite3", clock=FakeTime().clock) as store:
                commit(store, seen)
            dumps.append(dump(tmp_path / f"{seed}.sqlite3"))
        assert dumps[0] == dumps[1] == dumps[2]


class TestSuperseding:
    def test_another_model_keeps_the_case_that_it_sees_too(self, store: Store) -> None:
        (id_,) = commit(store, [sighting()]).new_cases
        made = commit(store, [sighting(7, model="m2", north_m=1.0)], of=run(model="m2"))
        assert made == Committed(again=(id_,))
        assert [(s.track_id, s.model_sha256) for s in store.sightings(id_)] == [(7, "m2")]
        assert (store.is_done("a-m1-r1"), store.is_done("a-m2-r1")) == (False, True)

    def test_what_it_does_not_see_is_withdrawn(self, store: Store) -> None:
        opened = commit(store, [sighting(1), sighting(2, north_m=30)]).new_cases
        made = commit(store, [sighting(1, rules="r2", problem=None)], of=run(rules="r2"))
        assert made == Committed(withdrawn=2)
        assert [store.case(id_) for id_ in opened] == [None, None]
        assert store.count() == 0
        assert len(store.clip_sightings(sha("a"))) == 1

    def test_a_case_that_another_clip_saw_stays_and_forgets_this_one(self, store: Store) -> None:
        (id_,) = commit(store, [sighting(confidence=0.95)]).new_cases
        commit(store, [sighting(clip="b", north_m=2.0, confidence=0.5)], of=run("b"))
        assert commit(store, [], of=run(model="m2")) == Committed()
        case = store.case(id_)
        assert case is not None
        assert (case.passes, case.sightings, case.confidence, case.evidence) == (1, 1, 0.5, "ab/b1.jpg")
        assert case.place == sighting(clip="b", north_m=2.0).place

    def test_a_reviewed_case_stays_and_is_found_again(self, store: Store) -> None:
        (id_,) = commit(store, [sighting()]).new_cases
        store.decide(id_, reviewer="ann", decision=Decision.DISMISS, reason="permitted", note="", expected_version=1)
        commit(store, [], of=run(model="m2"))
        left = store.case(id_)
        assert left is not None
        assert (left.state, store.sightings(id_)) == (CaseState.DISMISSED, [])
        assert commit(store, [sighting(5, model="m3")], of=run(model="m3")).again == (id_,)
        assert len(store.sightings(id_)) == 1

    def test_going_back_to_the_old_model_is_not_done_and_brings_the_old_ids_back(self, store: Store) -> None:
        (id_,) = commit(store, [sighting()]).new_cases
        commit(store, [], of=run(model="m2"))
        assert commit(store, [sighting()]).new_cases == (id_,)
        assert (store.is_done("a-m1-r1"), store.is_done("a-m2-r1")) == (True, False)

    @pytest.mark.parametrize(
        ("stored", "new", "left"),
        [
            pytest.param("complete", "complete", ["m2"], id="whole-replaces-whole"),
            pytest.param("complete", "partial", ["m1", "m2"], id="half-does-not-replace-whole"),
            pytest.param("complete", "failed", ["m1"], id="failed-replaces-nothing"),
            pytest.param("partial", "partial", ["m2"], id="half-replaces-half"),
            pytest.param("partial", "complete", ["m2"], id="whole-replaces-half"),
            pytest.param("partial", "failed", ["m1"], id="failed-does-not-replace-half"),
        ],
    )
    def test_how_whole_the_audits_are_decides(self, store: Store, stored: Any, new: Any, left: list[str]) -> None:
        commit(store, [sighting(1)], of=run(status=stored))
        seen = [] if new == "failed" else [sighting(2, model="m2", north_m=50)]
        commit(store, seen, of=run(model="m2", status=new))
        assert sorted(s.model_sha256 for s in store.clip_sightings(sha("a"))) == left

    def test_a_later_mishap_with_the_same_work_undoes_nothing(self, store: Store, path: Path) -> None:
        commit(store, [sighting(1), sighting(2, north_m=30)])
        before = dump(path)
        commit(store, [sighting(1)], of=run(status="partial"))
        commit(store, [], of=run(status="failed"))
        assert dump(path) == before

    def test_the_whole_after_the_half_of_the_same_work(self, store: Store) -> None:
        commit(store, [sighting(1, confidence=0.5)], of=run(status="partial"))
        made = commit(store, [sighting(1, confidence=0.9), sighting(2, north_m=30)])
        (case, other) = store.cases().cases
        assert (len(made.new_cases), len(made.again), store.is_done("a-m1-r1")) == (1, 1, True)
        assert sorted((case.confidence, other.confidence)) == [0.8, 0.9]

    def test_clips_whose_bytes_could_not_be_read_are_nobodys_older_audit(self, store: Store) -> None:
        for name in ("x", "y"):
            broken = replace(run(name, status="failed"), clip_sha256="", work_key=name)
            assert commit(store, of=broken) == Committed()
        assert sorted(stored.run.work_key for stored in store.runs()) == ["x", "y"]


class TestShadow:
    def test_rules_on_trial_raise_shadow_cases(self, store: Store) -> None:
        commit(store, [sighting(shadow=True)])
        assert store.cases().cases[0].state is CaseState.SHADOW

    def test_a_rule_in_force_brings_the_case_to_light_and_back(self, store: Store) -> None:
        commit(store, [sighting(shadow=True)])
        commit(store, [sighting(clip="b", rules="r2")], of=run("b", rules="r2"))
        (lit,) = store.cases().cases
        assert (lit.state, lit.rule_version, lit.passes) == (CaseState.CANDIDATE, "r2", 2)
        commit(store, [], of=run("b", rules="r3"))
        assert store.cases().cases[0].state is CaseState.SHADOW

    def test_a_confirmed_case_on_trial_does_not_leave_the_shadow(self, store: Store) -> None:
        (id_,) = commit(store, [sighting(shadow=True)]).new_cases
        said = store.decide(id_, reviewer="ann", decision=Decision.CONFIRM, reason=None, note="", expected_version=1)
        assert said.state is CaseState.SHADOW
        commit(store, [sighting(clip="b")], of=run("b"))
        assert store.cases().cases[0].state is CaseState.CONFIRMED


class TestRefusals:
    def test_a_failure_in_the_middle_leaves_nothing(self, store: Store, path: Path) -> None:
        commit(store, [sighting(clip="b")], of=run("b"))
        before = dump(path)

        def fails(new: Sighting) -> CityFacts:
            if new.track_id == 3:
                raise KeyError("city")
            return CityFacts()

        with pytest.raises(KeyError):
            commit(store, [sighting(i, north_m=50.0 * i) for i in range(5)], describe=fails)
        assert dump(path) == before

    def test_sightings_of_another_clip(self, store: Store) -> None:
        with pytest.raises(ValueError, match="alone"):
            commit(store, [sighting(clip="b")])

    def test_one_sighting_twice(self, store: Store) -> None:
        with pytest.raises(ValueError, match="once"):
            commit(store, [sighting(), sighting()])

    def test_assign_may_only_name_what_it_was_shown(self, store: Store) -> None:
        far = Spot(UUID(int=1), "litter", "patrol", Place(LAT, LON, 2.0))
        with pytest.raises(ValueError, match="nearby"):
            commit(store, [sighting(clip="b", north_m=90)], of=run("b"), assign=one_by_one(lambda *_: far))

    def test_a_naive_time(self, store: Store) -> None:
        with pytest.raises(Exception, match="aware"):
            commit(store, [sighting(seen_at=datetime(2026, 1, 1))])  # noqa: DTZ001


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="placed"),
        pytest.param({"place": NotPlaced("no trace")}, id="unplaced"),
        pytest.param({"place": Place(1.0, -2.0, 0.0, "triangulation", 7, (1.0, -0.5, 2.0))}, id="covariance"),
        pytest.param({"place": Place(0.0, 0.0, 3.0)}, id="null-island-is-a-place-if-somebody-says-so"),
        pytest.param({"evidence": None}, id="no-evidence"),
        pytest.param(
            {
                "evidence": Evidence(
                    "ab/x.jpg", "ab/y.jpg", 1, 1, (0.1, 0.2, 0.3, 0.4), 9.9, (("face", 2), ("plate", 1))
                )
            },
            id="blurred",
        ),
        pytest.param({"seen_at": None}, id="clock-unknown"),
        pytest.param({"seen_at": datetime(2026, 3, 1, 23, 59, 59, 999_999, UTC)}, id="microseconds"),
        pytest.param({"clip_name": "巡查 🚮.mp4", "camera": "仿'; DROP TABLE cases;--"}, id="any-text"),
    ],
)
def test_what_goes_in_comes_out(store: Store, changed: dict[str, Any]) -> None:
    seen = replace(sighting(), **changed)
    commit(store, [seen])
    assert store.clip_sightings(sha("a")) == [seen]
    assert store.sightings(case_id(seen.id)) == [seen]


def test_a_run_comes_out_as_it_went_in(store: Store, time: FakeTime) -> None:
    facts = ClipFacts(Path("in/a.mp4"), sha("a"), 640, 360, 90, 9.5, 95, NOON, "h264")
    record = DecodeRecord(95, 95, 0.0, 9.4, ended="end")
    coverage = Coverage(looked_at=90, skipped={"blurred": 5}, first_s=0.0, last_s=9.4, distance_m=80.5)
    whole = replace(
        run(),
        facts=facts,
        record=record,
        coverage=coverage,
        trace_source="gpx",
        started_at=NOON,
        path=((31.2, 121.5), (31.2005, 121.5)),
    )
    commit(store, [sighting()], of=whole)
    (stored,) = store.runs()
    assert (stored.run, stored.stored_at, stored.sightings, stored.is_current) == (whole, time.at, 1, True)


def test_file_names_that_are_no_text_are_kept_readable(store: Store) -> None:
    name = "clip-\udcff.mp4"
    odd = replace(run(), clip_name=name, reason=f"cannot read {name}")
    seen = replace(sighting(), clip_name=name)
    commit(store, [seen], of=odd)
    assert commit(store, [seen], of=odd) == Committed(unchanged=1)
    assert store.runs()[0].run.clip_name == r"clip-\xff.mp4"


def test_runs_come_newest_first(store: Store, time: FakeTime) -> None:
    for clip in "abc":
        commit(store, of=run(clip))
        time.pass_s(1)
    assert [stored.run.clip_name for stored in store.runs(limit=2)] == ["c.mp4", "b.mp4"]


def test_an_unknown_case_is_none(store: Store) -> None:
    assert store.case(UUID(int=0)) is None
