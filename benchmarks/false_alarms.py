"""Sightings a minute, by class, on footage in which nothing is wrong: motorways, car parks, a rural road, Lund.

    python benchmarks/false_alarms.py [--model NAME_OR_ONNX] [--runtime openvino] [--fps 5] [--pictures FOLDER]

Litter, stalls, adverts and full bins are false there; vehicles, bins and persons are really there and only counted.
Detector, thresholds and tracker are the shipped ones. The interval is the exact one of a Poisson count (Garwood 1936):
three minutes without an alarm allow up to 1.2 a minute. `--pictures` shows what each false one was.
Data: STREETAUDIT_SHARED (default ../shared).
"""

from __future__ import annotations

import argparse
import math
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.assemble import tracker_of
from streetaudit.config import Config
from streetaudit.detect.detector import Detector
from streetaudit.io.jpeg import encode_jpeg
from streetaudit.io.onnx_model import load_model
from streetaudit.io.video import open_clip
from streetaudit.structures.frame import Frame
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_models.infer import read_image

SHARED = Path(os.environ.get("STREETAUDIT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
FALSE = ("litter", "street_stall", "illegal_ad", "overflowing_bin")
AIM = 0.2  # a minute


@dataclass
class Seen:
    """What one clip gave: sightings by class, and the surest picture of each false one."""

    clip: str
    minutes: float = 0.0
    sightings: Counter[str] = field(default_factory=Counter)
    pictures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)


def watch(clip: Path, look: Detector, *, fps: float) -> Seen:
    """The sightings of one clip."""
    seen, tracker = Seen(clip.name), tracker_of(Config(), look.thresholds)
    best: dict[int, tuple[float, NDArray[np.uint8]]] = {}
    with open_clip(clip, every_s=1.0 / fps) as frames:
        ended = []
        for frame in frames:
            ended += tracker.update(frame.index, frame.time_s, look(frame))
            seen.minutes = frame.time_s / 60.0
            for track_id, one in tracker.current():
                if CLASSES[one.class_id] in FALSE and one.confidence > best.get(track_id, (0.0,))[0]:
                    best[track_id] = one.confidence, marked(frame.image, one.xyxy, one.confidence)
        for track in [*ended, *tracker.flush()]:
            name = CLASSES[track.class_id]
            seen.sightings[name] += 1
            if name in FALSE and track.track_id in best:
                seen.pictures[f"{name}-{clip.stem}-{track.track_id}"] = best[track.track_id][1]
    return seen


def marked(image: NDArray[np.uint8], box: tuple[float, float, float, float], confidence: float) -> NDArray[np.uint8]:
    drawn = image.copy()
    x1, y1, x2, y2 = (int(edge) for edge in box)
    cv2.rectangle(drawn, (x1, y1), (x2, y2), (255, 40, 40), 2)
    cv2.putText(drawn, f"{confidence:.2f}", (x1, max(16, y1 - 6)), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 40, 40), 2)
    return drawn


def stills(folder: Path, look: Detector) -> Counter[str]:
    """Detections that could start a track, in single pictures."""
    found: Counter[str] = Counter()
    for index, file in enumerate(sorted(folder.glob("*.jpg"))):
        image = read_image(file)
        seen = look(Frame(index, 0.0, image))
        sure = seen.where(seen.confidence >= look.thresholds[seen.class_id])
        found.update(CLASSES[i] for i in sure.class_id.tolist())
    return found


def poisson_interval(count: int) -> tuple[float, float]:
    """The 95 % interval of a Poisson mean of which `count` were seen."""
    low = 0.0 if count == 0 else _solve(lambda mean: 1.0 - _cdf(count - 1, mean) - 0.025, count)
    return low, _solve(lambda mean: 0.025 - _cdf(count, mean), count)


def _cdf(count: int, mean: float) -> float:
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _solve(rising: Callable[[float], float], count: int) -> float:
    low, high = 1e-9, 3.0 * count + 20.0
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return low


def report(watched: list[Seen]) -> None:
    minutes = sum(one.minutes for one in watched)
    for one in watched:
        told = ", ".join(f"{count} {name}" for name, count in sorted(one.sightings.items())) or "nothing"
        print(f"  {one.clip:34} {one.minutes * 60:6.1f} s: {told}")
    print(f"\n{minutes:.2f} minutes; the aim is at most {AIM} a minute for each class that is false here")
    print(f"{'class':18}{'sightings':>10}{'a minute':>10}   95 %")
    for name in CLASSES:
        count = sum(one.sightings[name] for one in watched)
        low, high = (mean / minutes for mean in poisson_interval(count))
        verdict = ""
        if name in FALSE:
            verdict = "met" if high <= AIM else "not shown: too few minutes" if count / minutes <= AIM else "missed"
        print(f"{name:18}{count:10}{count / minutes:10.2f}   {low:.2f} to {high:.2f}  {verdict}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--runtime", choices=("onnxruntime", "openvino"), default="onnxruntime")
    parser.add_argument("--fps", type=float, default=5.0)
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    folder = SHARED / "data" / "clips"
    clips = sorted(p for name in ("dashcam", "fixed", "gps_video") for p in (folder / name).iterdir())
    loaded = load_model(asked.model, threads=1, runtime=asked.runtime)
    look = Detector(loaded.session, loaded.card, tight=loaded.any_size)
    print(f"{loaded.card.name} {loaded.card.version}, {loaded.session.runtime}, {asked.fps:g} frames a second")
    watched = [watch(clip, look, fps=asked.fps) for clip in clips if clip.suffix in (".mp4", ".avi")]
    report(watched)
    found = stills(folder / "image_seq" / "lund", look)
    print("Lund, single pictures: " + (", ".join(f"{n} {name}" for name, n in sorted(found.items())) or "nothing"))
    if asked.pictures:
        asked.pictures.mkdir(parents=True, exist_ok=True)
        for name, picture in (item for one in watched for item in one.pictures.items()):
            (asked.pictures / f"{name}.jpg").write_bytes(encode_jpeg(picture))


if __name__ == "__main__":
    main()
