"""What is wrong with a gateway, and what to do about it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from streetaudit.assemble import Parts
from streetaudit.config import CameraConfig
from streetaudit.edge.cameras import live_cameras
from streetaudit.edge.gateway import TOKEN
from streetaudit.edge.time_line import TimeLine
from streetaudit.errors import StreetauditError
from streetaudit.io.camera_health import Playing
from streetaudit.io.ingest_client import IngestClient, NotDeliveredError
from streetaudit.io.live_address import live_address
from streetaudit.io.live_camera import LiveCamera
from streetaudit.structures.frame import Frame

#: So long a camera may take until its first picture.
_PICTURE_S = 15.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: It is.
        ok: True if it can stay as it is.
        says: What was found.
        todo: What to do, "" where nothing is to be done.
    """

    what: str
    ok: bool
    says: str
    todo: str = ""


def examine(parts: Parts) -> Iterator[Finding]:
    """Yield a finding for every part of a gateway."""
    try:
        cameras = live_cameras(parts)
    except StreetauditError as error:
        yield Finding("cameras", ok=False, says=str(error), todo="see docs/edge.md")
        cameras = ()
    for camera in cameras:
        yield _camera(parts, camera)
    card = parts.model.card if parts.model else None
    yield Finding("model", ok=card is not None, says=f"{card.name} {card.version}" if card else "none")
    yield _clock(parts)
    yield _disk(parts)
    yield _server(parts)


def _camera(parts: Parts, camera: CameraConfig) -> Finding:
    what = f"camera {camera.name}"
    try:
        address = live_address(camera.source or "", parts.config.base)
    except StreetauditError as error:
        return Finding(what, ok=False, says=str(error), todo="correct its source")
    if camera.kind != "fixed":
        return Finding(what, ok=False, says='its kind is "vehicle"', todo='write kind = "fixed"')
    seen: list[Frame] = []
    first = threading.Event()

    def deliver(frame: Frame) -> None:
        seen.append(frame)
        first.set()

    live = LiveCamera(address, deliver, playing=Playing(0.2, loop=True), clock=parts.clock)
    live.start()
    came = first.wait(_PICTURE_S)
    why = live.health.why
    live.stop()
    if not came:
        return Finding(
            what, ok=False, says=f"{address.shown}: no picture: {why}", todo="check address, cable, password"
        )
    width, height = seen[0].size
    drawn = f", {len(camera.zones)} zones drawn" if camera.zones else ""
    placed = "placed on the map" if camera.lat is not None else "no place on the map"
    nothing = not camera.zones and camera.lat is None
    todo = (
        "draw [[camera.zones]] or give lat, lon, heading_deg: mis-parked vehicles need one of them" if nothing else ""
    )
    return Finding(what, ok=True, says=f"{address.shown}: {width}x{height}, {placed}{drawn}", todo=todo)


def _clock(parts: Parts) -> Finding:
    line = TimeLine(parts.clock)
    wall = line.wall()
    says = f"{line.quality}, {wall.isoformat(timespec='seconds') if wall else 'says something that cannot be'}"
    if line.quality == "synced":
        return Finding("clock", ok=True, says=says)
    todo = "let systemd-timesyncd or chrony set it; until then times are corrected by the server's answers"
    return Finding("clock", ok=wall is not None, says=says, todo=todo)


def _disk(parts: Parts) -> Finding:
    edge = parts.config.edge
    folder = parts.config.path(edge.folder)
    folder.mkdir(parents=True, exist_ok=True)
    free_mb = shutil.disk_usage(folder).free / 1e6
    says = f"{free_mb:.0f} MB free, floor {edge.floor_mb:.0f} MB, quota {edge.quota_mb:.0f} MB"
    if free_mb <= edge.floor_mb:
        return Finding("disk", ok=False, says=says, todo="free some space, or lower [edge] floor_mb")
    short = free_mb - edge.floor_mb < edge.quota_mb
    return Finding("disk", ok=True, says=says, todo="the quota does not fit: lower [edge] quota_mb" if short else "")


def _server(parts: Parts) -> Finding:
    edge = parts.config.edge
    if edge.server is None:
        return Finding("server", ok=True, says="none: cases are kept in this box's own [store]")
    token = os.environ.get(TOKEN, "")
    if not token:
        return Finding("server", ok=False, says=f"{TOKEN} is not set", todo="put the gateway's token there")
    client = IngestClient(edge.server, token=token, gateway=edge.name)
    try:
        client.send_sightings([], sent_at=None)
    except NotDeliveredError as error:
        todo = "make a new token for this gateway" if error.is_shut_out else "check address, network and certificate"
        return Finding("server", ok=False, says=f"{edge.server}: {error}", todo=todo)
    finally:
        client.close()
    return Finding("server", ok=True, says=f"{edge.server} takes what {edge.name!r} sends")
