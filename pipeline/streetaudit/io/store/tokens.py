"""Keys for programs: a token does what its account may do, as far as its scopes go, until it expires."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, insert, select, update

from streetaudit.errors import StoreError
from streetaudit.io.store.access_tables import tokens
from streetaudit.io.store.accounts import account_of
from streetaudit.io.store.audit_trail import append
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import accounts
from streetaudit.io.store.values import Bearer, Token

#: When a token was used is written again only after so long: not every request is a write.
_USED_S = 60.0


class Tokens(StorePart):
    """Tokens and whose they are; only hashes of their secrets are stored."""

    def add_token(
        self, account: str, *, name: str, scopes: Collection[str], secret_sha256: str, lasts_s: float, by: str
    ) -> Token:
        """A new token of an account.

        Raises:
            StoreError: If there is no such account.
            ValueError: If it has no scope, or would never have been valid.
        """
        if not scopes or lasts_s <= 0:
            raise ValueError(f"want a scope and a time to live; got {sorted(scopes)} and {lasts_s} s")
        now = self._clock.now()
        token = Token(uuid4(), account, name, frozenset(scopes), now, now + timedelta(seconds=lasts_s), None, None)
        with self._database.write() as connection:
            if connection.execute(select(accounts.c.name).where(accounts.c.name == account)).first() is None:
                raise StoreError(f"there is no account {account!r}: check the name")
            connection.execute(insert(tokens).values({**_row(token), "secret_sha256": secret_sha256}))
            about = f"{token.id} {account}: {name} ({', '.join(sorted(scopes))})"
            append(connection, now, who=by, what="token.add", about=about)
        return token

    def tokens(self, account: str | None = None) -> list[Token]:
        """All tokens, or those of one account, the newest first."""
        query = select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.id)
        if account is not None:
            query = query.where(tokens.c.account == account)
        with self._database.read() as connection:
            return [_token_of(row) for row in connection.execute(query).mappings()]

    def revoke_token(self, id: UUID, *, by: str) -> bool:  # noqa: A002 - the contract's name
        """True if there is such a token; from now on it opens nothing."""
        now = self._clock.now()
        stop = update(tokens).where(tokens.c.id == id, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
        with self._database.write() as connection:
            if connection.execute(stop).rowcount:
                append(connection, now, who=by, what="token.revoke", about=str(id))
                return True
            return connection.execute(select(tokens.c.id).where(tokens.c.id == id)).first() is not None

    def bearer(self, secret_sha256: str) -> Bearer | None:
        """Whose token it is; None if it is unknown, expired or revoked, or its account is shut out."""
        query = select(tokens, accounts).join(accounts, accounts.c.name == tokens.c.account)
        with self._database.read() as connection:
            row = connection.execute(query.where(tokens.c.secret_sha256 == secret_sha256)).mappings().one_or_none()
        now = self._clock.now()
        if row is None or row["disabled"] or row["revoked_at"] is not None or now >= row["expires_at"]:
            return None
        self._used(row["id"], row["used_at"], now)
        account = account_of({column.name: row[column] for column in accounts.c})
        return Bearer(account, row["id"], frozenset(row["scopes"]))

    def _used(self, token: UUID, before: datetime | None, now: datetime) -> None:
        if before is None or (now - before).total_seconds() >= _USED_S:
            with self._database.write() as connection:
                connection.execute(update(tokens).where(tokens.c.id == token).values(used_at=now))


def _row(token: Token) -> dict[str, object]:
    return {**{name: getattr(token, name) for name in Token.__dataclass_fields__}, "scopes": sorted(token.scopes)}


def _token_of(row: RowMapping) -> Token:
    return Token(
        id=row["id"],
        account=row["account"],
        name=row["name"],
        scopes=frozenset(row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        used_at=row["used_at"],
    )
