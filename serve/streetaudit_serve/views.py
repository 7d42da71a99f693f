"""Stored values as the API shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import HTTPException

from streetaudit.city.why import say
from streetaudit.structures.case import OPEN_STATES, Case, CaseState
from streetaudit.structures.city import Verdict
from streetaudit.structures.miss import Miss
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit_serve.language import Language
from streetaudit_serve.parts import Parts
from streetaudit_serve.wire import CaseDetail, CaseOut, Counts, EvidenceOut, PlaceOut, ReviewOut, ViewOut

#: Cases within this distance are shown on the map: they may be the same thing.
NEIGHBOURS_M = 60.0
#: A case that was seen every night for a year has hundreds of sightings; the newest tell enough.
MAX_VIEWS = 24
#: Of passes that did not see the thing: the newest show the spot as it is now.
MAX_MISSES = 3


def case_out(case: Case) -> CaseOut:
    """The case as the API lists it."""
    return CaseOut.model_validate(case)


def detail(parts: Parts, case_id: UUID) -> CaseDetail:
    """All that the review page shows of a case.

    Raises:
        HTTPException: 404 if there is no such case.
    """
    case = parts.store.case(case_id)
    if case is None:
        raise HTTPException(404, "There is no such case.")
    seen = [view_out(sighting, parts.language) for sighting in parts.store.sightings(case_id)[:MAX_VIEWS]]
    return CaseDetail(
        case=case_out(case),
        views=[*seen, *(missed_out(miss) for miss in reversed(parts.store.misses(case_id)[-MAX_MISSES:]))],
        history=[ReviewOut.model_validate(review) for review in parts.store.reviews(case_id)],
        neighbours=[case_out(near) for near in parts.store.neighbours(case_id, NEIGHBOURS_M)] if case.place else [],
        holder=parts.store.holder(case_id),
    )


def view_out(sighting: Sighting, language: Language | None = None) -> ViewOut:
    """One sighting as the API shows it, its reason in the reader's language."""
    place = sighting.place
    return ViewOut(
        sighting=sighting.id,
        clip=sighting.clip_name,
        camera=sighting.camera,
        class_name=sighting.class_name,
        confidence=sighting.confidence,
        frames=sighting.frames,
        seen_at=sighting.seen_at,
        first_s=sighting.first_s,
        last_s=sighting.last_s,
        place=PlaceOut.model_validate(place) if isinstance(place, Place) else None,
        not_placed=None if isinstance(place, Place) else place.reason,
        why=said(sighting.verdict, language),
        zone=sighting.verdict.zone,
        evidence=_evidence_out(sighting.evidence),
    )


def missed_out(miss: Miss) -> ViewOut:
    """A pass that saw the spot without the thing, as the API shows it."""
    return ViewOut(
        sighting=miss.case_id,
        clip=miss.clip_name,
        camera=miss.camera,
        class_name="",
        confidence=0.0,
        frames=max(miss.looked.frames, default=0),
        seen_at=miss.at,
        first_s=miss.looked.time_s,
        last_s=miss.looked.time_s + miss.looked.seconds,
        place=None,
        not_placed=None,
        missed=True,
        why="",
        zone=None,
        evidence=_evidence_out(miss.evidence),
    )


def blind(shown: CaseDetail) -> CaseDetail:
    """The case for a second opinion: nothing tells what the first one was."""
    plain = shown.case.model_copy(update={"state": CaseState.CANDIDATE, "gone_at": None})
    return shown.model_copy(update={"case": plain, "history": [], "holder": None, "second": True})


def said(verdict: Verdict, language: Language | None) -> str:
    """Why, in the reader's language; in the words that were stored where the message is not known here."""
    if verdict.reason is None or language is None:
        return verdict.why
    try:
        return say(verdict.reason, language.text)
    except (KeyError, TypeError, ValueError):  # a gateway may be newer than this server
        return verdict.why


def counts(parts: Parts, reviewer: str) -> Counts:
    """How much waits, and what this reviewer did since midnight of the city."""
    states = parts.store.counts()
    waiting = sum(states.get(state, 0) for state in OPEN_STATES - {CaseState.DEFERRED})
    return Counts(
        states={state.value: number for state, number in states.items()},
        waiting=waiting,
        deferred=states.get(CaseState.DEFERRED, 0),
        decided_today=parts.store.decided_since(reviewer, midnight(parts)),
    )


def midnight(parts: Parts) -> datetime:
    """The last midnight on the city's clock."""
    now = parts.clock.now().astimezone(ZoneInfo(parts.config.city.timezone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def days_ago(parts: Parts, days: int) -> datetime:
    """Midnight of the city so many days back."""
    return midnight(parts) - timedelta(days=days)


def _evidence_out(evidence: Evidence | None) -> EvidenceOut | None:
    if evidence is None:
        return None
    others = [EvidenceOut.model_validate(_pictures(other)) for other in evidence.others]
    return EvidenceOut.model_validate({**_pictures(evidence), "others": others})


def _pictures(evidence: Evidence) -> dict[str, object]:
    plain = {name: getattr(evidence, name) for name in EvidenceOut.model_fields if name != "others"}
    return {**plain, "blurred": dict(evidence.blurred)}
