"""SIGKILL in the middle of commits: what was acknowledged is there, what is there is whole."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import time as real_time
from multiprocessing.connection import Connection
from pathlib import Path

from store.children import PER_CLIP, commit_for_ever, start, url
from streetaudit.io.store.open import open_store
from streetaudit.io.store.states import state_after
from streetaudit.io.store.store import Store
from streetaudit.structures.identity import case_id

KILLS = 30
SEED = 20260301


def test_killed_thirty_times_nothing_is_lost_and_nothing_is_half(path: Path) -> None:
    rng = random.Random(SEED)
    acknowledged: list[tuple[str, str]] = []
    for kill in range(KILLS):
        some, after_s = rng.randint(1, 4), rng.uniform(0.0, 0.03)
        acknowledged += _run_and_kill(path, first=kill * 100_000, acks=some, after_s=after_s)
    clips = {clip for kind, clip in acknowledged if kind == "clip"}
    reviews = {clip for kind, clip in acknowledged if kind == "review"}
    assert len(clips) >= KILLS
    with open_store(url(path)) as store:
        assert clips <= _whole_clips(store)
        assert reviews <= _consistent_cases(store)
        store.verify_audit()
    assert _integrity(path) == ["ok"]


def _run_and_kill(path: Path, *, first: int, acks: int, after_s: float) -> list[tuple[str, str]]:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = start(commit_for_ever, path, first, theirs, method="fork")
    theirs.close()
    got = [ours.recv() for _ in range(acks)]  # it is at work
    real_time.sleep(after_s)
    child.kill()
    got += _rest(ours)
    child.join()
    ours.close()
    return got


def _rest(pipe: Connection) -> list[tuple[str, str]]:
    got: list[tuple[str, str]] = []
    while True:
        try:
            got.append(pipe.recv())
        except (EOFError, OSError):
            return got


def _whole_clips(store: Store) -> set[str]:
    runs = store.runs(limit=1_000_000)
    assert {stored.sightings for stored in runs} == {PER_CLIP}
    return {stored.run.clip_name.removesuffix(".mp4") for stored in runs}


def _consistent_cases(store: Store) -> set[str]:
    """The notes of all reviews, after every case was found to follow from its sightings and reviews."""
    cases = list(store.each_case())
    notes: set[str] = set()
    for case in cases:
        sightings, reviews = store.sightings(case.id), store.reviews(case.id)
        assert (case.sightings, case.passes) == (len(sightings), len({s.clip_sha256 for s in sightings}))
        assert case.state is state_after(reviews, is_shadow=False)
        assert case.id in {case_id(s.id) for s in sightings}
        notes |= {review.note for review in reviews}
    assert sum(store.counts().values()) == len(cases) == store.count()
    assert sum(case.sightings for case in cases) == 4 * len(store.runs(limit=1_000_000))
    return notes


def _integrity(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        found += [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
        tree = connection.execute("SELECT rtreecheck('case_places')").fetchone()[0]
        placed = set(connection.execute("SELECT number FROM cases WHERE lat IS NOT NULL"))
        strays = placed ^ set(connection.execute("SELECT number FROM case_places"))
    connection.close()
    return found + ([] if tree == "ok" else [tree]) + [f"stray {number}" for (number,) in strays]
