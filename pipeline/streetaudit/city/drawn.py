"""The zones that somebody drew in one fixed camera's image: they hold for what stands in them, placed or not."""

from __future__ import annotations

from datetime import datetime

from streetaudit.city.zone_map import ZoneAt, ZoneMap
from streetaudit.structures.city import Problem

Point = tuple[float, float]


def drawn_at(
    image: ZoneMap | None, problem: Problem, *, foot: Point | None, at: datetime | None
) -> tuple[ZoneAt, ...] | None:
    """The zones of the image at a point, as far as they matter to a problem; None where the image decides nothing.

    Args:
        image: What is drawn, None for nothing.
        problem: That is judged.
        foot: (x, y) in shares of the image, None where it is not known.
        at: Aware time, None where it is not known.
    """
    deciding = {*problem.forbidden_in, *problem.permitted_in, "patrol_area"}
    kinds = deciding | {"privacy_mask"}
    if image is None or foot is None or not image.has(kinds):
        return None
    here = tuple(zone for zone in image.at_point(foot, at) if zone.zone.kind in kinds)
    return here if here or image.has(deciding) else None
