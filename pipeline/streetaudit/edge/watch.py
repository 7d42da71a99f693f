"""One live camera, from its pictures to what is told of them, in a thread of its own."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from streetaudit.audit import audit
from streetaudit.casework.views import BestViews
from streetaudit.edge.camera_parts import Box, CameraParts, Size
from streetaudit.edge.early import Early
from streetaudit.edge.latest import Latest
from streetaudit.edge.pace import Pace
from streetaudit.edge.picture import PictureWatch, View
from streetaudit.edge.reports import Reports
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.frame import Frame
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.track import Track
from streetaudit.structures.track import View as TrackView
from streetaudit.track.fixed import FixedTracker

log = logging.getLogger(__name__)

#: So often what a restart needs is written down, beside every new report.
_SAVE_S = 15.0
_WAIT_S = 0.5
_AGAIN_S = 5.0
#: Of all pictures held for one camera's tracks, and how long those of what a bus hides are held.
_VIEWS_BYTES, _VIEWS_S = 48 << 20, 700.0


class _StoppedError(Exception):
    """The gateway ends; what is followed goes on after the restart."""


class _OtherSizeError(Exception):
    """The camera sends pictures of another size: nothing lies where it lay."""


class CameraWatch:
    """Watches one camera until it is stopped, or its file has ended.

    Args:
        parts: Of the camera.
        box: The gateway.
        latest: Where frames come in; their time is the monotonic clock, or the file's where that is not paced.
        reports: Makes the reports of a camera, given what was saved.
    """

    def __init__(
        self,
        parts: CameraParts,
        box: Box,
        latest: Latest,
        *,
        reports: Callable[[dict[str, Any] | None], Reports],
    ) -> None:
        self._parts = parts
        self._box = box
        self._latest = latest
        self._make_reports = reports
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {parts.name}", daemon=True)
        self._saved_s = float("-inf")
        self._pending: Frame | None = None
        self.coverage = Coverage()
        self.view: View = "sound"
        self.why = ""
        self.failed = ""
        self.reported = 0
        self.looked_s: float | None = None
        before = box.saved(self._state_name) if box.line.goes_on and parts.paced else None
        self._begin(before)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, patience_s: float = 20.0) -> bool:
        """True once the thread has ended and what a restart needs is kept."""
        self._stop.set()
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def join(self, timeout_s: float | None = None) -> bool:
        """True once the camera's file has been looked at to its end."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def _state_name(self) -> str:
        return f"camera {self._parts.name}"

    def _begin(self, before: dict[str, Any] | None) -> None:
        """Go on where the run before ended, if it looked with the same eyes; else begin anew."""
        parts = self._parts
        self._picture = PictureWatch((before or {}).get("picture"))
        same = before is not None and (before["model"], before["rules"]) == (parts.model_sha256, parts.rule_version)
        known = before if same else None
        self._session = known["session"] if known else uuid.uuid4().hex
        self._tracker = FixedTracker.from_state(known["tracker"]) if known and known["tracker"] else None
        self._reports = self._make_reports(known)
        self._early: Early | None = None

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except _OtherSizeError:
                log.warning("%s: pictures have another size now; what was followed ends here", self._parts.name)
                self._end_reports()
                self._begin(None)
                continue
            except _StoppedError:
                self._save()
            except Exception as error:
                self.failed = str(error) or type(error).__name__
                log.exception("%s: begins anew in %g s", self._parts.name, _AGAIN_S)
                self._stop.wait(_AGAIN_S)
                self._begin(self._box.saved(self._state_name) if self._parts.paced else None)
                if self._parts.paced:
                    continue
            return

    def _watch(self) -> None:
        """Look at the camera until its file ends; a stop or another size comes as an exception."""
        frame = self._next()
        if frame is None:
            return
        self._pending = frame
        tracker = self._tracker = self._fitting(frame.size)
        views = BestViews(1, forget_after_s=_VIEWS_S, max_bytes=_VIEWS_BYTES)
        early = Early(tracker, views, dwell_s=self._parts.dwell_s, update_s=self._parts.update_s)
        walk = audit(
            self._frames(frame.size, early),
            self._parts.detect,
            tracker=tracker,
            views=views,
            conclude=self._conclude(frame.size),
            coverage=self.coverage,
            early=early,
        )
        for sighting in walk:
            self._tell(sighting, tracker, early)
        self._end_reports()

    def _fitting(self, size: Size) -> FixedTracker:
        if self._tracker is not None and self._tracker.image_size == size:
            return self._tracker
        return self._parts.tracker(size)

    def _conclude(self, size: Size) -> Callable[[Track, tuple[TrackView, ...]], Sighting | None]:
        name = f"live/{self._parts.gateway}/{self._parts.name}/{self._session[:8]}"
        identity = hashlib.sha256(f"live:{self._parts.gateway}:{self._parts.name}:{self._session}".encode())
        made = self._parts.concluder(identity.hexdigest(), name, size)

        def conclude(track: Track, views: tuple[TrackView, ...]) -> Sighting | None:
            return replace(made, started_at=self._started_at())(track, views)

        return conclude

    def _started_at(self) -> datetime | None:
        return self._box.line.zero_at() if self._parts.paced else self._parts.started_at

    def _frames(self, size: Size, early: Early) -> Iterator[Frame]:
        """Yield what is worth a look; all others are counted with the reason."""
        pace = Pace(self._parts.slow_s)
        while (frame := self._next()) is not None:
            if frame.size != size:
                raise _OtherSizeError
            time_s = self._time_s(frame)
            reason, changed = self._judge(frame, time_s)
            if not reason and self._parts.paced and not pace.due(time_s, changed):
                reason = "still"
            if reason:
                self.coverage.skip(reason)
                continue
            yield replace(frame, time_s=time_s)
            self.looked_s, self.failed = time_s, ""
            pace.looked(time_s, soon_s=early.soon_s())
            if time_s - self._saved_s >= _SAVE_S:
                self._save()

    def _judge(self, frame: Frame, time_s: float) -> tuple[str, float]:
        """Why a frame is not to be looked at, "" where it is; and how much of it has changed."""
        look = self._picture.look(frame.image, time_s)
        if (look.view, look.why) != (self.view, self.why):
            if look.view != self.view:
                log.warning("%s: %s", self._parts.name, look.why or "shows its usual view again")
            self.view, self.why = look.view, look.why
        if not self._box.may_look():
            return "disk", 0.0
        if look.same:
            return "frozen", 0.0
        return ("" if look.usable else "view"), look.changed

    def _next(self) -> Frame | None:
        """The next frame, None at the end of a file."""
        pending, self._pending = self._pending, None
        while pending is None:
            if self._stop.is_set():
                raise _StoppedError
            pending = self._latest.take(_WAIT_S)
            if pending is None and self._latest.is_over:
                return None
        return pending

    def _time_s(self, frame: Frame) -> float:
        return self._box.line.at_s(frame.time_s) if self._parts.paced else frame.time_s

    def _tell(self, sighting: Sighting, tracker: FixedTracker, early: Early) -> None:
        ongoing = sighting.track_id in tracker.alive_ids()
        live = self._reports.report(sighting, ongoing=ongoing, now_s=self._box.line.now_s())
        if live is None:
            return
        early.told(sighting.track_id, sighting.last_s)
        self.reported += 1
        self._box.tell(live, (self._state_name, self._state()))

    def _end_reports(self) -> None:
        """Nothing is followed any more: what was told to stand there has ended as far as anybody knows."""
        for live in self._reports.ongoing:
            ended = self._reports.report(live.sighting, ongoing=False, now_s=self._box.line.now_s())
            if ended is not None:
                self._box.tell(ended, (self._state_name, self._state()))

    def _save(self) -> None:
        self._saved_s = self.looked_s or self._saved_s
        self._box.save(self._state_name, self._state())

    def _state(self) -> str:
        state = {
            "session": self._session,
            "model": self._parts.model_sha256,
            "rules": self._parts.rule_version,
            "tracker": None if self._tracker is None else self._tracker.state(),
            "picture": self._picture.state(),
            **self._reports.state(),
        }
        return json.dumps(state, separators=(",", ":"))
