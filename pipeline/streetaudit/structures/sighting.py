"""One track, placed in the world, judged, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from streetaudit.structures.city import Verdict
from streetaudit.structures.motion import Kind
from streetaudit.structures.place import NotPlaced, Place


@dataclass(frozen=True, slots=True)
class Evidence:
    """Blurred pictures of one sighting, as keys of the evidence store.

    Attributes:
        frame: Key of the best view: whole frame, JPEG.
        crop: Key of the enlarged crop, JPEG.
        width_px: Of the stored frame image.
        height_px: Of the stored frame image.
        xyxy: The box in pixels of the stored frame image.
        time_s: Clip time of that frame.
        blurred: How many regions were blurred in it, by kind: ("face", 2), ("plate", 1)...
        others: Further views of the same thing in the same clip, the better ones first; they have no others.
    """

    frame: str
    crop: str
    width_px: int
    height_px: int
    xyxy: tuple[float, float, float, float]
    time_s: float
    blurred: tuple[tuple[str, int], ...] = ()
    others: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """One track of one clip, geotagged, with the verdict of the rules.

    Attributes:
        id: UUIDv5 of clip hash, model hash, rule version and track: the same footage gives the same id.
        clip_sha256: The clip's identity.
        clip_name: File name for people.
        camera: Name of the camera.
        track_id: In its clip.
        class_name: Of the taxonomy.
        confidence: Of the track.
        frames: Number of observations.
        first_s: Clip time of the first observation.
        last_s: Clip time of the last one.
        seen_at: Aware UTC time of the best view; None where the clip's clock is unknown.
        place: Where it stands, or why that is not known.
        verdict: Which problem, or why none.
        evidence: Blurred pictures, None where none could be kept (detections without video).
        model_sha256: Hash of the detector, or of the detections file.
        stands_from: Aware UTC time since when it stands before a fixed camera; None where that is not known.
        stands_to: Aware UTC time until when it was seen to stand there.
        motion: "stationary", "moving" or "unknown".
        beside: Track ids that were seen in one frame with it: other things. None where nobody noted that, and seen at
            one time then means seen side by side.
        signature: What it looks like, never of a person; None where there was no picture. See casework/signature.py.
    """

    id: UUID
    clip_sha256: str
    clip_name: str
    camera: str
    track_id: int
    class_name: str
    confidence: float
    frames: int
    first_s: float
    last_s: float
    seen_at: datetime | None
    place: Place | NotPlaced
    verdict: Verdict
    evidence: Evidence | None
    model_sha256: str
    stands_from: datetime | None = None
    stands_to: datetime | None = None
    motion: Kind = "unknown"
    signature: bytes | None = None
    beside: tuple[int, ...] | None = None
