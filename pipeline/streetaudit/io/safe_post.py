"""Sending a message to an address that somebody typed: only to public machines, never where a redirect leads."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_TIMEOUT_S = 10.0
_MOST_BYTES = 64 * 1024

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


class UnsafeAddressError(ValueError):
    """The address leads, or may lead, into the house."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: the host is asked for by name, and reached at addresses that were looked at."""

    host: str
    port: int
    path: str
    addresses: tuple[str, ...]
    is_https: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """What the other side answered.

    Attributes:
        status: Of HTTP; 0 where there was no answer.
        detail: The reason in a few words.
    """

    status: int
    detail: str


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name.

    Raises:
        OSError: If there is none.
    """
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})


def checked(url: str, *, resolve: Resolve = resolve, inside: Collection[str] = ()) -> Target:
    """The target of an address, once every machine behind its name is known to be a public one.

    Args:
        url: As typed.
        resolve: From name and port to addresses.
        inside: Hosts of the house that may be told all the same, over plain http too.

    Raises:
        UnsafeAddressError: If it is no https address of public machines.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UnsafeAddressError(f"{url!r} is no address") from error
    trusted = host in inside
    if parts.scheme != "https" and not (trusted and parts.scheme == "http"):
        raise UnsafeAddressError("want an address that begins with https://")
    if not host or parts.username is not None or parts.password is not None or not url.isprintable():
        raise UnsafeAddressError("want an address with a host and without a name or password in it")
    wanted = port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = resolve(host, wanted)
    except (OSError, UnicodeError) as error:
        raise UnsafeAddressError(f"{host} cannot be found") from error
    if not addresses or not (trusted or all(is_public(ipaddress.ip_address(one)) for one in addresses)):
        raise UnsafeAddressError(f"{host} is no public machine")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, wanted, path, tuple(addresses), parts.scheme == "https")


def is_public(address: Address) -> bool:
    """True for an address of the public Internet, whatever it is dressed up as.

    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1")), is_public(ipaddress.ip_address("93.184.216.34"))
    (False, True)
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Sent:
    """What came of a message; a redirect is an answer like another, and is not followed."""
    try:
        connection = _connect(target)
    except OSError as error:
        return Sent(0, f"not reached: {error}"[:200])
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(_MOST_BYTES)
        return Sent(answer.status, answer.reason[:200])
    except (OSError, http.client.HTTPException) as error:
        return Sent(0, f"no answer: {error}"[:200])
    finally:
        connection.close()


def _connect(target: Target) -> http.client.HTTPConnection:
    # By the address that was looked at: the name may lead elsewhere by now.
    line: socket.socket = socket.create_connection((target.addresses[0], target.port), timeout=_TIMEOUT_S)
    if target.is_https:
        line = ssl.create_default_context().wrap_socket(line, server_hostname=target.host)
    connection = http.client.HTTPConnection(target.host, target.port, timeout=_TIMEOUT_S)
    connection.sock = line
    return connection
