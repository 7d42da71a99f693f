"""Accounts and tokens, as the page and the command line both make them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from streetaudit.errors import StreetauditError
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import Area, Role
from streetaudit_serve.guard import SCOPES
from streetaudit_serve.passwords import Passwords, one_time_password
from streetaudit_serve.sessions import new_secret, sha256_of

_NAME = re.compile(r"[^\W_][\w.@ -]{0,62}")
_CELL = re.compile(r"[0-9A-Za-z._-]{1,64}", re.ASCII)
#: A token that lives longer than this is forgotten somewhere.
MOST_DAYS = 400


class AccountError(StreetauditError):
    """What was asked for cannot be meant; `code` names the fault for the page."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class People:
    """Makes and changes accounts and tokens in somebody's name; every step is in the audit trail.

    Attributes:
        store: Where they are kept.
        passwords: What hashes them.
        by: Who does it.
    """

    store: Store
    passwords: Passwords
    by: str

    def add(self, name: str, role: Role, area: Area | None = None) -> str | None:
        """The one-time password of a new account; None for a gateway, which has tokens only.

        Raises:
            AccountError: If the name cannot be one, or is taken.
        """
        name = name.strip()
        if not _NAME.fullmatch(name):
            raise AccountError("name", "a name is made of letters, digits, dots, hyphens, spaces and @")
        if self.store.account(name) is not None:
            raise AccountError("taken", f"there is an account {name!r} already: choose another name")
        password = None if role == "gateway" else one_time_password()
        hashed = "" if password is None else self.passwords.hash(password)
        self.store.add_account(
            name, role=role, password_hash=hashed, must_change_password=password is not None, area=area
        )
        self.store.audit(self.by, "account added", f"{name} ({role})")
        return password

    def reset(self, name: str) -> str:
        """A new one-time password for an account whose owner lost theirs; sessions and second factor end.

        Raises:
            AccountError: If there is no such account, or it is a gateway's.
        """
        account = self.store.account(name)
        if account is None or account.role == "gateway":
            raise AccountError("none", f"there is no account {name!r} that signs in")
        password = one_time_password()
        self.store.set_password(name, self.passwords.hash(password), must_change_password=True)
        self.store.set_totp(name, None)
        self.store.close_sessions_of(name)
        self.store.clear_login_failures(f"account:{name}")
        self.store.audit(self.by, "password reset", name)
        return password

    def shut(self, name: str, *, disabled: bool) -> None:
        """Shut an account out, or let it in again.

        Raises:
            AccountError: If there is no such account, or somebody shuts themselves out.
        """
        if self.store.account(name) is None or name == self.by:
            raise AccountError("none", f"there is no account {name!r} but your own: name another's")
        self.store.set_disabled(name, disabled=disabled)
        self.store.audit(self.by, "account disabled" if disabled else "account enabled", name)

    def limit(self, name: str, area: Area | None) -> None:
        """Let an account see a part of the city, or all of it.

        Raises:
            AccountError: If there is no such account.
        """
        if self.store.account(name) is None:
            raise AccountError("none", f"there is no account {name!r}")
        self.store.set_area(name, area)

    def add_token(self, account: str, *, name: str, scopes: Collection[str], days: int) -> str:
        """The secret of a new token; only its hash is kept.

        Raises:
            AccountError: If there is no such account or scope, or it would live too long.
        """
        if self.store.account(account) is None:
            raise AccountError("none", f"there is no account {account!r}")
        if not scopes or not set(scopes) <= set(SCOPES) or not 1 <= days <= MOST_DAYS:
            raise AccountError("token", f"want some of the scopes {', '.join(SCOPES)}, and 1 to {MOST_DAYS} days")
        secret = new_secret()
        self.store.add_token(
            account,
            name=name.strip()[:200] or "unnamed",
            scopes=scopes,
            secret_sha256=sha256_of(secret),
            lasts_s=days * 86400.0,
            by=self.by,
        )
        return secret


def cells_area(written: str) -> Area | None:
    """The area of some beginnings of cell codes, separated by commas or spaces; None for none: all of the city.

    Raises:
        AccountError: If one of them is no beginning of a code.

    >>> cells_area("370303001, 370304"), cells_area(" ")
    (Area(cells=('370303001', '370304'), polygons=()), None)
    """
    cells = tuple(dict.fromkeys(re.split(r"[\s,;、，]+", written.strip()))) if written.strip() else ()
    if any(not _CELL.fullmatch(cell) for cell in cells):
        raise AccountError("area", "want beginnings of cell codes such as 370303001, separated by commas")
    return Area(cells) if cells else None
