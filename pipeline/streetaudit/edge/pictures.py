"""Pictures of what is told: blurred, encoded, written; fewer of them as the disk fills up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from streetaudit.casework.blur import Redactor
from streetaudit.casework.evidence import best_evidence, make_evidence
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.jpeg import encode_jpeg
from streetaudit.io.wire.heartbeat import Stage
from streetaudit.structures.sighting import Evidence
from streetaudit.structures.track import View

#: Of so many views it is remembered that their pictures are made: what is told again need not be drawn again.
_REMEMBERED = 64
#: Files of half the size.
_SMALL_QUALITY = 65


def _small(image: NDArray[np.uint8]) -> bytes:
    return encode_jpeg(image, quality=_SMALL_QUALITY)


class StagedPictures:
    """Keeps the pictures of one camera, as many as the stage allows.

    Args:
        folder: Where they wait.
        redactor: Blurs a frame before anything of it is written.
        stage: How much is kept now.
        drawing: Held while a frame is blurred: the cameras share one finder of faces.
    """

    def __init__(
        self, folder: EvidenceFolder, redactor: Redactor, stage: Callable[[], Stage], *, drawing: threading.Lock
    ) -> None:
        self._folder = folder
        self._redactor = redactor
        self._stage = stage
        self._drawing = drawing
        self._made: dict[tuple[int, tuple[float, float, float, float]], Evidence] = {}

    def __call__(self, views: tuple[View, ...]) -> Evidence | None:
        """The stored pictures of the best view, None without any view, or where none is kept any more.

        Raises:
            StoreError: If the folder cannot be written.
        """
        stage = self._stage()
        if not views or stage == "stopped":
            return None
        spot = views[0].observation.frame_index, views[0].observation.xyxy
        if spot not in self._made:
            evidence = self._make(views[:1], stage)
            if evidence is None:
                return None
            self._made[spot] = evidence
            for old in list(self._made)[:-_REMEMBERED]:
                del self._made[old]
        return self._made[spot]

    def _make(self, views: tuple[View, ...], stage: Stage) -> Evidence | None:
        encode = encode_jpeg if stage in ("all", "no_raw") else _small
        with self._drawing:
            pictures = make_evidence(views, redact=self._redactor, encode=encode)
        crop = next(picture for picture in pictures if picture.role == "crop")
        for picture in [crop] if stage == "stills" else pictures:
            self._folder.put(picture.key, picture.data)
        evidence = best_evidence(pictures)
        if evidence is None or stage != "stills":
            return evidence
        return replace(evidence, frame=crop.key, width_px=crop.width_px, height_px=crop.height_px, xyxy=crop.xyxy)
