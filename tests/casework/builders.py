"""Sightings, cases and frames for the tests of casework, in metres about one spot."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.city import Verdict
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.spot import Spot
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Observation

HOME = LocalFrame(36.8, 118.05)
NO_GPS = NotPlaced("no trace")


def place(east_m: float, north_m: float = 0.0, error_m: float = 2.0, **values: Any) -> Place:
    lat, lon = HOME.to_degrees(east_m, north_m)
    return Place(lat, lon, error_m, **values)


def sighting(where: Place | NotPlaced, *, first_s: float = 0.0, last_s: float = 1.0, **values: Any) -> Sighting:
    made = Sighting(
        id=UUID(int=1),
        clip_sha256="c" * 64,
        clip_name="a.mp4",
        camera="patrol",
        track_id=1,
        class_name="litter",
        confidence=0.8,
        frames=9,
        first_s=first_s,
        last_s=last_s,
        seen_at=None,
        place=where,
        verdict=Verdict("litter", "litter", "v", "Litter counts anywhere."),
        evidence=None,
        model_sha256="m" * 64,
    )
    return replace(made, **values)


def spot(number: int, where: Place | None, **values: Any) -> Spot:
    return replace(Spot(UUID(int=number), "litter", "patrol", where), **values)


def evidence(*xyxy: float) -> Evidence:
    x1, y1, x2, y2 = xyxy
    return Evidence("aa/f.jpg", "aa/c.jpg", 1280, 720, (x1, y1, x2, y2), 0.0)


def frame(index: int, *, time_s: float | None = None, size: tuple[int, int] = (320, 180), noise: float = 20.0) -> Frame:
    """A grey frame with noise: as sharp as `noise` says."""
    random = np.random.default_rng(index)
    image = 128.0 + random.normal(0.0, 1.0, (size[1], size[0], 3)) * noise
    return Frame(index, index / 10.0 if time_s is None else time_s, np.clip(image, 0, 255).astype(np.uint8))


def seen(at: Frame, *xyxy: float, confidence: float = 0.8, class_name: str = "litter") -> Observation:
    x1, y1, x2, y2 = xyxy
    return Observation(at.index, at.time_s, (x1, y1, x2, y2), confidence, CLASSES.index(class_name))


def detections(*rows: tuple[str, float, float, float, float]) -> Detections:
    boxes: NDArray[np.float32] = np.array([row[1:] for row in rows], np.float32).reshape(-1, 4)
    ids = np.array([CLASSES.index(row[0]) for row in rows], np.int32)
    return Detections(boxes, np.full(len(rows), 0.2, np.float32), ids)
