"""The API against its own description, as every role: no answer of 5xx, none that is not described."""

from __future__ import annotations

import os
from typing import Any

import pytest

from serve.client import bearing, signed_in
from serve.conftest import Site
from serve.scene import ROLES, add_token
from streetaudit_serve.guard import SCOPES

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")
#: Requests for each operation and role; benchmarks set it higher: STREETAUDIT_SCHEMA_EXAMPLES=40 makes about 20,000.
EXAMPLES = int(os.environ.get("STREETAUDIT_SCHEMA_EXAMPLES", "3"))


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.filterwarnings("default")
def test_every_answer_is_described(site: Site, name: str) -> None:
    described = signed_in(site.app, "root").get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    client = bearing(site.app, add_token(site.store, name, *SCOPES))
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 20
    faults: list[str] = []
    for operation in operations:
        _try(operation, client, faults)
    assert faults == []


def _try(operation: Any, client: Any, faults: list[str]) -> None:
    described = {str(code) for code in operation.responses.status_codes} | {"401", "403", "413", "422", "503"}

    @hypothesis.settings(  # type: ignore[untyped-decorator]  # importorskip knows no types
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())  # type: ignore[untyped-decorator]
    def run(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="https://testserver")
        sent.pop("cookies", None)
        sent["headers"] = {n: v for n, v in dict(sent.get("headers") or {}).items() if n.lower() != "authorization"}
        answer = client.request(**_plain(sent))
        if answer.status_code >= 500 and answer.status_code != 503:
            faults.append(f"{operation.label}: {answer.status_code} to {sent}")
        elif str(answer.status_code) not in described:
            faults.append(f"{operation.label}: {answer.status_code} is not described ({answer.text[:60]})")

    run()


def _plain(sent: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: sent[name] for name in ("method", "url", "headers", "params", "json", "data") if name in sent
    }
    if isinstance(kept.get("data"), (bytes, str)):
        kept["content"] = kept.pop("data")
    return kept
