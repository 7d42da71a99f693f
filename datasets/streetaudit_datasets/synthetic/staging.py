"""Puts the drive's things in place: what is a case, what looks like one and is legal."""

from __future__ import annotations

import numpy as np

from streetaudit_datasets.synthetic.adverts import free_advert, notice_board, wall_advert
from streetaudit_datasets.synthetic.bins import bin_
from streetaudit_datasets.synthetic.crew import SCENERY, Case, Crew
from streetaudit_datasets.synthetic.district import END_M, START_M, allows, spans_of
from streetaudit_datasets.synthetic.furniture import bench, bollard, bush, cabinet, hydrant, leaves, sign
from streetaudit_datasets.synthetic.layout import BAY_M, Span
from streetaudit_datasets.synthetic.litter import litter
from streetaudit_datasets.synthetic.stalls import stall
from streetaudit_datasets.synthetic.vehicles import vehicle

ROW_M = 5.0  # distance of the bins in a row
ROW = ("bin", "bin", "overflowing_bin", "overflowing_bin", "bin")
SAME_KIND_M = 9.0  # cases of one kind stand this far apart, the row of bins excepted
LITTER = ("bags", "pile", "cartons", "scatter")

Place = tuple[float, float]


class Stage(Crew):
    """A crew that keeps cases of one kind apart and clear of the fixed camera's events."""

    def furnish(self, *, keep_free: list[tuple[float, float, float]]) -> None:
        """Place everything that stands still."""
        for along, right, radius in keep_free:
            self.take(along, right, radius_m=radius)
        self._signs()
        self._vehicles()
        self._bins()
        self._stalls()
        self._adverts()
        self._litter()
        self._scenery()
        self.trees_and_lamps(first_m=-20, last_m=END_M + 70, every_m=float(self.rng.uniform(11, 15)))

    def spot(self, label: str, side: int, *, radius_m: float, clear: tuple[str, ...] = ()) -> Place | None:
        """A free place on a pavement, away from others of its kind and from stretches of the kinds named."""
        plan, rng = self.plan, self.rng
        for _ in range(200):
            along = float(rng.uniform(START_M + 14, END_M - 4))
            right = side * float(rng.uniform(plan.half_m + 1.5, plan.wall_m - 0.9))
            if not plan.clear_of_crossings(along, by_m=plan.pavement_m + 2) or not self.free(
                along, right, radius_m=radius_m
            ):
                continue
            if not all(allows(plan, k, along, right, margin_m=APART) for k in clear):
                continue
            if self._far_from_kind(label, along, right):
                return along, right
        return None

    def _far_from_kind(self, label: str, along: float, right: float) -> bool:
        point = self.plan.path.point(along, right)
        return all(
            np.hypot(t.east_m - point[0], t.north_m - point[1]) > SAME_KIND_M for t in self.things if t.label == label
        )

    def _signs(self) -> None:
        """A sign at the head of each stretch that has a law about parking."""
        for kind, plate in (("no_parking", "no_parking"), ("bays", "parking")):
            for span in spans_of(self.plan, kind):
                along = span.first_m if span.side > 0 else span.last_m
                self.put(
                    sign(self.rng, kind=plate),
                    along,
                    span.side * (self.plan.half_m + 0.5),
                    turn_deg=0.0 if span.side > 0 else 180.0,
                )

    def _vehicles(self) -> None:
        for span in spans_of(self.plan, "bays"):
            slots = np.arange(span.first_m + 2.8, span.last_m - 2.7, 5.6)
            chosen = self.rng.choice(len(slots), size=min(len(slots), int(self.rng.integers(4, 6))), replace=False)
            for k in sorted(chosen):
                self._park(
                    span, float(slots[k]), Case("vehicle", None, "parked in a marked bay where parking is permitted")
                )
        for span in spans_of(self.plan, "no_parking"):
            count = 3 if span.side > 0 else 2
            room = np.linspace(span.first_m + 5, span.last_m - 5, count * 2)
            for along in (float(a) for a in room[:: 2 if self.rng.random() < 0.5 else -2][:count]):
                if self.free(along, span.side * (self.plan.half_m - BAY_M / 2), radius_m=2.6):
                    self._park(span, along, Case("vehicle", "mis_parked_vehicle", "stands in a no-parking zone"))

    def _park(self, span: Span, along: float, case: Case) -> None:
        astray = case.problem is not None and self.rng.random() < 0.3
        right = span.side * (self.plan.half_m + (0.6 if astray else -BAY_M / 2 + 0.1) + float(self.rng.normal(0, 0.06)))
        turn = (0.0 if span.side > 0 else 180.0) + float(self.rng.normal(0, 3 if astray else 1))
        self.put(vehicle(self.rng), along, right, turn_deg=turn, case=case)
        self.take(along, right, radius_m=2.4)

    def _bins(self) -> None:
        self._row_of_bins()
        for overflowing, right, left in ((True, 3, 2), (False, 4, 2)):
            label = "overflowing_bin" if overflowing else "bin"
            for side in [1] * right + [-1] * left:
                place = self.spot(label, side, radius_m=1.2)
                if place is not None:
                    self._bin(label, *place)

    def _bin(self, label: str, along: float, right: float, *, kind: str | None = None) -> None:
        overflowing = label == "overflowing_bin"
        why = "its lid is open and waste lies on top and around" if overflowing else "a closed bin in order"
        case = Case(label, label if overflowing else None, why)
        model = bin_(self.rng, overflowing=overflowing, kind=kind)
        self.put(model, along, right, turn_deg=self.facing_road(right) + float(self.rng.normal(0, 8)), case=case)
        self.take(along, right, radius_m=1.0)

    def _row_of_bins(self) -> None:
        """Bins 5 m apart: each is a thing of its own, and two that overflow are neighbours."""
        for _ in range(100):
            place = self.spot("bin", 1, radius_m=1.0)
            if place is None:
                return
            first, right = place[0], self.plan.half_m + 1.7
            spots = [first + ROW_M * k for k in range(len(ROW))]
            fits = all(
                self.free(a, right, radius_m=1.0) and self.plan.clear_of_crossings(a, by_m=self.plan.pavement_m + 1)
                and a < END_M - 5 and self._no_car_before(a)
                for a in spots
            )  # fmt: skip
            if fits:
                for along, label in zip(spots, ROW, strict=True):
                    self._bin(label, along, right, kind="wheeled")
                return

    def _no_car_before(self, along: float) -> bool:
        return all(allows(self.plan, kind, along, 1.0, margin_m=3.0) for kind in ("bays", "no_parking"))

    def _stalls(self) -> None:
        for span in spans_of(self.plan, "vending"):
            for k in range(2):
                along = span.first_m + (0.27 + 0.46 * k) * (span.last_m - span.first_m)
                self._stall(
                    along,
                    span.side * (self.plan.half_m + 2.6),
                    Case("street_stall", None, "stands in a vending zone in its hours"),
                )
        case = Case("street_stall", "street_stall", "sells on the pavement outside any vending zone")
        for side in (1, 1, 1, -1, -1):
            place = self.spot("street_stall", side, radius_m=2.0, clear=("vending",))
            if place is not None:
                self._stall(place[0], side * (self.plan.half_m + 2.5), case)

    def _stall(self, along: float, right: float, case: Case) -> None:
        turn = self.facing_road(right) + float(self.rng.normal(0, 6))
        self.put(stall(self.rng), along, right, turn_deg=turn, case=case)
        self.take(along, right, radius_m=2.2)
        if self.rng.random() < 0.8:
            back = 1.05 if right > 0 else -1.05
            self.stand_person(along + float(self.rng.uniform(-0.5, 0.5)), right + back, turn_deg=turn, why="a vendor")

    def _adverts(self) -> None:
        for span in spans_of(self.plan, "ads"):
            self._permitted_adverts(span)
        for side, kinds in ((1, ("poster", "posters", "wad", "wad", "flyers")), (-1, ("wad", "posters"))):
            for kind in kinds:
                self._wall_advert(kind, side)
        case = Case("illegal_ad", "illegal_ad", "stands on the pavement without a permit")
        for side, kind in ((1, "a_board"), (1, "stand"), (1, "pole_banner"), (-1, "a_board")):
            place = self.spot("illegal_ad", side, radius_m=1.2, clear=("ads",))
            if place is not None:
                turn = 180.0 + float(self.rng.normal(-25 * side, 8))
                self.put(free_advert(self.rng, kind=kind), *place, turn_deg=turn, case=case)

    def _permitted_adverts(self, span: Span) -> None:
        case = Case("illegal_ad", None, "hangs at a site where adverts are permitted")
        middle, length = (span.first_m + span.last_m) / 2, span.last_m - span.first_m
        for kind, offset in (("posters", -0.28), ("poster", 0.3)):
            self.hang(wall_advert(self.rng, kind=kind), middle + offset * length, span.side, case=case)
        right = span.side * (self.plan.wall_m - 1.2)
        board = self.put(notice_board(self.rng), middle, right, turn_deg=self.facing_road(right))
        self.put(free_advert(self.rng, kind="a_board"), middle - 2.6, right, turn_deg=155.0, case=case)
        self.take(middle, right, radius_m=max(board.model.size_m[:2]))

    def _wall_advert(self, kind: str, side: int) -> None:
        case = Case("illegal_ad", "illegal_ad", "is stuck on a house front outside any permitted site")
        for _ in range(200):
            along = float(self.rng.uniform(START_M + 14, END_M - 2))
            wall = side * self.plan.wall_m
            if (
                self.plan.clear_of_crossings(along, by_m=self.plan.pavement_m + 3)
                and allows(self.plan, "ads", along, wall, margin_m=APART)
                and self.free(along, wall, radius_m=1.6)
                and self._far_from_kind("illegal_ad", along, wall)
            ):
                self.hang(wall_advert(self.rng, kind=kind), along, side, case=case)
                return

    def _litter(self) -> None:
        for i, side in enumerate((1, 1, 1, 1, 1, 1, 1, 1, -1, -1)):
            place = self.spot("litter", side, radius_m=1.1)
            if place is None:
                continue
            right = side * (self.plan.half_m + 0.95) if self.rng.random() < 0.5 else place[1]
            kind = LITTER[i % len(LITTER)]
            case = Case("litter", "litter", f"rubbish on the pavement: {kind}")
            self.put(litter(self.rng, kind=kind), place[0], right, turn_deg=float(self.rng.uniform(0, 360)), case=case)
            self.take(place[0], right, radius_m=1.0)

    def _scenery(self) -> None:
        makers = (bush, cabinet, bollard, hydrant, bench, leaves, bollard, bush)
        for i in range(34):
            place = self.spot("", int(self.rng.choice([-1, 1])), radius_m=0.8)
            if place is not None:
                self.put(makers[i % len(makers)](self.rng), *place, turn_deg=self.facing_road(place[1]), case=SCENERY)


APART = 7.0  # clear of a permitting zone, more than the error of a place
