"""What the decoder's child and the reader say to each other, over one pair of sockets.

The child is not trusted: everything it says is checked here before anything is done with it.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

#: Largest message; one message is one packet (SOCK_SEQPACKET).
MESSAGE_BYTES = 8192


@dataclass(slots=True)
class Tally:
    """Counts so far; the names are those of DecodeRecord.

    Attributes:
        out: Images that the decoder gave, sound or not: the index of the next one.
        decoded: Sound images.
        corrupt: Images or packets that were refused.
        resizes: Changes of the picture's size.
        jumps: Timestamps backwards or far forward.
        untimed: Images without a timestamp.
        skipped: Sound images nearer to the last one handed on than was asked for.
        last_s: Time of the last sound image, below 0 before the first.
    """

    out: int = 0
    decoded: int = 0
    corrupt: int = 0
    resizes: int = 0
    jumps: int = 0
    untimed: int = 0
    skipped: int = 0
    last_s: float = -1.0


Kind = Literal["facts", "frame", "tick", "waiting", "end", "refused"]


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the child.

    Attributes:
        kind: "facts" once, then "frame" or "tick" (still alive), at last "end" or "refused"; a live source also says
            "waiting" where it cannot be reached for the moment.
        tally: Counts so far.
        slot: For frames: where the image lies.
        index: For frames: its place in presentation order.
        time_s: For frames: its clip time.
        reason: For "end", "refused" and "waiting".
        facts: For "facts": see `Declared`.
    """

    kind: Kind
    tally: Tally = field(default_factory=Tally)
    slot: int = 0
    index: int = 0
    time_s: float = 0.0
    reason: str = ""
    facts: Declared | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What the container says, as the child read it; see ClipFacts.

    Attributes:
        width_px: Upright.
        height_px: Upright.
        rotation_deg: Clockwise turn applied.
        duration_s: None if unknown.
        frames: None if unknown.
        created: Text of creation_time, "" if none.
        codec: Name.
    """

    width_px: int
    height_px: int
    rotation_deg: int
    duration_s: float | None
    frames: int | None
    created: str
    codec: str


def packed(told: Told) -> bytes:
    """A message as bytes; once a frame, so asdict (which copies deeply) is too slow."""
    t = told.tally
    tally = (t.out, t.decoded, t.corrupt, t.resizes, t.jumps, t.untimed, t.skipped, t.last_s)
    facts = None if told.facts is None else asdict(told.facts)
    return json.dumps((told.kind, tally, told.slot, told.index, told.time_s, told.reason, facts)).encode()


def unpacked(message: bytes) -> Told:
    """A message of the child, every field checked.

    Raises:
        ValueError: If it is not what a sound child says.
    """
    try:
        kind, tally, slot, index, time_s, reason, facts = json.loads(message)
        *counts, last_s = tally
        if kind not in get_args(Kind):
            raise ValueError(f"want a known kind of message; got {kind!r}")
        return Told(
            kind=kind,
            tally=_tally(counts, last_s),
            slot=_count(slot),
            index=_count(index),
            time_s=_seconds(time_s),
            reason=str(reason)[:500],
            facts=None if facts is None else _declared(facts),
        )
    except (TypeError, KeyError) as error:
        raise ValueError(f"want a message of seven sound fields; got {message[:80]!r}") from error


def _tally(counts: list[object], last_s: object) -> Tally:
    out, decoded, corrupt, resizes, jumps, untimed, skipped = (_count(count) for count in counts)
    return Tally(out, decoded, corrupt, resizes, jumps, untimed, skipped, _seconds(last_s))


def _declared(told: dict[str, Any]) -> Declared:
    return Declared(
        width_px=_count(told["width_px"]),
        height_px=_count(told["height_px"]),
        rotation_deg=_count(told["rotation_deg"]),
        duration_s=None if told["duration_s"] is None else _seconds(told["duration_s"]),
        frames=None if told["frames"] is None else _count(told["frames"]),
        created=str(told["created"])[:100],
        codec=str(told["codec"])[:50],
    )


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"want a count; got {value!r}")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"want seconds; got {value!r}")
    return float(value)
