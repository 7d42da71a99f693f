"""The gateway: live cameras, one detector, an outbox and what empties it; started, watched over and stopped here."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Self

from streetaudit.assemble import Parts, detector_of
from streetaudit.config import CameraConfig
from streetaudit.edge.beat import beat_of
from streetaudit.edge.cameras import Camera, live_cameras, open_camera
from streetaudit.edge.courier import Courier
from streetaudit.edge.disk import Disk
from streetaudit.edge.figures import figures_of
from streetaudit.edge.metrics import Histogram
from streetaudit.edge.own_store import OwnStore
from streetaudit.edge.time_line import TimeLine
from streetaudit.edge.turns import Turns
from streetaudit.errors import ConfigError
from streetaudit.io.health_http import HealthServer
from streetaudit.io.ingest_client import Bandwidth, IngestClient, NotDeliveredError
from streetaudit.io.outbox.outbox import open_outbox
from streetaudit.io.outbox.states import States
from streetaudit.io.wire.heartbeat import HeartbeatDocument
from streetaudit.structures.live import LiveSighting
from streetaudit.town import catalogue_of

log = logging.getLogger(__name__)

#: The environment variable that holds this gateway's token: secrets stand in no file.
TOKEN = "STREETAUDIT_TOKEN"  # noqa: S105 - its name, not the token
_ROUND_S = 1.0
#: How much of the line of time a crash may lose.
_LINE_S = 5.0
#: Problems that are due within so many hours go first; what has no limit goes last; what is told again goes after all.
_URGENT_H = 2.0
_AGAIN = 3


class Gateway:
    """Runs from `start` to `stop`; what it followed and what waits goes on after that with the next one.

    Args:
        parts: What audits share.
        once: Play files once, as fast as they are looked at, for trying rules on a recording.

    Raises:
        StreetauditError: If the configuration cannot be run; the message says what to do.
    """

    def __init__(self, parts: Parts, *, once: bool = False) -> None:
        edge, config = parts.config.edge, parts.config
        self._parts, self._once = parts, once
        self.client, found = _client(parts), live_cameras(parts)
        self.folder = config.path(edge.folder)
        self._database, self.outbox = open_outbox(self.folder, clock=parts.clock)
        self._states = States(self._database)
        self.outbox.sweep()
        self.line = TimeLine(parts.clock, self._states.get("line"))
        self.disk = Disk(self.folder, quota_bytes=int(edge.quota_mb * 1e6), floor_bytes=int(edge.floor_mb * 1e6))
        self.latency = Histogram()
        self.quality = self.line.quality
        self.courier = Courier(
            self.outbox, self.client or OwnStore(parts, edge.name), sent_at=self._sent_at, between=self._between
        )
        self._beat_s = self._line_s = float("-inf")
        self.clock_off_s: float | None = None
        self.round_s = parts.clock.monotonic_s()
        self.began_s = self.round_s
        self._stopping = threading.Event()
        self._priorities = {problem.name: _priority(problem.limit_h) for problem in catalogue_of(config)}
        self._known: set[str] = set()
        self.turns = Turns([detector_of(parts) for _ in range(edge.detectors)])
        self.cameras = self._open(found)
        self._health = HealthServer(edge.listen, self._page) if edge.listen and not once else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def parts(self) -> Parts:
        """What audits share."""
        return self._parts

    @property
    def port(self) -> int | None:
        """Where it tells how it is, None where it does not."""
        return self._health.port if self._health else None

    def start(self) -> None:
        """Start everything; returns at once."""
        self._look_after()
        if not self._once:
            self.courier.start()
        for camera in self.cameras:
            camera.watch.start()
            camera.live.start()

    def run(self) -> None:
        """Watch over it until `end` is called, or every file has been played."""
        while not self._stopping.wait(_ROUND_S):
            self._look_after()
            for camera in self.cameras:
                if camera.live.join(0.0):  # its file has been played
                    camera.latest.end()
            if all(camera.watch.join(0.0) for camera in self.cameras):
                break

    def end(self) -> None:
        """Let `run` return; safe in a signal handler."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop everything; what is followed and what waits is kept."""
        for camera in self.cameras:
            if self._once:
                camera.latest.end()
            camera.live.stop()
        for camera in self.cameras:
            camera.watch.stop()
        if self._once:
            self._deliver_rest()
        else:
            self.courier.stop()
        if self.client is not None:
            self.client.close()
        self._states.put("line", self.line.state())
        if self._health is not None:
            self._health.close()
        self._database.close()

    def _deliver_rest(self) -> None:
        try:
            self.courier.drain()
        except NotDeliveredError as error:
            log.warning("what was seen waits for the next run: %s", error)

    def tell(self, live: LiveSighting, state: tuple[str, str]) -> None:
        """Keep a report, and with it what a restart goes on with."""
        again = str(live.sighting.id) in self._known
        self._known.add(str(live.sighting.id))
        priority = self._priorities.get(live.sighting.verdict.problem or "", 2) + (_AGAIN if again else 0)
        self.outbox.put(live, priority=priority, boot=self.line.boot, state=state)
        if live.ongoing:
            self.latency.add(max(0.0, self.line.now_s() - live.sighting.last_s))
        else:
            self._known.discard(str(live.sighting.id))
        log.info("report", extra={"facts": _facts(live)})
        self.courier.wake()

    def save(self, name: str, body: str) -> None:
        """Keep what a restart goes on with."""
        self._states.put(name, json.loads(body))

    def saved(self, name: str) -> dict[str, Any] | None:
        """What was kept."""
        return self._states.get(name)

    def may_look(self) -> bool:
        """False while the disk is too full to keep what would be seen."""
        return self.disk.facts.stage != "stopped"

    def beat(self) -> HeartbeatDocument:
        """How the gateway is."""
        return beat_of(self, version("streetaudit"))

    def _open(self, found: Sequence[CameraConfig]) -> tuple[Camera, ...]:
        drawing = threading.Lock()
        return tuple(
            open_camera(
                self._parts,
                camera,
                self,
                detect=self.turns,
                thresholds=self.turns.thresholds,
                pictures=self.outbox.pictures,
                stage=lambda: self.disk.facts.stage,
                drawing=drawing,
                once=self._once,
            )
            for camera in found
        )

    def _look_after(self) -> None:
        """One round of the housekeeping."""
        now_s = self.round_s = self._parts.clock.monotonic_s()
        before = self.disk.facts.stage
        stage = self.disk.look(self.outbox.facts().evidence_bytes).stage
        if stage != before:
            log.log(logging.ERROR if stage == "stopped" else logging.WARNING, "disk: from %s to %s", before, stage)
            self.outbox.note_drop("stage", f"the disk allows {stage}", before)
        if now_s - self._line_s >= _LINE_S:
            self._line_s = now_s
            self._states.put("line", self.line.state())
        self._repair()

    def _repair(self) -> None:
        """Once the clock is set, what waits gets its time of day."""
        quality, before, zero_at = self.line.quality, self.quality, self.line.zero_at()
        self.quality = quality
        if before == "unsynced" and quality != "unsynced" and zero_at is not None:
            mended = self.outbox.repair(zero_at, quality, boot=self.line.boot)
            log.warning("the clock is set (%s): %d waiting reports got their time", quality, mended)

    def _between(self) -> None:
        """A heartbeat where one is due: first of all, for its answer may set the clock."""
        now_s = self._parts.clock.monotonic_s()
        if self.client is None or now_s - self._beat_s < self._parts.config.edge.heartbeat_s:
            return
        answer = self.client.heartbeat(self.beat())
        self._beat_s = self._parts.clock.monotonic_s()
        self.clock_off_s = self.line.hear(answer.server_time, self._beat_s - now_s)
        self._repair()

    def _sent_at(self) -> str | None:
        wall = self.line.wall()
        return None if wall is None else wall.isoformat()

    def _page(self, path: str) -> tuple[int, str, str] | None:
        return figures_of(self, path)


def _client(parts: Parts) -> IngestClient | None:
    edge = parts.config.edge
    if edge.server is None:
        return None
    token = os.environ.get(TOKEN, "")
    if not token:
        raise ConfigError(f"[edge] server is set but {TOKEN} is not; make a token on the server and put it there")
    rate = None if edge.bandwidth_kbit_s is None else edge.bandwidth_kbit_s * 1000.0 / 8.0
    return IngestClient(edge.server, token=token, gateway=edge.name, bandwidth=Bandwidth(rate))


def _priority(limit_h: float | None) -> int:
    if limit_h is None:
        return 2
    return 0 if limit_h <= _URGENT_H else 1


def _facts(live: LiveSighting) -> dict[str, Any]:
    sighting = live.sighting
    return {
        "camera": sighting.camera,
        "id": str(sighting.id),
        "revision": live.revision,
        "problem": sighting.verdict.problem,
        "ongoing": live.ongoing,
        "stood_s": round(sighting.last_s - sighting.first_s, 1),
        "why": sighting.verdict.why,
    }
