"""Open311 GeoReport v2: both formats, the shapes and errors of the specification, reports that join the queue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from defusedxml import ElementTree
from starlette.testclient import TestClient

from serve.client import browser
from serve.conftest import Site
from serve.scene import add_token, config
from streetaudit.city.catalogue import load_catalogue, shipped_catalogue
from streetaudit.io.store.values import Area
from streetaudit.structures.case import CaseState, Decision
from streetaudit_serve.app import create_app

V2 = "/open311/v2"


@pytest.fixture
def city(site: Site) -> Site:
    parts = site.app.state.parts
    site.app.state.parts = type(parts)(
        **{
            **{n: getattr(parts, n) for n in parts.__dataclass_fields__},
            "problems": load_catalogue(shipped_catalogue()),
        }
    )
    return site


def key(site: Site, name: str = "lena") -> str:
    return add_token(site.store, name, "report")


def report(client: TestClient, secret: str, kind: str = "json", **fields: str) -> Any:
    body = {"api_key": secret, "service_code": "litter", "lat": "36.85", "long": "118.09", **fields}
    return client.post(f"{V2}/requests.{kind}", data=body)


def confirmed(site: Site, index: int = 0) -> UUID:
    case = site.store.case(site.cases[index])
    assert case
    word: dict[str, Any] = {"reviewer": "mei", "decision": Decision.CONFIRM, "reason": None, "note": ""}
    site.store.decide(case.id, **word, expected_version=case.version)
    return case.id


def test_discovery_and_services_in_both_formats(city: Site) -> None:
    client = browser(city.app)
    found = client.get("/open311/discovery.json").json()
    assert set(found) == {"changeset", "contact", "key_service", "endpoints"}
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    xml = ElementTree.fromstring(client.get("/open311/discovery.xml").content)
    assert xml.findtext("endpoints/endpoint/specification") == "http://wiki.open311.org/GeoReport_v2"
    services = client.get(f"{V2}/services.json").json()
    assert {one["service_code"] for one in services} >= {"litter", "street_stall"}
    assert services[0]["metadata"] is False
    answer = client.get(f"{V2}/services.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root[0].tag, root[0].findtext("metadata")) == ("services", "service", "false")


def test_a_report_joins_the_queue_as_a_case(city: Site) -> None:
    client, before = browser(city.app), city.store.count()
    answer = report(client, key(city), description="垃圾 <b>everywhere</b>", first_name="Ana", phone="123")
    assert answer.status_code == 200, answer.text
    (made,) = answer.json()
    assert set(made) == {"service_request_id", "service_notice", "account_id"}
    assert city.store.count() == before + 1
    kept = city.store.request(UUID(made["service_request_id"]))
    assert kept is not None
    assert kept.case_id is not None
    case = city.store.case(kept.case_id)
    assert case is not None
    assert (case.problem, case.state, case.rule) == ("litter", CaseState.CANDIDATE, "citizen")
    (shown,) = client.get(f"{V2}/requests/{kept.id}.json", params={"api_key": key(city)}).json()
    assert (shown["status"], shown["description"], shown["lat"]) == ("open", "垃圾 <b>everywhere</b>", "36.8500000")
    assert "Ana" not in str(shown)
    xml = client.get(f"{V2}/requests/{kept.id}.xml", params={"api_key": key(city)})
    root = ElementTree.fromstring(xml.content)
    assert (root.tag, root[0].findtext("long")) == ("service_requests", "118.0900000")
    assert root[0].findtext("description") == "垃圾 <b>everywhere</b>"


def test_a_report_of_what_is_known_joins_its_case(city: Site) -> None:
    index = next(
        i for i, c in enumerate(city.cases) if (case := city.store.case(c)) and case.place and case.problem == "litter"
    )
    known, before = city.store.case(city.cases[index]), city.store.count()
    assert known
    assert known.place
    where = {"lat": f"{known.place.lat}", "long": f"{known.place.lon}"}
    made = report(browser(city.app), key(city), **where).json()
    kept = city.store.request(UUID(made[0]["service_request_id"]))
    assert kept is not None
    assert (kept.case_id, city.store.count()) == (known.id, before)


def test_a_report_with_an_address_alone_is_kept(city: Site) -> None:
    body = {"api_key": key(city), "service_code": "litter", "address_string": "Zhongxin Road 5"}
    made = browser(city.app).post(f"{V2}/requests.json", data=body).json()
    kept = city.store.request(UUID(made[0]["service_request_id"]))
    assert kept is not None
    assert (kept.case_id, kept.address) == (None, "Zhongxin Road 5")


def test_what_people_confirmed_can_be_read_and_nothing_else(city: Site) -> None:
    shown, client, secret = confirmed(city), browser(city.app), key(city)
    listed = client.get(f"{V2}/requests.json", params={"api_key": secret}).json()
    assert [one["service_request_id"] for one in listed] == [str(shown)]
    assert listed[0]["agency_responsible"] == "Zhangdian sanitation, team 4"
    assert listed[0]["requested_datetime"].endswith("Z")
    assert client.get(f"{V2}/requests/{city.cases[1]}.json", params={"api_key": secret}).status_code == 404
    for query, count in (({"status": "closed"}, 0), ({"status": "open,closed"}, 1), ({"service_code": "litter"}, 0)):
        assert len(client.get(f"{V2}/requests.json", params={"api_key": secret, **query}).json()) == count
    many = {"api_key": secret, "service_request_id": f"{shown},{city.cases[1]}", "status": "closed"}
    assert len(client.get(f"{V2}/requests.json", params=many).json()) == 1  # it overrides all others
    city.store.set_area("lena", Area(("99",)))
    assert client.get(f"{V2}/requests.json", params={"api_key": secret}).json() == []


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        pytest.param("requests", {}, 403, id="no-key"),
        pytest.param("requests", {"api_key": "sta_nobody"}, 403, id="wrong-key"),
        pytest.param("services/nothing", {}, 404, id="no-service"),
        pytest.param("requests/7", {"api_key": "own"}, 404, id="no-request"),
        pytest.param("tokens/7", {"api_key": "own"}, 404, id="no-token"),
        pytest.param("requests", {"api_key": "own", "service_code": "nothing"}, 404, id="no-service-in-a-list"),
        pytest.param("requests", {"api_key": "own", "status": "lost"}, 400, id="no-status"),
        pytest.param("requests", {"api_key": "own", "start_date": "yesterday"}, 400, id="no-date"),
        pytest.param("requests", {"api_key": "own", "start_date": "2026-01-01T00:00:00"}, 400, id="no-offset"),
        pytest.param(
            "requests",
            {"api_key": "own", "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
            400,
            id="longer-than-90-days",
        ),
        pytest.param("requests", {"api_key": "own", "page": "-1"}, 400, id="no-page"),
    ],
)
def test_errors_have_the_shape_of_the_specification(city: Site, path: str, fields: dict[str, str], status: int) -> None:
    asked = {**fields, **({"api_key": key(city)} if fields.get("api_key") == "own" else {})}
    client = browser(city.app)
    found = client.get(f"{V2}/{path}.json", params=asked)
    assert (found.status_code, set(found.json()[0])) == (status, {"code", "description"})
    root = ElementTree.fromstring(client.get(f"{V2}/{path}.xml", params=asked).content)
    assert (root.tag, root[0].tag, root[0].findtext("code")) == ("errors", "error", str(status))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"api_key": ""}, 403, id="no-key"),
        pytest.param({"service_code": ""}, 400, id="no-service"),
        pytest.param({"service_code": "nothing"}, 404, id="unknown-service"),
        pytest.param({"lat": "", "long": ""}, 400, id="no-location"),
        pytest.param({"lat": "91"}, 400, id="no-latitude"),
        pytest.param({"lat": "nan"}, 400, id="not-a-number"),
        pytest.param({"long": ""}, 400, id="half-a-position"),
        pytest.param({"description": "x" * 4001}, 400, id="too-long"),
    ],
)
def test_reports_that_cannot_be_taken(city: Site, fields: dict[str, str], status: int) -> None:
    before = city.store.count()
    answer = report(browser(city.app), key(city), **fields)
    assert (answer.status_code, answer.json()[0]["code"]) == (status, str(status))
    assert city.store.count() == before


@pytest.mark.parametrize(("setting", "status"), [("off", 404), ("key", 403), ("public", 200)])
def test_who_may_read_is_a_setting(site: Site, setting: str, status: int) -> None:
    parts = site.app.state.parts
    app = create_app(
        site.store,
        site.evidence,
        config=config(site.evidence.root.parent, open311=setting),
        clock=parts.clock,
        passwords=parts.passwords,
    )
    assert browser(app).get(f"{V2}/requests.json").status_code == status


def test_a_session_is_no_key(city: Site) -> None:
    from serve.client import signed_in

    assert signed_in(city.app, "root").post(f"{V2}/requests.json", data={"service_code": "litter"}).status_code == 403
