"""A gateway's heartbeat as the document of docs/ingest.md."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from streetaudit.io.wire.sightings import Count, Document, Finite, Name, Text
from streetaudit.structures.live import ClockQuality

#: How much a box still keeps, as its disk fills up: from everything to nothing at all.
Stage = Literal["all", "no_raw", "short", "stills", "stopped"]
CameraState = Literal["live", "waiting", "stalled", "frozen", "blocked", "defocused", "moved"]
Counts = Annotated[dict[Name, Count], Field(max_length=50)]


class VersionsDocument(Document):
    """What runs on the box."""

    streetaudit: Name
    model: Name
    rules: Name
    bundle: Count | None


class ClockDocument(Document):
    """How far its clock can be believed, and how far it is off by the server's."""

    quality: ClockQuality
    offset_s: Finite | None


class DiskDocument(Document):
    """How full it is."""

    free_bytes: Count
    used_bytes: Count
    quota_bytes: Count
    stage: Stage


class OutboxDocument(Document):
    """What waits to be sent, and what was dropped, by reason."""

    sightings: Count
    evidence: Count
    oldest_s: Finite
    dropped: Counts


class CameraDocument(Document):
    """One camera."""

    name: Name
    state: CameraState
    since_s: Finite
    why: Text
    frames: Count
    looked_at: Count
    skipped: Counts
    fps: Finite


class HeartbeatDocument(Document):
    """The body of POST /api/v1/ingest/heartbeat."""

    gateway: Name
    sent_at: AwareDatetime | None
    boot: Name
    uptime_s: Finite
    versions: VersionsDocument
    clock: ClockDocument
    disk: DiskDocument
    outbox: OutboxDocument
    cameras: Annotated[tuple[CameraDocument, ...], Field(max_length=256)]


class BundleOffer(BaseModel):
    """A newer bundle that the server holds."""

    version: int
    href: str


class HeartbeatAnswer(BaseModel):
    """The answer; fields that a later server adds are passed over."""

    server_time: AwareDatetime
    bundle: BundleOffer | None = None
