"""`streetaudit cases explain`: why there is a case at a spot, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from streetaudit.commands.case_fields import case_fields
from streetaudit.commands.existing_store import existing_store
from streetaudit.commands.options import ConfigFile, Json
from streetaudit.config import load_config
from streetaudit.errors import ConfigError, DetectionsError
from streetaudit.explain import Pass, Step, at, explain_pass, explain_sighting
from streetaudit.io.looks import LooksFolder
from streetaudit.io.store.looked import StoredGround
from streetaudit.io.store.store import Store
from streetaudit.structures.case import LASTING_REASONS, Case, CaseState, Decision
from streetaudit.structures.detections import Detections

#: Footage within so long of a moment that was named is of that moment.
_WITHIN = timedelta(minutes=30)
Window = tuple[datetime | None, datetime | None]


def explain(
    lat: Annotated[float, typer.Argument(help="Latitude, WGS 84.", min=-90, max=90)],
    lon: Annotated[float, typer.Argument(help="Longitude, WGS 84.", min=-180, max=180)],
    when: Annotated[
        str | None,
        typer.Argument(
            help="A moment (2026-11-23T22:02, the city's time: half an hour to both sides) or a night (2026-11-23, "
            "noon to noon); left out: all that is stored.",
            metavar="[TIME]",
        ),
    ] = None,
    config: ConfigFile = None,
    radius_m: Annotated[float, typer.Option("--radius-m", help="What lies within is of the spot.", min=0.1)] = 3.0,
    as_json: Json = False,
) -> None:
    """Say what every pass over a spot made of it, stage by stage."""
    loaded = load_config(config)
    zone = ZoneInfo(loaded.city.timezone)
    since, until = _window(when, zone)
    looks = LooksFolder(loaded.path(loaded.store.detections))
    with existing_store(loaded) as store:
        near = store.cases_near(lat, lon, radius_m=radius_m)
        told, looked = [], set()
        for one in store.grounds(since=since, until=until, spot=(lat, lon)):
            looked.add(one.clip_sha256)
            steps = _explained(store, looks, one, (lat, lon), radius_m)
            told += [_fields(one.clip_name, one.camera, at(one.started_at, step), step, zone) for step in steps]
        for sighting, case in store.sightings_near(lat, lon, radius_m=radius_m, since=since, until=until):
            if sighting.clip_sha256 not in looked:
                step = explain_sighting(sighting, case, (lat, lon), *_known(store, [case]))
                told.append(_fields(sighting.clip_name, sighting.camera, sighting.seen_at, step, zone))
    fields: dict[str, Any] = {"lat": lat, "lon": lon, "radius_m": radius_m}
    fields |= {"since": _iso(since), "until": _iso(until)}
    fields |= {"cases": [case_fields(case, zone) for case in near], "passes": told}
    typer.echo(json.dumps(fields, ensure_ascii=False) if as_json else _text(fields))


def _window(when: str | None, zone: ZoneInfo) -> Window:
    if when is None:
        return None, None
    try:
        moment = datetime.fromisoformat(when)
    except ValueError as error:
        raise ConfigError(f"{when!r} is no time: write 2026-11-23T22:02, or 2026-11-23 for a night") from error
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    if len(when) <= len("2026-11-23"):
        noon = datetime.combine(moment.date(), time(12), tzinfo=zone)
        return noon, noon + timedelta(days=1)
    return moment - _WITHIN, moment + _WITHIN


def _explained(
    store: Store, looks: LooksFolder, stored: StoredGround, spot: tuple[float, float], radius_m: float
) -> list[Step]:
    seen = store.sightings_of_clips([stored.clip_sha256])
    cases, reasons = _known(store, [case for _, case in seen])
    one = Pass(stored.ground, seen, _kept(looks, stored.look))
    return explain_pass(one, spot, radius_m=radius_m, cases=cases, reasons=reasons)


def _known(store: Store, wanted: Iterable[UUID | None]) -> tuple[dict[UUID, Case], dict[UUID, str]]:
    """Cases by id, and why those were dismissed that were dismissed for good."""
    held = [store.case(case) for case in {*wanted} if case is not None]
    cases = {case.id: case for case in held if case is not None}
    reasons: dict[UUID, str] = {}
    for case in cases.values():
        if case.state is CaseState.DISMISSED:
            last = [review.reason for review in store.reviews(case.id) if review.decision is Decision.DISMISS][-1]
            if last in LASTING_REASONS and last is not None:
                reasons[case.id] = last.replace("_", " ")
    return cases, reasons


def _kept(looks: LooksFolder, key: str) -> Iterator[tuple[float, Detections]]:
    """Every frame's detections, as far as they are kept and sound."""
    try:
        kept = looks.get(key) if key else None
    except DetectionsError as error:
        typer.echo(f"{error} (weak detections are left out of the answer)", err=True)
        return
    if kept is not None:
        for _, time_s, seen in kept.table.frames():
            yield time_s, seen


def _fields(clip: str, camera: str, moment: datetime | None, step: Step, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "clip": clip,
        "camera": camera,
        "at": _iso(moment.astimezone(zone)) if moment else None,
        "stage": step.stage.value,
        "why": step.why,
        "case": str(step.case_id) if step.case_id else None,
    }


def _text(fields: dict[str, Any]) -> str:
    lines = [f"{fields['lat']}, {fields['lon']}, within {fields['radius_m']:g} m:"]
    lines += [
        f"  case {c['id'][:8]}: {c['problem']}, {c['state']}, seen on {c['passes']} passes" for c in fields["cases"]
    ]
    if not fields["cases"]:
        lines.append("  no case")
    for told in fields["passes"]:
        lines.append(f"{told['at'] or 'at an unknown time'} {told['clip']} ({told['camera']})")
        lines.append(f"  {told['stage']}: {told['why']}")
    if not fields["passes"]:
        lines.append("No clip of that time that is stored came near: it was not looked at.")
    return "\n".join(lines)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
