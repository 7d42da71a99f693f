"""A clip audited again from what is kept of it: new rules, zones, cameras or tracker, and no footage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from streetaudit.assemble import Parts
from streetaudit.batch.outcome import Looked
from streetaudit.batch.plan import ClipPlan, plan_again
from streetaudit.batch.seer import from_look
from streetaudit.batch.walk import Tell, run_of, walk, watch_of
from streetaudit.io.looks import KeptLook
from streetaudit.locate.light import remembered_light
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.look import Shown, Spot
from streetaudit.structures.sighting import Evidence
from streetaudit.structures.track import Observation, View

_NO_IMAGE = np.zeros((0, 0, 3), np.uint8)


def replay(parts: Parts, kept: KeptLook, plan: ClipPlan | None = None) -> Looked:
    """What a kept look shows under the configuration of now; the pictures of then are taken again.

    Under the configuration of then it is exactly what the look itself gave.

    Args:
        parts: The configuration of now.
        kept: The look.
        plan: Of now, where it is known already.
    """
    plan = plan_again(parts, kept.record) if plan is None else plan
    coverage = Coverage(skipped=dict(kept.record.coverage.skipped))
    views = _ShownViews(kept.record.shown)
    watch = watch_of(parts, plan, remembered_light(kept.record.lights))
    walked = walk(
        parts,
        plan,
        _frames(kept),
        detect=from_look(kept),
        views=views,
        tell=Tell(views.evidence, views.signature),
        coverage=coverage,
        watch=watch,
    )
    sightings = tuple(walked)
    run = run_of(parts, plan, kept.record.decoded, coverage=coverage, watch=watch, look=kept.key)
    return Looked(replace(run, vacant=kept.record.vacant), sightings)


def _frames(kept: KeptLook) -> Iterator[Frame]:
    for index, time_s, _ in kept.table.frames():
        yield Frame(index, time_s, _NO_IMAGE)


class _ShownViews:
    """Finds the views and pictures of earlier audits again, by frame and box."""

    def __init__(self, shown: Sequence[Shown]) -> None:
        self._shown: dict[Spot, Shown] = {one.spot: one for one in shown}
        self._frames = {one.frame_index for one in shown}
        self._best: dict[int, View] = {}

    def offer(self, frame: Frame, detections: Detections, current: Sequence[tuple[int, Observation]]) -> None:
        """Remember a track's observation if it was shown; one with a picture goes before one without."""
        if frame.index not in self._frames:
            return
        for track_id, seen in current:
            one = self._shown.get((seen.frame_index, seen.xyxy))
            if one is not None and self._is_better(one, self._best.get(track_id)):
                self._best[track_id] = View(frame, detections, seen)

    def take(self, track_id: int) -> tuple[View, ...]:
        """The view that was shown of a track, or nothing."""
        view = self._best.pop(track_id, None)
        return () if view is None else (view,)

    def evidence(self, views: tuple[View, ...]) -> Evidence | None:
        """The pictures that were made of a view, None where there were none."""
        if not views:
            return None
        seen = views[0].observation
        return self._shown[seen.frame_index, seen.xyxy].evidence

    def signature(self, views: tuple[View, ...]) -> bytes | None:
        """What a view was found to look like, None where it did not tell."""
        if not views:
            return None
        seen = views[0].observation
        return bytes.fromhex(self._shown[seen.frame_index, seen.xyxy].signature) or None

    def _is_better(self, one: Shown, than: View | None) -> bool:
        if than is None:
            return True
        other = self._shown[than.observation.frame_index, than.observation.xyxy]
        return one.evidence is not None and other.evidence is None
