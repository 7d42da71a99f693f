"""The folder of looks: one immutable Parquet file a clip and audit, with everything that is known of it inside."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from streetaudit.errors import DetectionsError, StoreError
from streetaudit.io.detections_parquet import DetectionTable, ParquetWriter, read_parquet
from streetaudit.io.evidence_files import make_folder
from streetaudit.io.store.footage_rows import storable
from streetaudit.io.whole_file import advice, binary_target
from streetaudit.structures.look import LookRecord

#: The record's name among the file's metadata, zlib and base64: a drive's GPS line is long and much alike.
_RECORD = "streetaudit.look"
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}-[0-9a-f]{16}\.parquet", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class KeptLook:
    """One look as it is kept.

    Attributes:
        key: Of the folder of looks.
        record: What is known of it.
        table: What was seen.
    """

    key: str
    record: LookRecord
    table: DetectionTable


class LooksFolder:
    """A folder of looks by key; the folder itself is made when first written to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, record: LookRecord, detections: ParquetWriter) -> str:
        """The key of a look that is now kept; once this returns it survives a power cut.

        Raises:
            StoreError: If the folder cannot be written; nothing half is left behind.
        """
        key = key_of(record.facts.sha256, record.work_key)
        data = detections.finish({_RECORD: _packed(record), **_for_people(record)})
        path = self.root / key
        make_folder(path.parent)
        with binary_target(path) as file:
            file.write(data)
        return key

    def get(self, key: str) -> KeptLook | None:
        """The look of a key, None where there is none.

        Raises:
            DetectionsError: If the file is damaged.
            StoreError: If it cannot be read.
        """
        if _KEY.fullmatch(key) is None:
            return None
        try:
            data = (self.root / key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"cannot read {self.root / key}: {advice(error)}") from error
        table, words = read_parquet(data, name=str(self.root / key))
        return KeptLook(key, _unpacked(words, self.root / key), table)

    def alike(self, clip_sha256: str, look_key: str, *, first: str) -> KeptLook | None:
        """A look that saw the same, the one of key `first` before all others; None where no sound one is kept."""
        folder = self.root / clip_sha256[:2]
        others = [f"{folder.name}/{path.name}" for path in sorted(folder.glob(f"{clip_sha256}-*.parquet"))]
        for key in sorted(others, key=lambda key: key != first):
            try:
                kept = self.get(key)
            except DetectionsError:
                continue  # damaged: the clip is looked at again, which writes it anew
            if kept is not None and kept.record.look_key == look_key:
                return kept
        return None


def key_of(clip_sha256: str, work_key: str) -> str:
    """The key of a clip's look under one audit.

    >>> key_of("ab" * 32, "0123456789abcdef")[:9]
    'ab/ababab'
    """
    return f"{clip_sha256[:2]}/{clip_sha256}-{work_key}.parquet"


_CODEC: TypeAdapter[LookRecord] = TypeAdapter(LookRecord)


def _packed(record: LookRecord) -> str:
    facts = replace(record.facts, path=Path(storable(str(record.facts.path))))
    return base64.b64encode(zlib.compress(_CODEC.dump_json(replace(record, facts=facts)))).decode()


def _unpacked(words: dict[str, str], path: Path) -> LookRecord:
    try:
        return _CODEC.validate_json(zlib.decompress(base64.b64decode(words[_RECORD])))
    except (KeyError, ValueError, zlib.error, ValidationError) as error:
        raise DetectionsError(f"{path}: does not say which clip it is of; audit the clip again") from error


def _for_people(record: LookRecord) -> dict[str, str]:
    """What other programs want to read without knowing our record."""
    facts: dict[str, Any] = {
        "clip_sha256": record.facts.sha256,
        "clip": storable(record.facts.path.name),
        "clip_started_at": record.facts.started_at.isoformat() if record.facts.started_at else "",
        "duration_s": record.facts.duration_s,
        "declared_frames": record.decoded.declared_frames,
        "decoded_frames": record.decoded.decoded_frames,
        "looked_at_frames": record.coverage.looked_at,
        "image_size": f"{record.facts.width_px}x{record.facts.height_px}",
        "model_sha256": record.model_sha256,
        "look_key": record.look_key,
        "work_key": record.work_key,
        "settings": record.settings,
    }
    return {f"streetaudit.{name}": str(value) for name, value in facts.items() if value not in (None, "")}
