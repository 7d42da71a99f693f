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
# # Thresholds against workload
#
# Every case costs a reviewer's time, and every false one costs trust. This notebook turns one knob - the least
# confidence at which a case reaches the queue - and shows what it does to both.
#
# The footage is simulated: two vehicles with different cameras pass the same 600 m on two nights, with the errors of a
# detector and of a receiver, and a truth that knows what stood there. Use your own: audit a scene with a `truth.json`,
# or take the confirmed and dismissed cases of your store in place of the truth.

# %%
import json
import os
import tempfile
from pathlib import Path

import numpy as np

from streetaudit.assemble import open_parts
from streetaudit.batch.night import audit_night
from streetaudit.config import StoreConfig, TrackConfig, load_config
from streetaudit.io.footage import find_clips
from streetaudit_datasets.scoring import score_cases
from streetaudit_datasets.stats.page import bars, table
from streetaudit_datasets.truth_files import read_truth
from streetaudit_datasets.view.shown import Page
from streetaudit_datasets.world.simulate import simulate
from streetaudit_models.plots import Axis, Line, chart

HOME = Path(os.environ.get("STREETAUDIT_NOTEBOOKS", Path(tempfile.gettempdir()) / "streetaudit-notebooks"))
WORLD = HOME / "world"
NIGHTS = 2
WRONG = ("false", "duplicate")
REVIEW_S = 15.0  # a practised reviewer's decision, seconds: measure your own with the review server's counts

if not (WORLD / "looks_alike.json").is_file():
    simulate(WORLD, seed=3, nights=NIGHTS, length_m=600.0)
clips = find_clips([WORLD])
print(", ".join(clip.name for clip in clips))

# %% [markdown]
# ## Things that look alike
#
# What a detector takes for a problem, night after night, is seldom nothing at all: it is a crate, a puddle, a legal
# sign. Here every third thing is made one: the truth no longer calls it a problem, and the detector is less sure of it
# - on the whole, not every time. That is the overlap which a threshold has to cut.


# %%
def look_alikes(world: Path, *, seed: int) -> None:
    """Make every third thing harmless, and the detector surer of the others."""
    rng = np.random.default_rng(seed)
    truth = json.loads((world / "truth.json").read_text())
    harmless = {thing["spot"] for number, thing in enumerate(truth["objects"]) if number % 3 == 0}
    sure = {
        thing["id"]: rng.normal(0.52, 0.10) if thing["spot"] in harmless else rng.normal(0.70, 0.10)
        for thing in truth["objects"]
    }
    for thing in truth["objects"]:
        for one in thing["passes"]:
            one["problem"] = None if thing["spot"] in harmless else one["problem"]
    for file in world.glob("*.detections.csv"):
        head, *rows = file.read_text().splitlines()
        origins = file.with_name(file.name.replace("detections", "origins")).read_text().splitlines()[1:]
        told = [
            _with_confidence(row, sure.get(thing, 0.4) + rng.normal(0, 0.04))
            for row, thing in zip(rows, origins, strict=True)
        ]
        file.write_text("\n".join([head, *told]) + "\n")
    (world / "truth.json").write_text(json.dumps(truth))
    (world / "looks_alike.json").write_text(json.dumps(sorted(harmless)))


def _with_confidence(row: str, confidence: float) -> str:
    *box, _, label = row.split(",")
    return ",".join([*box, f"{min(max(confidence, 0.05), 0.98):.3f}", label])


if not (WORLD / "looks_alike.json").is_file():
    look_alikes(WORLD, seed=1)

# %% [markdown]
# ## All nights into one store
#
# Detections lie beside the clips, so that nothing is inferred here. Everything the rules let through becomes a case.

# %%
folder = Path(tempfile.mkdtemp(prefix="thresholds-"))
kept = StoreConfig(
    url=f"sqlite:///{folder}/cases.sqlite3",
    evidence=str(folder / "evidence"),
    detections=str(folder / "detections"),
)
low = TrackConfig(new_confidence=0.25, high_confidence=0.25)  # everything becomes a case first
config = load_config(WORLD / "streetaudit.toml").model_copy(update={"store": kept, "track": low})
with open_parts(config, inference=False) as parts:
    outcomes = list(audit_night(clips, parts, beside=True))
    cases = list(parts.store.each_case())
truth = read_truth(WORLD / "truth.json")
whole = score_cases(cases, truth)
print(f"{len(cases)} cases out of {len(outcomes)} clips; {whole.total.truths} things are asked for")

# %% [markdown]
# ## How sure the right cases are, and the wrong ones
#
# Wrong is a case with nothing there, and a further case of a thing that has one: both waste a reviewer's time. A
# threshold can only help where the two curves differ.

# %%
wrong = np.sort([mistake.case.confidence for mistake in whole.mistakes if mistake.kind in WRONG and mistake.case])
right = np.sort([pair.case.confidence for pair in whole.pairs])
below = [
    Line(name, some, np.arange(1, len(some) + 1) / len(some))
    for name, some in (("right", right), ("wrong", wrong))
    if len(some)
]
Page(
    chart(
        below,
        Axis("confidence of the case"),
        Axis("share with less"),
        caption=f"{len(right)} right, {len(wrong)} wrong",
    )
)

# %% [markdown]
# ## One threshold after the other

# %%
thresholds = np.round(np.arange(0.3, 0.96, 0.05), 2)
scores = [score_cases([case for case in cases if case.confidence >= least], truth).total for least in thresholds]
minutes = [one.cases * REVIEW_S / 60 / NIGHTS for one in scores]
rows = {
    f"{least:.2f}": {
        "cases a night": round(one.cases / NIGHTS),
        "minutes a night": round(spent),
        "found": one.found,
        "of": one.truths,
        "wrong": one.false + one.duplicates,
    }
    for least, one, spent in zip(thresholds, scores, minutes, strict=True)
}
Page(table("threshold", rows))

# %%
recall = [one.recall or 0.0 for one in scores]
wrong_share = [(one.false + one.duplicates) / one.cases if one.cases else 0.0 for one in scores]
at = Axis("least confidence")
Page(
    "<div style='display:flex;flex-wrap:wrap;gap:2rem'>"
    + chart(
        [Line("found", thresholds, recall), Line("wrong, of all cases", thresholds, wrong_share)], at, Axis("share")
    )
    + chart([Line("minutes a night", thresholds, minutes)], at, Axis("minutes", 0.0, float(np.ceil(max(minutes)))))
    + "</div>"
)

# %% [markdown]
# ## What each minute buys
#
# The same numbers, asked the other way round: with so many minutes of review a night, how much of what stands there is
# found? Where the curve is flat, more minutes buy little.

# %%
marks = [
    (spent, share, f"{least:.2f}")
    for least, spent, share in zip(thresholds[::4], minutes[::4], recall[::4], strict=True)
]
Page(
    chart(
        [Line("", minutes, recall)],
        Axis("minutes a night", 0.0, float(np.ceil(max(minutes)))),
        Axis("found"),
        points=marks,
    )
)

# %% [markdown]
# ## Which problems the wrong ones are
#
# One threshold for all problems is crude: `[detector] confidence` sets it for every class, the model's card class by
# class.

# %%
by_problem = {
    one.problem: {"right": one.right, "duplicate": one.duplicates, "false": one.false} for one in whole.scores[:-1]
}
Page(bars(by_problem, legend=["right", "duplicate", "false"]))

# %% [markdown]
# ## A threshold for a team
#
# The lowest threshold that the team can follow loses least. A false accusation costs more than a missed banana skin:
# the second limit is the share of wrong cases that the city accepts.

# %%
MINUTES, MOST_WRONG = 10, 0.2
fitting = [
    (least, one)
    for least, one, spent in zip(thresholds, scores, minutes, strict=True)
    if spent <= MINUTES and one.false + one.duplicates <= MOST_WRONG * max(one.cases, 1)
]
if fitting:
    least, one = fitting[0]
    print(f"{MINUTES} minutes a night, at most {MOST_WRONG:.0%} wrong: {least:.2f} finds {one.found} of {one.truths}")
else:
    print("no threshold fits both limits: better data, a nearer camera or more reviewers do")
