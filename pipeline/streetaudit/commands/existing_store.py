"""The store of an installation that has audited something already."""

from pathlib import Path

from streetaudit.config import Config
from streetaudit.errors import StoreError
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store

_SQLITE = "sqlite:///"


def existing_store(config: Config) -> Store:
    """The configured store.

    Raises:
        StoreError: If there is none yet.
    """
    file = Path(config.store_url.removeprefix(_SQLITE))
    if config.store_url.startswith(_SQLITE) and not file.exists():
        raise StoreError(f"there is no case store at {file}; audit some footage first, or name another --config")
    return open_store(config.store_url)
