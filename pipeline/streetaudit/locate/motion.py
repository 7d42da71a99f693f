"""Whether a thing stands or moves, seen from a camera that moves: which of the two explains its views better.

A pass sees a parked car for seconds from a trace that itself wanders, so a speed is known to a metre a second at
best. Instead of asking for a sure speed near zero, standing is weighed against driving as cars drive: along the
street, at some metres a second.
"""

from __future__ import annotations

import math

import numpy as np

from streetaudit.locate.fit import Fit
from streetaudit.locate.rays import Floats
from streetaudit.structures.motion import Kind

#: Views closer together in time than this say nothing about motion.
SHORTEST_S = 0.4
FEWEST_VIEWS = 3
#: A standing car seems to move so fast where trace and heading wander by what the model leaves out, one axis.
_SLACK_MPS = 0.7
#: Driving: speed along the street and its spread, the spread across it, and the share that goes anywhere else.
_DRIVING_MPS = 7.0
_DRIVING_SD_MPS = 3.5
_ACROSS_SD_MPS = 1.0
_ANYWHERE_SD_MPS = 6.0
_ANYWHERE_SHARE = 0.15
#: Of the probability that it moves: below the first it stands, above the second it moves.
_STANDS, _MOVES = 0.1, 0.9
#: Views that disagree so much with standing (mean squared residual in standard deviations) are no standing thing's.
_MOST_SURPRISE = 5.0


def motion_of(standing: Fit, moving: Fit, *, street_rad: float, moves: float) -> Kind:
    """What the two fits of the same views say; sure of itself or "unknown".

    Args:
        standing: The fit of a thing that stands.
        moving: The fit with a free velocity.
        street_rad: The street's direction, clockwise from north.
        moves: The share of things of this class that move.
    """
    chance = chance_of_motion(moving, street_rad=street_rad, moves=moves)
    if chance >= _MOVES:
        return "moving" if moving.surprise < _MOST_SURPRISE else "unknown"
    return "stationary" if chance <= _STANDS and standing.surprise < _MOST_SURPRISE else "unknown"


def chance_of_motion(moving: Fit, *, street_rad: float, moves: float) -> float:
    """The probability that a thing whose velocity was found so moves, when this share of all does."""
    turn = np.array([[math.sin(street_rad), math.cos(street_rad)], [math.cos(street_rad), -math.sin(street_rad)]])
    velocity = turn @ moving.velocity_mps
    spread = turn @ moving.velocity_covariance @ turn.T * max(1.0, moving.surprise) + np.eye(2) * _SLACK_MPS**2
    along = np.diag([_DRIVING_SD_MPS**2, _ACROSS_SD_MPS**2])
    driving = sum(_density(velocity - np.array([way, 0.0]), spread + along) for way in (-_DRIVING_MPS, _DRIVING_MPS))
    anywhere = _density(velocity, spread + np.eye(2) * _ANYWHERE_SD_MPS**2)
    drives = moves * ((1.0 - _ANYWHERE_SHARE) * driving / 2.0 + _ANYWHERE_SHARE * anywhere)
    stands = (1.0 - moves) * _density(velocity, spread)
    return drives / (drives + stands) if drives + stands > 0.0 else 0.5


def _density(miss: Floats, covariance: Floats) -> float:
    """Of a two-dimensional normal distribution at some miss from its mean."""
    square = float(miss @ np.linalg.solve(covariance, miss))
    return math.exp(-0.5 * square) / (2.0 * math.pi * math.sqrt(float(np.linalg.det(covariance))))
