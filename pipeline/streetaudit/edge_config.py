"""What only live, fixed cameras and their gateway have to be told."""

from __future__ import annotations

from pydantic import field_validator

from streetaudit.config_section import Section
from streetaudit.structures.city import Zone, ZoneKind


class ImageZoneConfig(Section):
    """A zone drawn in the image of a fixed camera; a thing stands in it with the middle of its box's foot."""

    kind: ZoneKind
    polygon: tuple[tuple[float, float], ...]  # corners (x, y) in shares of width and height, y down
    name: str = ""
    hours: str = "24/7"
    responsible: str | None = None
    shadow: bool = False

    @field_validator("polygon")
    @classmethod
    def _is_drawn(cls, corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if len(corners) < 3 or not all(0.0 <= value <= 1.0 for corner in corners for value in corner):
            raise ValueError("draw at least three corners [x, y], from 0 to 1: shares of the image's width and height")
        return corners

    def to_zone(self) -> Zone:
        """The zone as the value that the rules take."""
        ring = (*self.polygon, self.polygon[0])
        return Zone(self.kind, ((ring,),), self.name, self.hours, responsible=self.responsible, shadow=self.shadow)
