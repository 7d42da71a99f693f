"""One value for a labelled picture set, whatever format it came from, and one for what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import StreetauditError

#: The split of pictures that nobody has divided yet.
UNSPLIT = ""


class LabelError(StreetauditError):
    """A folder, label file or card that cannot be used."""


class UnfitDataError(LabelError):
    """A data set was read, and something in it must be mended first."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a label file that cannot be used; the rest of the set goes on.

    Attributes:
        file: The file, relative to the set's folder where it lies inside.
        line: 1-based line, 0 where the format has none.
        says: What is wrong, and what to do.
    """

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}" if self.line else f"{self.file}: {self.says}"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImage:
    """One picture and the boxes in it; row i of every array is one box.

    Attributes:
        path: The picture's file.
        size: Width and height in px as stored: a rotation asked for by EXIF is not applied.
        xyxy: float32 (N, 4), px of the stored picture; as written, so possibly outside it or not finite.
        class_id: int32 (N,), index into the set's classes.
        confidence: float32 (N,), 1 for a person's label, less for a model's.
        labelled: Classes labelled exhaustively here: the absence of a box is evidence. None: nobody said.
        doubtful: Classes of which something here is known not to be labelled box by box (crowds, groups).
        scored: Classes that a model may be judged on here; None stands for the labelled ones.
        source: Name of the data set it came from.
        group: Pictures of one place or sequence share it, and must never cross splits; "" where unknown.
        split: "train", "val", ...; "" where the set is not divided.
        taken_at: When it was taken, None where unknown; naive times are compared within a source only.
        weight: How often it is drawn in training, relative to the others.
        licence: Of the picture.
        row: Where its labels are: file and, where the format has them, first line.
    """

    path: Path
    size: tuple[int, int]
    xyxy: NDArray[np.float32]
    class_id: NDArray[np.int32]
    confidence: NDArray[np.float32]
    labelled: frozenset[str] | None = None
    doubtful: frozenset[str] = frozenset()
    scored: frozenset[str] | None = None
    source: str = ""
    group: str = ""
    split: str = UNSPLIT
    taken_at: datetime | None = None
    weight: float = 1.0
    licence: str = ""
    row: str = ""

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        shapes = self.xyxy.shape, self.class_id.shape, self.confidence.shape
        if shapes != ((n, 4), (n,), (n,)):
            raise ValueError(f"want shapes (N, 4), (N,), (N,); got {shapes}")

    def relative(self) -> NDArray[np.float32]:
        """The boxes (N, 4) xyxy as fractions of the picture."""
        scale = np.array([*self.size, *self.size], dtype=np.float64).clip(min=1)
        return np.asarray(self.xyxy / scale, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """Pictures with labels in one list of classes.

    Attributes:
        folder: Where they lie.
        classes: Names by class id.
        images: The pictures.
        faults: What could not be read.
        format: "prepared", "yolo", "coco", "voc" or "open_images".
        extra: Further facts of the format, for people ("orphan_labels": "3").
    """

    folder: Path
    classes: tuple[str, ...]
    images: tuple[LabelledImage, ...]
    faults: tuple[Fault, ...] = ()
    format: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def name(self, image: LabelledImage) -> str:
        """The picture's path, relative to the folder where it lies inside."""
        return shown(image.path, self.folder)


@dataclass(slots=True)
class Boxes:
    """A list of boxes that grows while a file is read."""

    xyxy: list[tuple[float, float, float, float]] = field(default_factory=list)
    class_id: list[int] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)

    def add(self, class_id: int, xyxy: tuple[float, float, float, float], *, confidence: float = 1.0) -> None:
        """Take one box."""
        self.xyxy.append(xyxy)
        self.class_id.append(class_id)
        self.confidence.append(confidence)

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]:
        """Xyxy (N, 4), class ids (N,) and confidences (N,)."""
        with np.errstate(over="ignore"):  # 1e300 px becomes infinite, which `check` reports
            xyxy = np.array(self.xyxy, dtype=np.float32).reshape(-1, 4)
        return xyxy, np.array(self.class_id, dtype=np.int32), np.array(self.confidence, dtype=np.float32)


def shown(path: Path, folder: Path) -> str:
    """A path for people: relative to the folder where it lies inside.

    >>> shown(Path("/data/a/b.jpg"), Path("/data"))
    'a/b.jpg'
    """
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
