"""Recall, precision and start times of what stands before a fixed camera, over simulated streets.

    PYTHONPATH=pipeline:tests python -P benchmarks/edge_events.py [SCENES] [FPS]

A scene is three minutes of boxes as a detector gives them (tests/track/street.py: 2 % jitter, 5 % missed, what is
hidden by more than 60 % is not seen): cars that park for 25 to 120 s, some of them one after the other at one place,
cars that let somebody out, a queue before a light, through traffic on both lanes, a bus that drives by and one that
halts before what is parked, a stall that is set up and taken down. An event is found where a stay of its class covers
the middle of its time, at its place; its rule's dwell is 20 s (stalls 10 s). Whatever else would raise a case counts
against the precision.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streetaudit.locate.standing import standing
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Track
from streetaudit.track.bytetrack import Tracker
from streetaudit.track.fixed import FixedTracker
from track.street import IMAGE, Street, Thing, along, bus, parks, passes, set_up

LENGTH_S = 180.0
DWELL_S = {"vehicle": 20.0, "street_stall": 10.0}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that must be told."""

    name: str
    thing: Thing
    from_s: float
    to_s: float


def scene(seed: int) -> tuple[list[Thing], list[Event]]:
    """Things and events of one street."""
    rng = np.random.default_rng(seed)
    things, events = [], []
    for spot in ((2.0, 21.0), (8.5, 23.0)):
        now = float(rng.uniform(8, 25))
        while now < LENGTH_S - 30 and rng.random() < 0.85:
            stays = float(rng.choice([rng.uniform(25, 110), rng.uniform(5, 14)], p=[0.75, 0.25]))
            until = now + stays
            car = parks(now, at=spot, to_s=until)
            things.append(car)
            if stays >= DWELL_S["vehicle"] + 2:
                events.append(Event("vehicle", car, now, min(until, LENGTH_S)))
            now = until + float(rng.uniform(9, 25))
    begins, ends = float(rng.uniform(5, 60)), float(rng.uniform(100, 170))
    stall = set_up(begins, at=(-7.0, 26.0), to_s=ends)
    things.append(stall)
    events.append(Event("street_stall", stall, begins, ends))
    things += _traffic(rng)
    return things, events


def _traffic(rng: np.random.Generator) -> list[Thing]:
    def at(first: float, every: float) -> list[float]:
        return [float(time_s) for time_s in np.arange(first, LENGTH_S, every) + rng.uniform(-2, 2)]

    made = [Thing("vehicle", passes(begins, ahead=16.5)) for begins in at(2.0, 7.0)]
    made += [Thing("vehicle", passes(begins, ahead=13.0, back=True)) for begins in at(4.0, 9.0)]
    made.append(bus(float(rng.uniform(30, 60)), ahead=15.0))
    halts = 6.0, float(rng.uniform(14, 22))
    made.append(bus(float(rng.uniform(80, 120)), ahead=15.0, halts=halts, at=float(rng.uniform(0, 4))))
    for begins in np.arange(10.0, 160.0, 30.0).tolist():  # a light with a red of 12 s, on the far lane
        ways = ((0.0, -26.0), (5.0, 6.0), (17.0, 6.0), (22.0, 34.0))
        made.append(Thing("vehicle", along(*((begins + after, right, 30.0) for after, right in ways))))
    return made


def stays(things: Sequence[Thing], *, seed: int, fps: float) -> list[tuple[Track, float, float]]:
    """The tracks that a rule would fire for, with their times of standing."""
    tracker, ended = FixedTracker(Tracker(new_confidence=0.4, match_iou=0.2), IMAGE), []
    for frame in Street(things, fps=fps, seed=seed).frames(LENGTH_S):
        ended += tracker.update(*frame)
    ended += tracker.flush()
    found = []
    for track in ended:
        name = CLASSES[track.class_id]
        if name in DWELL_S:
            motion = standing(track, IMAGE, grows=name != "vehicle")
            if motion.kind == "stationary" and (motion.dwell_s or 0.0) >= DWELL_S[name]:
                found.append((track, motion.first_s, motion.last_s))
    return found


def is_of(event: Event, track: Track, first_s: float, last_s: float) -> bool:
    middle_s = (event.from_s + event.to_s) / 2.0
    box = event.thing.box(middle_s)
    if box is None or CLASSES[track.class_id] != event.name or not first_s - 5 <= middle_s <= last_s + 5:
        return False
    near = min(track.observations, key=lambda seen: abs(seen.time_s - middle_s)).xyxy
    across = min(box[2], near[2]) - max(box[0], near[0])
    return across > 0.5 * min(box[2] - box[0], near[2] - near[0])


def main() -> None:
    scenes, fps = int(sys.argv[1]) if len(sys.argv) > 1 else 40, float(sys.argv[2]) if len(sys.argv) > 2 else 5.0
    wanted = found = false = double = 0
    late: list[float] = []
    for seed in range(scenes):
        things, events = scene(seed)
        told = stays(things, seed=seed, fps=fps)
        taken: set[int] = set()
        for event in events:
            own = [row for row, (track, a, b) in enumerate(told) if is_of(event, track, a, b) and row not in taken]
            wanted += 1
            found += bool(own)
            double += max(0, len(own) - 1)
            taken |= set(own)
            if own:
                late.append(told[own[0]][1] - event.from_s)
        false += len(told) - len(taken)
    off = np.abs(late)
    print(f"{scenes} scenes at {fps:g} frames a second: {wanted} events")
    print(f"{found} found, {false} false, {double} told twice")
    print(f"recall {found / wanted:.3f}, precision {found / max(1, found + false + double):.3f}")
    print(f"start: median {np.median(late):+.2f} s, p95 {np.quantile(off, 0.95):.2f} s, ", end="")
    print(f"within 5 s {np.mean(off <= 5):.3f}")


if __name__ == "__main__":
    main()
