"""Codes that change every half minute (RFC 6238), as every authenticator app makes them."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP_S = 30
DIGITS = 6
#: A telephone's clock is off by seconds, a person by some more.
_SLACK_STEPS = 1


def new_secret() -> str:
    """160 random bits, as apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of a step.

    >>> code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 // 30)
    '287082'
    """
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The step that a code belongs to, None where it is none of about now."""
    now = int(at.timestamp()) // STEP_S
    given = code.replace(" ", "").encode()
    for step in range(now - _SLACK_STEPS, now + _SLACK_STEPS + 1):
        if secrets.compare_digest(code_at(secret, step).encode(), given):
            return step
    return None


def address(secret: str, account: str) -> str:
    """What an app reads to know the account."""
    return f"otpauth://totp/streetaudit:{quote(account)}?secret={secret}&issuer=streetaudit"
