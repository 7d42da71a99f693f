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
# # A data set and its errors
#
# Rendered stills become a prepared set, which is checked, counted and looked at; then the shipped detector is judged
# on it and its errors are laid out as pictures. Point `FOLDER` at a set of your own (`streetaudit data import`)
# to do the same.

# %%
import os
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from streetaudit.detect.letterbox import Letterbox
from streetaudit.io.model_files import find_model
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.check.check import check_set
from streetaudit_datasets.labels.pictures import read_picture
from streetaudit_datasets.labels.prepared import read_prepared, write_manifest
from streetaudit_datasets.labels.yolo import read_yolo
from streetaudit_datasets.stats.measure import measure_set
from streetaudit_datasets.stats.page import bars, table
from streetaudit_datasets.synthetic.stills import PER_WORLD, render_stills
from streetaudit_datasets.view.drawing import draw_boxes
from streetaudit_datasets.view.sheets import Tile, sheet, tiles
from streetaudit_datasets.view.shown import Page, picture
from streetaudit_models.average_precision import curve, iou_matrix
from streetaudit_models.evaluate import judge_class, judge_set, report
from streetaudit_models.infer import open_model
from streetaudit_models.plots import Axis, Line, chart, intervals
from streetaudit_models.samples import read_set

HOME = Path(os.environ.get("STREETAUDIT_NOTEBOOKS", Path(tempfile.gettempdir()) / "streetaudit-notebooks"))
FOLDER = HOME / "stills"

# %% [markdown]
# ## From pictures to a set
#
# The renderer labels all seven classes, so that the absence of a box is evidence for each. A real source rarely does:
# its card says which classes it labels exhaustively. Pictures of one street are one group, and groups never cross
# splits.

# %%
if not (FOLDER / "manifest.csv").is_file():
    render_stills(FOLDER, count=24, seed=3, size=(416, 416))
    raw = read_yolo(FOLDER)
    write_manifest(
        FOLDER,
        [
            replace(
                image,
                labelled=frozenset(CLASSES),
                source="stills",
                group=f"street{number // PER_WORLD}",
                split="val" if number >= PER_WORLD else "train",
            )
            for number, image in enumerate(raw.images)
        ],
    )
images = read_prepared(FOLDER, classes=CLASSES)
checked = check_set(images)
print("\n".join(checked.lines(most=3)))

# %% [markdown]
# ## What is in it
#
# A contact sheet first: no table shows a wrong camera or a foggy lens.

# %%
fit, some = Letterbox((312, 416)), []
for image in images.images[:: max(1, len(images.images) // 6)][:6]:
    pixels = read_picture(image.path)
    if pixels is not None:
        boxes = [tuple(box) for box in image.xyxy.tolist()]
        drawn = draw_boxes(pixels, boxes, class_ids=image.class_id.tolist())
        some.append(fit(drawn)[0].copy())
picture(np.concatenate([np.concatenate(some[:3], axis=1), np.concatenate(some[3:6], axis=1)]))

# %%
stats = measure_set(images)
Page(bars(stats.boxes, legend=sorted(stats.pictures)))

# %% [markdown]
# ## The tiniest boxes of a class
#
# Wrong labels stand out when one looks at all boxes of a class at once.

# %%
picture(sheet(tiles(images, CLASSES.index("illegal_ad"))[:14]))

# %% [markdown]
# ## The shipped detector on these pictures
#
# Each class is judged only in pictures that are labelled for it.

# %%
model = open_model(find_model("nano").weights.read_bytes())
classes, thresholds = model.card.classes, model.card.thresholds
judged = [one for split in ("train", "val") for one in judge_set(model, read_set(FOLDER, classes, split=split))]
found = report(judged, classes, thresholds=thresholds)
scores = found["scores"]["all"]
print("\n".join(f"{name:16s} {one['truths']:4} boxes in {one['images']} pictures" for name, one in scores.items()))
Page(intervals([(name, one["ap50"], *one["interval"]) for name, one in scores.items()], Axis("AP50")))

# %% [markdown]
# ## Precision over recall
#
# A dot is where the shipped threshold puts the model on its curve. It sits far to the left where false alarms cost
# more than misses.

# %%
curves = []
for name, one in scores.items():
    class_id = classes.index(name)
    counted = [judge_class(entry, class_id) for entry in judged if entry.sample.scored[class_id]]
    _, precision, recall = curve(counted)
    here = [(one["recall"], one["precision"], f"at {thresholds.get(name, 0.25):.2f}")]
    curves.append(chart([Line(name, recall, precision)], Axis("recall"), Axis("precision"), points=here))
Page(f"<div style='display:flex;flex-wrap:wrap;gap:1rem'>{''.join(curves)}</div>")

# %% [markdown]
# ## What is taken for what
#
# Rows are what is there, the last column what nothing was seen of.

# %%
mixed = found["confusion"]
columns = [*mixed["classes"], "nothing"]
Page(
    table(
        "",
        {
            name: dict(zip(columns, row, strict=True))
            for name, row in zip(mixed["classes"], mixed["matrix"], strict=True)
        },
    )
)

# %% [markdown]
# ## Misses and false alarms
#
# A miss is a true box that nothing of its class overlaps by half at the shipped threshold; a false alarm is the
# reverse.

# %%
by_path = {image.path: image for image in images.images}
misses: list[Tile] = []
alarms: list[Tile] = []
for one in judged:
    image = by_path[one.sample.image]
    least = np.array([thresholds.get(name, 0.25) for name in classes])
    seen = one.seen.where(one.seen.confidence >= least[one.seen.class_id])
    overlap = iou_matrix(one.truth, seen.xyxy) * (one.truth_class[:, None] == seen.class_id[None])
    true = replace(image, xyxy=one.truth, class_id=one.truth_class.astype(np.int32), confidence=np.ones(len(one.truth)))
    shown = replace(image, xyxy=seen.xyxy, class_id=seen.class_id, confidence=seen.confidence)
    misses += [Tile(true, int(row), 0.0) for row in np.flatnonzero(overlap.max(axis=1, initial=0.0) < 0.5)]
    alarms += [
        Tile(shown, int(row), -float(seen.confidence[row]))
        for row in np.flatnonzero(overlap.max(axis=0, initial=0.0) < 0.5)
    ]
area = [float(np.prod(tile.image.xyxy[tile.row][2:] - tile.image.xyxy[tile.row][:2])) for tile in misses]
largest_misses = [misses[i] for i in np.argsort(area)[::-1][:14]]
print(f"{len(misses)} misses, {len(alarms)} false alarms in {len(judged)} pictures")
picture(sheet(largest_misses))

# %%
picture(sheet(sorted(alarms, key=lambda tile: tile.rank)[:14]))

# %% [markdown]
# ## Misses by size
#
# Where small things are missed, a larger input or a nearer camera helps; where large ones are, only better data does.

# %%
sides = np.sqrt(np.array(area))
edges = [0, 8, 16, 32, 64, 1000]
counts, _ = np.histogram(sides, edges)
names = [f"{low} to {high} px" for low, high in pairwise(edges)]
Page(bars({name: {"misses": int(count)} for name, count in zip(names, counts, strict=True)}))
