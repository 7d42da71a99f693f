"""The bytes of a small file that a user named, however it was made."""

from __future__ import annotations

import os
from pathlib import Path

from streetaudit.errors import ClipError, TraceError
from streetaudit.io.footage import open_regular

#: A day at 10 Hz in the wordiest format is half of it.
MOST_BYTES = 128 << 20


def bytes_of(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """All bytes of a regular file.

    Raises:
        TraceError: If it cannot be read, or is too large to be a trace.
    """
    try:
        descriptor = open_regular(path)
    except ClipError as error:
        raise TraceError(str(error)) from error
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise TraceError(f"{path}: is larger than {most >> 20} MiB; cut the trace to the time of the clip")
    return content


def text_of(content: bytes) -> str:
    """Bytes as text: UTF-8 with or without a mark, UTF-16 with one, else GB 18030, which never fails here.

    >>> text_of("时间".encode("gb18030"))
    '时间'
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")
