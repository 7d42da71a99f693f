"""What crosses splits, or comes twice: groups, files and looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from streetaudit_datasets.check.files import Looked
from streetaudit_datasets.check.findings import Finding
from streetaudit_datasets.check.fingerprint import alike
from streetaudit_datasets.labels.values import LabelledSet


def check_groups(images: LabelledSet) -> Iterator[Finding]:
    """One finding for each place or sequence that lies in several splits."""
    members: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for image in images.images:
        if image.group:
            members[image.group][image.split].append(images.name(image))
    for group, splits in members.items():
        if len(splits) > 1:
            shares = ", ".join(f"{len(names)} in {split or 'no split'}" for split, names in sorted(splits.items()))
            first = next(iter(splits.values()))[0]
            others = tuple(name for names in splits.values() for name in names if name != first)
            yield Finding("split_group", first, f"group {group}: {shares}", others)


def check_duplicates(images: LabelledSet, looked: Sequence[Looked]) -> Iterator[Finding]:
    """Findings about files with the same bytes and pictures that look alike."""
    names = [images.name(image) for image in images.images]
    splits = [image.split for image in images.images]
    first_with: dict[str, int] = {}
    same_bytes: set[tuple[int, int]] = set()
    for number, one in enumerate(looked):
        first = first_with.setdefault(one.sha256, number)
        if one.sha256 and first != number:
            same_bytes.add((first, number))
            yield _pair("duplicate", names, splits, first, number, "same bytes")
    seen = [number for number, one in enumerate(looked) if one.print_ is not None]
    prints = [one.print_ for one in looked if one.print_ is not None]
    for pair in alike(prints):
        first, second = seen[pair.first], seen[pair.second]
        if looked[first].sha256 != looked[second].sha256:
            says = f"{'mirrored, ' if pair.is_mirrored else ''}correlation {pair.correlation:.3f}"
            yield _pair("near_duplicate", names, splits, first, second, says)


def _pair(kind: str, names: Sequence[str], splits: Sequence[str], first: int, second: int, says: str) -> Finding:
    crosses = splits[first] != splits[second]
    return Finding("split_duplicate" if crosses else kind, names[first], f"{names[second]}, {says}", (names[second],))
