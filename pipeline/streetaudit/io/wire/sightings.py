"""Live sightings as the documents of docs/ingest.md, and back; both sides of the line use this."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from streetaudit.io.evidence_files import is_key
from streetaudit.io.reason_json import reason_json, reason_of
from streetaudit.structures.city import Verdict
from streetaudit.structures.live import ClockQuality, LiveSighting
from streetaudit.structures.motion import Kind
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.taxonomy import CLASSES

#: Most sightings of one batch, and bytes of its body on the wire and unpacked.
MOST_SIGHTINGS = 200
MOST_BYTES = 1 << 20
MOST_UNPACKED_BYTES = 8 << 20


def _key(key: str) -> str:
    if not is_key(key):
        raise ValueError("want an evidence key like ab/SHA256.jpg")
    return key


def _class(name: str) -> str:
    if name not in CLASSES or name == "person":
        raise ValueError("want a class of the taxonomy that may be recorded")
    return name


def _reason(written: dict[str, Any] | None) -> dict[str, Any] | None:
    return reason_json(reason_of(written))


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{0,64}$")]
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=1000)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=1 << 53)]
Key = Annotated[str, AfterValidator(_key)]
#: Of the few bytes that say what a thing looks like.
Hexadecimal = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$", max_length=512)]


class Document(BaseModel):
    """What travels: every field checked, unknown ones refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class PlacedDocument(Document):
    """A place."""

    lat: Annotated[Finite, Field(ge=-90, le=90)]
    lon: Annotated[Finite, Field(ge=-180, le=180)]
    error_m: Annotated[Finite, Field(ge=0)]
    method: Name
    views: Count
    covariance_m2: tuple[Finite, Finite, Finite] | None


class NotPlacedDocument(Document):
    """Why there is no place."""

    not_placed: Text
    carrier_known: bool


class VerdictDocument(Document):
    """What the rules said."""

    problem: Name | None
    rule: Name
    rule_version: Name
    why: Text
    shadow: bool
    probability: Share
    zone: Name | None
    unproven: Name | None = None
    needs_s: Annotated[Finite, Field(ge=0)] = 0.0
    reason: Annotated[dict[str, Any] | None, AfterValidator(_reason)] = None


class EvidenceDocument(Document):
    """Which pictures show it."""

    frame: Key
    crop: Key
    width_px: Count
    height_px: Count
    xyxy: tuple[Finite, Finite, Finite, Finite]
    time_s: Finite
    blurred: Annotated[tuple[tuple[Name, Count], ...], Field(max_length=20)]
    others: Annotated[tuple[EvidenceDocument, ...], Field(max_length=4)] = ()

    def value(self) -> Evidence:
        """The value that this document carries; others of others are nobody's."""
        plain = self.model_dump(exclude={"others"})
        return Evidence(**plain, others=tuple(replace(other.value(), others=()) for other in self.others))


class SightingDocument(Document):
    """One live sighting; the fields are those of Sighting and LiveSighting."""

    id: UUID
    revision: Annotated[int, Field(ge=1, lt=1 << 31)]
    ongoing: bool
    clock: ClockQuality
    clip_sha256: Annotated[Sha256, Field(min_length=64)]
    clip_name: Text
    camera: Name
    track_id: Count
    class_name: Annotated[str, AfterValidator(_class)]
    confidence: Share
    frames: Count
    first_s: Finite
    last_s: Finite
    seen_at: AwareDatetime | None
    stands_from: AwareDatetime | None
    stands_to: AwareDatetime | None
    place: PlacedDocument | NotPlacedDocument
    verdict: VerdictDocument
    evidence: EvidenceDocument | None
    model_sha256: Sha256
    motion: Kind = "unknown"
    signature: Hexadecimal | None = None
    beside: Annotated[tuple[Count, ...], Field(max_length=10_000)] | None = None

    def value(self) -> LiveSighting:
        """The value that this document carries."""
        beside = {"revision", "ongoing", "clock", "place", "verdict", "evidence", "signature"}
        plain = {name: getattr(self, name) for name in type(self).model_fields if name not in beside}
        sighting = Sighting(
            **plain,
            place=_place(self.place),
            verdict=Verdict(**{**self.verdict.model_dump(), "reason": reason_of(self.verdict.reason)}),
            evidence=None if self.evidence is None else self.evidence.value(),
            signature=None if self.signature is None else bytes.fromhex(self.signature),
        )
        return LiveSighting(sighting, self.revision, self.ongoing, self.clock)


class SightingsDocument(Document):
    """The body of POST /api/v1/ingest/sightings."""

    gateway: Name
    batch: Name
    sent_at: AwareDatetime | None
    sightings: Annotated[tuple[SightingDocument, ...], Field(max_length=MOST_SIGHTINGS)]


class RefusedDocument(Document):
    """A sighting that the server will never take."""

    id: str
    reason: str


class ReceivedDocument(BaseModel):
    """The answer to a batch; fields that a later server adds are passed over."""

    batch: str
    accepted: tuple[str, ...]
    duplicate: tuple[str, ...]
    refused: tuple[RefusedDocument, ...] = ()
    wanted: tuple[str, ...] = ()


def sighting_document(live: LiveSighting) -> SightingDocument:
    """The document of one live sighting."""
    sighting = live.sighting
    beside = ("place", "verdict", "evidence")
    plain = {name: getattr(sighting, name) for name in Sighting.__dataclass_fields__ if name not in beside}
    place, evidence, verdict = sighting.place, sighting.evidence, sighting.verdict
    return SightingDocument.model_validate(
        {
            **plain,
            "signature": None if sighting.signature is None else sighting.signature.hex(),
            "revision": live.revision,
            "ongoing": live.ongoing,
            "clock": live.clock,
            "place": _placed_document(place) if isinstance(place, Place) else _not_placed_document(place),
            "verdict": _verdict_document(verdict),
            "evidence": None if evidence is None else _evidence_document(evidence),
        }
    )


def evidence_keys(sighting: Sighting) -> tuple[str, ...]:
    """The pictures that a sighting names, each once, those of the best view first."""
    evidence = sighting.evidence
    views = () if evidence is None else (evidence, *evidence.others)
    return tuple(dict.fromkeys(key for view in views for key in (view.crop, view.frame)))


def _verdict_document(verdict: Verdict) -> VerdictDocument:
    plain = {name: getattr(verdict, name) for name in Verdict.__dataclass_fields__}
    return VerdictDocument.model_validate({**plain, "reason": reason_json(verdict.reason)})


def _evidence_document(evidence: Evidence) -> EvidenceDocument:
    plain = {name: getattr(evidence, name) for name in Evidence.__dataclass_fields__}
    others = tuple(_evidence_document(other) for other in evidence.others)
    return EvidenceDocument.model_validate({**plain, "others": others})


def _placed_document(place: Place) -> PlacedDocument:
    return PlacedDocument(**{name: getattr(place, name) for name in Place.__dataclass_fields__})


def _not_placed_document(place: NotPlaced) -> NotPlacedDocument:
    return NotPlacedDocument(not_placed=place.reason[:1000], carrier_known=place.carrier_known)


def _place(document: PlacedDocument | NotPlacedDocument) -> Place | NotPlaced:
    if isinstance(document, NotPlacedDocument):
        return NotPlaced(document.not_placed, document.carrier_known)
    return Place(**document.model_dump())
