import sqlite3
from pathlib import Path

import pytest

from store.builders import FakeTime, fill
from streetaudit.io.store.errors import AuditTrailError
from streetaudit.io.store.store import Store
from streetaudit.structures.case import Decision


@pytest.fixture
def written(store: Store, time: FakeTime) -> Store:
    for number in range(10):
        store.audit("ann", "export", f"cases {number}\n{{'\"}} 案")
        time.pass_s(1.5)
    return store


def tamper(path: Path, *statements: str) -> None:
    """What somebody with the file in hand can do."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER audit_trail_no_update")
        connection.execute("DROP TRIGGER audit_trail_no_delete")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_whole_trail_is_counted(written: Store) -> None:
    assert written.verify_audit() == 10
    assert [row.number for row in written.audit_rows(3)] == [10, 9, 8]
    assert written.audit_head() == written.audit_rows(1)[0].hash


def test_an_empty_trail(store: Store) -> None:
    assert (store.verify_audit(), store.audit_head()) == (0, "0" * 64)


@pytest.mark.parametrize(
    ("statements", "row"),
    [
        pytest.param(["UPDATE audit_trail SET who = 'eve' WHERE number = 4"], 4, id="who"),
        pytest.param(["UPDATE audit_trail SET what = 'exporT' WHERE number = 4"], 4, id="what"),
        pytest.param(["UPDATE audit_trail SET about = '' WHERE number = 10"], 10, id="the-last"),
        pytest.param(["UPDATE audit_trail SET at = '2020-01-01 00:00:00.000000' WHERE number = 1"], 1, id="when"),
        pytest.param(["DELETE FROM audit_trail WHERE number = 5"], 5, id="one-taken-out"),
        pytest.param(["DELETE FROM audit_trail WHERE number = 1"], 1, id="the-first-taken-out"),
        pytest.param(
            ["DELETE FROM audit_trail WHERE number = 5", "UPDATE audit_trail SET number = number - 1 WHERE number > 5"],
            5,
            id="taken-out-and-moved-up",
        ),
        pytest.param(
            [
                "UPDATE audit_trail SET number = 0 WHERE number = 3",
                "UPDATE audit_trail SET number = 3 WHERE number = 4",
                "UPDATE audit_trail SET number = 4 WHERE number = 0",
            ],
            3,
            id="two-swapped",
        ),
        pytest.param(
            ["INSERT INTO audit_trail SELECT 11, at, who, what, about, hash, hash FROM audit_trail WHERE number = 10"],
            11,
            id="one-put-in",
        ),
    ],
)
def test_tampering_is_found_at_its_row(written: Store, path: Path, statements: list[str], row: int) -> None:
    tamper(path, *statements)
    with pytest.raises(AuditTrailError, match=rf"row {row} "):
        written.verify_audit()


def test_a_trail_cut_short_shows_by_its_head(written: Store, path: Path) -> None:
    head = written.audit_head()
    tamper(path, "DELETE FROM audit_trail WHERE number = 10")
    assert written.verify_audit() == 9
    assert written.audit_head() != head


def test_decisions_and_accounts_leave_their_trace_by_themselves(store: Store) -> None:
    (id_,) = fill(store, 1)
    store.add_account("ann", role="admin", password_hash="secret", must_change_password=False)
    store.decide(id_, reviewer="ann", decision=Decision.DISMISS, reason="permitted", note="", expected_version=1)
    store.undo("ann")
    rows = [(row.who, row.what, row.about) for row in reversed(store.audit_rows())]
    assert rows == [
        ("ann", "account.add:admin", "ann"),
        ("ann", "case.dismiss:permitted", str(id_)),
        ("ann", "case.undo", str(id_)),
    ]
    assert store.verify_audit() == 3
