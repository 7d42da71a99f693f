"""What reviewers' decisions say about sightings: it is there, it is not there, or it is something else, elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from streetaudit.io.store.states import standing
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case, CaseState, Decision, Review
from streetaudit.structures.correction import Correction
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.taxonomy import CLASSES

Says = Literal["there", "not_there"]
#: Dismissals that speak of the picture; the others speak of the city ("permitted") or of nothing ("evidence_unclear").
NEGATIVE_REASONS = frozenset({"not_there", "wrong_class"})
#: Cases that nobody has decided about.
_UNDECIDED = frozenset({CaseState.CANDIDATE, CaseState.DEFERRED, CaseState.REOPENED})
#: Sightings of one case that are taken, the largest first: a spot passed every night would drown the others.
MOST_A_CASE = 4
Position = tuple[float, float]
Box = tuple[float, float, float, float]
#: Which class shows a problem; the names are the same but for one.
_PROBLEM_CLASSES = {name: name for name in CLASSES} | {"mis_parked_vehicle": "vehicle"}


@dataclass(frozen=True, slots=True)
class Decided:
    """One sighting that a person has judged: something is there, or is not.

    Attributes:
        says: Whether the thing is there.
        class_name: What is there, or is not: as the reviewer corrected it, else as the detector said.
        xyxy: Where, px of the evidence frame: as the reviewer drew it, else as the detector said.
        evidence: Of the sighting.
        reviews: The standing decisions, oldest first.
        spot: Lat and lon by which it is split: the case's place, or the fixed camera that saw it.
    """

    case: Case
    sighting: Sighting
    says: Says
    class_name: str
    xyxy: Box
    evidence: Evidence
    reviews: tuple[Review, ...]
    spot: Position

    @property
    def corrected(self) -> tuple[str, ...]:
        """What of it is the reviewer's word and not the detector's: "box", "class"."""
        box, name = self.xyxy != self.evidence.xyxy, self.class_name != self.sighting.class_name
        return tuple(word for word, is_so in (("box", box), ("class", name)) if is_so)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case or sighting that became no label, and why."""

    subject: str
    reason: str


def decided(store: Store, *, fixed: Mapping[str, Position] | None = None) -> Iterator[Decided | LeftOut]:
    """Every sighting that a standing decision speaks of, and what was left out.

    Args:
        store: The cases.
        fixed: Position of every fixed camera by name: all it sees has one background.
    """
    states = frozenset(CaseState) - _UNDECIDED
    for case in store.each_case(CaseFilter(states=states)):
        reviews = tuple(standing(store.reviews(case.id)))
        if reviews:
            yield from _of_case(store, case, reviews, fixed or {})


def _of_case(
    store: Store, case: Case, reviews: tuple[Review, ...], fixed: Mapping[str, Position]
) -> Iterator[Decided | LeftOut]:
    says, truth = _meaning(reviews[-1]), _corrections(reviews)
    if says is None:
        yield LeftOut(
            f"case {case.id}", f"{reviews[-1].reason or reviews[-1].decision.value}: says nothing of the picture"
        )
        return
    usable = []
    for sighting in store.sightings(case.id):
        why_not = _why_not(case, sighting, reviews[-1], fixed)
        if not why_not and says == "there" and _class(sighting, truth) is None:
            why_not = f"no class of ours shows {truth.problem!r}: name the class when correcting"
        if why_not:
            yield LeftOut(f"sighting {sighting.id}", why_not)
        elif sighting.evidence:
            usable.append((sighting, sighting.evidence))
    usable.sort(key=lambda pair: (-_area(pair[1]), pair[0].id))
    for sighting, evidence in usable[:MOST_A_CASE]:
        spot = _spot(case, sighting, fixed) or (0.0, 0.0)
        for word, name, box in _labels(says, sighting, evidence, truth):
            yield Decided(case, sighting, word, name, box, evidence, reviews, spot)
    for sighting, _ in usable[MOST_A_CASE:]:
        yield LeftOut(f"sighting {sighting.id}", f"{MOST_A_CASE} larger views of its case are taken already")


def _labels(says: Says, sighting: Sighting, evidence: Evidence, truth: Correction) -> Iterator[tuple[Says, str, Box]]:
    """What one sighting teaches: what is there, and what is not, each with its box.

    A thing of another class than the detector said is one label of each kind.
    """
    name = _class(sighting, truth)
    is_renamed = name is not None and name != sighting.class_name
    if name is not None and (says == "there" or is_renamed):
        drawn = truth.corrected_box if truth.sighting == sighting.id else None
        yield "there", name, drawn or evidence.xyxy
    if says == "not_there" or is_renamed:
        yield "not_there", sighting.class_name, evidence.xyxy


def _corrections(reviews: Sequence[Review]) -> Correction:
    """What the standing decisions set right, later ones before earlier ones; of a dismissal only its own."""
    told = [reviews[-1]] if reviews[-1].decision is Decision.DISMISS else reviews
    box, sighting, name, problem = None, None, None, None
    for correction in (review.correction for review in told if review.correction):
        if correction.corrected_box is not None:
            box, sighting = correction.corrected_box, correction.sighting
        if correction.class_name is not None or correction.problem is not None:
            name, problem = correction.class_name, correction.problem
    return Correction(corrected_box=box, sighting=sighting, class_name=name, problem=problem)


def _class(sighting: Sighting, truth: Correction) -> str | None:
    """What a sighting shows; None where a person named a problem that no class of ours is made for."""
    if truth.class_name is not None or truth.problem is None:
        return truth.class_name or sighting.class_name
    return _PROBLEM_CLASSES.get(truth.problem)


def _meaning(review: Review) -> Says | None:
    if review.decision is Decision.CONFIRM:
        return "there"
    return "not_there" if review.decision is Decision.DISMISS and review.reason in NEGATIVE_REASONS else None


def _why_not(case: Case, sighting: Sighting, review: Review, fixed: Mapping[str, Position]) -> str:
    """Why a sighting of a decided case is no label, "" if it is one."""
    if sighting.evidence is None:
        return "it has no picture"
    if sighting.class_name not in CLASSES:
        return f"{sighting.class_name!r} is no class of ours"
    if _spot(case, sighting, fixed) is None:
        return "without a place it cannot be kept out of validation"
    shown = sighting.evidence.frame == case.evidence or sighting.evidence.crop == case.evidence
    if not shown and (sighting.seen_at is None or sighting.seen_at > review.at):
        return "it was seen after the decision, or nobody knows when"
    return ""


def _spot(case: Case, sighting: Sighting, fixed: Mapping[str, Position]) -> Position | None:
    if sighting.camera in fixed:
        return fixed[sighting.camera]
    return (case.place.lat, case.place.lon) if case.place else None


def _area(evidence: Evidence) -> float:
    x1, y1, x2, y2 = evidence.xyxy
    return (x2 - x1) * (y2 - y1)
