from pathlib import Path

import pytest

from store.builders import commit, run, sighting
from store.children import url
from store.disks import small_disk
from streetaudit.errors import StoreError
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store

FAR = 200.0  # metres: every sighting is a case of its own


def _commit_until_full(store: Store) -> int:
    """The number of clips that fitted."""
    for number in range(10_000):
        try:
            _commit(store, number)
        except StoreError as error:
            assert "the disk is full: free some space" in str(error)  # noqa: PT017 - the loop must end there
            return number
    raise AssertionError("the disk never filled")


def _commit(store: Store, number: int) -> None:
    clip = f"clip{number}"
    commit(store, [sighting(i, clip=clip, north_m=FAR * (10 * number + i)) for i in range(10)], of=run(clip))


def test_a_full_disk_says_so_keeps_what_was_kept_and_goes_on_after(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * 500_000)
        with open_store(url(disk / "cases.sqlite3")) as store:
            fitted = _commit_until_full(store)
            assert fitted > 3
            assert (store.count(), len(store.runs(limit=1000))) == (10 * fitted, fitted)
            ballast.unlink()
            _commit(store, fitted)
            assert store.count() == 10 * (fitted + 1)
        with open_store(url(disk / "cases.sqlite3")) as again:
            assert again.count() == 10 * (fitted + 1)


def test_no_room_for_a_new_store(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size="64k") as disk, pytest.raises(StoreError, match="free some space"):
        open_store(url(disk / "cases.sqlite3"))
