"""Who may sign in, who is signed in, and who tried in vain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from streetaudit.errors import StoreError
from streetaudit.io.store.audit_trail import append
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import accounts, login_failures, sessions
from streetaudit.io.store.values import Account, Area, Role, Session

_ROLES = get_args(Role)
#: A session's idle time is written again only after this share of it has passed: not every request is a write.
_SLIDE_SHARE = 1 / 30
#: No window is longer than this.
_FORGOTTEN = timedelta(days=1)


class Accounts(StorePart):
    """Accounts and their password hashes."""

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.name)).mappings()
            return [account_of(row) for row in rows]

    def account(self, name: str) -> Account | None:
        """The account of a name, None where there is none."""
        with self._database.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().one_or_none()
        return None if row is None else account_of(row)

    def add_account(
        self, name: str, *, role: Role, password_hash: str, must_change_password: bool, area: Area | None = None
    ) -> None:
        """Add an account; nobody signs in where the password hash is "".

        Raises:
            StoreError: If the name is taken.
            ValueError: If the name is empty, padded or unprintable, or the role is unknown.
        """
        if not name or name != name.strip() or not name.isprintable() or role not in _ROLES:
            raise ValueError(f"want a printable name and a role of {_ROLES}, got {name!r} and {role!r}")
        row = {"name": name, "role": role, "password_hash": password_hash, "must_change_password": must_change_password}
        try:
            with self._database.write() as connection:
                connection.execute(insert(accounts).values({**row, "disabled": False, "area": area_row(area)}))
                append(connection, self._clock.now(), who=name, what=f"account.add:{role}", about=name)
        except IntegrityError as error:
            raise StoreError(f"an account {name!r} exists already: choose another name") from error

    def set_password(self, name: str, hash: str, must_change_password: bool = False) -> None:  # noqa: A002 - the contract's
        """Replace the password hash of an account."""
        self._change(name, "account.password", {"password_hash": hash, "must_change_password": must_change_password})

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Shut an account out, its sessions with it, or let it in again."""
        self._change(name, "account.disable" if disabled else "account.enable", {"disabled": disabled})

    def set_area(self, name: str, area: Area | None) -> None:
        """Let an account see a part of the city, or all of it, from its next request on."""
        self._change(name, f"account.area:{'all' if area is None else area_row(area)}", {"area": area_row(area)})

    def set_totp(self, name: str, secret: str | None) -> None:
        """Let an account sign in with codes of this secret too; None lets the password be enough again."""
        what = "account.totp-off" if secret is None else "account.totp-on"
        self._change(name, what, {"totp_secret": secret, "totp_step": None})

    def totp_secret(self, name: str) -> str | None:
        """The secret of an account's codes, None where it has none."""
        with self._database.read() as connection:
            return connection.execute(select(accounts.c.totp_secret).where(accounts.c.name == name)).scalar()

    def use_totp_step(self, name: str, step: int) -> bool:
        """True if no code of this step or a later one was used before: each opens once."""
        unused = or_(accounts.c.totp_step.is_(None), accounts.c.totp_step < step)
        with self._database.write() as connection:
            used = update(accounts).where(accounts.c.name == name, unused).values(totp_step=step)
            return bool(connection.execute(used).rowcount)

    def password_hash(self, name: str) -> str | None:
        """The password hash of an account, None where there is none."""
        with self._database.read() as connection:
            return connection.execute(
                select(accounts.c.password_hash).where(accounts.c.name == name)
            ).scalar_one_or_none()

    def _change(self, name: str, what: str, values: Mapping[str, Any]) -> None:
        with self._database.write() as connection:
            if connection.execute(update(accounts).where(accounts.c.name == name).values(values)).rowcount == 0:
                raise StoreError(f"there is no account {name!r}: check the name")
            if values.get("disabled"):
                connection.execute(delete(sessions).where(sessions.c.account == name))
            append(connection, self._clock.now(), who=name, what=what, about=name)


class Sessions(StorePart):
    """Signed-in browsers; only hashes of their tokens are stored."""

    def open_session(
        self, name: str, *, token_sha256: str, csrf: str, idle_s: float = 1800, absolute_s: float = 43200
    ) -> None:
        """Open a session of an account; expired ones are swept away on the way."""
        now = self._clock.now()
        ends_at = now + timedelta(seconds=absolute_s)
        row = {"token_sha256": token_sha256, "account": name, "csrf": csrf, "idle_s": idle_s, "ends_at": ends_at}
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(or_(sessions.c.ends_at <= now, sessions.c.idle_until <= now)))
            connection.execute(insert(sessions).values({**row, "idle_until": now + timedelta(seconds=idle_s)}))

    def session(self, token_sha256: str) -> Session | None:
        """The session of a token, its idle time starting anew; None if expired, closed, or the account is disabled."""
        query = select(sessions, accounts).join(accounts, accounts.c.name == sessions.c.account)
        with self._database.read() as connection:
            row = connection.execute(query.where(sessions.c.token_sha256 == token_sha256)).mappings().one_or_none()
        now = self._clock.now()
        if row is None or row["disabled"] or now >= min(row["idle_until"], row["ends_at"]):
            return None
        self._slide(row, now)
        return Session(account_of(row), row["csrf"])

    def close_session(self, token_sha256: str) -> None:
        """Close one session; nothing happens where there is none."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))

    def close_sessions_of(self, name: str) -> None:
        """Close every session of an account."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.account == name))

    def _slide(self, row: RowMapping, now: datetime) -> None:
        idle_until = now + timedelta(seconds=row["idle_s"])
        if (idle_until - row["idle_until"]).total_seconds() <= row["idle_s"] * _SLIDE_SHARE:
            return
        slid = update(sessions).where(sessions.c.token_sha256 == row["token_sha256"])
        with self._database.write() as connection:
            connection.execute(slid.values(idle_until=idle_until))


class LoginFailures(StorePart):
    """Failed sign-ins by key (an account's name, an address), forgotten after a window."""

    def note_login_failure(self, key: str, *, window_s: float = 900) -> int:
        """The number of failures within the window, this one counted."""
        now = self._clock.now()
        with self._database.write() as connection:
            connection.execute(delete(login_failures).where(login_failures.c.at <= now - _FORGOTTEN))
            connection.execute(insert(login_failures).values(key=key, at=now))
            return _failures(connection, key, now - timedelta(seconds=window_s))

    def login_failures(self, key: str, window_s: float = 900) -> int:
        """The number of failures within the window."""
        with self._database.read() as connection:
            return _failures(connection, key, self._clock.now() - timedelta(seconds=window_s))

    def take_back_login_failure(self, key: str) -> None:
        """Forget the newest failure of a key: it was none after all."""
        newest = select(func.max(login_failures.c.number)).where(login_failures.c.key == key).scalar_subquery()
        with self._database.write() as connection:
            connection.execute(delete(login_failures).where(login_failures.c.number == newest))

    def clear_login_failures(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._database.write() as connection:
            connection.execute(delete(login_failures).where(login_failures.c.key == key))


def _failures(connection: Connection, key: str, since: datetime) -> int:
    query = select(func.count()).select_from(login_failures)
    return connection.execute(query.where(login_failures.c.key == key, login_failures.c.at > since)).scalar_one()


def account_of(row: Mapping[str, Any] | RowMapping) -> Account:
    """The account in a row."""
    return Account(
        name=row["name"],
        role=row["role"],
        disabled=row["disabled"],
        must_change_password=row["must_change_password"],
        area=_area_of(row["area"]),
        has_totp=row["totp_secret"] is not None,
    )


def area_row(area: Area | None) -> dict[str, Any] | None:
    """The column of an area."""
    return None if area is None else {"cells": list(area.cells), "polygons": area.polygons}


def _area_of(written: Mapping[str, Any] | None) -> Area | None:
    if written is None:
        return None
    polygons = tuple(
        tuple(tuple((lon, lat) for lon, lat in ring) for ring in polygon) for polygon in written["polygons"]
    )
    return Area(tuple(written["cells"]), polygons)
