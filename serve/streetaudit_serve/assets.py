"""Static files under an address that changes with their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
#: Never the machine's own table: a wrong type with `nosniff` would stop every script.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


class Assets(StaticFiles):
    """The folder of scripts, styles and icons, mounted at /static/VERSION/."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)
        self.version = _content_hash(FOLDER)

    @property
    def base(self) -> str:
        """The path under which the files are served; relative imports of modules stay inside it."""
        return f"/static/{self.version}"

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with its type from our own table and a year of caching."""
        response = await super().get_response(path, scope)
        kind = _TYPES.get(Path(path).suffix)
        if kind is not None and response.status_code == 200:
            response.headers["Content-Type"] = kind
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _content_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
