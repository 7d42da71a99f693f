"""The parameters of an Open311 request, read as the specification has them; a wrong one is refused in its words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from starlette.requests import Request

from streetaudit_serve.open311 import Open311Error

_SPAN = timedelta(days=90)

Fields = dict[str, str]


async def read_fields(request: Request) -> Fields:
    """The parameters of the address and of a form; of several with one name the last."""
    pairs = dict(request.query_params)
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", "replace")
        try:
            pairs |= {name: values[-1] for name, values in parse_qs(body, max_num_fields=100).items()}
        except ValueError:
            return pairs
    return {name: value for name, value in pairs.items() if value != ""}  # an empty parameter is an absent one


def read_position(fields: Fields) -> tuple[float | None, float | None]:
    """(lat, lon), or None twice where neither is given.

    Raises:
        Open311Error: If one is missing or no degrees.
    """
    if "lat" not in fields and "long" not in fields:
        return None, None
    try:
        lat, lon = float(fields["lat"]), float(fields["long"])
    except (KeyError, ValueError) as error:
        raise Open311Error(400, "lat and long are degrees, and come together.") from error
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Open311Error(400, "lat and long are degrees of WGS 84.")
    return lat, lon


def read_number(fields: Fields, name: str, default: int) -> int:
    """A number from 1 on.

    Raises:
        Open311Error: If it is none.
    """
    written = fields.get(name, str(default))
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= 10**8):
        raise Open311Error(400, f"{name} is a number from 1 on.")
    return int(written)


def read_span(fields: Fields, now: datetime) -> tuple[datetime, datetime]:
    """Since when and until when; the last 90 days where nothing is said.

    Raises:
        Open311Error: If a time is none, or they lie more than 90 days apart.
    """
    try:
        given = {name: _moment(fields[name]) for name in ("start_date", "end_date") if name in fields}
        until = given.get("end_date") or (given["start_date"] + _SPAN if "start_date" in given else now)
        since = given.get("start_date") or until - _SPAN
    except (ValueError, OverflowError) as error:
        raise Open311Error(400, "start_date and end_date are times like 2026-11-24T00:00:00Z.") from error
    if not timedelta(0) <= until - since <= _SPAN:
        raise Open311Error(400, "start_date and end_date span at most 90 days.")
    return since, until


def _moment(written: str) -> datetime:
    at = datetime.fromisoformat(written.replace(" ", "+"))
    if not 1970 <= at.year <= 2999 or at.tzinfo is None:
        raise ValueError(f"want a time with its offset, got {written!r}")
    return at.astimezone(UTC)
