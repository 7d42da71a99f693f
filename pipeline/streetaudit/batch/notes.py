"""What is written down while a clip is looked at, for audits that have no footage."""

from __future__ import annotations

from collections.abc import Sequence

from streetaudit.audit import Detector
from streetaudit.batch.pictures import EvidenceKeeper
from streetaudit.batch.sampling import DistanceSampling
from streetaudit.casework.signature import signature_of
from streetaudit.casework.views import BestViews
from streetaudit.io.detections_parquet import ParquetWriter
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.look import Shown, Spot
from streetaudit.structures.sighting import Evidence
from streetaudit.structures.track import Observation, View


class Notes:
    """Writes down what is seen on the way: every detection, and the view chosen of each track.

    Attributes:
        writer: Holds the detections.
        sampling: Told what each look showed, None where every frame is looked at.
    """

    def __init__(self, detect: Detector, keeper: EvidenceKeeper, views: BestViews) -> None:
        self._detect, self._keeper, self._views = detect, keeper, views
        self._pictures: dict[Spot, Evidence | None] = {}
        self._signatures: dict[Spot, str] = {}
        self.writer = ParquetWriter()
        self.sampling: DistanceSampling | None = None

    def detect(self, frame: Frame) -> Detections:
        """What is seen in one frame, written down."""
        seen = self._detect(frame)
        self.writer.add(frame.index, frame.time_s, seen)
        return seen

    def offer(self, frame: Frame, detections: Detections, current: Sequence[tuple[int, Observation]]) -> None:
        """Consider one frame for every track that was seen in it."""
        self._views.offer(frame, detections, current)
        if self.sampling is not None:
            self.sampling.saw(detections, current)

    def take(self, track_id: int) -> tuple[View, ...]:
        """The best views of a track, the first of them written down."""
        views = self._views.take(track_id)
        if views:
            self._pictures[_spot(views[0])] = None
        return views

    def keep(self, views: tuple[View, ...]) -> Evidence | None:
        """The pictures of a problem's views, written down."""
        evidence = self._keeper(views)
        if views:
            self._pictures[_spot(views[0])] = evidence
        return evidence

    def picture(self, view: View) -> Evidence | None:
        """The pictures of a view that shows no track."""
        return self._keeper((view,))

    def sign(self, views: tuple[View, ...]) -> bytes | None:
        """What a track's views look like, written down."""
        signature = signature_of(views)
        if signature is not None:
            self._signatures[_spot(views[0])] = signature.hex()
        return signature

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The best view of each track, with what was made of it."""
        return tuple(
            Shown(*spot, evidence, self._signatures.get(spot, "")) for spot, evidence in sorted(self._pictures.items())
        )


def _spot(view: View) -> Spot:
    return view.observation.frame_index, view.observation.xyxy
