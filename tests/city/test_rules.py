from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.builders import CATALOGUE, SHANGHAI, TUESDAY_10, judge, place, rules, zone
from streetaudit.city.calendar import Calendar
from streetaudit.city.rules import Rules
from streetaudit.errors import MapError
from streetaudit.structures.city import Polygon, Zone, ZoneKind
from streetaudit.structures.place import NotPlaced, Place

AREA = (-50.0, -50.0, 50.0, 50.0)
KERB = (-1.25, -200.0, 1.25, 200.0)
NO_GPS = NotPlaced("no trace")
UNKNOWN = {"at": None}


@pytest.mark.parametrize(
    ("class_name", "zones", "where", "seen", "problem", "why"),
    [
        # Things that need no zone.
        pytest.param("litter", [], place(0, 0), {}, "litter", "counts anywhere", id="litter-anywhere"),
        pytest.param("overflowing_bin", [], place(0, 0), {}, "overflowing_bin", "counts anywhere", id="bin-anywhere"),
        pytest.param("litter", [], NO_GPS, {}, "litter", "not known (no trace)", id="litter-unplaced"),
        pytest.param("litter", [], place(0, 0), UNKNOWN, "litter", "counts anywhere", id="litter-without-a-clock"),
        pytest.param("bin", [], place(0, 0), {}, None, "no problem of the catalogue", id="bin-never"),
        pytest.param("person", [], place(0, 0), {}, None, "no problem of the catalogue", id="person-never"),
        pytest.param("litter", [], place(0, 0), {"confidence": 0.1}, None, "confidence 0.10", id="weak"),
        pytest.param("litter", [], place(0, 0), {"frames": 2}, None, "in 2 frames only", id="flicker"),
        # Patrol area.
        pytest.param("litter", ["patrol_area"], place(0, 0), {}, "litter", "'patrol_area'", id="in-patrol-area"),
        pytest.param("litter", ["patrol_area"], place(60, 0), {}, None, "outside the patrol area", id="off-patrol"),
        pytest.param("litter", ["patrol_area"], NO_GPS, {}, "litter", "not known", id="unplaced-with-patrol-area"),
        # Vehicles.
        pytest.param("vehicle", ["no_parking"], place(0, 0), {}, "mis_parked_vehicle", "in force", id="parked"),
        pytest.param("vehicle", ["no_parking"], place(60, 0), {}, None, "in no zone of kind", id="parked-elsewhere"),
        pytest.param("vehicle", [], place(0, 0), {}, None, "in no zone of kind no parking", id="no-map"),
        pytest.param("vehicle", ["no_parking"], place(0, 0), {"motion": "moving"}, None, "not parked", id="moving"),
        pytest.param(
            "vehicle", ["no_parking"], place(0, 0), {"motion": "unknown"}, None, "stands still", id="motion-unknown"
        ),
        pytest.param("vehicle", ["no_parking"], NO_GPS, {}, None, "without a place", id="vehicle-unplaced"),
        pytest.param("vehicle", ["no_parking"], place(51, 0, 8.0), {}, None, "80% is needed", id="near-the-border"),
        pytest.param(
            "vehicle", ["no_parking", "parking_permitted"], place(0, 0), {}, None, "another zone permits", id="bay"
        ),
        # Stalls.
        pytest.param("street_stall", [], place(0, 0), {}, "street_stall", "no zone that permits it", id="stall"),
        pytest.param(
            "street_stall", ["vending_permitted"], place(0, 0), {}, None, "which permits it", id="stall-permitted"
        ),
        pytest.param(
            "street_stall", ["vending_permitted"], place(60, 0), {}, "street_stall", "no zone", id="stall-next-door"
        ),
        pytest.param(
            "street_stall", ["vending_permitted"], place(51, 0, 8.0), {}, None, "may stand", id="stall-at-the-border"
        ),
        pytest.param("street_stall", ["vending_permitted"], NO_GPS, {}, None, "without a place", id="stall-unplaced"),
        pytest.param("street_stall", [], NO_GPS, {}, "street_stall", "not known", id="stall-unplaced-without-zones"),
        # Advertisements.
        pytest.param("illegal_ad", [], place(0, 0), {}, "illegal_ad", "no zone that permits it", id="ad"),
        pytest.param("illegal_ad", ["ad_permitted"], place(0, 0), {}, None, "which permits it", id="ad-permitted"),
        # Privacy.
        pytest.param("litter", ["privacy_mask"], place(0, 0), {}, None, "privacy mask", id="masked"),
        pytest.param("litter", ["privacy_mask"], place(60, 0), {}, "litter", "anywhere", id="beside-the-mask"),
    ],
)
def test_verdicts(
    class_name: str, zones: list[Any], where: Any, seen: dict[str, Any], problem: str | None, why: str
) -> None:
    verdict = judge(rules(*(zone(kind, *AREA) for kind in zones)), class_name, where, **seen)
    assert verdict.problem == problem
    assert why in verdict.why
    assert verdict.why.endswith(".")
    assert not verdict.shadow


@pytest.mark.parametrize(
    ("hours", "at", "problem", "why"),
    [
        pytest.param("Mo-Fr 07:00-19:00", TUESDAY_10, "mis_parked_vehicle", "in force (Mo-Fr", id="in-hours"),
        pytest.param("Mo-Fr 20:00-22:00", TUESDAY_10, None, "not in force at that time", id="out-of-hours"),
        pytest.param("Mo-Fr 07:00-19:00", None, None, "not known without the footage's clock", id="no-clock"),
        pytest.param("24/7", None, "mis_parked_vehicle", "in force (24/7)", id="always-needs-no-clock"),
    ],
)
def test_a_no_parking_zone_has_hours(hours: str, at: datetime | None, problem: str | None, why: str) -> None:
    verdict = judge(rules(zone("no_parking", *AREA, hours=hours)), "vehicle", place(0, 0), at=at)
    assert verdict.problem == problem
    assert why in verdict.why


@pytest.mark.parametrize(
    ("hours", "at", "rule", "problem"),
    [
        pytest.param("17:00-23:00", TUESDAY_10, "street_stall.outside_hours", "street_stall", id="outside-hours"),
        pytest.param("07:00-23:00", TUESDAY_10, "street_stall", None, id="in-hours"),
        pytest.param("17:00-23:00", None, "street_stall", None, id="no-clock-may-be-permitted"),
    ],
)
def test_a_stall_outside_the_hours_is_a_case_of_its_own_kind(
    hours: str, at: datetime | None, rule: str, problem: str | None
) -> None:
    made = rules(zone("vending_permitted", *AREA, hours=hours, name="Night market"))
    verdict = judge(made, "street_stall", place(0, 0), at=at)
    assert (verdict.rule, verdict.problem, verdict.zone) == (rule, problem, "Night market")
    assert ("outside its hours (17:00-23:00)" in verdict.why) == (rule != "street_stall")


def test_public_holidays_open_and_close_zones() -> None:
    calendar = Calendar(holidays=frozenset({date(2026, 11, 24)}))
    made = rules(zone("no_parking", *AREA, hours="Mo-Fr 07:00-19:00; PH off"), calendar=calendar)
    assert judge(made, "vehicle", place(0, 0)).problem is None
    assert judge(made, "vehicle", place(0, 0), at=TUESDAY_10 + timedelta(days=1)).problem == "mis_parked_vehicle"


@pytest.mark.parametrize(
    ("dates", "at", "fires"),
    [
        pytest.param({"valid_from": date(2026, 11, 24)}, TUESDAY_10, True, id="first-day"),
        pytest.param({"valid_from": date(2026, 11, 25)}, TUESDAY_10, False, id="not-yet"),
        pytest.param({"valid_to": date(2026, 11, 24)}, TUESDAY_10, True, id="last-day"),
        pytest.param({"valid_to": date(2026, 11, 23)}, TUESDAY_10, False, id="expired"),
        pytest.param({"valid_to": date(2026, 11, 30)}, None, False, id="dates-without-a-clock"),
    ],
)
def test_validity_dates_are_the_citys_days(dates: dict[str, date], at: datetime | None, fires: bool) -> None:
    verdict = judge(rules(zone("no_parking", *AREA, **dates)), "vehicle", place(0, 0), at=at)
    assert (verdict.problem is not None) == fires


def test_an_expired_permit_is_no_permit() -> None:
    verdict = judge(rules(zone("vending_permitted", *AREA, valid_to=date(2026, 1, 1))), "street_stall", place(0, 0))
    assert (verdict.problem, verdict.rule) == ("street_stall", "street_stall")


@pytest.mark.parametrize(
    ("east_m", "error_m", "fires"),
    [
        pytest.param(0.0, 1.0, True, id="well-inside"),
        pytest.param(0.0, 3.0, False, id="strip-narrower-than-the-error"),
        pytest.param(1.25, 1.0, False, id="on-the-border"),
        pytest.param(3.0, 1.0, False, id="outside"),
    ],
)
def test_a_kerb_strip_accuses_only_whom_it_is_sure_of(east_m: float, error_m: float, fires: bool) -> None:
    verdict = judge(rules(zone("no_parking", *KERB)), "vehicle", place(east_m, 0.0, error_m))
    assert (verdict.problem is not None) == fires
    assert (verdict.probability >= 0.8) == fires


def test_neighbouring_strips_count_together() -> None:
    halves = [zone("no_parking", -10, -200, 0, 200, name="west"), zone("no_parking", 0, -200, 10, 200, name="east")]
    verdict = judge(rules(*halves), "vehicle", place(0.2, 0, 2.0))
    assert (verdict.problem, verdict.zone) == ("mis_parked_vehicle", "east")


@given(st.floats(0.1, 5.0), st.floats(1.001, 20.0), st.sampled_from(["vehicle", "street_stall"]), st.booleans())
def test_farther_than_its_error_from_a_border_the_verdict_is_the_truth(
    error_m: float, times: float, class_name: str, inside: bool
) -> None:
    east_m = -error_m * times if inside else error_m * times
    made = rules(
        zone("no_parking", -500, -500, 0, 500, name="n"), zone("vending_permitted", -500, -500, 0, 500, name="v")
    )
    verdict = judge(made, class_name, place(east_m, 0.0, error_m))
    assert (verdict.problem is not None) == (inside if class_name == "vehicle" else not inside)


@pytest.mark.parametrize(
    ("zones", "class_name", "problem", "shadow"),
    [
        pytest.param([("no_parking", True)], "vehicle", "mis_parked_vehicle", True, id="trial-prohibition"),
        pytest.param(
            [("no_parking", True), ("no_parking", False)], "vehicle", "mis_parked_vehicle", False, id="firm-beats-trial"
        ),
        pytest.param([("vending_permitted", True)], "street_stall", "street_stall", True, id="trial-permission"),
        pytest.param(
            [("vending_permitted", True), ("vending_permitted", False)], "street_stall", None, False, id="both-permit"
        ),
        pytest.param(
            [("no_parking", False), ("parking_permitted", True)], "vehicle", "mis_parked_vehicle", True, id="trial-bay"
        ),
        pytest.param([("patrol_area", True)], "litter", "litter", False, id="trial-patrol-area-is-no-limit"),
    ],
)
def test_what_is_on_trial_never_makes_an_open_case(
    zones: list[Any], class_name: str, problem: str | None, shadow: bool
) -> None:
    made = rules(*(zone(kind, *AREA, shadow=on_trial, name=f"{kind} {on_trial}") for kind, on_trial in zones))
    verdict = judge(made, class_name, place(0, 0))
    assert (verdict.problem, verdict.shadow) == (problem, shadow)


def test_the_version_follows_everything_that_decides() -> None:
    base = rules(zone("no_parking", *AREA))
    others = [
        rules(),
        rules(zone("no_parking", *AREA, hours="Mo-Fr 07:00-19:00")),
        rules(zone("no_parking", *AREA), calendar=Calendar(holidays=frozenset({date(2026, 1, 1)}))),
        Rules(CATALOGUE[:3], [zone("no_parking", *AREA)], timezone=SHANGHAI),
    ]
    assert base.version == rules(zone("no_parking", *AREA)).version
    assert len({base.version, *(other.version for other in others)}) == 5
    assert judge(base, "litter", place(0, 0)).rule_version == base.version


def test_unreadable_hours_are_refused_when_the_rules_are_made() -> None:
    with pytest.raises(MapError, match=r"zone 'no_parking': hours '7 to 9'"):
        rules(zone("no_parking", *AREA, hours="7 to 9"))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param({"motion": "parked"}, id="motion"),
        pytest.param({"at": datetime(2026, 11, 24)}, id="naive-time"),  # noqa: DTZ001 - the point of the test
    ],
)
def test_mistakes_of_the_programmer_are_value_errors(seen: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="want motion"):
        judge(rules(), "litter", place(0, 0), **seen)


def test_zones_at_explains_a_spot() -> None:
    made = rules(zone("no_parking", *AREA), zone("patrol_area", 0, -500, 500, 500, hours="Sa 10:00-12:00"))
    found = {z.zone.name: (z.force.value, round(z.probability, 1)) for z in made.zones_at(place(0, 0), TUESDAY_10)}
    assert found == {"no_parking": ("in force", 1.0), "patrol_area": ("outside its hours", 0.5)}


@pytest.mark.parametrize(
    ("motion", "dwell_s", "problem", "says"),
    [
        pytest.param("stationary", 25.0, "mis_parked_vehicle", "stands in", id="stood-long-enough"),
        pytest.param("stationary", 12.0, None, "stood for 12 s only; 20 s are needed", id="let-somebody-out"),
        pytest.param("stationary", None, "mis_parked_vehicle", "stands in", id="a-pass-cannot-tell"),
        pytest.param("moving", 0.0, None, "moves", id="drives"),
        pytest.param("unknown", 1.0, None, "not seen well enough", id="unknown"),
    ],
)
def test_a_fixed_camera_asks_how_long_it_stood(
    motion: str, dwell_s: float | None, problem: str | None, says: str
) -> None:
    verdict = judge(rules(zone("no_parking", *AREA)), "vehicle", place(0, 0), motion=motion, dwell_s=dwell_s)
    assert verdict.problem == problem
    assert says in verdict.why


@pytest.mark.parametrize(
    ("dwell_s", "pass_dwell_s", "problem", "unproven"),
    [
        pytest.param(None, 300.0, None, "mis_parked_vehicle", id="a-pass-waits-for-another"),
        pytest.param(None, 0.0, "mis_parked_vehicle", None, id="one-pass-is-enough"),
        pytest.param(25.0, 300.0, "mis_parked_vehicle", None, id="a-fixed-camera-saw-it-stand"),
        pytest.param(12.0, 300.0, None, None, id="a-fixed-camera-saw-it-leave"),
    ],
)
def test_a_passing_camera_may_have_to_come_back(
    dwell_s: float | None, pass_dwell_s: float, problem: str | None, unproven: str | None
) -> None:
    asked = [replace(one, pass_dwell_s=pass_dwell_s) if one.stationary else one for one in CATALOGUE]
    made = Rules(asked, [zone("no_parking", *AREA)], timezone=SHANGHAI)
    verdict = judge(made, "vehicle", place(0, 0), motion="stationary", dwell_s=dwell_s)
    assert (verdict.problem, verdict.unproven) == (problem, unproven)
    if unproven:
        assert verdict.needs_s == pass_dwell_s
        assert "stands in" in verdict.why
        assert "5 min apart" in verdict.why


def test_a_thing_that_no_zone_forbids_waits_for_nothing() -> None:
    asked = [replace(one, pass_dwell_s=300.0) for one in CATALOGUE]
    verdict = judge(Rules(asked, timezone=SHANGHAI), "vehicle", place(0, 0), motion="stationary")
    assert (verdict.problem, verdict.unproven) == (None, None)


@pytest.mark.parametrize("class_name", ["litter", "overflowing_bin", "illegal_ad", "street_stall"])
@pytest.mark.parametrize(
    ("where", "raised", "says"),
    [
        pytest.param(NO_GPS, True, "place is not known", id="nothing-of-the-clip-has-a-place"),
        pytest.param(NotPlaced("too far", carrier_known=True), False, "a nearer look decides", id="this-one-has-none"),
        pytest.param(place(0, 0, 9.9), True, "", id="sure-enough"),
        pytest.param(place(0, 0, 10.1), False, "to within 10 m only", id="not-sure-enough"),
    ],
)
def test_what_a_nearer_look_decides_makes_no_case(
    class_name: str, where: Place | NotPlaced, raised: bool, says: str
) -> None:
    verdict = judge(rules(), class_name, where)
    assert (verdict.problem == class_name) is raised
    assert says in verdict.why


HALF: Polygon = (((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0), (0.0, 0.5)),)
NOWHERE, FAR_OFF = NotPlaced("no position"), NotPlaced("it lies 90 m away", carrier_known=True)


def drawn(kind: ZoneKind, **values: Any) -> Zone:
    return Zone(kind, (HALF,), "drawn", **values)


@pytest.mark.parametrize("at_place", [NOWHERE, FAR_OFF, place(0, 0, 18.0)], ids=["no-camera", "too-far", "too-unsure"])
@pytest.mark.parametrize(
    ("zones", "class_name", "foot", "problem"),
    [
        pytest.param([drawn("no_parking")], "vehicle", (0.5, 0.7), "mis_parked_vehicle", id="in-it"),
        pytest.param([drawn("no_parking")], "vehicle", (0.5, 0.3), None, id="outside"),
        pytest.param([drawn("no_parking", hours="Mo-Su 20:00-22:00")], "vehicle", (0.5, 0.7), None, id="not-now"),
        pytest.param([drawn("no_parking"), drawn("parking_permitted")], "vehicle", (0.5, 0.7), None, id="permitted"),
        pytest.param([drawn("vending_permitted")], "street_stall", (0.5, 0.7), None, id="stall-in-a-market"),
        pytest.param([drawn("vending_permitted")], "street_stall", (0.5, 0.3), "street_stall", id="stall-outside"),
        pytest.param([drawn("patrol_area")], "litter", (0.5, 0.7), "litter", id="watched-ground"),
        pytest.param([drawn("patrol_area")], "litter", (0.5, 0.3), None, id="unwatched-ground"),
        pytest.param([drawn("patrol_area"), drawn("privacy_mask")], "litter", (0.5, 0.7), None, id="masked"),
    ],
)
def test_zones_drawn_in_the_image_need_no_place(
    zones: list[Zone],
    class_name: str,
    foot: tuple[float, float],
    problem: str | None,
    at_place: Place | NotPlaced,
) -> None:
    verdict = judge(rules().for_camera(zones), class_name, at_place, foot=foot)
    assert verdict.problem == problem
    assert verdict.rule_version != rules().version


def test_what_the_map_says_holds_beside_what_is_drawn() -> None:
    mapped = rules(zone("no_parking", *AREA)).for_camera([drawn("parking_permitted")])
    assert judge(mapped, "vehicle", place(0, 0), foot=(0.5, 0.3)).problem == "mis_parked_vehicle"
    assert judge(mapped, "vehicle", place(0, 0), foot=(0.5, 0.7)).problem is None


def test_rules_without_a_drawing_are_the_citys() -> None:
    assert rules().for_camera([]).version == rules().version
