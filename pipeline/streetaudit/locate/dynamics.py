"""How the fixes of one trace scatter and how its carrier moves, found from the fixes themselves."""

from __future__ import annotations

import numpy as np

from streetaudit.locate.smooth import Dynamics, Measured, Smoothed, log_likelihood

_POSITION_SDS_M = (0.1, 0.4, 1.5)
_ACCELERATION_PSDS = (0.2, 1.0, 4.0)
_TRIAL_FIXES = 1500
#: A carrier rolls evenly if it is pulled less than this over this long to both sides; then little else moves it.
_UNEVEN_MPS2 = 0.25
_CALM_S = 3.0
_CALM_GRID = (-1.0, -0.5, 0.0, 0.5, 1.0)
_LEAST_PSD = 0.01
#: Fixes farther apart in time do not show whether it rolled evenly.
_DENSE_S = 1.6
_CALM_SDS_M = (0.1, 0.2, 0.4, 0.75, 1.5)
#: Who comes less far than this in this time stands: a quarter of a metre a second.
_STANDSTILL_S = 4.0
_STANDSTILL_M = 1.0


def with_standstills(measured: Measured, dynamics: Dynamics) -> Measured:
    """The same fixes with velocity zero stated wherever some seconds of them stay on one spot."""
    time_s, place, reach_s = measured.time_s, measured.place_m, _STANDSTILL_S / 2.0
    later = [np.interp(time_s + reach_s, time_s, axis) for axis in place.T]
    earlier = [np.interp(time_s - reach_s, time_s, axis) for axis in place.T]
    moved_m = np.hypot(later[0] - earlier[0], later[1] - earlier[1])
    stands = moved_m < max(_STANDSTILL_M, 2.0 * dynamics.position_sd_m)
    stated = ~np.isnan(measured.velocity_mps[:, 0])
    velocity = np.where((stands & ~stated)[:, None], 0.0, measured.velocity_mps)
    return Measured(time_s, place, velocity, measured.velocity_sd_mps)


def likeliest_dynamics(measured: Measured) -> Dynamics:
    """The dynamics under which the fixes are least surprising."""
    trial = _trial(measured)
    table = [Dynamics(sd, psd) for sd in _POSITION_SDS_M for psd in _ACCELERATION_PSDS]
    return max(table, key=lambda dynamics: log_likelihood(trial, dynamics))


def with_calm(measured: Measured, line: Smoothed, dynamics: Dynamics) -> Dynamics:
    """The same motion, but calm wherever a first line shows no turn and no braking for a while.

    A street is driven evenly most of the way. There the wander of the receiver would pass for motion and bend the
    heading; with little random acceleration many seconds of fixes make one heading.
    """
    time_s, steps = measured.time_s[line.kept], np.diff(measured.time_s, prepend=measured.time_s[0])
    if float(np.median(steps[1:])) > _DENSE_S:
        return dynamics
    later = [np.interp(time_s + _CALM_S, time_s, axis) for axis in line.velocity_mps.T]
    earlier = [np.interp(time_s - _CALM_S, time_s, axis) for axis in line.velocity_mps.T]
    pull = np.hypot(later[0] - earlier[0], later[1] - earlier[1]) / (2.0 * _CALM_S)
    worst = np.max([np.interp(time_s + share * _CALM_S, time_s, pull) for share in _CALM_GRID], axis=0)
    power = np.interp(measured.time_s, time_s, np.maximum(worst - _UNEVEN_MPS2, 0.0) ** 2 * _CALM_S)
    power[steps > _DENSE_S] = dynamics.acceleration_psd  # nobody saw what happened in a gap
    share = np.clip(power / dynamics.acceleration_psd, _LEAST_PSD / dynamics.acceleration_psd, 1.0)
    table = [Dynamics(sd, dynamics.acceleration_psd, tuple(share.tolist())) for sd in _CALM_SDS_M]
    return max(table, key=lambda one: log_likelihood(_trial(measured), one))


def _trial(measured: Measured) -> Measured:
    some = slice(0, _TRIAL_FIXES)
    return Measured(
        measured.time_s[some], measured.place_m[some], measured.velocity_mps[some], measured.velocity_sd_mps
    )
