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
# ruff: noqa: B018, D100, T201 - a cell shows its last expression, and prints

# %% [markdown]
# # One clip, end to end
#
# A corner camera's clip is rendered, looked at by the shipped detector, placed on the ground and judged by the city's
# rules; what comes out are cases with evidence, which a person confirms or dismisses. The scene is kept in a temporary
# folder, so that the second run starts at once. Set `STREETAUDIT_NOTEBOOKS` to keep it elsewhere. For a whole drive:
# `streetaudit demo`.

# %%
import csv
import os
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from streetaudit.assemble import open_parts
from streetaudit.batch.clip import audit_clip
from streetaudit.config import StoreConfig, load_config
from streetaudit.io.clock import SYSTEM_CLOCK
from streetaudit.io.video import open_clip
from streetaudit.structures.case import Case, Decision
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.pictures import decode
from streetaudit_datasets.scoring import score_cases
from streetaudit_datasets.synthetic.drive import render_drive
from streetaudit_datasets.synthetic.setting import Options
from streetaudit_datasets.truth_files import read_truth
from streetaudit_datasets.view.drawing import draw_boxes
from streetaudit_datasets.view.shown import picture

HOME = Path(os.environ.get("STREETAUDIT_NOTEBOOKS", Path(tempfile.gettempdir()) / "streetaudit-notebooks"))
SEED = 7
scene = render_drive(
    HOME / "corner", seed=SEED, options=Options(duration_s=0.5, fixed_s=22.0, fps=2, fixed_fps=2), workers=1
)
clip = scene / f"fixed-{SEED}.mp4"
sorted(path.name for path in scene.iterdir())

# %% [markdown]
# ## What the camera sees
#
# The renderer knows what stands where: every box of `fixed-7.truth.csv` is exact. Frames carry their own timestamps.

# %%
truth_boxes = defaultdict(list)
with (scene / f"fixed-{SEED}.truth.csv").open(newline="") as lines:
    for row in csv.DictReader(lines):
        box = tuple(float(row[side]) for side in ("x1", "y1", "x2", "y2"))
        truth_boxes[int(row["frame"])].append((row["label"], box))

with open_clip(clip, clock=SYSTEM_CLOCK) as reader:
    frames = list(reader)
frame = frames[len(frames) // 2]
labels, boxes = zip(*truth_boxes[frame.index + 1], strict=True)
print(f"{len(frames)} frames; this one at {frame.time_s:.2f} s shows {dict(Counter(labels))}")
true_frame = picture(draw_boxes(frame.image, boxes, class_ids=[CLASSES.index(name) for name in labels], names=labels))
true_frame

# %% [markdown]
# ## Two audits
#
# One with the shipped nano detector, one with the truth's boxes instead of a detector: the difference between the two
# is what the detector costs, all else being equal. Each has a store of its own.


# %%
def audit(name: str, detections: Path | None) -> list[Case]:
    """The cases of an audit into a fresh store."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    kept = StoreConfig(url=f"sqlite:///{folder}/cases.sqlite3", evidence=str(folder / "evidence"))
    config = load_config(scene / "streetaudit.toml").model_copy(update={"store": kept})
    with open_parts(config, inference=detections is None) as parts:
        outcome = audit_clip(clip, parts, detections=detections)
        print(f"{name}: {outcome.status}, {outcome.took_s:.1f} s")
        stores[name] = folder
        return list(parts.store.each_case())


stores: dict[str, Path] = {}
cases = {"nano": audit("nano", None), "truth": audit("truth", scene / f"fixed-{SEED}.truth.csv")}
{name: dict(Counter(case.problem for case in found)) for name, found in cases.items()}

# %% [markdown]
# ## Cases against the truth
#
# A case counts as right within 6 m, or within the error that it states itself.

# %%
truth = read_truth(scene / "truth.json")
scores = {name: score_cases(found, truth).total for name, found in cases.items()}
for name, score in scores.items():
    metres = "no metres" if score.median_m is None else f"median {score.median_m:.1f} m"
    print(f"{name}: {score.found} of {score.truths} found, {score.false} false, {score.duplicates} double, {metres}")

# %% [markdown]
# ## Evidence
#
# Faces and plates are blurred before a picture is written; the frame and a crop are kept under the hash of their bytes.

# %%
best = max((case for case in cases["truth"] if case.evidence), key=lambda case: case.confidence)
config = load_config(scene / "streetaudit.toml").model_copy(
    update={
        "store": StoreConfig(
            url=f"sqlite:///{stores['truth']}/cases.sqlite3", evidence=str(stores["truth"] / "evidence")
        )
    }
)
with open_parts(config, inference=False) as parts:
    sighting = parts.store.sightings(best.id)[0]
    if sighting.evidence is None:
        raise RuntimeError("the best case has a picture, so one of its sightings has")
    stored = decode(parts.evidence.get(sighting.evidence.frame) or b"")
    if stored is None:
        raise RuntimeError("the evidence folder holds what the sighting names")
    decided = parts.store.decide(
        best.id, reviewer="notebook", decision=Decision.CONFIRM, reason=None, note="", expected_version=best.version
    )
print(f"{best.problem} at {best.place}, {decided.state}: {sighting.verdict.why}")
evidence = picture(
    draw_boxes(stored, [sighting.evidence.xyxy], class_ids=[CLASSES.index(sighting.class_name)], names=[best.problem])
)
evidence
