"""What only live, fixed cameras and their gateway have to be told."""

from __future__ import annotations

from pydantic import Field, field_validator

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


class EdgeConfig(Section):
    """The gateway: a box at the street with live cameras."""

    name: str = Field("gateway", min_length=1, max_length=100)  # of this box; a part of every sighting's identity
    server: str | None = None  # https://review.example; None keeps cases in this box's own [store]
    folder: str = "edge/"  # what waits for the server, and what a restart needs
    max_fps: float = Field(5.0, gt=0, le=60)  # frames a second and camera that are looked at, at most
    min_fps: float = Field(0.5, gt=0, le=60)  # the same of a camera before which nothing moves
    detectors: int = Field(1, ge=1, le=64)  # frames looked at side by side; each takes [detector] threads
    update_s: float = Field(60.0, ge=1)  # a thing that stays is told again after so long, then ever more seldom
    loop_files: bool = True  # a camera whose source is a file begins again at its end
    bandwidth_kbit_s: float | None = Field(None, gt=0)  # for everything that is sent to the server
    quota_mb: float = Field(4000.0, gt=0)  # what waits may take so much of the disk
    floor_mb: float = Field(500.0, ge=0)  # and must leave so much free
    heartbeat_s: float = Field(60.0, ge=1)
    listen: str = "127.0.0.1:9464"  # /metrics, /healthz, /readyz; "" for none
