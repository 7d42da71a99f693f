"""Webhooks: signed, told again until they answer, and never led into the house."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from serve.client import claim, decide, signed_in
from serve.conftest import Site
from streetaudit.io.safe_post import Sent, Target, UnsafeAddressError, checked, post
from streetaudit_serve.courier import BACKOFF_S, Courier, signed

PUBLIC = ["93.184.216.34"]


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        pytest.param("http://example.org/", PUBLIC, id="no-https"),
        pytest.param("https://localhost/", ["127.0.0.1"], id="localhost"),
        pytest.param("https://metadata/", ["169.254.169.254"], id="cloud-metadata"),
        pytest.param("https://ten/", ["10.0.0.8"], id="private"),
        pytest.param("https://cgnat/", ["100.64.0.1"], id="carrier-nat"),
        pytest.param("https://zero/", ["0.0.0.0"], id="zero"),  # noqa: S104 - nothing is bound
        pytest.param("https://v6/", ["::1"], id="v6-loopback"),
        pytest.param("https://mapped/", ["::ffff:10.0.0.1"], id="v4-in-v6"),
        pytest.param("https://nat64/", ["64:ff9b::a00:1"], id="nat64"),
        pytest.param("https://sixtofour/", ["2002:7f00:1::"], id="6to4"),
        pytest.param("https://ula/", ["fd00::1"], id="v6-private"),
        pytest.param("https://multicast/", ["224.0.0.1"], id="multicast"),
        pytest.param("https://two-faced/", [*PUBLIC, "127.0.0.1"], id="one-of-two"),
        pytest.param("https://nobody/", [], id="no-address"),
        pytest.param("https://user:pass@example.org/", PUBLIC, id="password-inside"),
        pytest.param("https://example.org\r\nHost: evil/", PUBLIC, id="line-end"),
        pytest.param("https://[::1/", PUBLIC, id="no-address-at-all"),
        pytest.param("gopher://example.org/", PUBLIC, id="gopher"),
        pytest.param("file:///etc/passwd", PUBLIC, id="file"),
        pytest.param("https:///path", PUBLIC, id="no-host"),
    ],
)
def test_nothing_leads_into_the_house(url: str, addresses: list[str]) -> None:
    with pytest.raises(UnsafeAddressError):
        checked(url, resolve=lambda *_: addresses)


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "localhost"])
def test_other_ways_to_write_this_machine(host: str) -> None:
    with pytest.raises(UnsafeAddressError):
        checked(f"https://{host}/")


def test_a_public_machine_is_reached_at_the_address_that_was_looked_at() -> None:
    answers = iter([PUBLIC, ["127.0.0.1"]])  # the name leads elsewhere the second time
    target = checked("https://example.org:8443/hook?a=1", resolve=lambda *_: next(answers))
    assert target == Target("example.org", 8443, "/hook?a=1", tuple(PUBLIC), is_https=True)


@dataclass
class Receiver:
    """Takes messages and answers what it is told to."""

    status: int = 200
    location: str | None = None
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening(receiver: Receiver) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        finally:
            server.shutdown()
            thread.join()


def courier(site: Site) -> Courier:
    return Courier(site.store, site.time.clock, frozenset({"127.0.0.1"}))


def hook(site: Site, url: str, *events: str) -> str:
    secret = "whsec_" + base64.b64encode(b"k" * 24).decode()
    site.store.add_webhook(url, secret=secret, events=events or ("case.confirm",), by="root")
    return secret


def test_a_decision_is_told_once_signed_and_logged(site: Site) -> None:
    receiver = Receiver()
    with listening(receiver) as url:
        secret = hook(site, url)
        case = claim(mei := signed_in(site.app))["case"]
        decide(mei, case)
        assert courier(site).round() == 1
        assert courier(site).round() == 0
    (headers, body), *more = receiver.got
    assert more == []
    said = json.loads(body)
    assert (said["type"], said["data"]["id"], said["data"]["state"]) == ("case.confirm", case["id"], "confirmed")
    signs = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    proof = base64.b64encode(hmac.new(b"k" * 24, signs, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{proof}"
    assert int(headers["webhook-timestamp"]) == int(site.time.at.timestamp())
    (delivery,) = site.store.deliveries()
    assert (delivery.status, delivery.tries, delivery.answer) == ("done", 1, "200 OK")
    assert secret not in signed_in(site.app, "root").get("/webhooks").text


def test_who_does_not_answer_is_told_again_and_given_up_at_last(site: Site) -> None:
    receiver = Receiver(status=500)
    with listening(receiver) as url:
        hook(site, url)
        decide(mei := signed_in(site.app), claim(mei)["case"])
        for wait_s in BACKOFF_S:
            assert courier(site).round() == 1
            site.time.pass_s(wait_s - 1)
            assert courier(site).round() == 0
            site.time.pass_s(wait_s * 0.1 + 2)
        assert courier(site).round() == 1
        site.time.pass_s(1e6)
        assert courier(site).round() == 0
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert [(one.status, one.tries) for one in site.store.deliveries()] == [("given up", 7)]


def test_a_redirect_is_not_followed_and_gone_is_gone(site: Site) -> None:
    receiver = Receiver(status=302, location="http://169.254.169.254/latest/meta-data/")
    with listening(receiver) as url:
        hook(site, url)
        decide(mei := signed_in(site.app), claim(mei)["case"])
        courier(site).round()
        assert [one.status for one in site.store.deliveries()] == ["waiting"]
        receiver.status, receiver.location = 410, None
        site.time.pass_s(60)
        courier(site).round()
    assert [one.status for one in site.store.deliveries()] == ["given up"]
    assert "410" in str(site.store.webhooks()[0].disabled)
    decide(mei, claim(mei)["case"])
    assert courier(site).round() == 0


def test_an_address_that_turns_inward_is_not_told(site: Site) -> None:
    hook(site, "https://localhost/hook")
    decide(mei := signed_in(site.app), claim(mei)["case"])
    sent: list[Target] = []

    def send(target: Target, *_: object) -> Sent:
        sent.append(target)
        return Sent(200, "OK")

    careful = Courier(site.store, site.time.clock, send=send)
    assert careful.round() == 1
    assert sent == []
    assert site.store.deliveries()[0].answer.startswith("- not sent: localhost")


def test_only_what_was_asked_for_is_told(site: Site) -> None:
    hook(site, "https://localhost/", "case.dismiss", "case.undo")
    mei = signed_in(site.app)
    decide(mei, claim(mei)["case"])
    decide(mei, claim(mei)["case"], "dismiss", reason="permitted")
    mei.post("/api/v1/undo")
    assert site.store.prepare_deliveries() == 2
    assert sorted(one.type for one in site.store.deliveries()) == ["case.dismiss", "case.undo"]


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "http://example.org/", "javascript:alert(1)", "https://169.254.169.254/"]
)
def test_the_page_takes_no_address_of_the_house(site: Site, url: str) -> None:
    root = signed_in(site.app, "root")
    assert root.post("/webhooks", data={"url": url, "events": ["case.confirm"]}).status_code == 422
    assert site.store.webhooks() == []


def test_nobody_listens() -> None:
    target = Target("127.0.0.1", 1, "/", ("127.0.0.1",), is_https=False)
    assert post(target, b"{}", {}).status == 0
    assert signed("whsec_" + base64.b64encode(b"x").decode(), "m", 1, b"")["webhook-id"] == "m"
