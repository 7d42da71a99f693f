from pathlib import Path

import pytest

from bad_footage.clips import write_clip
from bad_footage.kinds import ORIGINALS


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sound clips that bad ones are made from."""
    folder = Path(tmp_path_factory.mktemp("originals"))
    return {name: write_clip(folder / file, make).read_bytes() for name, (file, make) in ORIGINALS.items()}
