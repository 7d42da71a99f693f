import pytest

from store.builders import FakeTime
from streetaudit.errors import StoreError
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import Account


@pytest.fixture
def ann(store: Store) -> Store:
    store.add_account("ann", role="reviewer", password_hash="h1", must_change_password=True)
    return store


def test_an_account_is_kept(ann: Store) -> None:
    assert ann.accounts() == [Account("ann", "reviewer", disabled=False, must_change_password=True)]
    assert (ann.password_hash("ann"), ann.password_hash("bob")) == ("h1", None)


def test_a_new_password(ann: Store) -> None:
    ann.set_password("ann", "h2")
    assert (ann.password_hash("ann"), ann.accounts()[0].must_change_password) == ("h2", False)


def test_a_name_is_taken_once(ann: Store) -> None:
    with pytest.raises(StoreError, match="another name"):
        ann.add_account("ann", role="admin", password_hash="h", must_change_password=False)
    assert ann.accounts()[0].role == "reviewer"


@pytest.mark.parametrize("name", ["", " ann", "ann\n", "a\x1b[2J", "\u202eann"])
def test_names_that_deceive_the_eye_are_refused(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        store.add_account(name, role="admin", password_hash="h", must_change_password=False)


def test_a_role_must_be_known(store: Store) -> None:
    with pytest.raises(ValueError, match="role"):
        store.add_account("ann", role="god", password_hash="h", must_change_password=False)  # type: ignore[arg-type]


def test_nobodys_password_cannot_be_set(store: Store) -> None:
    with pytest.raises(StoreError, match="check the name"):
        store.set_password("ann", "h")


class TestSessions:
    def test_a_session_knows_whose_it_is(self, ann: Store) -> None:
        ann.open_session("ann", token_sha256="t", csrf="c")
        session = ann.session("t")
        assert session is not None
        assert (session.account.name, session.csrf, ann.session("other")) == ("ann", "c", None)

    def test_idle_time_slides(self, ann: Store, time: FakeTime) -> None:
        ann.open_session("ann", token_sha256="t", csrf="c", idle_s=1800)
        for _ in range(5):
            time.pass_s(1200)
            assert ann.session("t") is not None
        time.pass_s(1801)
        assert ann.session("t") is None

    def test_it_ends_though_it_is_used(self, ann: Store, time: FakeTime) -> None:
        ann.open_session("ann", token_sha256="t", csrf="c", idle_s=1800, absolute_s=3600)
        for _ in range(3):
            time.pass_s(1000)
            assert ann.session("t") is not None
        time.pass_s(601)
        assert ann.session("t") is None

    def test_closing(self, ann: Store) -> None:
        for token in "tuv":
            ann.open_session("ann", token_sha256=token, csrf="c")
        ann.close_session("t")
        assert [ann.session(token) is not None for token in "tuv"] == [False, True, True]
        ann.close_sessions_of("ann")
        assert [ann.session(token) is not None for token in "tuv"] == [False, False, False]

    def test_a_disabled_account_is_out_at_once_and_stays_out(self, ann: Store) -> None:
        ann.open_session("ann", token_sha256="t", csrf="c")
        ann.set_disabled("ann", disabled=True)
        assert (ann.session("t"), ann.accounts()[0].disabled) == (None, True)
        ann.set_disabled("ann", disabled=False)
        assert ann.session("t") is None

    def test_expired_ones_are_swept_away(self, ann: Store, time: FakeTime) -> None:
        ann.open_session("ann", token_sha256="t", csrf="c", idle_s=10)
        time.pass_s(11)
        ann.open_session("ann", token_sha256="t", csrf="new")  # the token's place is free again
        session = ann.session("t")
        assert session is not None
        assert session.csrf == "new"


class TestLoginFailures:
    def test_are_counted_by_key_within_the_window(self, store: Store, time: FakeTime) -> None:
        assert [store.note_login_failure("ann") for _ in range(3)] == [1, 2, 3]
        assert store.note_login_failure("10.0.0.1") == 1
        time.pass_s(500)
        assert store.note_login_failure("ann") == 4
        time.pass_s(450)
        assert store.login_failures("ann") == 1

    def test_are_forgotten_on_success_and_after_a_day(self, store: Store, time: FakeTime) -> None:
        store.note_login_failure("ann")
        store.note_login_failure("bob")
        store.clear_login_failures("ann")
        assert (store.login_failures("ann"), store.login_failures("bob")) == (0, 1)
        time.pass_s(90_000)
        store.note_login_failure("cid")
        assert store.login_failures("bob", window_s=1e6) == 0
