"""The end of a track: place, verdict and evidence become one sighting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol
from uuid import UUID

from streetaudit.structures.city import Verdict
from streetaudit.structures.identity import sighting_id
from streetaudit.structures.motion import Motion
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Track, View

#: Classes of which nothing is recorded: persons are detected only so that they can be blurred.
UNRECORDED = frozenset({"person"})

Size = tuple[int, int]


class Look(Protocol):
    """What a track says."""

    @property
    def place(self) -> Place | NotPlaced:
        """Where the thing stands, or why that is not known."""
        ...

    @property
    def motion(self) -> Motion:
        """Whether and since when it stands."""
        ...


class Locate(Protocol):
    """Places tracks, told in the order in which they end."""

    def look(self, track: Track, image_size: Size) -> Look:
        """Where the thing stands, or why that is not known, and whether it stands."""
        ...

    def learn(self, track: Track, image_size: Size) -> None:
        """Let a thing that is not recorded tell of the camera."""
        ...


class Judge(Protocol):
    """Says whether a thing is a problem."""

    def __call__(
        self,
        *,
        class_name: str,
        confidence: float,
        frames: int,
        place: Place | NotPlaced,
        motion: str,
        at: datetime | None,
        dwell_s: float | None,
        foot: tuple[float, float],
    ) -> Verdict:
        """The verdict with its reason."""
        ...


@dataclass(frozen=True, slots=True)
class Concluder:
    """Turns the ended tracks of one clip into sightings.

    Attributes:
        clip_sha256: The clip's identity.
        clip_name: For people.
        camera: Name of the camera.
        model_sha256: Of the detector or the detections file.
        image_size: (width, height) of the clip.
        started_at: Aware UTC time of the clip's first frame, None if unknown.
        locate: Places tracks.
        judge: The rules.
        keep: Blurs, encodes and stores the best views; called only for what is a problem.
        sign: The signature of what the best view shows; never called for what is not recorded, such as a person.
    """

    clip_sha256: str
    clip_name: str
    camera: str
    model_sha256: str
    image_size: Size
    started_at: datetime | None
    locate: Locate
    judge: Judge
    keep: Callable[[tuple[View, ...]], Evidence | None]
    sign: Callable[[tuple[View, ...]], bytes | None] = lambda _: None

    def __call__(self, track: Track, views: tuple[View, ...]) -> Sighting | None:
        """The sighting of one track, None where nothing of its kind is ever recorded."""
        class_name = CLASSES[track.class_id]
        if class_name in UNRECORDED:
            self.locate.learn(track, self.image_size)
            return None
        look = self.locate.look(track, self.image_size)
        seen_at = self._seen_at(track, views)
        stands_from, stands_to = self._stands(look.motion)
        verdict = self._verdict(class_name, track, look, dict.fromkeys((stands_to, seen_at, stands_from)))
        return Sighting(
            id=self._id(track, verdict),
            clip_sha256=self.clip_sha256,
            clip_name=self.clip_name,
            camera=self.camera,
            track_id=track.track_id,
            class_name=class_name,
            confidence=track.confidence,
            frames=len(track.observations),
            first_s=track.first_s,
            last_s=track.last_s,
            seen_at=seen_at,
            place=look.place,
            verdict=verdict,
            evidence=self.keep(views) if views and (verdict.problem or verdict.unproven) else None,
            model_sha256=self.model_sha256,
            stands_from=stands_from,
            stands_to=stands_to,
            motion=look.motion.kind,
            signature=self.sign(views),
            beside=None if track.beside is None else tuple(sorted(track.beside)),
        )

    def _verdict(self, class_name: str, track: Track, look: Look, times: Iterable[datetime | None]) -> Verdict:
        """The verdict at the first of some times at which it is a problem, else at the first known one."""
        known = [at for at in times if at is not None]
        verdicts = [
            self.judge(
                class_name=class_name,
                confidence=track.confidence,
                frames=len(track.observations),
                place=look.place,
                motion=look.motion.kind,
                at=at,
                dwell_s=look.motion.dwell_s,
                foot=self._foot(track),
            )
            for at in known or (None,)
        ]
        return next((verdict for verdict in verdicts if verdict.problem), verdicts[0])

    def _foot(self, track: Track) -> tuple[float, float]:
        """Where the track's box stood in the image, in shares of its size."""
        (width, height), boxes = self.image_size, [seen.xyxy for seen in track.observations]
        x, y = median((box[0] + box[2]) / 2.0 for box in boxes), median(box[3] for box in boxes)
        return x / width, y / height

    def _stands(self, motion: Motion) -> tuple[datetime | None, datetime | None]:
        """Since when and until when it stood; only a fixed camera knows."""
        if motion.dwell_s is None or motion.kind != "stationary" or self.started_at is None:
            return None, None
        first, last = (timedelta(seconds=time_s) for time_s in (motion.first_s, motion.last_s))
        return self.started_at + first, self.started_at + last

    def _seen_at(self, track: Track, views: tuple[View, ...]) -> datetime | None:
        if self.started_at is None:
            return None
        best_s = views[0].observation.time_s if views else track.last_s
        return self.started_at + timedelta(seconds=best_s)

    def _id(self, track: Track, verdict: Verdict) -> UUID:
        return sighting_id(
            clip_sha256=self.clip_sha256,
            model_sha256=self.model_sha256,
            rule_version=verdict.rule_version,
            track_id=track.track_id,
            problem=verdict.problem or "",
        )
