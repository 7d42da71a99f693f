"""What people say is one thing or two holds for ever: over new passes, new audits of the same clip, and until undo."""

from uuid import UUID, uuid4

import pytest

from store.builders import NOON, commit, dump, one_by_one, run, sighting
from streetaudit.io.store.errors import NoSuchCaseError
from streetaudit.io.store.store import Store
from streetaudit.structures.case import Case, CaseState, Decision
from streetaudit.structures.run import Committed

NIGHTS = ("a", "b", "c", "d")


def stored(store: Store, id_: UUID) -> Case:
    case = store.case(id_)
    assert case is not None
    return case


def two_cases(store: Store) -> tuple[UUID, UUID]:
    """Two cases of litter, nine metres apart: too far for one thing."""
    one, other = commit(store, [sighting(1), sighting(2, north_m=9.0)]).new_cases
    return one, other


class TestMerge:
    def test_the_others_are_duplicates_and_their_sightings_are_the_kept_one_s(self, store: Store) -> None:
        keep, other = two_cases(store)
        kept = store.merge_cases(keep, [other], by="ann", note="one heap")
        assert (kept.id, kept.sightings, kept.state) == (keep, 2, CaseState.CANDIDATE)
        gone = stored(store, other)
        assert (gone.state, gone.duplicate_of) == (CaseState.DUPLICATE, keep)
        assert len(store.sightings(keep)) == 2
        assert store.sightings(other) == []

    def test_what_is_seen_of_the_other_later_is_the_kept_one_s(self, store: Store) -> None:
        keep, other = two_cases(store)
        store.merge_cases(keep, [other], by="ann")
        made = commit(store, [sighting(7, clip="b", north_m=9.5)], of=run("b"))
        assert made == Committed(again=(keep,))
        assert (stored(store, keep).sightings, stored(store, keep).passes) == (3, 2)
        assert store.count() == 2

    @pytest.mark.parametrize("change", [{"model": "m2"}, {"rules": "r2"}], ids=["another-model", "other-rules"])
    def test_a_new_audit_of_the_same_clip_obeys(self, store: Store, change: dict[str, str]) -> None:
        keep, other = two_cases(store)
        store.merge_cases(keep, [other], by="ann")
        again = commit(store, [sighting(1, **change), sighting(2, north_m=9.0, **change)], of=run(**change))  # type: ignore[arg-type]
        assert again == Committed(again=(keep,))
        assert stored(store, keep).sightings == 2
        assert stored(store, other).state is CaseState.DUPLICATE

    def test_a_chain_ends_at_the_last_one(self, store: Store) -> None:
        a, b, c = commit(store, [sighting(i, north_m=9.0 * i) for i in range(3)]).new_cases
        store.merge_cases(b, [a], by="ann")
        store.merge_cases(c, [b], by="ann")
        assert commit(store, [sighting(9, clip="b")], of=run("b")).again == (c,)
        assert stored(store, c).sightings == 4

    def test_undo_parts_all_of_one_stroke_with_what_came_since(self, store: Store) -> None:
        a, b, c = commit(store, [sighting(i, north_m=9.0 * i) for i in range(3)]).new_cases
        store.merge_cases(a, [b, c], by="ann")
        commit(store, [sighting(7, clip="b", north_m=9.0)], of=run("b"))
        store.undo("ann")
        assert [stored(store, id_).sightings for id_ in (a, b, c)] == [1, 2, 1]
        assert {stored(store, id_).state for id_ in (a, b, c)} == {CaseState.CANDIDATE}
        assert commit(store, [sighting(8, clip="c", north_m=18.0)], of=run("c")).again == (c,)

    def test_history_tells_it_from_both_sides(self, store: Store) -> None:
        keep, other = two_cases(store)
        store.merge_cases(keep, [other], by="ann", note="one heap")
        (said,) = store.reviews(other)
        assert (said.decision, said.other, said.reviewer, said.note) == (Decision.DUPLICATE, keep, "ann", "one heap")
        assert store.links(keep) == [said]
        assert store.audit_rows(1)[0].what == "case.duplicate"

    def test_a_decision_on_the_duplicate_makes_it_a_case_again(self, store: Store) -> None:
        keep, other = two_cases(store)
        store.merge_cases(keep, [other], by="ann")
        version = stored(store, other).version
        store.decide(other, reviewer="bob", decision=Decision.CONFIRM, reason=None, note="", expected_version=version)
        assert (stored(store, other).state, stored(store, other).sightings) == (CaseState.CONFIRMED, 1)
        assert (stored(store, other).duplicate_of, stored(store, keep).sightings) == (None, 1)

    @pytest.mark.parametrize("wrong", ["nothing", "itself", "into-a-duplicate", "unknown"])
    def test_what_cannot_be_merged_changes_nothing(self, store: Store, wrong: str) -> None:
        keep, other = two_cases(store)
        if wrong == "into-a-duplicate":
            store.merge_cases(keep, [other], by="ann")
            keep, other = other, keep
        others = {"nothing": [], "itself": [keep], "unknown": [uuid4()]}.get(wrong, [other])
        before = dump(store._database.path)
        with pytest.raises((ValueError, NoSuchCaseError)):
            store.merge_cases(keep, others, by="ann")
        assert dump(store._database.path) == before


class TestSplit:
    def heap(self, store: Store) -> tuple[UUID, list[UUID]]:
        """One case seen on three nights; nights b and c really show another heap 3 m on."""
        first = sighting(1)
        (case,) = commit(store, [first]).new_cases
        others = [sighting(1, clip=name, north_m=3.0) for name in ("b", "c")]
        for name, seen in zip(("b", "c"), others, strict=True):
            commit(store, [seen], of=run(name))
        return case, [seen.id for seen in others]

    def test_the_sightings_get_a_case_of_their_own(self, store: Store) -> None:
        case, moved = self.heap(store)
        new = store.split_case(case, moved, by="ann")
        assert (new.sightings, new.passes, new.state, new.problem) == (2, 2, CaseState.CANDIDATE, "litter")
        assert {s.id for s in store.sightings(new.id)} == set(moved)
        assert stored(store, case).sightings == 1
        assert new.place is not None
        assert new.place == sighting(clip="b", north_m=3.0).place

    def test_later_passes_keep_them_apart(self, store: Store) -> None:
        case, moved = self.heap(store)
        new = store.split_case(case, moved, by="ann")
        seen = [sighting(1, clip="d", north_m=0.2), sighting(5, clip="d", north_m=3.1)]
        assert set(commit(store, seen, of=run("d")).again) == {case, new.id}
        assert (stored(store, case).sightings, stored(store, new.id).sightings) == (2, 3)

    @pytest.mark.parametrize("change", [{"model": "m2"}, {"rules": "r2"}], ids=["another-model", "other-rules"])
    def test_a_new_audit_of_the_same_clip_obeys_though_all_would_be_one(
        self, store: Store, change: dict[str, str]
    ) -> None:
        case, moved = self.heap(store)
        new = store.split_case(case, moved, by="ann")
        for name, north_m in (("a", 0.0), ("b", 1.0), ("c", 1.0)):  # now placed so that nearest() would take the old
            again = sighting(1, clip=name, north_m=north_m, **change)  # type: ignore[arg-type]
            of = run(name, **change)  # type: ignore[arg-type]
            commit(store, [again], of=of, assign=one_by_one(lambda *_: None))
        assert (stored(store, case).sightings, stored(store, new.id).sightings) == (1, 2)
        assert store.count() == 2

    def test_undo_makes_one_of_them_again(self, store: Store) -> None:
        case, moved = self.heap(store)
        new = store.split_case(case, moved, by="ann")
        store.undo("ann")
        assert store.case(new.id) is None
        assert stored(store, case).sightings == 3
        assert commit(store, [sighting(9, clip="d", north_m=2.0)], of=run("d")).again == (case,)

    def test_nobody_takes_back_what_somebody_else_built_upon(self, store: Store) -> None:
        case, moved = self.heap(store)
        new = store.split_case(case, moved, by="ann")
        store.decide(
            new.id, reviewer="bob", decision=Decision.CONFIRM, reason=None, note="", expected_version=new.version
        )
        assert store.undo("ann") is None
        assert stored(store, new.id).sightings == 2

    def test_history_tells_it_from_both_sides(self, store: Store) -> None:
        case, moved = self.heap(store)
        new = store.split_case(case, moved, by="ann")
        (said,) = store.reviews(case)
        assert (said.decision, said.other) == (Decision.SPLIT, new.id)
        assert store.links(new.id) == [said]
        assert stored(store, case).state is CaseState.CANDIDATE

    @pytest.mark.parametrize("wrong", ["none", "all", "strange"])
    def test_what_cannot_be_split_off(self, store: Store, wrong: str) -> None:
        case, moved = self.heap(store)
        every = [s.id for s in store.sightings(case)]
        asked = {"none": [], "all": every, "strange": [*moved, UUID(int=1)]}[wrong]
        with pytest.raises(ValueError, match="sightings of case"):
            store.split_case(case, asked, by="ann")

    def test_of_a_case_that_is_not_there(self, store: Store) -> None:
        with pytest.raises(NoSuchCaseError):
            store.split_case(UUID(int=1), [UUID(int=2)], by="ann")


def test_a_new_audit_gives_a_settled_case_its_sightings_back(store: Store) -> None:
    (id_,) = commit(store, [sighting()]).new_cases
    store.decide(id_, reviewer="ann", decision=Decision.DISMISS, reason="already_clean", note="", expected_version=1)
    made = commit(store, [sighting(4, model="m2", seen_at=NOON)], of=run(model="m2"))
    assert made == Committed(again=(id_,))
    assert store.count() == 1
