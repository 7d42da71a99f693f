"""Passwords: hashed with argon2id, never more than a few at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from fastapi import HTTPException
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

#: One hash takes 64 MiB for about 0.2 s: more than two at once would be a way to exhaust the machine.
AT_ONCE = 2
MIN_LENGTH = 10
MAX_LENGTH = 128
# No 0/O, 1/l/I: the password is read off a terminal and typed.
_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Passwords:
    """Hashes and verifies with bounded memory; unknown names cost as much time as known ones."""

    def __init__(self, hasher: Argon2Hasher | None = None, *, wait_s: float = 10.0) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._turn = BoundedSemaphore(AT_ONCE)
        self._wait_s = wait_s
        self._nobody = self._hash.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """The argon2id hash to store."""
        with self._in_turn():
            return self._hash.hash(password)

    def matches(self, password: str, stored: str | None) -> bool:
        """True if the password belongs to the stored hash; takes as long when there is none."""
        with self._in_turn():
            return self._hash.verify(password, stored or self._nobody) and stored is not None

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self._wait_s):
            raise HTTPException(503, "Too many people are signing in at once. Try again.", headers={"Retry-After": "5"})
        try:
            yield
        finally:
            self._turn.release()


def one_time_password() -> str:
    """A random password of 16 readable letters in groups of four (about 91 bits)."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def is_acceptable(password: str, *, name: str) -> bool:
    """True for a password that is long enough and not the account's name."""
    return MIN_LENGTH <= len(password) <= MAX_LENGTH and password.strip().lower() != name.lower()
