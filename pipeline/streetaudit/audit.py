"""The walk of one clip: frames in, sightings out; pure, the same for nightly files and live cameras."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from streetaudit.structures.coverage import Coverage
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.track import Observation, Track, View

#: Turns one frame into what is seen in it, in pixels of that frame and ids of the taxonomy.
Detector = Callable[[Frame], Detections]
#: Turns one ended track and its best views into a sighting (place, verdict, evidence), or None for
#: what is never to be recorded, such as a person.
Conclude = Callable[[Track, tuple[View, ...]], Sighting | None]


class Tracker(Protocol):
    """Joins detections over frames; ids belong to the object."""

    def update(self, frame_index: int, time_s: float, detections: Detections) -> list[Track]:
        """The tracks that ended with this frame."""
        ...

    def flush(self) -> list[Track]:
        """The tracks that were still open."""
        ...

    def current(self) -> Sequence[tuple[int, Observation]]:
        """Track id and observation of every track that took a detection in the last update."""
        ...


class Views(Protocol):
    """Keeps the best frames of every live track."""

    def offer(self, frame: Frame, detections: Detections, current: Sequence[tuple[int, Observation]]) -> None:
        """Consider one frame for every track that was seen in it."""
        ...

    def take(self, track_id: int) -> tuple[View, ...]:
        """The best views of a track, best first, and forget them."""
        ...


class Watch(Protocol):
    """Notes which ground was in view."""

    def see(self, frame: Frame, detections: Detections) -> bool:
        """True if the frame is a new look at the ground; what it shows is noted."""
        ...


class Early(Protocol):
    """Says what is to be told before its track ends."""

    def due(self, time_s: float) -> Iterable[tuple[Track, tuple[View, ...]]]:
        """The tracks that go on and are to be concluded now, with their best views so far."""
        ...


def audit(
    frames: Iterable[Frame],
    detect: Detector,
    *,
    tracker: Tracker,
    views: Views,
    conclude: Conclude,
    coverage: Coverage,
    watch: Watch | None = None,
    early: Early | None = None,
) -> Iterator[Sighting]:
    """Yield each sighting as soon as its track ends; count every frame in the coverage, and note the ground in view.

    What `early` names is concluded while it goes on, and again later: the same sighting, better known.
    """
    for frame in frames:
        detections = detect(frame)
        ended = tracker.update(frame.index, frame.time_s, detections)
        views.offer(frame, detections, tracker.current())
        coverage.look(frame.time_s)
        if watch is not None:
            watch.see(frame, detections)
        yield from _concluded(ended, views, conclude)
        if early is not None:
            yield from _so_far(early.due(frame.time_s), conclude)
    yield from _concluded(tracker.flush(), views, conclude)


def _so_far(due: Iterable[tuple[Track, tuple[View, ...]]], conclude: Conclude) -> Iterator[Sighting]:
    for track, best in due:
        sighting = conclude(track, best)
        if sighting is not None:
            yield sighting


def _concluded(tracks: Iterable[Track], views: Views, conclude: Conclude) -> Iterator[Sighting]:
    for track in tracks:
        sighting = conclude(track, views.take(track.track_id))
        if sighting is not None:
            yield sighting
