"""Two reviewers, one case: exactly one winner, and the loser is told how things stand."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from store.builders import commit, fill, run, sighting
from store.children import race, start
from streetaudit.io.store.errors import VersionConflict
from streetaudit.io.store.store import Store
from streetaudit.structures.case import CaseState, Decision

RACES = 200


def _assert_one_winner_each(store: Store, ids: list[UUID], winners: dict[str, list[UUID]]) -> None:
    won = [id_ for ids_of_one in winners.values() for id_ in ids_of_one]
    assert sorted(won) == sorted(ids)
    for reviewer, ids_of_one in winners.items():
        for id_ in ids_of_one:
            (review,) = store.reviews(id_)
            assert (review.reviewer, review.note) == (reviewer, reviewer)
    assert store.counts()[CaseState.CONFIRMED] == len(ids)
    assert store.verify_audit() == len(ids)


def test_between_threads(store: Store) -> None:
    ids = fill(store, RACES)
    barrier = threading.Barrier(2)

    def decide_all(reviewer: str) -> list[UUID]:
        won = []
        for id_ in ids:
            barrier.wait(30)
            try:
                store.decide(
                    id_, reviewer=reviewer, decision=Decision.CONFIRM, reason=None, note=reviewer, expected_version=1
                )
                won.append(id_)
            except VersionConflict as conflict:
                assert (conflict.current.version, conflict.current.state) == (2, CaseState.CONFIRMED)  # noqa: PT017
        return won

    with ThreadPoolExecutor(2) as pool:
        results = dict(zip("ab", pool.map(decide_all, "ab"), strict=True))
    _assert_one_winner_each(store, ids, results)


def test_between_processes(store: Store, path: Path) -> None:
    ids = fill(store, RACES)
    pipes = {reviewer: multiprocessing.Pipe() for reviewer in "ab"}
    children = [start(race, path, reviewer, ids, theirs) for reviewer, (_, theirs) in pipes.items()]
    for ours, _ in pipes.values():
        assert ours.recv() == "ready"
    for ours, _ in pipes.values():
        ours.send("go")
    results = {reviewer: ours.recv() for reviewer, (ours, _) in pipes.items()}
    for child in children:
        child.join(30)
    _assert_one_winner_each(store, ids, results)


def test_twenty_reviewers_empty_the_queue_and_nobody_gets_anothers_case(store: Store) -> None:
    ids = fill(store, 100)

    def work(reviewer: str) -> list[UUID]:
        mine = []
        while (case := store.claim(reviewer)) is not None:
            mine.append(case.id)
            store.decide(
                case.id,
                reviewer=reviewer,
                decision=Decision.CONFIRM,
                reason=None,
                note="",
                expected_version=case.version,
            )
        return mine

    with ThreadPoolExecutor(20) as pool:
        done = [id_ for mine in pool.map(work, [f"r{number}" for number in range(20)]) for id_ in mine]
    assert sorted(done) == sorted(ids)


def test_reading_goes_on_while_others_write(store: Store) -> None:
    fill(store, 10)

    def write(number: int) -> None:
        clip = f"c{number}"
        commit(store, [sighting(number, clip=clip, north_m=1000.0 + 50 * number)], of=run(clip))

    def read(_: int) -> int:
        page = store.cases(limit=1000)
        assert len({case.id for case in page.cases}) == len(page.cases)
        return len(page.cases)

    with ThreadPoolExecutor(30) as pool:
        writes = [pool.submit(write, number) for number in range(40)]
        seen = list(pool.map(read, range(60)))
        for pending in writes:
            pending.result()
    assert min(seen) >= 10
    assert store.count() == 50
