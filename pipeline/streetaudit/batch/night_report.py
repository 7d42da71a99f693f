"""The report of a night, from what the store knows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from streetaudit.assemble import Parts
from streetaudit.structures.case import OPEN_STATES, Case
from streetaudit.structures.night import AuditedClip, Counted, Drift, NightReport, SlowClip

#: A night lasts from noon to noon: no patrol crosses that.
_NOON = time(12)
NIGHTS_BEFORE = 14
_SLOWEST = 10
#: A figure is unusual if it is so many times farther from the median than half of the nights before, and by a tenth.
_UNUSUAL = 4.0
_LEAST_SHARE = 0.1
#: Fewer nights before tell nothing.
_FEWEST_NIGHTS = 3
#: What a decision takes where nobody has decided yet.
_DECISION_S = 15.0


def night_report(parts: Parts, day: date | None = None) -> NightReport | None:
    """The report of the night that began on a day, by default of the last one; None where nothing was audited."""
    timezone = ZoneInfo(parts.config.city.timezone)
    day = day or _last_day(parts, timezone)
    if day is None:
        return None
    start, end = _span(day, timezone)
    clips = parts.store.audited_clips(start, end)
    before = [
        parts.store.audited_clips(*_span(day - timedelta(days=ago), timezone)) for ago in range(1, NIGHTS_BEFORE + 1)
    ]
    before = [night for night in before if night]
    cases = parts.store.cases_of_night(start, end)
    waiting = sum(count for state, count in parts.store.counts().items() if state in OPEN_STATES)
    looked = [clip.run.coverage for clip in clips]
    return NightReport(
        day=day,
        start=start.astimezone(timezone),
        end=end.astimezone(timezone),
        made_at=parts.clock.now().astimezone(timezone),
        clips=len(clips),
        kilometres=sum(one.distance_m for one in looked) / 1000.0,
        minutes=sum(_footage_s(clip) for clip in clips) / 60.0,
        frames=sum(one.looked_at for one in looked),
        skipped=_skipped(clips),
        failures=tuple((c.run.clip_name, c.run.reason) for c in clips if c.run.status != "complete"),
        by_problem=_counted(cases, lambda case: case.problem, (start, end)),
        by_cell=_counted(cases, lambda case: case.cell or "", (start, end)),
        by_responsible=_counted(cases, lambda case: case.responsible or "", (start, end)),
        slowest=_slowest(clips),
        drift=_drift(clips, before),
        nights_before=len(before),
        waiting=waiting,
        review_hours=waiting * (parts.store.decision_s() or _DECISION_S) / 3600.0,
        ways=tuple(clip.run.path for clip in clips if clip.run.path),
    )


def _last_day(parts: Parts, timezone: ZoneInfo) -> date | None:
    last = parts.store.last_clip_at()
    return None if last is None else (last.astimezone(timezone) - timedelta(hours=_NOON.hour)).date()


def _span(day: date, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    return datetime.combine(day, _NOON, timezone), datetime.combine(day + timedelta(days=1), _NOON, timezone)


def _footage_s(clip: AuditedClip) -> float:
    coverage = clip.run.coverage
    return 0.0 if coverage.last_s is None else coverage.last_s - (coverage.first_s or 0.0)


def _skipped(clips: Iterable[AuditedClip]) -> dict[str, int]:
    """Frames that were not looked at, with those that could not be decoded."""
    total: Counter[str] = Counter()
    for clip in clips:
        total.update(clip.run.coverage.skipped)
        record = clip.run.record
        if record is not None and record.declared_frames and record.declared_frames > record.decoded_frames:
            total["not decoded"] += record.declared_frames - record.decoded_frames
    return dict(total.most_common())


def _counted(cases: Iterable[Case], name: Callable[[Case], str], span: tuple[datetime, datetime]) -> dict[str, Counted]:
    start, end = span
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        if case.gone_at is not None and start <= case.gone_at < end:
            kind = "gone"
        else:
            kind = "new" if case.first_seen is None or case.first_seen >= start else "again"
        found[name(case)][kind] += 1
    ordered = sorted(found.items(), key=lambda one: (-one[1].total(), one[0]))
    return {key: Counted(**counts) for key, counts in ordered}


def _slowest(clips: Iterable[AuditedClip]) -> tuple[SlowClip, ...]:
    timed = [SlowClip(clip.run.clip_name, clip.took_s, _footage_s(clip)) for clip in clips if clip.took_s > 0.0]
    return tuple(sorted(timed, key=lambda clip: -clip.took_s)[:_SLOWEST])


def _drift(clips: Sequence[AuditedClip], before: Sequence[Sequence[AuditedClip]]) -> tuple[Drift, ...]:
    history = [_figures(night) for night in before]
    return tuple(
        _against(name, about, value, [figures[name, about] for figures in history if (name, about) in figures])
        for (name, about), value in _figures(clips).items()
    )


def _against(name: str, about: str, value: float, before: Sequence[float]) -> Drift:
    if len(before) < _FEWEST_NIGHTS:
        return Drift(name, about, value, median(before) if before else None, False)
    usual = median(before)
    spread = median(abs(other - usual) for other in before)
    off = abs(value - usual)
    return Drift(name, about, value, usual, off > _UNUSUAL * spread and off > _LEAST_SHARE * abs(usual))


def _figures(clips: Sequence[AuditedClip]) -> Mapping[tuple[str, str], float]:
    """What is compared from night to night."""
    kilometres = sum(clip.run.coverage.distance_m for clip in clips) / 1000.0
    seen = [one for clip in clips for one in clip.seen]
    things = sum(one.things for one in seen)
    found: dict[tuple[str, str], float] = {}
    for class_name in sorted({one.class_name for one in seen}):
        own = [one for one in seen if one.class_name == class_name]
        count = sum(one.things for one in own)
        if kilometres > 0.0:
            found["things_per_km", class_name] = count / kilometres
        found["confidence", class_name] = sum(one.confidence * one.things for one in own) / count
    if things:
        found["placed_share", ""] = sum(one.placed for one in seen) / things
    sure = [(one.error_m, one.placed) for one in seen if one.error_m is not None]
    if sure:
        found["error_m", ""] = sum(error_m * placed for error_m, placed in sure) / sum(placed for _, placed in sure)
    if clips:
        found["traced_share", ""] = sum(bool(clip.run.trace_source) for clip in clips) / len(clips)
    return found
