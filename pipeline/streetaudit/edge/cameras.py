"""From the configuration of a camera to what watches it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.assemble import Parts, redactor_of, rules_of, still_tracker_of
from streetaudit.audit import Detector
from streetaudit.conclude import Concluder
from streetaudit.config import CameraConfig
from streetaudit.edge.camera_parts import Box, CameraParts
from streetaudit.edge.latest import Latest
from streetaudit.edge.pictures import StagedPictures
from streetaudit.edge.reports import Reports
from streetaudit.edge.watch import CameraWatch
from streetaudit.errors import ClipError, ConfigError
from streetaudit.io.camera_health import Playing
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.live_address import LiveAddress, live_address
from streetaudit.io.live_camera import LiveCamera
from streetaudit.io.video import probe
from streetaudit.io.wire.heartbeat import Stage
from streetaudit.locate.place import Locator
from streetaudit.locate.pose import fixed_pose
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.town import catalogue_of


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera at work.

    Attributes:
        name: As in the configuration.
        live: Reads it.
        latest: The queue of length one between the two.
        watch: Looks at it.
    """

    name: str
    live: LiveCamera
    latest: Latest
    watch: CameraWatch


def open_camera(
    parts: Parts,
    camera: CameraConfig,
    box: Box,
    *,
    detect: Detector,
    thresholds: NDArray[np.float32] | None,
    pictures: EvidenceFolder,
    stage: Callable[[], Stage],
    drawing: threading.Lock,
    once: bool,
) -> Camera:
    """A camera ready to start.

    Args:
        parts: Of the gateway.
        camera: With a source.
        box: The gateway itself.
        detect: Looks at a frame when it is this camera's turn.
        thresholds: What may start a track, by class id.
        pictures: Where pictures wait.
        stage: How much of them is kept.
        drawing: Held while one camera blurs a frame.
        once: Play files once, as fast as they are looked at, and end with them.

    Raises:
        ConfigError: If the camera cannot be watched as it is configured.
    """
    address = _address(parts, camera)
    edge = parts.config.edge
    paced = not (once and address.scheme == "file")
    latest = Latest(keep_all=not paced)
    playing = Playing(1.0 / edge.max_fps, paced=paced, loop=edge.loop_files and not once)
    keep = StagedPictures(pictures, redactor_of(parts), stage, drawing=drawing)
    made = _camera_parts(parts, camera, detect=detect, thresholds=thresholds, keep=keep)
    if not paced:
        made = replace(made, paced=False, started_at=_started_at(address))
    live = LiveCamera(address, latest.put, playing=playing, clock=parts.clock)
    watch = CameraWatch(made, box, latest, reports=lambda before: Reports(lambda: box.line.quality, stage, before))
    return Camera(camera.name, live, latest, watch)


def live_cameras(parts: Parts) -> tuple[CameraConfig, ...]:
    """The cameras of the configuration that have a source.

    Raises:
        ConfigError: If there is none, or two have one name.
    """
    found = tuple(camera for camera in parts.config.camera if camera.source)
    names = [camera.name for camera in found]
    if not found:
        raise ConfigError('no [[camera]] has a source; write source = "rtsp://..." for a camera of kind = "fixed"')
    if len(set(names)) != len(names):
        raise ConfigError("two cameras with a source have one name; give each its own")
    return found


def _address(parts: Parts, camera: CameraConfig) -> LiveAddress:
    if camera.kind != "fixed":
        raise ConfigError(f'camera {camera.name!r} has a source but kind = "vehicle"; write kind = "fixed"')
    return live_address(camera.source or "", parts.config.base)


def _camera_parts(
    parts: Parts,
    camera: CameraConfig,
    *,
    detect: Detector,
    thresholds: NDArray[np.float32] | None,
    keep: StagedPictures,
) -> CameraParts:
    rules, edge = rules_of(parts, camera), parts.config.edge
    pose = fixed_pose(camera.to_camera())
    model = parts.model.card.sha256 if parts.model else ""
    locator = Locator(camera.to_camera(), lambda _: pose, max_error_m=parts.config.rules.max_error_m)

    def concluder(identity: str, name: str, size: tuple[int, int]) -> Concluder:
        return Concluder(identity, name, camera.name, model, size, None, locator, rules.judge, keep)

    return CameraParts(
        name=camera.name,
        gateway=edge.name,
        detect=detect,
        tracker=lambda size: still_tracker_of(parts.config, thresholds, size),
        concluder=concluder,
        model_sha256=model,
        rule_version=rules.version,
        dwell_s=_dwells(parts),
        keep=keep,
        update_s=edge.update_s,
        slow_s=1.0 / edge.min_fps,
    )


def _dwells(parts: Parts) -> Callable[[int], float | None]:
    """How long a thing of a class must stand before any rule may fire."""
    problems = catalogue_of(parts.config)
    least = {
        index: min((problem.dwell_s for problem in problems if name in problem.classes), default=None)
        for index, name in enumerate(CLASSES)
    }
    return lambda class_id: least[class_id]


def _started_at(address: LiveAddress) -> datetime | None:
    try:
        return probe(Path(address.target)).started_at
    except ClipError as error:
        raise ConfigError(str(error)) from error
