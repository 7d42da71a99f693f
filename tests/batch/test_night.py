from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from batch.nights import start_batch, tables, workers_of, write_night
from scene import CONFIG
from store.disks import small_disk
from streetaudit.assemble import open_parts
from streetaudit.batch.night import audit_night
from streetaudit.batch.outcome import ClipOutcome, NightProgress, Progress
from streetaudit.config import load_config
from streetaudit.errors import StoreError
from streetaudit.io.footage import find_clips

CLIPS = 6


def audited(folder: Path, *, workers: int = 2, told: list[Progress | NightProgress] | None = None) -> list[ClipOutcome]:
    path = folder / "streetaudit.toml"
    path.write_text(CONFIG + f"[batch]\nworkers = {workers}\n")
    with open_parts(load_config(path), inference=False) as parts:
        report = (told if told is not None else []).append
        clips = find_clips([folder / "footage"])
        return list(audit_night(clips, parts, folder=folder / "footage", beside=True, report=report))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undisturbed night by one worker; the others are compared with it."""
    folder = tmp_path_factory.mktemp("night")
    write_night(folder, CLIPS)
    outcomes = audited(folder, workers=1)
    assert [outcome.status for outcome in outcomes] == ["complete"] * CLIPS
    return folder


@pytest.fixture
def copy(night: Path, tmp_path: Path) -> Path:
    """The same footage at the same path, not audited yet."""
    shutil.copytree(night / "footage", tmp_path / "footage", copy_function=shutil.copy2)
    shutil.copy2(night / "streetaudit.toml", tmp_path / "streetaudit.toml")
    return tmp_path


def comparable(folder: Path) -> str:
    """The tables with the folder's own path taken out, and the night's name, which comes of it."""
    found = tables(folder)
    with_names = json.dumps(found, default=lambda value: value.hex())
    nights = {str(row[1]) for row in found["work_items"]}
    for name in (str(folder), str(folder).encode().hex(), *nights):
        with_names = with_names.replace(name, "*")
    return with_names


@pytest.mark.parametrize("workers", [2, 3])
def test_the_store_is_the_same_whatever_the_number_of_workers(night: Path, copy: Path, workers: int) -> None:
    told: list[Progress | NightProgress] = []
    outcomes = audited(copy, workers=workers, told=told)
    assert [outcome.clip.name for outcome in outcomes] == [f"drive{number:03}.mp4" for number in range(CLIPS)]
    assert comparable(copy) == comparable(night)
    last = [at for at in told if isinstance(at, NightProgress)][-1]
    assert (last.done, last.clips, last.failed) == (CLIPS, CLIPS, 0)
    assert {at.worker for at in told if isinstance(at, Progress)} <= set(range(1, workers + 1))


def test_a_night_again_does_nothing_and_says_so(night: Path) -> None:
    before = comparable(night)
    outcomes = audited(night)
    assert [outcome.status for outcome in outcomes] == ["unchanged"] * CLIPS
    assert comparable(night) == before


def test_a_clip_that_cannot_be_read_fails_alone_and_is_tried_again(copy: Path) -> None:
    clip = copy / "footage" / "drive002.mp4"
    whole = clip.read_bytes()
    clip.write_bytes(b"no video at all")
    assert [outcome.status for outcome in audited(copy)] == ["complete"] * 2 + ["failed"] + ["complete"] * 3
    assert [outcome.status for outcome in audited(copy)] == ["unchanged"] * 2 + ["failed"] + ["unchanged"] * 3
    clip.write_bytes(whole)
    assert [outcome.status for outcome in audited(copy)] == ["unchanged"] * 2 + ["complete"] + ["unchanged"] * 3


def test_a_trace_that_changed_lets_its_clip_be_audited_again(copy: Path) -> None:
    audited(copy)
    gpx = copy / "footage" / "drive001.gpx"
    gpx.write_text(gpx.read_text().replace("118.05", "118.06"))
    assert [outcome.status for outcome in audited(copy)] == ["unchanged", "complete"] + ["unchanged"] * 4


def test_what_was_looked_at_and_not_committed_is_not_looked_at_again(
    night: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config(copy / "streetaudit.toml")
    clips = find_clips([copy / "footage"])
    with open_parts(config, inference=False) as parts, monkeypatch.context() as broken:
        broken.setattr("streetaudit.batch.night.commit", _fail)
        with pytest.raises(RuntimeError, match="before the commit"):
            list(audit_night(clips, parts, folder=copy / "footage", beside=True))
    looks = {path: path.stat().st_mtime_ns for path in (copy / "detections").rglob("*.parquet")}
    assert looks
    audited(copy, workers=1)
    assert {path: path.stat().st_mtime_ns for path in looks} == looks
    assert comparable(copy) == comparable(night)


def _fail(*args: object, **more: object) -> None:
    raise RuntimeError("before the commit")


@pytest.mark.parametrize("victim", ["worker", "parent", "group"])
def test_killed_at_any_moment_it_goes_on_and_gives_the_same_tables(night: Path, copy: Path, victim: str) -> None:
    rng = random.Random(f"{victim} 20261124")
    for _ in range(3):
        batch = start_batch(copy, "--workers", "2")
        time.sleep(rng.uniform(0.5, 4.0))
        _kill(batch.pid, victim, rng)
        if victim != "worker":
            batch.wait()
        batch.communicate(timeout=120)
    last = start_batch(copy, "--workers", "2")
    out, err = last.communicate(timeout=120)
    assert last.returncode == 0, err.decode()
    assert len(json.loads(out)) == CLIPS
    assert comparable(copy) == comparable(night)
    assert not list((copy / "detections").rglob(".*"))


def _kill(pid: int, victim: str, rng: random.Random) -> None:
    if victim == "group":
        os.killpg(pid, signal.SIGKILL)
        return
    pids = [pid] if victim == "parent" else list(workers_of(pid))
    if pids:
        os.kill(rng.choice(pids), signal.SIGKILL)


def test_two_batches_share_a_night_and_each_clip_is_looked_at_once(night: Path, copy: Path) -> None:
    both = [start_batch(copy, "--workers", "1") for _ in range(2)]
    said = [batch.communicate(timeout=120) for batch in both]
    assert [batch.returncode for batch in both] == [0, 0], said
    assert comparable(copy) == comparable(night)
    with open_parts(load_config(copy / "streetaudit.toml"), inference=False) as parts:
        assert len(parts.store.runs()) == CLIPS
    done = [outcome for out, _ in said for outcome in json.loads(out) if outcome["status"] == "complete"]
    assert sorted(Path(outcome["clip"]).name for outcome in done) == [f"drive{n:03}.mp4" for n in range(CLIPS)]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_it_is_asked_to_and_resumes(night: Path, copy: Path, how: signal.Signals) -> None:
    batch = start_batch(copy, "--workers", "2")
    assert batch.stderr is not None
    assert batch.stderr.readline(), "it has told of its progress, so it is at work"
    os.killpg(batch.pid, how)
    _, err = batch.communicate(timeout=30)
    assert batch.returncode in (130, 0), err.decode()
    assert "Traceback" not in err.decode()
    assert _nobody_leases(copy)
    audited(copy)
    assert comparable(copy) == comparable(night)


#: Put before everything else in every process of a batch: one clip kills whoever is asked to look at it.
_DEADLY = """
import multiprocessing.connection, os
receive = multiprocessing.connection.Connection.recv
def recv(self):
    job = receive(self)
    if getattr(getattr(job, "clip", None), "stem", "") == "drive001":
        os.abort()
    return job
multiprocessing.connection.Connection.recv = recv
"""


def test_a_clip_that_kills_its_workers_is_set_aside_and_the_others_go_on(
    copy: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path_factory.mktemp("trap")
    (trap / "sitecustomize.py").write_text(_DEADLY)
    with monkeypatch.context() as deadly:
        deadly.setenv("PYTHONPATH", os.pathsep.join([str(trap), os.environ.get("PYTHONPATH", "")]))
        batch = start_batch(copy, "--workers", "2")
        out, _ = batch.communicate(timeout=300)
    assert batch.returncode == 4
    assert [outcome["status"] for outcome in json.loads(out)] == ["complete", "failed"] + ["complete"] * 4
    reason = json.loads(out)[1]["reason"]
    assert "set aside" in reason
    assert "SIGABRT" in reason
    again = start_batch(copy)
    out, _ = again.communicate(timeout=300)
    assert [outcome["status"] for outcome in json.loads(out)] == ["unchanged", "failed"] + ["unchanged"] * 4
    last = start_batch(copy, "--retry")
    out, _ = last.communicate(timeout=300)
    assert [outcome["status"] for outcome in json.loads(out)] == ["unchanged", "complete"] + ["unchanged"] * 4


def test_a_full_disk_stops_it_with_the_reason_and_it_resumes(night: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size="24m") as disk:
        shutil.copytree(night / "footage", disk / "footage", copy_function=shutil.copy2)
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while disk_free(disk) > 600_000:
                file.write(bytes(100_000))
        with pytest.raises(StoreError, match="full"):
            audited(disk)
        ballast.unlink()
        assert {outcome.status for outcome in audited(disk)} <= {"complete", "unchanged"}
        assert comparable(disk) == comparable(night)


def disk_free(disk: Path) -> int:
    status = os.statvfs(disk)
    return status.f_bavail * status.f_frsize


def _nobody_leases(folder: Path) -> bool:
    states: Iterable[tuple[object, ...]] = tables(folder)["work_items"]
    return all("leased" not in row for row in states)
