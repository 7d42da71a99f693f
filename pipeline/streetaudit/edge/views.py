"""The usual views of cameras that are remembered over restarts."""

from __future__ import annotations

from streetaudit.config import Config
from streetaudit.errors import ConfigError
from streetaudit.io.outbox.outbox import open_outbox
from streetaudit.io.outbox.states import States


def forget_view(config: Config, camera: str) -> None:
    """Forget what a camera usually shows, and what was followed in that view.

    Raises:
        ConfigError: If nothing is remembered of such a camera.
    """
    database, _ = open_outbox(config.path(config.edge.folder))
    try:
        if not States(database).forget(f"camera {camera}"):
            names = ", ".join(one.name for one in config.camera if one.source) or "none"
            raise ConfigError(f"nothing is remembered of a camera {camera!r}; those with a source are: {names}")
    finally:
        database.close()
