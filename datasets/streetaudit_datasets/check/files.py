"""Whether picture files are what they seem, and the fingerprint of those that are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from streetaudit_datasets.check.findings import Finding
from streetaudit_datasets.check.fingerprint import Fingerprint, fingerprint
from streetaudit_datasets.labels.picture_header import PictureHeader, read_header
from streetaudit_datasets.labels.pictures import MOST_PIXELS, decode

_UPRIGHT = 1
#: Larger than any camera's frame; a set of such pictures trains no better, only slower.
HUGE_PIXELS = 50_000_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What one picture file is.

    Attributes:
        sha256: Of its bytes, "" where it cannot be read.
        print_: Of its pixels, None where they cannot be decoded.
    """

    findings: tuple[Finding, ...]
    sha256: str
    print_: Fingerprint | None


def look(paths: Sequence[Path], names: Sequence[str], *, workers: int = 2) -> list[Looked]:
    """Every picture, looked at; decoding runs outside the interpreter's lock, so threads are enough."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(_look, paths, names))


def _look(path: Path, name: str) -> Looked:
    try:
        data = path.read_bytes()
    except OSError as error:
        return Looked((Finding("broken", name, error.strerror or "cannot be read"),), "", None)
    sha256 = hashlib.sha256(data).hexdigest()
    header = read_header(data)
    if header is None:
        says = "is empty" if not data else "has no header of a picture"
        return Looked((Finding("broken", name, says),), sha256, None)
    findings = _of_header(header, name)
    pixels = decode(data)
    if pixels is None and header.width * header.height <= MOST_PIXELS:
        findings.append(Finding("broken", name, "cannot be decoded"))
    return Looked(tuple(findings), sha256, None if pixels is None else fingerprint(pixels))


def _of_header(header: PictureHeader, name: str) -> list[Finding]:
    found = []
    if not header.whole:
        found.append(Finding("truncated", name, f"the end of the {header.kind} is missing"))
    if header.animated:
        found.append(Finding("animated", name, f"{header.kind} with several frames"))
    if header.orientation != _UPRIGHT:
        found.append(Finding("rotated", name, f"Exif orientation {header.orientation}"))
    if header.width * header.height > HUGE_PIXELS:
        found.append(Finding("huge", name, f"{header.width} x {header.height} px"))
    return found
