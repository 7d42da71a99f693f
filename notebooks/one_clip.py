# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
# ruff: noqa: D100, RUF100, T201 - a cell shows its last expression, and prints

# %% [markdown]
# # One clip, end to end
#
# A car drives down a street for sixteen seconds. This notebook follows the pixels of its camera all the way: to boxes,
# to tracks, to places on the ground, to the city's rules, to cases with evidence - and to the person who decides.
#
# The clip is rendered, so that the truth is known. It is kept in a temporary folder (`STREETAUDIT_NOTEBOOKS` names
# another one). For a whole drive with a review page at the end: `streetaudit demo`.

# %%
import csv
import os
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import cv2
import numpy as np

from streetaudit.assemble import detector_of, open_parts, tracker_of
from streetaudit.batch.clip import audit_clip
from streetaudit.config import Config, StoreConfig, load_config
from streetaudit.io.video import open_clip
from streetaudit.structures.case import Case, Decision
from streetaudit.structures.correction import Correction
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.pictures import decode
from streetaudit_datasets.scoring import score_cases
from streetaudit_datasets.stats.page import table
from streetaudit_datasets.synthetic.drive import render_drive
from streetaudit_datasets.synthetic.setting import Options
from streetaudit_datasets.truth_files import read_truth
from streetaudit_datasets.view.drawing import colour_of, draw_boxes
from streetaudit_datasets.view.shown import Page, picture
from streetaudit_models.case_page import case_map

HOME = Path(os.environ.get("STREETAUDIT_NOTEBOOKS", Path(tempfile.gettempdir()) / "streetaudit-notebooks"))
SEED = 7
scene = render_drive(
    HOME / "drive", seed=SEED, options=Options(duration_s=16.0, fps=6, fixed_s=0.5, fixed_fps=2), workers=1
)
clip = scene / f"drive-{SEED}.mp4"
print("\n".join(sorted(path.name for path in scene.iterdir() if path.is_file())))

# %% [markdown]
# ## What really stands there
#
# The renderer knows every box exactly. Frames carry their own timestamps: time is never frame number over frame rate.

# %%
truth_boxes = defaultdict(list)
with (scene / f"drive-{SEED}.truth.csv").open(newline="") as lines:
    for row in csv.DictReader(lines):
        box = tuple(float(row[side]) for side in ("x1", "y1", "x2", "y2"))
        truth_boxes[int(row["frame"])].append((row["label"], box))

with open_clip(clip) as reader:
    frames = list(reader)
frame = frames[len(frames) // 2]
labels, boxes = zip(*truth_boxes[frame.index + 1], strict=True)
print(f"{len(frames)} frames; this one, at {frame.time_s:.1f} s, shows {dict(Counter(labels))}")
picture(draw_boxes(frame.image, boxes, class_ids=[CLASSES.index(name) for name in labels], names=labels))

# %% [markdown]
# ## What the detector sees
#
# The shipped nano model, through the same letterbox and decoder as at night. Weak boxes (from 0.1) are kept as well:
# they may continue a track, but not begin one.


# %%
def store_in(name: str) -> Config:
    """The scene's configuration with a fresh store of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    kept = StoreConfig(
        url=f"sqlite:///{folder}/cases.sqlite3",
        evidence=str(folder / "evidence"),
        detections=str(folder / "detections"),
    )
    return load_config(scene / "streetaudit.toml").model_copy(update={"store": kept})


configs = {name: store_in(name) for name in ("nano", "truth")}
with open_parts(configs["nano"]) as parts:
    look = detector_of(parts)
    seen = [look(frame) for frame in frames]
here = seen[frame.index]
sure = here.where(here.confidence >= look.thresholds[here.class_id])
names = [f"{CLASSES[i]} {c:.2f}" for i, c in zip(sure.class_id, sure.confidence, strict=True)]
print(f"{len(here)} boxes, {len(sure)} of them above their class's threshold")
picture(draw_boxes(frame.image, [tuple(box) for box in sure.xyxy], class_ids=sure.class_id.tolist(), names=names))

# %% [markdown]
# ## Boxes become tracks
#
# One line for each object: the foot of its box through all frames, drawn over one of them. What stands beside the road
# runs outwards and ends in a dot where it was last seen; what drives ahead stays.

# %%
tracker = tracker_of(configs["nano"], look.thresholds)
tracks = [
    track for one, found in zip(frames, seen, strict=True) for track in tracker.update(one.index, one.time_s, found)
]
tracks += tracker.flush()
trails = (frame.image // 2 + 60).astype(np.uint8)
for track in tracks:
    feet = np.array([((o.xyxy[0] + o.xyxy[2]) / 2, o.xyxy[3]) for o in track.observations], np.int32)
    cv2.polylines(trails, [feet.reshape(-1, 1, 2)], isClosed=False, color=colour_of(track.class_id), thickness=2)
    cv2.circle(trails, tuple(feet[-1].tolist()), 5, colour_of(track.class_id), -1, cv2.LINE_AA)
print(f"{sum(map(len, seen))} boxes became {len(tracks)} tracks: {dict(Counter(CLASSES[t.class_id] for t in tracks))}")
picture(trails)

# %% [markdown]
# ## Tracks become cases
#
# Two audits: one with the detector, one with the truth's boxes in its place. What differs is what the detector costs;
# what is wrong in both is the fault of everything after it.


# %%
def audit(name: str, detections: Path | None) -> list[Case]:
    """The cases of an audit into its own store."""
    with open_parts(configs[name], inference=detections is None) as opened:
        outcome = audit_clip(clip, opened, detections=detections)
        print(f"{name}: {outcome.status}, {outcome.took_s:.1f} s")
        return list(opened.store.each_case())


cases = {"nano": audit("nano", None), "truth": audit("truth", scene / f"drive-{SEED}.truth.csv")}
truth = read_truth(scene / "truth.json", clips=[clip.name])
found = {name: score_cases(some, truth) for name, some in cases.items()}
rows = {
    name: {
        "asked for": one.total.truths,
        "found": one.total.found,
        "cases": one.total.cases,
        "false": one.total.false,
        "duplicates": one.total.duplicates,
        "median cm": round(100 * (one.total.median_m or 0)),
    }
    for name, one in found.items()
}
Page(table("boxes of", rows))

# %% [markdown]
# ## From above
#
# Circles are what is asked for, dots the cases of the detector's audit, crosses mistakes; north is up.

# %%
print("\n".join(str(mistake) for mistake in found["nano"].mistakes) or "no mistakes")
Page(case_map(found["nano"], truth))

# %% [markdown]
# ## What the reviewer gets
#
# Faces and plates are blurred before anything is written; pictures are kept under the hash of their bytes. The rule
# that fired says why, in words.

# %%
with open_parts(configs["truth"], inference=False) as parts:
    best = max((case for case in cases["truth"] if case.evidence), key=lambda case: case.confidence)
    sighting = parts.store.sightings(best.id)[0]
    shown = sighting.evidence
    stored = decode(parts.evidence.get(shown.frame) or b"") if shown else None
if shown is None or stored is None:
    raise RuntimeError("a case with evidence has a picture")
print(f"{best.problem}, {best.place}\n{sighting.verdict.why}\nblurred: {dict(shown.blurred)}")
picture(draw_boxes(stored, [shown.xyxy], class_ids=[CLASSES.index(sighting.class_name)], names=[best.problem]))

# %% [markdown]
# ## What the reviewer decides
#
# A decision is appended, never overwritten; the state follows from it. Whoever sees that the box is off draws a better
# one: `streetaudit data harvest` makes a label of it.

# %%
x1, y1, x2, y2 = shown.xyxy
drawn = (max(x1 - 3, 0.0), max(y1 - 3, 0.0), min(x2 + 3, float(shown.width_px)), min(y2 + 3, float(shown.height_px)))
with open_parts(configs["truth"], inference=False) as parts:
    decided = parts.store.decide(
        best.id,
        reviewer="notebook",
        decision=Decision.CONFIRM,
        reason=None,
        note="",
        expected_version=best.version,
        correction=Correction(corrected_box=drawn, sighting=sighting.id),
    )
    history = parts.store.reviews(best.id)
print(f"{best.state} -> {decided.state}; {len(history)} decision, box corrected: {history[0].correction is not None}")
