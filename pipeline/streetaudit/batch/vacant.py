"""Pictures of spots whose things may be gone, taken while a clip is looked at: afterwards nobody has its frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import numpy as np

from streetaudit.assemble import Parts
from streetaudit.batch.plan import ClipPlan
from streetaudit.locate.vacancy import Vacancy
from streetaudit.structures.geo import distance_m
from streetaudit.structures.miss import DoubtfulSpot
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import View

#: So many frames are held at most, 6 MB each in 1080p.
_MOST_SPOTS = 24
#: Cases are asked for around the way, this often.
_EVERY_S = 4.0
#: What was seen so near to a spot may be the thing itself.
_SEEN_M = 4.0


def spots_in_doubt(parts: Parts, plan: ClipPlan) -> list[DoubtfulSpot]:
    """The spots on the clip's way at which one more pass that sees nothing may settle that the thing is gone."""
    if plan.started_at is None:
        return []
    poses = [plan.pose_at(time_s) for time_s in np.arange(0.0, plan.facts.duration_s or 0.0, _EVERY_S).tolist()]
    way = [(pose.lat, pose.lon) for pose in poses if isinstance(pose, Pose)]
    missed = parts.config.rules.gone_after_passes - 1
    return parts.store.spots_in_doubt(way, before=plan.started_at, missed=missed, most=_MOST_SPOTS)


def vacant(
    vacancy: Vacancy, sightings: Sequence[Sighting], picture: Callable[[View], Evidence | None]
) -> tuple[tuple[UUID, Evidence], ...]:
    """The pictures of the spots at which the clip saw nothing of the kind."""
    made = []
    for spot in vacancy.spots:
        view = vacancy.views.get(spot.case_id)
        if view is None or any(_may_be(spot, sighting) for sighting in sightings):
            continue
        evidence = picture(view)
        if evidence is not None:
            made.append((spot.case_id, evidence))
    return tuple(made)


def _may_be(spot: DoubtfulSpot, sighting: Sighting) -> bool:
    place = sighting.place
    if sighting.verdict.problem != spot.problem or not isinstance(place, Place):
        return False
    return distance_m(spot.lat, spot.lon, place.lat, place.lon) <= _SEEN_M
