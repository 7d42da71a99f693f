"""Where a live camera is found: a stream, a file that is played, or a device."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from streetaudit.errors import ConfigError

Scheme = Literal["rtsp", "file", "usb"]

_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class LiveAddress:
    """One camera's address.

    Attributes:
        scheme: How it is opened.
        target: URL, path or device, secrets filled in: never to be logged.
        shown: The same for people, without user and password.
    """

    scheme: Scheme
    target: str
    shown: str

    def __repr__(self) -> str:
        return f"LiveAddress({self.shown!r})"


def live_address(source: str, base: Path) -> LiveAddress:
    """The address of a camera's `source`: rtsp://..., rtsps://..., /dev/video0, or a file.

    `${NAME}` is replaced from the environment, so that passwords need not stand in the file.

    Raises:
        ConfigError: If a variable is not set, or the address is of a kind that is not opened.
    """
    target = _SECRET.sub(_from_environment, source)
    head, mark, _ = target.partition("://")
    if mark and head.lower() in ("rtsp", "rtsps"):
        if not urlsplit(target).hostname:
            raise ConfigError(f"source {_hidden(target)!r} names no host; write rtsp://host/path")
        return LiveAddress("rtsp", target, _hidden(target))
    if mark and head.lower() != "file":
        raise ConfigError(f"source {_hidden(target)!r}: a camera is rtsp://..., /dev/videoN or a file")
    path = base / target.removeprefix("file://")
    if str(path).startswith("/dev/"):
        return LiveAddress("usb", str(path), str(path))
    return LiveAddress("file", str(path), str(path))


def _from_environment(found: re.Match[str]) -> str:
    value = os.environ.get(found[1])
    if value is None:
        raise ConfigError(f"a camera's source asks for {found[1]}, which is not set; put it into the environment")
    return value


def _hidden(url: str) -> str:
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc="***@" + parts.netloc.rpartition("@")[2]))
