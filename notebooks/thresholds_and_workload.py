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
# # Thresholds against workload
#
# A lower threshold finds more and costs reviewers more. Two nights of one simulated street, driven by two vehicles with
# noisy GPS and a noisy detector, show the exchange: how many cases a threshold sends to people, how many of the true
# problems are among them, and how many are false.

# %%
import os
import tempfile
from pathlib import Path

import numpy as np

from streetaudit.assemble import open_parts
from streetaudit.batch.night import audit_night
from streetaudit.config import StoreConfig, load_config
from streetaudit.io.footage import find_clips
from streetaudit_datasets.scoring import score_cases
from streetaudit_datasets.stats.page import bars, table
from streetaudit_datasets.truth_files import read_truth
from streetaudit_datasets.view.shown import Page
from streetaudit_datasets.world.simulate import simulate

HOME = Path(os.environ.get("STREETAUDIT_NOTEBOOKS", Path(tempfile.gettempdir()) / "streetaudit-notebooks"))
WORLD = HOME / "world"
NIGHTS = 2
REVIEW_S = 15.0  # a practised reviewer's decision, seconds: measure your own with the review server's counts

if not (WORLD / "truth.json").is_file():
    simulate(WORLD, seed=3, nights=NIGHTS, length_m=400.0)
clips = find_clips([WORLD])
[clip.name for clip in clips]

# %% [markdown]
# ## All nights into one store
#
# Detections lie beside the clips, so that nothing is inferred here. Everything the rules let through becomes a case.

# %%
folder = Path(tempfile.mkdtemp(prefix="thresholds-"))
kept = StoreConfig(url=f"sqlite:///{folder}/cases.sqlite3", evidence=str(folder / "evidence"))
config = load_config(WORLD / "streetaudit.toml").model_copy(update={"store": kept})
with open_parts(config, inference=False) as parts:
    outcomes = list(audit_night(clips, parts, beside=True))
    cases = list(parts.store.each_case())
truth = read_truth(WORLD / "truth.json")
print(f"{len(cases)} cases out of {len(outcomes)} clips; {sum(spot.is_asked for spot in truth)} true problems")

# %% [markdown]
# ## One threshold after the other
#
# The confidence of a case is its best sighting's.

# %%
thresholds = [round(float(t), 2) for t in np.arange(0.3, 0.96, 0.05)]
rows = {}
for least in thresholds:
    sent = [case for case in cases if case.confidence >= least]
    score = score_cases(sent, truth).total
    rows[f"{least:.2f}"] = {
        "cases a night": round(len(sent) / NIGHTS),
        "minutes a night": round(len(sent) * REVIEW_S / 60 / NIGHTS),
        "found": score.found,
        "of": score.truths,
        "false": score.false,
    }
workload = Page(table("threshold", rows))
workload

# %%
found = Page(
    bars(
        {least: {"found": row["found"], "false": row["false"]} for least, row in rows.items()},
        legend=["found", "false"],
    )
)
found

# %% [markdown]
# ## A threshold for a team
#
# With so many minutes a night, the lowest threshold that they can follow loses least. A false accusation costs more
# than a missed banana skin: the second limit is the share of false cases that the city accepts.

# %%
MINUTES, MOST_FALSE = 10, 0.05
fitting = [
    float(least)
    for least, row in rows.items()
    if row["minutes a night"] <= MINUTES and row["false"] <= MOST_FALSE * max(row["cases a night"] * NIGHTS, 1)
]
chosen = min(fitting, default=None)
print(
    f"{MINUTES} minutes a night and {MOST_FALSE:.0%} false: threshold {chosen}" if chosen else "no threshold fits both"
)
