"""What a reviewer set right while deciding: the box, the name or the place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from uuid import UUID

from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts
from streetaudit.structures.taxonomy import CLASSES

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person knows better than the audit; what is None is right as it was.

    Attributes:
        corrected_box: Where the thing is, xyxy in pixels of the evidence frame of `sighting` (`Evidence.frame`).
        sighting: Whose evidence frame the box was drawn on; stands exactly where a box does.
        class_name: What it is, of the taxonomy: with a dismissal as `wrong_class` too ("no litter, but a bin").
        problem: The problem of the catalogue that it is; only with a confirmation.
        corrected_place: Where it stands; its `error_m` is how sure the person is, its method "given".
        facts: What the city says of the problem and place as corrected. Without them the case keeps its cell, party
            and deadline, and a changed problem loses its code: a wrong one would send the wrong people.

    Raises:
        ValueError: If the box has no size or no sighting, or the class is none of the taxonomy.
    """

    corrected_box: Box | None = None
    sighting: UUID | None = None
    class_name: str | None = None
    problem: str | None = None
    corrected_place: Place | None = None
    facts: CityFacts | None = None

    def __post_init__(self) -> None:
        if (self.corrected_box is None) != (self.sighting is None):
            raise ValueError("want a corrected box together with the sighting on whose frame it was drawn")
        if self.corrected_box is not None and not _has_size(self.corrected_box):
            raise ValueError(f"want a finite box with x1 < x2 and y1 < y2, got {self.corrected_box}")
        if self.class_name is not None and self.class_name not in CLASSES:
            raise ValueError(f"want one of {', '.join(CLASSES)}, got {self.class_name!r}")
        if self.facts is not None and self.problem is None and self.corrected_place is None:
            raise ValueError("want the city's facts only with a corrected problem or place")


def _has_size(box: Box) -> bool:
    x1, y1, x2, y2 = box
    return all(math.isfinite(edge) for edge in box) and x1 < x2 and y1 < y2
