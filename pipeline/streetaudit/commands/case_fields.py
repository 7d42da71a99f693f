"""Cases and sightings as plain fields, for JSON and for reading."""

from datetime import datetime, tzinfo

from streetaudit.structures.case import Case
from streetaudit.structures.miss import Miss
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting


def time_text(at: datetime | None, zone: tzinfo) -> str | None:
    """A time as the contract writes it, None for none."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def case_fields(case: Case, zone: tzinfo) -> dict[str, object]:
    """The contract's properties of one case, with its place."""
    return {
        "id": str(case.id),
        "problem": case.problem,
        "state": case.state.value,
        "confidence": round(case.confidence, 3),
        "lat": case.place.lat if case.place else None,
        "lon": case.place.lon if case.place else None,
        "error_m": round(case.place.error_m, 2) if case.place else None,
        "first_seen": time_text(case.first_seen, zone),
        "last_seen": time_text(case.last_seen, zone),
        "passes": case.passes,
        "sightings": case.sightings,
        "cell": case.cell,
        "responsible": case.responsible,
        "code": case.code,
        "rule": case.rule,
        "rule_version": case.rule_version,
        "due_at": time_text(case.due_at, zone),
        "evidence": case.evidence,
    }


def sighting_fields(sighting: Sighting, zone: tzinfo) -> dict[str, object]:
    """What one sighting says, with why it was judged so."""
    place = sighting.place
    return {
        "id": str(sighting.id),
        "clip": sighting.clip_name,
        "camera": sighting.camera,
        "seen_at": time_text(sighting.seen_at, zone),
        "class": sighting.class_name,
        "confidence": round(sighting.confidence, 3),
        "frames": sighting.frames,
        "place": (place.lat, place.lon, round(place.error_m, 2)) if isinstance(place, Place) else place.reason,
        "why": sighting.verdict.why,
        "evidence": sighting.evidence.frame if sighting.evidence else None,
    }


def miss_fields(miss: Miss, zone: tzinfo) -> dict[str, object]:
    """What one pass says that had the spot in view and did not see the thing."""
    return {
        "clip": miss.clip_name,
        "camera": miss.camera,
        "at": time_text(miss.at, zone),
        "nearest_m": round(miss.looked.nearest_m, 1),
        "seconds": round(miss.looked.seconds, 1),
        "evidence": miss.evidence.frame if miss.evidence else None,
    }
