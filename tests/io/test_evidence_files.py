import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.disks import make_read_only, small_disk
from streetaudit.errors import StoreError
from streetaudit.io.evidence_files import EvidenceFolder, is_key

KEY = "ab/abcdef0123456789.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return EvidenceFolder(tmp_path / "evidence")


def names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_what_is_put_is_there(folder: EvidenceFolder) -> None:
    folder.put(KEY, b"\xff\xd8picture")
    assert (folder.get(KEY), folder.has(KEY)) == (b"\xff\xd8picture", True)
    assert names(folder.root) == ["ab", KEY]


def test_before_the_first_picture_nothing_is_there_and_no_folder_made(folder: EvidenceFolder) -> None:
    assert (folder.get(KEY), folder.has(KEY), folder.root.exists()) == (None, False, False)


def test_the_same_again_does_not_touch_the_file(folder: EvidenceFolder) -> None:
    folder.put(KEY, b"picture")
    before = (folder.root / KEY).stat()
    folder.put(KEY, b"picture")
    after = (folder.root / KEY).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_damaged_picture_is_mended(folder: EvidenceFolder) -> None:
    folder.put(KEY, b"picture")
    (folder.root / KEY).write_bytes(b"pict")
    folder.put(KEY, b"picture")
    assert folder.get(KEY) == b"picture"


BAD_KEYS = [
    "",
    ".",
    "..",
    "/etc/passwd",
    "../secret.jpg",
    "ab/../../secret.jpg",
    "ab/..",
    "ab//c.jpg",
    "ab/c/d.jpg",
    "ab\\c.jpg",
    "ab/.hidden.jpg",
    ".ab/c.jpg",
    "ab/c.jpg\n",
    "ab/c.jpg\0",
    "ab/c",
    "ab/ c.jpg",
    "ab/%2e%2e.jpg",
    "ab/ｃ.jpg",
    "C:/c.jpg",
    "~/c.jpg",
    "ab/" + "c" * 300 + ".jpg",
]


@pytest.mark.parametrize("key", BAD_KEYS, ids=repr)
def test_keys_that_could_lead_out_are_none(folder: EvidenceFolder, key: str) -> None:
    (folder.root.parent / "secret.jpg").write_bytes(b"secret")
    folder.put(KEY, b"picture")
    with pytest.raises(ValueError, match="key"):
        folder.put(key, b"x")
    assert (folder.get(key), folder.has(key)) == (None, False)
    assert names(folder.root) == ["ab", KEY]


@given(st.text(alphabet=st.sampled_from("ab./\\~%2e\0\n:"), max_size=20))
def test_no_key_leaves_its_folder(key: str) -> None:
    if is_key(key):
        root = Path("/root-of-it")
        assert Path(os.path.normpath(root / key)).is_relative_to(root)
        assert ".." not in Path(key).parts


def test_links_are_not_followed(folder: EvidenceFolder, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    folder.put(KEY, b"picture")
    (folder.root / "ab" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder.root / "out").symlink_to(tmp_path)
    for key in ("ab/link.jpg", "out/secret.jpg"):
        assert (folder.get(key), folder.has(key)) == (None, False)
    with pytest.raises(ValueError, match="key"):
        folder.put("out/new.jpg", b"x")
    folder.put("ab/link.jpg", b"new")
    assert ((tmp_path / "secret.jpg").read_bytes(), folder.get("ab/link.jpg")) == (b"secret", b"new")


def test_pipes_and_folders_are_no_pictures(folder: EvidenceFolder) -> None:
    folder.put(KEY, b"picture")
    os.mkfifo(folder.root / "ab" / "pipe.jpg")
    (folder.root / "ab" / "folder.jpg").mkdir()
    assert [folder.get(f"ab/{name}.jpg") for name in ("pipe", "folder")] == [None, None]
    assert [folder.has(f"ab/{name}.jpg") for name in ("pipe", "folder")] == [False, False]


def test_writers_of_one_key_never_show_half_a_picture(folder: EvidenceFolder) -> None:
    pictures = [bytes([number]) * 200_000 for number in range(4)]
    folder.put(KEY, pictures[0])

    def put_often(picture: bytes) -> None:
        for _ in range(10):
            folder.put(KEY, picture)

    writers = [threading.Thread(target=put_often, args=(picture,)) for picture in pictures]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert folder.get(KEY) in pictures
    assert names(folder.root) == ["ab", KEY]


def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size="256k") as disk:
        folder = EvidenceFolder(disk / "evidence")
        folder.put(KEY, b"x" * 1000)
        with pytest.raises(StoreError, match="free some space"):
            folder.put("ab/large.jpg", b"x" * 1_000_000)
        assert names(folder.root) == ["ab", KEY]
        folder.put("ab/small.jpg", b"x" * 1000)


def test_a_read_only_disk_is_explained(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        make_read_only(disk)
        with pytest.raises(StoreError, match="read-only"):
            EvidenceFolder(disk / "evidence").put(KEY, b"x")


def test_a_file_in_the_way_is_explained(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot make the folder"):
        EvidenceFolder(tmp_path / "evidence").put(KEY, b"x")
