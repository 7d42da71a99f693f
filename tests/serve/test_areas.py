"""Who may see a part of the city sees no other: every id of the others is as if it did not exist."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from serve.client import bearing, claim, decide, signed_in
from serve.conftest import Site
from serve.scene import ORIGIN, add_token, far_away, zones
from streetaudit.io.store.values import Area, CaseFilter
from streetaudit.structures.case import CaseState, Decision
from streetaudit.structures.place import Place

HERE = Area(cells=("370303001",))
THERE = Area(cells=("370304",))
EAST_M = 5000.0


@pytest.fixture
def other(site: Site) -> UUID:
    """A case of another district, 5 km east."""
    return far_away(site.store, site.evidence, EAST_M, cell="370304009001")


def of(site: Site, area: Area | None, name: str = "mei") -> TestClient:
    site.store.set_area(name, area)
    return signed_in(site.app, name)


def test_lists_counts_and_maps_hold_the_own_cells_only(site: Site, other: UUID) -> None:
    whole, mine, theirs = (site.store.within(area) for area in (None, HERE, THERE))
    assert (whole.count(), mine.count(), theirs.count()) == (len(site.cases) + 1, len(site.cases), 1)
    assert sum(theirs.counts().values()) == 1
    assert [case.id for case in theirs.each_case()] == [other]
    assert [case.id for case in theirs.cases(CaseFilter(search=str(other)[:8])).cases] == [other]
    assert other not in {case.id for case in mine.each_case(order="queue")}
    client = of(site, THERE)
    assert [case["id"] for case in client.get("/api/v1/cases").json()["cases"]] == [str(other)]
    assert [point["id"] for point in client.get("/api/v1/map").json()["features"]] == [str(other)]
    assert client.get("/api/v1/counts").json()["waiting"] == 1
    assert "1 match" in client.get("/cases").text


def test_no_id_of_another_area_opens_anything(site: Site) -> None:
    theirs = of(site, THERE)
    foreign, absent = site.cases[0], uuid4()
    version = {"decision": "confirm", "expected_version": 1}
    for path, method, body in (
        ("/cases/{}", "GET", None),
        ("/api/v1/cases/{}", "GET", None),
        ("/api/v1/cases/{}/decision", "POST", version),
    ):
        answers = [theirs.request(method, path.format(one), json=body) for one in (foreign, absent)]
        assert [answer.status_code for answer in answers] == [404, 404], path
    assert theirs.post("/api/v1/queue/heartbeat", json={"cases": [str(foreign)]}).json() == {"held": []}
    assert theirs.post("/api/v1/queue/claim", json={}).status_code == 204
    assert site.store.reviews(foreign) == []
    assert site.store.within(THERE).sightings(foreign) == []
    assert site.store.within(THERE).reviews(foreign) == []


def test_pictures_of_another_area_are_as_if_not_there(site: Site, other: UUID) -> None:
    here = site.store.case(site.cases[0])
    there = site.store.case(other)
    assert here
    assert there
    mine = of(site, HERE)
    assert mine.get(f"/evidence/{here.evidence}").status_code == 200
    refused, absent = (mine.get(f"/evidence/{key}") for key in (there.evidence, "ab/none.jpg"))
    assert (refused.status_code, refused.text) == (404, absent.text)


def test_neighbours_and_undo_stop_at_the_border(site: Site) -> None:
    near = far_away(site.store, site.evidence, 3.0, cell="370304009001")
    mine = of(site, HERE)
    shown = mine.get(f"/api/v1/cases/{site.cases[0]}").json()
    assert str(near) not in {one["id"] for one in shown["neighbours"]}
    everywhere = of(site, None)
    case = everywhere.get(f"/api/v1/cases/{near}").json()["case"]
    assert decide(everywhere, case).status_code == 200
    assert of(site, HERE).post("/api/v1/undo").status_code == 404
    assert of(site, None).post("/api/v1/undo").status_code == 200


def test_a_polygon_is_an_area_too(site: Site, other: UUID) -> None:
    block = Area(polygons=zones()[1].polygons)  # 12 m wide, along the street
    inside = site.store.within(block)
    placed = [case for case in site.store.each_case() if case.place]
    wanted = {case.id for case in placed if _in_block(case.place)}
    assert {case.id for case in inside.each_case()} == wanted
    assert 0 < len(wanted) < len(placed)
    assert other not in wanted
    both = site.store.within(Area(cells=THERE.cells, polygons=block.polygons))
    assert {case.id for case in both.each_case()} == {*wanted, other}


def _in_block(place: Any) -> bool:
    assert isinstance(place, Place)
    east_m, north_m = ORIGIN.to_metres(place.lat, place.lon)
    return -60.0 <= east_m <= 210.0 and -6.0 <= north_m <= 6.0


def test_nothing_is_handed_out_beyond_the_area(site: Site, other: UUID) -> None:
    client = of(site, THERE)
    assert claim(client)["case"]["id"] == str(other)
    assert client.post("/api/v1/queue/claim", json={"skip": [str(other)]}).status_code == 204


def test_the_area_holds_for_tokens_and_from_the_next_request_on(site: Site, other: UUID) -> None:
    client = bearing(site.app, add_token(site.store, "lena", "read"))
    assert len(client.get("/api/v1/cases").json()["cases"]) == len(site.cases) + 1
    site.store.set_area("lena", THERE)
    assert [case["id"] for case in client.get("/api/v1/cases").json()["cases"]] == [str(other)]


def test_who_sees_a_part_administers_nothing(site: Site) -> None:
    root = of(site, HERE, "root")
    assert root.get("/accounts").status_code == 403
    assert root.get("/gateways").status_code == 403
    assert "/accounts" not in root.get("/cases").text


def test_a_prefix_is_a_beginning_and_no_pattern(site: Site) -> None:
    assert site.store.within(Area(cells=("37030300100",))).count() == len(site.cases)
    assert site.store.within(Area(cells=("70303",))).count() == 0
    assert site.store.within(Area(cells=("%",))).count() == 0
    assert site.store.within(Area()).count() == 0
    with pytest.raises(ValueError, match="not empty"):
        Area(cells=("",))


def test_state_follows_in_the_area_too(site: Site, other: UUID) -> None:
    theirs = site.store.within(THERE)
    case = theirs.case(other)
    assert case
    theirs.decide(other, reviewer="mei", decision=Decision.CONFIRM, reason=None, note="", expected_version=case.version)
    assert theirs.counts()[CaseState.CONFIRMED] == 1
