"""The composition root: the one place that turns configuration words into objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from streetaudit.casework.blur import Redactor
from streetaudit.casework.gone import Absence
from streetaudit.casework.merge import Merging
from streetaudit.city.facts import Describer
from streetaudit.city.rules import Rules
from streetaudit.config import CameraConfig, Config, with_changes
from streetaudit.detect.detector import Detector
from streetaudit.errors import ConfigError
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.face_model import FaceModel
from streetaudit.io.looks import LooksFolder
from streetaudit.io.onnx_model import LoadedModel, load_model, weights_sha256
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.structures.city import Cell, Zone
from streetaudit.town import town_of
from streetaudit.track.bytetrack import Tracker
from streetaudit.track.fixed import FixedTracker
from streetaudit.track.foreseen import Foresee
from streetaudit.track.life import MOST_OBSERVATIONS

#: What a fixed camera's tracker remembers of a box on its way; what has come to stand is remembered elsewhere.
_FOLLOWED = 16

#: With looks metres apart a slow carrier takes longer from one to the next than a track may be lost otherwise.
_LOST_BETWEEN_LOOKS_S = 2.5


@dataclass(frozen=True, slots=True)
class Parts:
    """What works on clips, made once from the configuration; close it, or use it in a `with`.

    Attributes:
        config: The configuration itself.
        clock: Wall and monotonic time.
        store: Cases, sightings, runs.
        evidence: Where blurred pictures go.
        looks: Where detections are kept.
        zones: Of the city's map.
        cells: Of its unit grid; empty without one.
        rules: What counts as a problem.
        desk: Cell, responsible party, code and deadline of a new case.
        merging: Which case a sighting belongs to, and where the case then stands.
        absence: When a thing that was looked for in vain is gone.
        model: The detector's weights, None where detections come from files only.
        faces: Finds faces in an image, None without a face model.
    """

    config: Config
    clock: Clock
    store: Store
    evidence: EvidenceFolder
    looks: LooksFolder
    zones: tuple[Zone, ...]
    cells: tuple[Cell, ...]
    rules: Rules
    desk: Describer
    merging: Merging
    absence: Absence
    model: LoadedModel | None
    faces: FaceModel | None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    def camera_of(self, clip: Path) -> CameraConfig:
        """The first camera of the configuration whose `match` fits the clip, else one with defaults."""
        for camera in self.config.camera:
            if clip.match(camera.match):
                return camera
        return CameraConfig(name="unknown")


def open_parts(config: Config, *, inference: bool = True, clock: Clock = SYSTEM_CLOCK) -> Parts:
    """Everything that audits of this configuration share.

    Raises:
        StreetauditError: If a file that the configuration names is missing or wrong.
    """
    town = town_of(config)
    face_model = config.privacy.face_model
    return Parts(
        config=config,
        clock=clock,
        zones=town.zones,
        cells=town.cells,
        rules=town.rules,
        desk=town.desk,
        merging=town.merging,
        absence=Absence(config.rules.gone_after_passes),
        model=_model(config) if inference else None,
        faces=FaceModel(config.path(face_model)) if face_model and config.privacy.blur_faces else None,
        evidence=EvidenceFolder(config.path(config.store.evidence)),
        looks=LooksFolder(config.path(config.store.detections)),
        store=open_store(config.store_url, clock=clock),
    )


def detector_of(parts: Parts) -> Detector:
    """A detector on the parts' weights.

    Raises:
        ConfigError: If the parts were opened without weights, or the weights take one size and another is asked for.
    """
    if parts.model is None:
        raise ConfigError("this run was opened for stored detections; name them with --detections")
    chosen = parts.config.detector
    model, card = parts.model, parts.model.card
    if chosen.input_size is not None and chosen.input_size != card.input_size:
        if not model.any_size:
            raise ConfigError(f"{card.name} takes {card.input_size} px only; remove [detector] input_size")
        card = replace(card, input_size=chosen.input_size)
    return Detector(model.session, card, confidence=chosen.confidence, iou=chosen.iou, tight=model.any_size)


def tracker_of(
    config: Config,
    thresholds: NDArray[np.float32] | None,
    *,
    most_observations: int = MOST_OBSERVATIONS,
    foresee: Foresee | None = None,
) -> Tracker:
    """A fresh tracker for one clip.

    Args:
        config: Its [track] section.
        thresholds: What may start a track, by class id; None takes `new_confidence` for every class.
        most_observations: Of one track that are remembered.
        foresee: For looks that lie metres apart: where a box goes as the camera moves.
    """
    wanted = config.track
    return Tracker(
        lost_after_s=wanted.lost_after_s if foresee is None else max(wanted.lost_after_s, _LOST_BETWEEN_LOOKS_S),
        high_confidence=wanted.high_confidence,
        low_confidence=wanted.low_confidence,
        new_confidence=wanted.new_confidence,
        match_iou=wanted.match_iou,
        min_frames=wanted.min_frames,
        thresholds=thresholds,
        flicker_frames=wanted.flicker_frames,
        most_observations=most_observations,
        foresee=foresee,
    )


def rules_of(parts: Parts, camera: CameraConfig) -> Rules:
    """The city's rules with what is drawn in this camera's image.

    Raises:
        MapError: If a zone's hours cannot be read.
    """
    spot = None if camera.lat is None or camera.lon is None else (camera.lat, camera.lon)
    return parts.rules.for_camera((zone.to_zone() for zone in camera.zones), spot)


def still_tracker_of(
    config: Config, thresholds: NDArray[np.float32] | None, image_size: tuple[int, int]
) -> FixedTracker:
    """A fresh tracker for a camera that hangs still; the first two arguments are those of `tracker_of`."""
    follow = tracker_of(config, thresholds, most_observations=_FOLLOWED)
    return FixedTracker(follow, image_size, min_frames=config.track.min_frames)


def redactor_of(parts: Parts) -> Redactor:
    """What blurs the pictures of one clip."""
    privacy = parts.config.privacy
    return Redactor(faces=parts.faces, blur_faces=privacy.blur_faces, blur_plates=privacy.blur_plates)


def weights_of(config: Config) -> str:
    """The sha256 of the configured weights, which are not loaded for it.

    Raises:
        ModelError: If there are none.
    """
    return weights_sha256(config.detector.model, base=config.base)


def settled_runtime(config: Config) -> tuple[Config, str]:
    """The configuration with "auto" answered by measuring once, for all workers, and why it was answered so.

    Raises:
        ModelError: If the weights cannot be loaded.
    """
    if config.detector.runtime != "auto":
        return config, ""
    model = _model(with_changes(config, "detector", threads=1))
    return with_changes(config, "detector", runtime=model.session.runtime), model.why


def _model(config: Config) -> LoadedModel:
    wanted = config.detector
    return load_model(wanted.model, threads=wanted.threads, base=config.base, runtime=wanted.runtime)
