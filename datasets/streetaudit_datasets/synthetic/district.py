"""The drive's street: where parking, vending and adverts are allowed or forbidden, stretch by stretch."""

from __future__ import annotations

import numpy as np

from streetaudit_datasets.synthetic.layout import Crossing, Plan, Span, draw_plan
from streetaudit_datasets.synthetic.path import bend
from streetaudit_datasets.synthetic.textures import Rng

START_M, END_M = 25.0, 455.0  # where the drive begins and ends
MARGIN_M = 95.0  # street beyond both ends, so that the picture never shows its end from near
APART_M = 9.0  # between stretches of different law, more than the error of a place

BEFORE = (("bays", 46.0), ("no_parking", 52.0), ("vending", 26.0), ("plain", 30.0))
AFTER = (("bays", 50.0), ("ads", 14.0), ("plain", 36.0))
LEFT_BEFORE = (("bays", 60.0), ("no_parking", 62.0), ("plain", 30.0))
LEFT_AFTER = (("plain", 40.0), ("no_parking", 56.0), ("bays", 40.0))
CORNER_M = 62.0  # no parking from the corner on, watched by the fixed camera


def draw_district(rng: Rng) -> Plan:
    """A street of half a kilometre with two side streets and its stretches."""
    path = bend(rng, length_m=END_M + MARGIN_M + 40)
    first = Crossing(float(rng.uniform(216, 232)), float(rng.uniform(4.0, 5.2)))
    second = Crossing(END_M + float(rng.uniform(28, 40)), 4.5)
    bare = draw_plan(rng, path, crossings=(first, second))
    spans = _spans(rng, bare, first)
    return Plan(path, bare.half_m, bare.pavement_m, bare.crossings, bare.look, spans)


def _spans(rng: Rng, plan: Plan, crossing: Crossing) -> tuple[Span, ...]:
    room = crossing.half_m + plan.pavement_m + 7
    corner = crossing.along_m + room - 2
    spans = [Span("no_parking", corner, corner + CORNER_M, 1)]
    spans += _row(rng, BEFORE, START_M + 12, crossing.along_m - room, side=1)
    spans += _row(rng, AFTER, corner + CORNER_M + APART_M, END_M + 18, side=1)
    spans += _row(rng, LEFT_BEFORE, START_M + 38, crossing.along_m - room, side=-1)
    spans += _row(rng, LEFT_AFTER, crossing.along_m + room, END_M + 10, side=-1)
    return tuple(s for s in spans if s.kind != "plain")


def _row(rng: Rng, kinds: tuple[tuple[str, float], ...], first_m: float, last_m: float, *, side: int) -> list[Span]:
    """Stretches in random order, stretched or shrunk to fill a row with gaps between."""
    order = rng.permutation(len(kinds))
    lengths = np.array([kinds[i][1] * rng.uniform(0.9, 1.1) for i in order])
    room = last_m - first_m - APART_M * (len(kinds) - 1)
    lengths *= room / lengths.sum()
    spans, at = [], first_m
    for i, length in zip(order, lengths, strict=True):
        spans.append(Span(kinds[i][0], at, at + float(length), side))
        at += float(length) + APART_M
    return spans


def spans_of(plan: Plan, kind: str) -> list[Span]:
    """The stretches of a kind."""
    return [s for s in plan.spans if s.kind == kind]


def allows(plan: Plan, kind: str, along_m: float, right_m: float, *, margin_m: float) -> bool:
    """Whether a place is in no stretch of a kind, nor within margin_m of one on its side."""
    return not any(s.holds(along_m, right_m, margin_m=-margin_m) for s in spans_of(plan, kind))
