"""The card of a source: where a data set came from, what may be done with it, and what its labels mean."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.text import read_text
from streetaudit_datasets.labels.values import LabelError

_PACKAGE = Path(__file__).resolve().parents[1]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupRule(_Part):
    """Which pictures show one place or sequence; a pattern's first group in the relative path names it."""

    by: Literal["picture", "path", "table"] = "picture"
    pattern: str = ""

    @model_validator(mode="after")
    def _pattern_has_a_group(self) -> Self:
        if self.by == "path":
            _check_pattern(self.pattern)
        return self


class TakenRule(_Part):
    """When a picture was taken: a pattern's first group in the relative path, read by a strptime format."""

    pattern: str
    format: str

    @field_validator("pattern")
    @classmethod
    def _has_a_group(cls, pattern: str) -> str:
        return _check_pattern(pattern)


class TableRule(_Part):
    """A CSV with one row a picture; the other fields name its columns."""

    file: str
    picture: str = "file"
    group: str = ""
    split: str = ""
    labelled: str = ""  # names separated by comma or space; remarks in brackets are passed over
    source: str = ""
    licence: str = ""


class SourceCard(_Part):
    """What is known of a source."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    licence: str
    origin: str  # in words: where a user finds it
    format: Literal["yolo", "coco", "voc", "open_images"]
    labels: str = ""  # glob of the label files (COCO, VOC) or name of their folder (YOLO)
    exhaustive: tuple[str, ...] = ()  # our classes that it labels wherever they are seen
    # Our class -> source classes: labelled only in pictures where all of them were looked for (Open Images).
    exhaustive_where: dict[str, tuple[str, ...]] = {}
    unlisted: str = "refuse"  # what a source class becomes that the map does not list: ours, "ignore" or "refuse"
    # Source class -> ours, "ignore", or several of ours: it is one of them, and nobody said which.
    classes: dict[str, str | tuple[str, ...]] = {}
    group: GroupRule = GroupRule()
    taken: TakenRule | None = None
    table: TableRule | None = None
    source_pattern: str = ""  # first group in the relative path names the part of the source a picture came from

    @field_validator("origin", "title")
    @classmethod
    def _no_address(cls, text: str) -> str:
        if "://" in text:
            raise ValueError("say in words where it is found: addresses die")
        return text

    @field_validator("source_pattern")
    @classmethod
    def _pattern(cls, pattern: str) -> str:
        return _check_pattern(pattern) if pattern else pattern

    @model_validator(mode="after")
    def _names_our_classes(self) -> Self:
        named = [*self.exhaustive, *self.exhaustive_where]
        for target in self.classes.values():
            named += [target] if isinstance(target, str) else target
        known = {*CLASSES, "ignore"}
        unknown = sorted({*named} - known | ({self.unlisted} - known - {"refuse"}))
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is none of ours: {', '.join(CLASSES)} (or ignore)")
        if self.group.by == "table" and not (self.table and self.table.group):
            raise ValueError("groups by table need [table] with group = COLUMN")
        return self


def _check_pattern(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if groups != 1:
        raise ValueError(f"want one group (...) in {pattern!r}; got {groups}")
    return pattern


def find_card(name_or_path: str) -> SourceCard:
    """The card of a shipped name ("taco") or of a path to a .toml.

    Raises:
        LabelError: If there is none, or it says something that cannot be meant.
    """
    for shelf in _shelves():
        file = shelf / f"{name_or_path}.toml"
        if file.is_file() and file.parent == shelf:
            return read_card(file)
    if name_or_path.endswith(".toml"):
        return read_card(Path(name_or_path))
    raise LabelError(
        f"no card is called {name_or_path!r}; shipped are: {', '.join(shipped_cards())}. "
        "Name one, or a path to a .toml of your own"
    )


def shipped_cards() -> list[str]:
    """The names of the cards that come with the program."""
    return sorted({file.stem for shelf in _shelves() for file in shelf.glob("*.toml")})


def _shelves() -> list[Path]:
    """In a wheel within the package, in a checkout beside it."""
    return [shelf for shelf in (_PACKAGE / "cards", _PACKAGE.parent / "cards") if shelf.is_dir()]


def read_card(file: Path) -> SourceCard:
    """The card in a file.

    Raises:
        LabelError: If it is missing, no TOML, or says something that cannot be meant.
    """
    try:
        return SourceCard(**tomllib.loads(read_text(file)))
    except tomllib.TOMLDecodeError as error:
        raise LabelError(f"{file} is no valid TOML: {error}; see the shipped cards for examples") from error
    except ValidationError as error:
        lines = [f"{file}: {'.'.join(map(str, e['loc'])) or 'card'}: {e['msg']}" for e in error.errors()]
        raise LabelError("\n".join(lines)) from error
