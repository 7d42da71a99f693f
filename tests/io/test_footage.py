from pathlib import Path

import pytest

from streetaudit.errors import ClipError
from streetaudit.io.footage import find_clips


@pytest.fixture
def night(tmp_path: Path) -> Path:
    for name in ("b.MP4", "a.mp4", "a.gpx", "notes.txt", ".hidden.mp4", "day/c.TS", "day/.trash/d.mp4", "odd"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_gives_its_clips_in_order_and_nothing_hidden(night: Path) -> None:
    assert [path.relative_to(night).as_posix() for path in find_clips([night])] == ["a.mp4", "b.MP4", "day/c.TS"]


def test_a_named_file_is_taken_whatever_its_name_and_only_once(night: Path) -> None:
    assert find_clips([night / "odd", night / "odd", night / "a.mp4"]) == (night / "odd", night / "a.mp4")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("gone", "no such file or folder", id="missing"),
        pytest.param("empty", "no clips", id="empty-folder"),
    ],
)
def test_nothing_to_do_says_why(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ClipError, match=words):
        find_clips([tmp_path / name])
