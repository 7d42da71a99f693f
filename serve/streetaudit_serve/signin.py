"""Who may try to sign in, how often, and whether the password is right."""

from __future__ import annotations

from fastapi import HTTPException

from streetaudit_serve.parts import Parts
from streetaudit_serve.passwords import one_time_password
from streetaudit_serve.totp import step_of

WINDOW_S = 900
#: Failures within the window after which a name or an address has to wait.
PER_ACCOUNT = 10
PER_ADDRESS = 50
MAX_NAME = 64
_TOO_MANY = "Too many attempts. Wait a quarter of an hour, then try again."


def check_password(parts: Parts, name: str, password: str, *, address: str) -> bool:
    """True if the name may sign in with the password; the same effort for names that do not exist.

    Raises:
        HTTPException: 429 when the name or the address has failed too often.
    """
    name, password = name[:MAX_NAME], password[:1024]
    keys = (f"account:{name}", f"address:{address}")
    # The attempt is counted before the slow hash, so that a hundred parallel guesses are a hundred.
    tries = [parts.store.note_login_failure(key, window_s=WINDOW_S) for key in keys]
    if tries[0] > PER_ACCOUNT or tries[1] > PER_ADDRESS:
        raise HTTPException(429, _TOO_MANY, headers={"Retry-After": str(WINDOW_S)})
    right = parts.passwords.matches(password, parts.store.password_hash(name))
    right = right and not _is_disabled(parts, name)
    if right:
        parts.store.clear_login_failures(keys[0])
        parts.store.take_back_login_failure(keys[1])  # a whole office may sit behind one address
    parts.store.audit(name, "sign-in" if right else "sign-in refused", f"address {address}")
    return right


def check_code(parts: Parts, name: str, code: str) -> bool:
    """True if the account needs no code, or this is one that was not used before.

    The attempt is counted with the wrong passwords: `check_password` has let go of them just before.
    """
    secret = parts.store.totp_secret(name)
    if secret is None:
        return True
    step = step_of(secret, code, parts.clock.now()) if code else None
    right = step is not None and parts.store.use_totp_step(name, step)
    if code and not right:
        parts.store.note_login_failure(f"code:{name}", window_s=WINDOW_S)
        parts.store.audit(name, "code refused", "")
    return right


def refuse_guessed_codes(parts: Parts, name: str) -> None:
    """Raises 429 where too many codes of an account were wrong."""
    if parts.store.login_failures(f"code:{name}", WINDOW_S) >= PER_ACCOUNT:
        raise HTTPException(429, _TOO_MANY, headers={"Retry-After": str(WINDOW_S)})


def first_password(parts: Parts, *, must_change: bool = True) -> str | None:
    """A fresh one-time password for `admin` while nobody has made the account their own, else None."""
    accounts = {account.name: account for account in parts.store.accounts()}
    admin = accounts.get("admin")
    if admin is None and accounts:
        return None
    if admin is not None and not admin.must_change_password:
        return None
    password = one_time_password()
    hashed = parts.passwords.hash(password)
    if admin is None:
        parts.store.add_account("admin", role="admin", password_hash=hashed, must_change_password=must_change)
    else:
        parts.store.set_password("admin", hashed, must_change_password=must_change)
    return password


def _is_disabled(parts: Parts, name: str) -> bool:
    account = parts.store.account(name)
    return account is not None and account.disabled
