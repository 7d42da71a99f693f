"""What a check found: values, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

#: What every kind of finding means, and what to do about it, in the order of a report.
KINDS: dict[str, str] = {
    "label_file": "a label file that cannot be used as it is",
    "broken": "a file that is no picture or cannot be decoded: fetch it again or take it out",
    "truncated": "a picture whose end is missing: fetch it again",
    "animated": "a picture of several frames: keep one",
    "rotated": "a picture that Exif turns: its boxes fit only one way up; rotate its pixels and check the boxes",
    "huge": "more pixels than any frame has: scale it down",
    "unknown_class": "a box of a class that nothing names",
    "box_not_finite": "a box with a corner that is no number",
    "box_empty": "a box without area",
    "box_outside": "a box that reaches out of its picture",
    "box_repeated": "the same box twice in one picture",
    "split_group": "one place or sequence in several splits: a model is judged on what it has seen",
    "split_duplicate": "the same picture in several splits, or nearly: keep one side",
    "unsplit_class": "a class that one split has and the other lacks",
    "duplicate": "the same file twice within a split",
    "near_duplicate": "nearly the same picture within a split: it counts twice",
    "box_tiny": "a box too small to be learnt",
    "rare_class": "a class with few boxes: its scores mean little",
    "unlabelled": "pictures whose labels say nothing: no class is labelled exhaustively",
}
#: Kinds that a set can live with.
NOTES = frozenset(
    {"duplicate", "near_duplicate", "box_tiny", "rare_class", "unlabelled", "unsplit_class", "box_repeated"}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    Attributes:
        kind: One of KINDS.
        where: Picture, label file or class.
        says: The facts.
        others: Further pictures that it concerns.
    """

    kind: str
    where: str
    says: str
    others: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"want one of {sorted(KINDS)}; got {self.kind!r}")

    @property
    def must_be_mended(self) -> bool:
        """True unless a set can live with it."""
        return self.kind not in NOTES


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All findings, and how much was looked at.

    Attributes:
        balance: Boxes of each class by split.
    """

    images: int
    boxes: int
    balance: dict[str, dict[str, int]]
    findings: tuple[Finding, ...]

    @property
    def to_mend(self) -> int:
        """How many findings must be mended."""
        return sum(finding.must_be_mended for finding in self.findings)

    def counts(self) -> dict[str, int]:
        """Findings by kind, in the order of KINDS."""
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def fields(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "images": self.images,
            "boxes": self.boxes,
            "to_mend": self.to_mend,
            "counts": self.counts(),
            "balance": self.balance,
            "findings": [asdict(one) | {"must_be_mended": one.must_be_mended} for one in self.findings],
        }

    def lines(self, *, most: int = 10) -> list[str]:
        """The report for people, at most so many examples of each kind."""
        out = [f"{self.images} pictures, {self.boxes} boxes"]
        out += _balance_lines(self.balance)
        for kind, count in self.counts().items():
            mark = "mend" if kind not in NOTES else "note"
            out += ["", f"{mark}: {kind} ({count}): {KINDS[kind]}"]
            examples = [finding for finding in self.findings if finding.kind == kind]
            out += [f"  {one.where}: {one.says}" for one in examples[:most]]
            out += [f"  ... and {count - most} more; --json names them all"] if count > most else []
        return [*out, "", f"{self.to_mend} to mend" if self.to_mend else "nothing to mend"]


def _balance_lines(balance: dict[str, dict[str, int]]) -> Sequence[str]:
    splits = sorted({split for row in balance.values() for split in row})
    width = max([len(name) for name in balance], default=0)
    head = " " * width + "".join(f"{split or '(no split)':>12}" for split in splits)
    return [head] + [
        f"{name:<{width}}" + "".join(f"{row.get(s, 0):>12}" for s in splits) for name, row in balance.items()
    ]
