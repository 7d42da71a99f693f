"""What waits is kept until it is delivered, whatever happens, and nothing is dropped in silence."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.builders import NOON, Hands, Receiver, live
from streetaudit.edge.courier import Courier
from streetaudit.errors import StoreError
from streetaudit.io.backoff import Backoff
from streetaudit.io.ingest_client import NotDeliveredError
from streetaudit.io.outbox.outbox import Outbox, open_outbox
from streetaudit.io.outbox.states import States
from streetaudit.structures.sighting import Evidence


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def outbox(tmp_path: Path, hands: Hands) -> Iterator[Outbox]:
    database, outbox = open_outbox(tmp_path / "edge", clock=hands.clock)
    yield outbox
    database.close()


def put(outbox: Outbox, *tracks: int, revision: int = 1, priority: int = 1, boot: str = "b") -> None:
    for track in tracks:
        outbox.put(live(track, revision), priority=priority, boot=boot)


def name(track: int) -> str:
    return str(live(track).sighting.id)


def pictured(outbox: Outbox, text: str) -> Evidence:
    """Evidence whose pictures are in the outbox's folder."""
    keys = []
    for role in ("frame", "crop"):
        data = f"{text} {role}".encode()
        digest = hashlib.sha256(data).hexdigest()
        keys.append(f"{digest[:2]}/{digest}.jpg")
        outbox.pictures.put(keys[-1], data)
    return Evidence(keys[0], keys[1], 640, 360, (1.0, 2.0, 3.0, 4.0), 1.0)


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    database, outbox = open_outbox(tmp_path)
    put(outbox, 1, 2)
    database.close()
    database, outbox = open_outbox(tmp_path)
    assert [one.id for one in outbox.waiting()] == [name(1), name(2)]
    database.close()


def test_a_later_revision_takes_the_place_of_one_that_waits(outbox: Outbox) -> None:
    put(outbox, 1, revision=1)
    put(outbox, 1, revision=5)
    put(outbox, 1, revision=3)
    assert [(one.id, one.revision) for one in outbox.waiting()] == [(name(1), 5)]
    assert outbox.facts().totals["merged"] == 2


def test_a_revision_that_came_while_the_one_before_was_sent_is_kept(outbox: Outbox) -> None:
    put(outbox, 1, revision=1)
    sent = outbox.next_sightings(10, 1 << 20)
    put(outbox, 1, revision=2)
    outbox.delivered(sent, (), {})
    assert [(one.id, one.revision) for one in outbox.waiting()] == [(name(1), 2)]


def test_the_most_urgent_goes_first_and_the_newest_is_never_starved(outbox: Outbox) -> None:
    put(outbox, *range(1, 41), priority=1)
    put(outbox, 50, priority=0)
    put(outbox, 60, priority=2)
    batch = [one.id for one in outbox.next_sightings(10, 1 << 20)]
    assert batch[:2] == [name(60), name(50)]  # the newest two, as a fifth of the batch is theirs
    assert batch[2:] == [name(track) for track in range(1, 9)]


def test_a_batch_is_cut_at_its_size(outbox: Outbox) -> None:
    put(outbox, *range(1, 11))
    size = len(outbox.waiting()[0].body)
    assert len(outbox.next_sightings(200, 3 * size)) == 3
    assert len(outbox.next_sightings(200, 1)) == 1


def test_pictures_follow_once_they_are_wanted_and_are_removed_once_they_are_kept(outbox: Outbox) -> None:
    evidence = pictured(outbox, "a")
    outbox.put(live(1, evidence=evidence), priority=1, boot="b")
    assert outbox.next_evidence() is None
    outbox.delivered(outbox.next_sightings(1, 1 << 20), [evidence.crop], {})
    assert not outbox.pictures.has(evidence.frame)  # the server had it
    assert outbox.next_evidence() == (evidence.crop, b"a crop")
    outbox.evidence_delivered(evidence.crop)
    assert outbox.next_evidence() is None
    assert not outbox.pictures.has(evidence.crop)
    assert outbox.facts().evidence == 0


def test_pictures_of_a_report_that_was_overtaken_do_not_pile_up(outbox: Outbox) -> None:
    first, second = pictured(outbox, "a"), pictured(outbox, "b")
    outbox.put(live(1, 1, evidence=first), priority=1, boot="b")
    outbox.put(live(1, 2, evidence=second), priority=1, boot="b")
    assert not outbox.pictures.has(first.crop)
    assert outbox.pictures.has(second.crop)
    assert outbox.facts().evidence == 2


def test_a_picture_that_is_gone_is_written_down(outbox: Outbox) -> None:
    evidence = pictured(outbox, "a")
    outbox.put(live(1, evidence=evidence), priority=1, boot="b")
    outbox.pictures.remove(evidence.crop)
    outbox.delivered(outbox.next_sightings(1, 1 << 20), [evidence.crop, evidence.frame], {})
    assert outbox.next_evidence() == (evidence.frame, b"a frame")
    assert [(what, about) for _, what, _, about in outbox.ledger()] == [("picture", evidence.crop)]


def test_pictures_that_no_row_names_are_swept_away(outbox: Outbox) -> None:
    kept, stray = pictured(outbox, "a"), pictured(outbox, "b")
    outbox.put(live(1, evidence=kept), priority=1, boot="b")
    assert outbox.sweep() == 2
    assert outbox.pictures.has(kept.crop)
    assert not outbox.pictures.has(stray.crop)


def test_a_report_and_the_state_of_its_camera_are_kept_together(tmp_path: Path) -> None:
    database, outbox = open_outbox(tmp_path)
    outbox.put(live(1), priority=1, boot="b", state=("camera corner", '{"next": 2}'))
    assert States(database).get("camera corner") == {"next": 2}
    assert States(database).forget("camera corner")
    assert States(database).get("camera corner") is None
    database.close()


def test_waiting_reports_get_their_time_once_the_clock_is_set(outbox: Outbox) -> None:
    lost = live(1, seen_at=None, clock="unsynced", motion="stationary", first_s=10.0, last_s=40.0)
    outbox.put(lost, priority=1, boot="b")
    outbox.put(live(2, seen_at=None, clock="unsynced"), priority=1, boot="an older boot")
    assert outbox.repair(NOON, "server", boot="b") == 1
    mended, untouched = (json.loads(one.body) for one in outbox.waiting())
    assert mended["clock"] == "server"
    assert datetime.fromisoformat(mended["stands_from"]) == datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
    assert datetime.fromisoformat(mended["stands_to"]) == datetime(2026, 3, 1, 12, 0, 40, tzinfo=UTC)
    assert (untouched["clock"], untouched["seen_at"]) == ("unsynced", None)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "edge").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="permission there"):
        open_outbox(tmp_path / "edge")


def courier(outbox: Outbox, receiver: Receiver) -> Courier:
    return Courier(outbox, receiver, retry=Backoff(0.01, 0.02))


def test_everything_is_delivered_once(outbox: Outbox) -> None:
    receiver = Receiver()
    evidence = pictured(outbox, "a")
    put(outbox, *range(2, 500))
    outbox.put(live(1, evidence=evidence), priority=0, boot="b")
    courier(outbox, receiver).drain()
    assert len(receiver.order) == len(set(receiver.order)) == 499
    assert set(receiver.pictures) == {evidence.frame, evidence.crop}
    facts = outbox.facts()
    assert (facts.sightings, facts.evidence, facts.totals["delivered"]) == (0, 0, 499)


def test_what_the_server_refuses_for_good_goes_into_the_ledger(outbox: Outbox) -> None:
    receiver = Receiver(refuses={name(2): "no such camera"})
    put(outbox, 1, 2, 3)
    courier(outbox, receiver).drain()
    assert set(receiver.held) == {name(1), name(3)}
    assert [(what, reason, about) for _, what, reason, about in outbox.ledger()] == [
        ("sighting", "refused: no such camera", name(2))
    ]


def test_a_batch_that_is_refused_as_a_whole_is_halved_until_the_one_at_fault_is_found(outbox: Outbox) -> None:
    class Picky(Receiver):
        def send_sightings(self, bodies, *, sent_at):  # type: ignore[no-untyped-def]
            if any(name(7) in body for body in bodies):
                raise NotDeliveredError("422", status=422)
            return super().send_sightings(bodies, sent_at=sent_at)

    receiver = Picky()
    put(outbox, *range(1, 21))
    courier(outbox, receiver).drain()
    assert len(receiver.held) == 19
    assert [about for *_, about in outbox.ledger()] == [name(7)]


@pytest.mark.parametrize("status", [None, 503, 429], ids=["unreachable", "busy", "too-many"])
def test_a_courier_tries_again_until_it_gets_through(outbox: Outbox, status: int | None) -> None:
    receiver = Receiver(failures=[NotDeliveredError("no", status=status, retry_after_s=0.01) for _ in range(5)])
    put(outbox, 1, 2, 3)
    work = courier(outbox, receiver)
    work.start()
    for _ in range(500):
        if len(receiver.held) == 3:
            break

        time.sleep(0.01)
    assert work.stop()
    assert len(receiver.held) == 3
    assert receiver.calls >= 6
