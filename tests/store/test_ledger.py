from __future__ import annotations

from pathlib import Path

import pytest

from streetaudit.io.processes import is_gone, this_process
from streetaudit.io.store.store import Store
from streetaudit.structures.work import WorkItem, WorkResult

NIGHT = "night"
CLIPS = [(Path(f"in/{name}.mp4"), "1") for name in "abc"]
DONE = WorkResult("complete", "", "work", "look", 1.5)


def leased(store: Store, owner: str = "me") -> WorkItem:
    item = store.lease(NIGHT, owner)
    assert item is not None
    return item


def test_every_clip_is_leased_once_in_order(store: Store) -> None:
    store.enroll(NIGHT, CLIPS)
    assert [leased(store).clip.stem for _ in CLIPS] == ["a", "b", "c"]
    assert store.lease(NIGHT, "me") is None
    assert store.lease("another night", "me") is None


def test_enrolled_again_nothing_changes_and_new_clips_come_last(store: Store) -> None:
    first = store.enroll(NIGHT, CLIPS)
    again = store.enroll(NIGHT, [(Path("in/0.mp4"), "1"), *CLIPS])
    assert again[1:] == first
    assert again[0].number > first[-1].number


def test_a_clip_that_changed_waits_again_in_its_old_place(store: Store) -> None:
    first = store.enroll(NIGHT, CLIPS)
    assert store.looked(leased(store), DONE)
    (changed, *_) = store.enroll(NIGHT, [(CLIPS[0][0], "2"), *CLIPS[1:]])
    assert (changed.number, changed.state, changed.look) == (first[0].number, "waiting", "")


def test_a_lease_that_was_lost_can_do_nothing_any_more(store: Store) -> None:
    store.enroll(NIGHT, CLIPS[:1])
    lost = leased(store, "asleep")
    store.take_over("asleep")
    kept = leased(store, "awake")
    assert kept.fence == lost.fence + 1
    assert not store.looked(lost, DONE)
    assert not store.died(lost, reason="late", most=1)
    store.give_back([lost])
    assert store.item(kept.number).owner == "awake"
    assert store.looked(kept, DONE)


def test_a_clip_that_kills_its_workers_is_set_aside_with_the_reason_until_it_is_asked_for(store: Store) -> None:
    store.enroll(NIGHT, CLIPS[:1])
    assert [store.died(leased(store), reason=f"death {n}", most=3) for n in range(3)] == [False, False, True]
    item = store.head(NIGHT)
    assert item is not None
    assert (item.state, item.status, item.reason, item.deaths) == ("looked", "set_aside", "death 2", 3)
    store.note_done(item)
    assert store.head(NIGHT) is None
    assert store.enroll(NIGHT, CLIPS[:1])[0].state == "done"
    assert store.enroll(NIGHT, CLIPS[:1], retry=True)[0].state == "waiting"


def test_what_was_looked_at_by_somebody_who_is_gone_is_for_anybody_to_commit(store: Store) -> None:
    store.enroll(NIGHT, CLIPS[:2])
    store.looked(leased(store, "gone"), DONE)
    leased(store, "gone")
    store.beat("gone")
    store.beat("gone")
    assert store.beats(NIGHT) == {"gone": 2}
    store.take_over("gone")
    head = store.head(NIGHT)
    assert head is not None
    assert (head.state, head.owner, head.look) == ("looked", "", "look")
    assert leased(store).clip.stem == "b"
    assert store.beats(NIGHT) == {"me": 0}


def test_names_of_files_need_not_be_text(store: Store) -> None:
    path = Path("in/\udcff\n雪.mp4")
    assert store.enroll(NIGHT, [(path, "1")])[0].clip == path


@pytest.mark.parametrize(
    ("part", "value", "gone"),
    [
        pytest.param(4, "1", True, id="another-process-of-that-id"),
        pytest.param(1, "another-boot", True, id="before-the-last-boot"),
        pytest.param(0, "another-machine", False, id="elsewhere"),
        pytest.param(2, "pid:[1]", False, id="another-container"),
    ],
)
def test_who_is_gone_is_known_only_of_this_machine(part: int, value: str, gone: bool) -> None:
    assert not is_gone(this_process())
    parts = this_process().split("|")
    parts[part] = value
    assert is_gone("|".join(parts)) is gone
