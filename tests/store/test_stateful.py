"""Any order of decisions, undos, claims and new footage, against a model of a few lines."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.builders import FakeTime, commit, fill, run, sighting
from streetaudit.io.store.errors import VersionConflict
from streetaudit.io.store.open import open_store
from streetaudit.structures.case import OPEN_STATES, CaseState, Decision

REVIEWERS = ("ann", "bob", "cid")
CASES = 3
LEASE_S = 120.0
#: Thousands of synced commits; on a disk they would take minutes.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - mkdtemp makes a folder of its own in it
EXAMPLES = int(os.environ.get("STREETAUDIT_EXAMPLES", "8"))  # each of 30 steps; more at night
AFTER = {Decision.CONFIRM: "confirmed", Decision.DISMISS: "dismissed", Decision.DEFER: "deferred"}

reviewers = st.sampled_from(REVIEWERS)
numbers = st.integers(0, CASES - 1)
decisions = st.sampled_from(list(AFTER))


@dataclass(eq=False)
class Thing:
    """What the model knows of one case: a stack of decisions that stand, who holds it until when, its version."""

    standing: list[tuple[int, str, Decision]] = field(default_factory=list)
    version: int = 1
    reviews: int = 0
    passes: int = 1
    holder: str | None = None
    until_s: float = 0.0

    @property
    def state(self) -> str:
        return AFTER[self.standing[-1][2]] if self.standing else "candidate"


class Reviewing(RuleBasedStateMachine):
    """The store beside the model."""

    template: Path

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY))
        path = shutil.copy(self.template, self.folder / "cases.sqlite3")
        self.time = FakeTime()
        self.now_s = 0.0
        self.store = open_store(f"sqlite:///{path}", clock=self.time.clock)
        self.ids = fill(self.store, CASES)
        self.things = [Thing() for _ in self.ids]
        self.turn = 0
        self.clips = 0

    @rule(number=numbers, reviewer=reviewers, decision=decisions, stale=st.sampled_from([0, 0, 0, 1]))
    def decide(self, number: int, reviewer: str, decision: Decision, stale: int) -> None:
        thing, id_ = self.things[number], self.ids[number]
        reason = "permitted" if decision is Decision.DISMISS else None  # lasting: what is seen there again joins
        try:
            case = self.store.decide(
                id_,
                reviewer=reviewer,
                decision=decision,
                reason=reason,
                note="",
                expected_version=thing.version - stale,
            )
        except VersionConflict as conflict:
            assert stale
            assert conflict.current.version == thing.version  # noqa: PT017
            return
        assert not stale
        self.turn += 1
        thing.standing.append((self.turn, reviewer, decision))
        self._changed(thing, reviews=1)
        assert case.state == thing.state

    @rule(reviewer=reviewers)
    def undo(self, reviewer: str) -> None:
        mine = [
            (decided, thing)
            for thing in self.things
            for index, decided in enumerate(thing.standing)
            if decided[1] == reviewer and all(later[1] == reviewer for later in thing.standing[index:])
        ]
        case = self.store.undo(reviewer)
        if not mine:
            assert case is None
            return
        decided, thing = max(mine, key=lambda pair: pair[0][0])
        thing.standing.remove(decided)
        self._changed(thing, reviews=1)
        assert case is not None
        assert (case.id, case.state) == (self.ids[self.things.index(thing)], thing.state)

    @rule(reviewer=reviewers, skipped=st.sets(numbers, max_size=2))
    def claim(self, reviewer: str, skipped: set[int]) -> None:
        case = self.store.claim(reviewer, lease_s=LEASE_S, skip=[self.ids[number] for number in skipped])
        free = {
            number
            for number, thing in enumerate(self.things)
            if number not in skipped and thing.state in OPEN_STATES and self._holder(thing) in (None, reviewer)
        }
        if case is None:
            assert not free
            return
        number = self.ids.index(case.id)
        own = {n for n in free if self._holder(self.things[n]) == reviewer}
        assert number in (own or free)
        if not own and any(self.things[n].state == "candidate" for n in free):
            assert self.things[number].state == "candidate"  # the deferred come last
        self.things[number].holder, self.things[number].until_s = reviewer, self.now_s + LEASE_S

    @rule(number=numbers, reviewer=reviewers)
    def release(self, number: int, reviewer: str) -> None:
        self.store.release(self.ids[number], reviewer)
        if self.things[number].holder == reviewer:
            self.things[number].holder = None

    @rule(seconds=st.sampled_from([1.0, 60.0, 119.0, 121.0]))
    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.time.pass_s(seconds)

    @precondition(lambda self: self.clips < 5)
    @rule(number=numbers)
    def see_again(self, number: int) -> None:
        self.clips += 1
        clip = f"again{self.clips}"
        made = commit(self.store, [sighting(number, clip=clip, north_m=100.0 * number)], of=run(clip))
        assert made.again == (self.ids[number],)
        self.things[number].passes += 1
        self.things[number].version += 1

    @invariant()
    def the_store_agrees_with_the_model(self) -> None:
        for id_, thing in zip(self.ids, self.things, strict=True):
            case = self.store.case(id_)
            assert case is not None
            assert (case.state, case.version, case.passes) == (thing.state, thing.version, thing.passes)
            assert len(self.store.reviews(id_)) == thing.reviews
            assert self.store.holder(id_) == self._holder(thing)
        states = [thing.state for thing in self.things]
        assert self.store.counts() == {state: states.count(state.value) for state in CaseState}
        assert self.store.verify_audit() == sum(thing.reviews for thing in self.things)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    def _changed(self, thing: Thing, *, reviews: int) -> None:
        thing.version += 1
        thing.reviews += reviews
        thing.holder = None

    def _holder(self, thing: Thing) -> str | None:
        return thing.holder if self.now_s < thing.until_s else None


def test_the_store_follows_the_model(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    monkeypatch.setattr(Reviewing, "template", empty_store, raising=False)
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Reviewing,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=quiet, database=None
        ),
    )
