"""One frame in, detections in its own pixels and our own classes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streetaudit.detect.boxes import InputBoxes
from streetaudit.detect.decode_end2end import decode_end2end
from streetaudit.detect.decode_yolov8 import decode_yolov8
from streetaudit.detect.decode_yolox import decode_yolox
from streetaudit.detect.letterbox import Geometry, Letterbox
from streetaudit.detect.nms import suppressed
from streetaudit.detect.tensor import TensorMaker
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.model_card import Layout, ModelCard
from streetaudit.structures.taxonomy import CLASSES, GROUPS, own_class

#: What may start a track where neither the card nor the caller says so.
DEFAULT_CONFIDENCE = 0.25

_DECODERS: dict[Layout, Callable[..., InputBoxes]] = {
    "yolov8": decode_yolov8,
    "end2end": decode_end2end,
    "yolox": decode_yolox,
}


class Session(Protocol):
    """A loaded runtime that maps input to raw output."""

    def run(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        """The model's outputs."""
        ...


class Detector:
    """Looks at one frame after the other; not for several threads at once, because it uses its memory again.

    Args:
        session: The loaded model.
        card: How to feed it and read it.
        confidence: Replaces the card's thresholds for every class.
        iou: Replaces the card's.
        floor: Weaker detections down to this are returned too, for the tracker's second round.
        tight: Feed only as much of the card's input as the frame fills; the model must take any size.

    Attributes:
        thresholds: float32 (7,), by class id: the confidence from which a detection may start a track.
        least: float32 (7,), by class id: the confidence from which a detection is returned.
    """

    def __init__(
        self,
        session: Session,
        card: ModelCard,
        *,
        confidence: float | None = None,
        iou: float | None = None,
        floor: float = 0.1,
        tight: bool = False,
    ) -> None:
        self.thresholds = _thresholds(card) if confidence is None else np.full(len(CLASSES), confidence, np.float32)
        self._session = session
        self._iou = card.iou if iou is None else iou
        self.least = np.minimum(self.thresholds, np.float32(floor))
        self._letterbox = Letterbox(card.input_size, centred=card.layout != "yolox", tight=tight)
        self._tensor = TensorMaker(card.input)
        self._decode = _DECODERS[card.layout]
        self._classes = len(card.classes)
        self._own = _own_ids(card)

    def __call__(self, frame: Frame) -> Detections:
        """What is seen in the frame, surest first, in its own pixels and with ids of the taxonomy.

        Raises:
            ModelError: If the model's output is not what its card says.
        """
        canvas, geometry = self._letterbox(frame.image)
        outputs = self._session.run(self._tensor(canvas))
        least = float(self.least.min())
        found = self._decode(outputs, classes=self._classes, canvas=geometry.canvas, least=least)
        return self._ours(found, geometry)

    def _ours(self, found: InputBoxes, geometry: Geometry) -> Detections:
        """The boxes of classes that we watch, above their own floor, each thing once."""
        class_id = self._own[found.model_class]
        watched = (class_id >= 0) & (found.confidence >= self.least[class_id]) & np.isfinite(found.xyxy).all(axis=1)
        xyxy = geometry.to_frame(found.xyxy[watched])
        seen = Detections(xyxy, found.confidence[watched], class_id[watched])
        extent = (xyxy[:, 2:] - xyxy[:, :2]).min(axis=1)
        seen = seen.where(extent >= 1.0)  # of the others nothing is left in the frame
        kept = suppressed(seen.xyxy, seen.confidence, _GROUPS[seen.class_id], iou=self._iou)
        return Detections(seen.xyxy[kept], seen.confidence[kept], seen.class_id[kept])


_GROUPS = np.array(GROUPS, np.int32)


def _own_ids(card: ModelCard) -> NDArray[np.int32]:
    """Our id of each of the model's classes, -1 for those we do not watch."""
    names = [own_class(label) for label in card.classes]
    return np.array([-1 if name is None else CLASSES.index(name) for name in names], np.int32)


def _thresholds(card: ModelCard) -> NDArray[np.float32]:
    """The card's thresholds by our ids; of several that mean one class, the lowest."""
    lowest = np.full(len(CLASSES), np.inf, np.float32)
    for label, least in card.thresholds:
        name = own_class(label)
        if name is not None:
            lowest[CLASSES.index(name)] = min(lowest[CLASSES.index(name)], least)
    return np.where(np.isinf(lowest), np.float32(DEFAULT_CONFIDENCE), lowest)
