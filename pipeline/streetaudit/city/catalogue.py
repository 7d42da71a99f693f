"""The catalogue of problems, read from TOML text."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any, get_args

from streetaudit.errors import ConfigError
from streetaudit.structures.city import Problem, ZoneKind
from streetaudit.structures.taxonomy import CLASSES

_KINDS: tuple[str, ...] = get_args(ZoneKind)
_KEYS = tuple(field.name for field in fields(Problem))
_LISTS = {"classes": CLASSES, "forbidden_in": _KINDS, "permitted_in": _KINDS}
_TABLES = ("codes", "codes_outside_hours", "title")
_FLAGS = ("stationary", "shadow")
_NUMBERS = {
    "min_confidence": (0.0, 1.0),
    "min_probability": (0.5, 1.0),
    "limit_h": (0.0, 10_000.0),
    "dwell_s": (0.0, 86_400.0),
    "pass_dwell_s": (0.0, 43_200.0),
}


def shipped_catalogue() -> str:
    """The text of the catalogue that comes with the program."""
    return files("streetaudit.city").joinpath("catalogue.toml").read_text(encoding="utf-8")


def load_catalogue(text: str) -> tuple[Problem, ...]:
    """The problems of a catalogue, in its order.

    Raises:
        ConfigError: Naming the problem, the key and what to write.
    """
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the catalogue is no valid TOML: {error}") from error
    listed = written.get("problem")
    if not isinstance(listed, list) or not listed or set(written) != {"problem"}:
        raise ConfigError("the catalogue wants [[problem]] tables and nothing else; copy the shipped one and change it")
    problems = tuple(_problem(raw, number) for number, raw in enumerate(listed, start=1))
    names = [problem.name for problem in problems]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"the catalogue has {name!r} twice; give each problem its own name")
    return problems


def _problem(raw: Mapping[str, Any], number: int) -> Problem:
    where = f"catalogue: problem {raw.get('name', number)!r}"
    for key in raw:
        _known(where, key, _KEYS)
    for key in ("name", "classes"):
        if not raw.get(key):
            raise ConfigError(f"{where}: {key} is missing; write one")
    values = {key: _value(f"{where}: {key}", key, value) for key, value in raw.items()}
    return Problem(**values)


def _value(where: str, key: str, value: Any) -> Any:
    if key in _LISTS:
        return _words(where, value, _LISTS[key])
    if key in _TABLES:
        return _table(where, value)
    if key in _NUMBERS:
        return _number(where, value, *_NUMBERS[key])
    if key == "clock":
        return _known(where, value, ("work", "continuous"))
    if key in _FLAGS and not isinstance(value, bool):
        raise ConfigError(f"{where} is {value!r}; write true or false")
    if key == "min_frames" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ConfigError(f"{where} is {value!r}; write a whole number from 1")
    if key == "name" and not isinstance(value, str):
        raise ConfigError(f"{where} is {value!r}; write text")
    return value


def _words(where: str, value: Any, known: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigError(f"{where} is {value!r}; write a list")
    return tuple(_known(where, word, known) for word in value)


def _known(where: str, word: Any, known: tuple[str, ...]) -> str:
    if isinstance(word, str) and word in known:
        return word
    near = difflib.get_close_matches(str(word), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"want one of {', '.join(known)}"
    raise ConfigError(f"{where}: {word!r} is not known; {hint}")


def _table(where: str, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ConfigError(f"{where} is {value!r}; write a table of texts, codes in quotes so that no zero is lost")
    return tuple(value.items())


def _number(where: str, value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{where} is {value!r}; write a number from {low:g} to {high:g}")
    return float(value)
