"""A citizen's report as a sighting: it joins the case of the same thing, or opens one."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from streetaudit.structures.city import Problem, Verdict
from streetaudit.structures.identity import sighting_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Sighting
from streetaudit_serve.parts import Parts

#: A citizen's pin on a map: the other side of the street is not excluded.
_ERROR_M = 15.0
#: Nobody's camera: reports are told from footage by it.
CAMERA = "open311"


def reported(name: uuid.UUID, problem: Problem, lat: float, lon: float, description: str, now: datetime) -> Sighting:
    """The sighting that a report amounts to; the same report gives the same sighting."""
    clip = hashlib.sha256(name.bytes).hexdigest()
    verdict = Verdict(problem.name, "citizen", "open311", description[:1000] or "A citizen reported it.")
    return Sighting(
        id=sighting_id(clip_sha256=clip, model_sha256="", rule_version="open311", track_id=0, problem=problem.name),
        clip_sha256=clip,
        clip_name=f"open311/{name}",
        camera=CAMERA,
        track_id=0,
        class_name=problem.classes[0],
        confidence=0.5,
        frames=0,
        first_s=0.0,
        last_s=0.0,
        seen_at=now,
        place=Place(lat, lon, _ERROR_M, method="given"),
        verdict=verdict,
        evidence=None,
        model_sha256="",
    )


def join_case(parts: Parts, seen: Sighting) -> uuid.UUID | None:
    """The case that a report became part of: one that is there already, or a new one."""
    intake = parts.intake
    if intake is None:
        return None
    run = ClipRun(
        work_key=seen.clip_sha256,
        clip_sha256=seen.clip_sha256,
        clip_name=seen.clip_name,
        camera=CAMERA,
        model_sha256="",
        rule_version="open311",
        status="complete",
        reason="a citizen's report",
        facts=None,
        record=None,
    )
    made = parts.store.commit_clip(
        run, [seen], assign=intake.assign, describe=intake.describe, place_cases=intake.place_cases
    )
    return next(iter((*made.new_cases, *made.again)), None)
