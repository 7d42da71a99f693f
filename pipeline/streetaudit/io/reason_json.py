"""The reason of a verdict as JSON, in the store and on the wire, and back."""

from __future__ import annotations

import math
from typing import Any

from streetaudit.structures.city import Reason

#: Our own sentences are three reasons deep; what is sent to us is no deeper either.
_MAX_DEPTH = 4
_MAX_VALUES = 12
_MAX_TEXT = 1000


def reason_json(reason: Reason | None) -> dict[str, Any] | None:
    """The reason as JSON takes it, None for none."""
    if reason is None:
        return None
    values = {name: reason_json(part) if isinstance(part, Reason) else part for name, part in reason.values}
    return {"id": reason.id, "values": values}


def reason_of(written: Any, depth: int = 0) -> Reason | None:
    """The reason in some JSON, None where there is none.

    Raises:
        ValueError: If it is no reason.
    """
    if written is None:
        return None
    if depth == _MAX_DEPTH or not isinstance(written, dict) or set(written) != {"id", "values"}:
        raise ValueError("want a reason with an id and values, at most four deep")
    message, values = written["id"], written["values"]
    if not isinstance(message, str) or len(message) > _MAX_TEXT or not isinstance(values, dict):
        raise ValueError("want a reason's id as text and its values by name")
    if len(values) > _MAX_VALUES:
        raise ValueError(f"want at most {_MAX_VALUES} values, got {len(values)}")
    return Reason(message, tuple((str(name)[:64], _value(part, depth)) for name, part in values.items()))


def _value(part: Any, depth: int) -> Reason | str | float:
    if isinstance(part, dict):
        found = reason_of(part, depth + 1)
        if found is not None:
            return found
    if isinstance(part, str) and len(part) <= _MAX_TEXT:
        return part
    if isinstance(part, (int, float)) and not isinstance(part, bool) and math.isfinite(part):
        return part
    raise ValueError(f"want text, a number or a reason as a value, got {type(part).__name__}")
