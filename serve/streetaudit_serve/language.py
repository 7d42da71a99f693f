"""Languages: gettext catalogues, and which one a request gets."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from fastapi import Request

FOLDER = Path(__file__).parent / "locale"
#: Tag in HTML and cookies -> folder of the catalogue. English is the source language and has none.
TAGS = {"en": None, "zh-CN": "zh_Hans_CN"}
NAMES = {"en": "English", "zh-CN": "简体中文"}
#: Times as both the server and the scripts write them: to the minute, 24 hours.
_PATTERNS = {"en": "d MMM y, HH:mm", "zh-CN": "y年M月d日 HH:mm"}
COOKIE = "language"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its tag and its catalogue."""

    tag: str
    catalogue: gettext.NullTranslations

    def text(self, message: str) -> str:
        """The message in this language."""
        return self.catalogue.gettext(message)

    def time(self, at: datetime, zone: ZoneInfo) -> str:
        """A time as the city's clock shows it."""
        return str(format_datetime(at, _PATTERNS[self.tag], tzinfo=zone, locale=self.tag.replace("-", "_")))


class Languages:
    """All languages, loaded once."""

    def __init__(self, default: str) -> None:
        self._all = {tag: Language(tag, _catalogue(folder)) for tag, folder in TAGS.items()}
        self._default = default

    def named(self, tag: str) -> Language:
        """The language of a tag, the configured one where the tag is unknown."""
        return self._all.get(tag, self._all[self._default])

    def of(self, request: Request) -> Language:
        """The visitor's choice: the cookie, else what the browser prefers, else the configured one."""
        chosen = request.cookies.get(COOKIE, "")
        if chosen in self._all:
            return self._all[chosen]
        return self.named(best_match(request.headers.get("accept-language", "")) or self._default)


def best_match(header: str) -> str | None:
    """The tag that an Accept-Language header likes best, None if it likes none of ours.

    >>> best_match("de, zh-TW;q=0.8, en;q=0.5"), best_match("de"), best_match("zh;q=0, en-GB")
    ('zh-CN', None, 'en')
    """
    liked = sorted(_parse(header), key=lambda pair: -pair[1])
    for tag, quality in liked:
        spoken = tag.split("-")[0].lower()
        match = next((own for own in TAGS if own.split("-")[0] == spoken), None)
        if match and quality > 0:
            return match
    return None


def _parse(header: str) -> Iterable[tuple[str, float]]:
    for part in header[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            yield tag, float(quality or 1)
        except ValueError:
            continue


def _catalogue(folder: str | None) -> gettext.NullTranslations:
    if folder is None:
        return gettext.NullTranslations()
    try:
        Locale.parse(folder)
    except UnknownLocaleError as error:
        raise ValueError(f"want a locale that Babel knows; got {folder!r}") from error
    return gettext.translation("messages", FOLDER, languages=[folder])
