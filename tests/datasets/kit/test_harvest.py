"""Decisions in a real store become labels, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from datasets.kit.sets import pixels
from store.builders import METRE, FakeTime, commit, run, sighting
from streetaudit.config import load_config
from streetaudit.errors import StoreError
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.jpeg import encode_jpeg
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.structures.case import Decision
from streetaudit.structures.correction import Correction
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.harvest.gather import Harvest, gather, harvest
from streetaudit_datasets.harvest.places import Deal, cell_of
from streetaudit_datasets.labels.pictures import read_picture
from streetaudit_datasets.labels.prepared import read_prepared
from streetaudit_datasets.labels.values import LabelError

WIDTH, HEIGHT = 640, 360
BOX = (300.0, 200.0, 340.0, 230.0)
ALL_TRAIN = Deal(shares={"val": 0.0})


@dataclass
class Night:
    """A store with its evidence and a clock."""

    store: Store
    evidence: EvidenceFolder
    time: FakeTime
    out: Path

    def see(self, *seen: Sighting, clip: str = "a") -> list[UUID]:
        committed = commit(self.store, seen, of=run(clip))
        return [*committed.new_cases, *committed.again]

    def decide(self, case_id: UUID, decision: Decision, reason: str | None = None) -> None:
        self.time.pass_s(60)
        case = self.store.case(case_id)
        assert case is not None
        self.store.decide(
            case_id, reviewer="li", decision=decision, reason=reason, note="", expected_version=case.version
        )

    def gather(self, deal: Deal = ALL_TRAIN, **rest: Any) -> Harvest:
        return gather(self.store, self.evidence, self.out, deal=deal, **rest)

    def lineage(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "lineage.jsonl").read_text().splitlines()]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    time = FakeTime()
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite3", clock=time.clock) as store:
        yield Night(store, EvidenceFolder(tmp_path / "evidence"), time, tmp_path / "out")


def with_picture(night: Night, seen: Sighting, *, seed: int | None = None, box: Sequence[float] = BOX) -> Sighting:
    """The sighting with a frame in the evidence store."""
    number = seen.track_id if seed is None else seed
    key = f"ab/frame{number}.jpg"
    night.evidence.put(key, encode_jpeg(pixels(number, width=WIDTH, height=HEIGHT)))
    x1, y1, x2, y2 = box
    evidence = Evidence(key, f"ab/crop{number}.jpg", WIDTH, HEIGHT, (x1, y1, x2, y2), 1.2)
    return replace(seen, evidence=evidence)


def test_a_confirmed_case_becomes_a_box_with_the_way_back(night: Night) -> None:
    seen = with_picture(night, sighting(1))
    (case,) = night.see(seen)
    night.decide(case, Decision.CONFIRM)
    done = night.gather()
    assert (done.boxes, done.negatives, done.left_out) == ({"litter": 1}, {}, {})
    (image,) = read_prepared(night.out, classes=()).images
    assert image.xyxy.tolist() == [pytest.approx(BOX, abs=0.01)]
    assert CLASSES[image.class_id[0]] == "litter"
    # Nobody looked for other litter in the frame, so that its absence is no evidence.
    assert image.labelled == image.scored == frozenset()
    assert image.path.read_bytes() == night.evidence.get("ab/frame1.jpg")
    (line,) = night.lineage()
    (label,) = line["labels"]
    assert line["file"] == f"images/{image.path.name}"
    assert label["case"] == str(case)
    assert label["sighting"] == str(seen.id)
    assert label["reviews"] == [str(review.id) for review in night.store.reviews(case)]
    assert (label["clip_sha256"], label["model_sha256"]) == (seen.clip_sha256, seen.model_sha256)
    assert "li" not in label.values()


@pytest.mark.parametrize("reason", ["not_there", "wrong_class"])
def test_a_dismissed_thing_becomes_a_window_without_boxes(night: Night, reason: str) -> None:
    (case,) = night.see(with_picture(night, sighting(1)))
    night.decide(case, Decision.DISMISS, reason)
    assert night.gather().negatives == {"litter": 1}
    (image,) = read_prepared(night.out, classes=()).images
    assert len(image.xyxy) == 0
    assert image.labelled == image.scored == frozenset({"litter"})
    assert image.size == (160, 160)
    frame = pixels(1, width=WIDTH, height=HEIGHT)[135:295, 240:400].astype(int)
    window = read_picture(image.path)
    assert window is not None
    assert np.abs(window - frame).mean() < 4  # two rounds of JPEG
    assert night.lineage()[0]["absent"] == "litter"


@pytest.mark.parametrize("reason", ["permitted", "already_clean", "permanent_fixture", "evidence_unclear", "other"])
def test_dismissals_that_say_nothing_of_the_picture_are_left_out(night: Night, reason: str) -> None:
    keep, drop = night.see(with_picture(night, sighting(1)), with_picture(night, sighting(2, north_m=50.0)))
    night.decide(keep, Decision.CONFIRM)
    night.decide(drop, Decision.DISMISS, reason)
    done = night.gather()
    assert done.pictures == {"train": 1}
    assert list(done.left_out) == [f"{reason}: says nothing of the picture"]


def test_the_last_standing_decision_counts(night: Night) -> None:
    first, second, third = night.see(*(with_picture(night, sighting(i, north_m=50.0 * i)) for i in (1, 2, 3)))
    night.decide(first, Decision.CONFIRM)
    night.decide(first, Decision.DISMISS, "not_there")
    night.decide(third, Decision.CONFIRM)
    night.decide(second, Decision.CONFIRM)
    night.store.undo("li")
    done = night.gather()
    assert (done.boxes, done.negatives) == ({"litter": 1}, {"litter": 1})
    assert {label["case"] for line in night.lineage() for label in line["labels"]} == {str(first), str(third)}


def test_deferred_and_undecided_cases_are_no_labels(night: Night) -> None:
    first, _ = night.see(with_picture(night, sighting(1)), with_picture(night, sighting(2, north_m=50.0)))
    night.decide(first, Decision.DEFER)
    with pytest.raises(LabelError, match="nobody has decided a case"):
        night.gather()
    assert not night.out.exists()


def test_what_was_seen_after_the_decision_was_not_decided(night: Night) -> None:
    (case,) = night.see(with_picture(night, sighting(1)))
    night.decide(case, Decision.CONFIRM)
    later = with_picture(night, sighting(9, clip="b", seen_at=night.time.at.replace(year=2027)))
    assert night.see(later, clip="b") == [case]
    done = night.gather()
    assert done.boxes == {"litter": 1}
    assert list(done.left_out) == ["it was seen after the decision, or nobody knows when"]


def test_two_things_in_one_frame_are_one_picture(night: Night) -> None:
    seen = with_picture(night, sighting(1))
    other = with_picture(night, sighting(2, north_m=8.0), seed=1, box=(10, 10, 40, 40))
    for case in night.see(seen, other):
        night.decide(case, Decision.CONFIRM)
    done = night.gather()
    assert (done.pictures, done.boxes) == ({"train": 1}, {"litter": 2})
    assert sorted(label["xyxy"] for label in night.lineage()[0]["labels"]) == [[10, 10, 40, 40], list(BOX)]


def broken(night: Night, seen: Sighting) -> Sighting:
    (night.evidence.root / "ab" / "frame1.jpg").write_bytes(b"\xff\xd8 half")
    return seen


def gone(night: Night, seen: Sighting) -> Sighting:
    (night.evidence.root / "ab" / "frame1.jpg").unlink()
    return seen


def other_size(night: Night, seen: Sighting) -> Sighting:
    night.evidence.put("ab/frame1.jpg", encode_jpeg(pixels(1)))
    return seen


def flat_box(night: Night, seen: Sighting) -> Sighting:
    return with_picture(night, seen, box=(700, 10, 720, 20))


SPOILT = [
    ("cannot be decoded", broken),
    ("gone from the evidence", gone),
    ("not 640 x 360 as stored", other_size),
    ("box has no size", flat_box),
    ("has no picture", lambda night, seen: replace(seen, evidence=None)),
    ("no class of ours", lambda night, seen: replace(seen, class_name="unicorn")),
]


@pytest.mark.parametrize(("says", "spoil"), SPOILT, ids=[says.replace(" ", "-") for says, _ in SPOILT])
def test_what_cannot_be_a_label_is_left_out_and_counted(night: Night, says: str, spoil: Any) -> None:
    good = with_picture(night, sighting(2, north_m=50.0))
    for case in night.see(spoil(night, with_picture(night, sighting(1))), good):
        night.decide(case, Decision.CONFIRM)
    done = night.gather()
    assert done.boxes == {"litter": 1}
    assert [says in reason for reason in done.left_out] == [True]


def test_without_a_place_nothing_is_learnt(night: Night) -> None:
    lost, placed = night.see(with_picture(night, sighting(1, north_m=None)), with_picture(night, sighting(2)))
    night.decide(lost, Decision.CONFIRM)
    night.decide(placed, Decision.CONFIRM)
    assert night.gather().boxes == {"litter": 1}


def test_a_fixed_cameras_pictures_share_a_split_wherever_their_things_stand(night: Night) -> None:
    seen = [with_picture(night, sighting(i, north_m=60.0 * i, camera="corner")) for i in range(1, 9)]
    for case in night.see(*seen):
        night.decide(case, Decision.CONFIRM)
    done = night.gather(Deal(shares={"val": 0.5}, guard_m=0.0), fixed={"corner": (36.8, 118.05)})
    assert len(done.pictures) == 1
    assert sum(done.pictures.values()) == 8


def test_a_harvest_is_repeated_over_the_former_one_but_over_nothing_else(night: Night) -> None:
    (case,) = night.see(with_picture(night, sighting(1)))
    night.decide(case, Decision.CONFIRM)
    night.gather()
    before = {path.name: path.read_bytes() for path in night.out.rglob("*") if path.is_file()}
    night.gather()
    assert {path.name: path.read_bytes() for path in night.out.rglob("*") if path.is_file()} == before
    (night.out / "lineage.jsonl").unlink()
    with pytest.raises(LabelError, match="holds something"):
        night.gather()


def test_no_spot_is_trained_on_near_one_that_is_judged_on(night: Night) -> None:
    seen = [with_picture(night, sighting(i, north_m=9.0 * i)) for i in range(150)]
    for case in night.see(*seen):
        night.decide(case, Decision.CONFIRM)
    done = night.gather(Deal(seed=4, shares={"val": 0.3}))
    assert set(done.pictures) == {"train", "val"}
    where = {str(one.id): 9.0 * one.track_id for one in seen}
    spots: dict[str, list[float]] = {"train": [], "val": []}
    for line in night.lineage():
        spots[line["split"]] += [where[label["sighting"]] for label in line["labels"]]
    assert min(abs(a - b) for a in spots["train"] for b in spots["val"]) >= 30.0


def test_cells_are_about_as_large_as_asked_and_the_deal_holds() -> None:
    deal = Deal(seed=1, shares={"val": 0.25}, guard_m=0.0)
    spots = [(36.8 + 20 * METRE * i, 118.05 + 25 * METRE * j) for i in range(60) for j in range(60)]
    cells = {cell_of(*spot, cell_m=100.0) for spot in spots}
    assert 130 <= len(cells) <= 200  # 1.2 km by 1.2 km
    splits = [deal.split_of(*spot) for spot in spots]
    assert splits == [deal.split_of(*spot) for spot in spots]
    assert splits.count("val") / len(splits) == pytest.approx(0.25, abs=0.1)


@pytest.mark.parametrize(
    "wrong", [{"shares": {"val": 1.0}}, {"shares": {"train": 0.5}}, {"guard_m": 100.0}, {"cell_m": 0.0}]
)
def test_a_deal_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="want"):
        Deal(**wrong)


def test_a_store_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "streetaudit.toml"
    file.write_text("")
    with pytest.raises(StoreError, match="no case store"):
        harvest(load_config(file), tmp_path / "out", deal=ALL_TRAIN)
    assert [path.name for path in tmp_path.iterdir()] == ["streetaudit.toml"]


def corrected(
    night: Night,
    case_id: UUID,
    correction: Correction,
    decision: Decision = Decision.CONFIRM,
    reason: str | None = None,
) -> None:
    night.time.pass_s(60)
    case = night.store.case(case_id)
    assert case is not None
    night.store.decide(
        case_id, reviewer="li", decision=decision, reason=reason, note="", expected_version=case.version,
        correction=correction,
    )  # fmt: skip


def labels(night: Night) -> list[tuple[str, str, tuple[float, ...]]]:
    """(says, class, box in the frame) of every label of the lineage."""
    told = [label for line in night.lineage() for label in line["labels"]]
    return sorted((label["says"], label["class"], tuple(label["frame_xyxy"])) for label in told)


def test_a_box_that_a_reviewer_drew_is_the_label(night: Night) -> None:
    seen = with_picture(night, sighting(1))
    (case,) = night.see(seen)
    drawn = (290.0, 190.0, 350.0, 240.0)
    corrected(night, case, Correction(corrected_box=drawn, sighting=seen.id))
    night.gather()
    (image,) = read_prepared(night.out, classes=()).images
    assert image.xyxy.tolist() == [pytest.approx(drawn, abs=0.01)]
    ((label,),) = [line["labels"] for line in night.lineage()]
    assert (label["corrected"], label["detected_xyxy"]) == (["box"], list(BOX))
    assert label["reviews"] == [str(review.id) for review in night.store.reviews(case)]


def test_a_box_drawn_on_one_picture_says_nothing_of_the_others(night: Night) -> None:
    first, second = with_picture(night, sighting(1)), with_picture(night, sighting(2, clip="b"), seed=2)
    (case,) = night.see(first)
    night.see(second, clip="b")
    corrected(night, case, Correction(corrected_box=(1.0, 2.0, 30.0, 40.0), sighting=first.id))
    night.gather()
    assert labels(night) == [("there", "litter", (1.0, 2.0, 30.0, 40.0)), ("there", "litter", BOX)]


@pytest.mark.parametrize(
    ("correction", "name"),
    [
        pytest.param(Correction(class_name="bin"), "bin", id="class"),
        pytest.param(Correction(problem="mis_parked_vehicle"), "vehicle", id="problem"),
        pytest.param(
            Correction(problem="illegal_ad", class_name="street_stall"), "street_stall", id="class-over-problem"
        ),
    ],
)
def test_what_a_reviewer_calls_something_else_teaches_twice(night: Night, correction: Correction, name: str) -> None:
    (case,) = night.see(with_picture(night, sighting(1)))
    corrected(night, case, correction)
    done = night.gather()
    assert (done.boxes, done.negatives) == ({name: 1}, {"litter": 1})
    assert labels(night) == [("not_there", "litter", BOX), ("there", name, BOX)]


def test_no_litter_but_a_bin_is_a_label_too(night: Night) -> None:
    (case,) = night.see(with_picture(night, sighting(1)))
    corrected(night, case, Correction(class_name="bin"), Decision.DISMISS, "wrong_class")
    done = night.gather()
    assert (done.boxes, done.negatives) == ({"bin": 1}, {"litter": 1})


def test_a_correction_that_was_taken_back_is_none(night: Night) -> None:
    (case,) = night.see(with_picture(night, sighting(1)))
    night.decide(case, Decision.CONFIRM)
    corrected(night, case, Correction(class_name="bin"))
    night.store.undo("li")
    assert night.gather().boxes == {"litter": 1}


def test_a_later_plain_confirmation_leaves_a_correction_standing(night: Night) -> None:
    (case,) = night.see(with_picture(night, sighting(1)))
    corrected(night, case, Correction(class_name="bin"))
    night.decide(case, Decision.CONFIRM)
    assert night.gather().boxes == {"bin": 1}


def test_a_problem_that_no_class_shows_is_left_out(night: Night) -> None:
    other, case = night.see(with_picture(night, sighting(1)), with_picture(night, sighting(2, north_m=50.0)))
    night.decide(other, Decision.CONFIRM)
    corrected(night, case, Correction(problem="graffiti"))
    done = night.gather()
    assert done.boxes == {"litter": 1}
    assert list(done.left_out) == ["no class of ours shows 'graffiti': name the class when correcting"]


def test_a_corrected_place_decides_the_split(night: Night) -> None:
    deal = Deal(seed=1, shares={"val": 0.5}, guard_m=0.0)
    north = next(
        metres
        for metres in range(0, 5000, 100)
        if deal.split_of(36.8 + metres * METRE, 118.05) != deal.split_of(36.8, 118.05)
    )
    (case,) = night.see(with_picture(night, sighting(1)))
    night.decide(case, Decision.CONFIRM)
    before = night.gather(deal).pictures
    corrected(night, case, Correction(corrected_place=Place(36.8 + north * METRE, 118.05, 3.0, method="given")))
    assert set(night.gather(deal).pictures) == {"train", "val"} - set(before)
