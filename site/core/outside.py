"""Asking other systems: over the internet, and not inside the network that we stand in.

A name can lead anywhere, and elsewhere a second later. So what counts is the address: it is judged before anything is
sent to it, and the one that was reached is judged once more before TLS begins. Where a proxy (`HTTPS_PROXY`) stands
between, the proxy judges.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

IPV4_BEHIND = IPv6Network("64:ff9b::/96")  # addresses of IPv4 as a network that has IPv6 alone writes them (RFC 6052)
RELAYED = IPv6Network("2002::/16")  # 6to4, which nobody needs any more


class InsideError(Exception):
    """The name leads inside, so nothing was asked. No OSError: those say that nobody answered."""


def session(*, inside: bool = False) -> requests.Session:
    """What goes out by it reaches no address inside, but where a setting says so (`inside`). Proxies are taken from the
    environment, passwords (.netrc) are not."""
    made = requests.Session()
    made.auth = _as_nobody
    for scheme in ["https://", "http://"]:
        made.mount(scheme, HTTPAdapter() if inside else Adapter())
    return made


def may_ask(host: str, *, inside: bool = False) -> bool:
    """Whether this may be where something is sent, as far as one can say without looking the name up."""
    if inside:
        return True
    plain = host.lower().rstrip(".")
    if plain == "localhost" or plain.endswith(".localhost"):
        return _may_reach("127.0.0.1")
    try:
        ip_address(plain)
    except ValueError:
        return True
    return _may_reach(plain)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _may_reach(written: str) -> bool:
    address = _plain(ip_address(written))
    if address.is_loopback and (settings.DEBUG or settings.DEMO):
        return True
    return address.is_global and not (address.is_multicast or address.is_reserved or _is_old(address))


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """One address can be written in several ways: here it is the one that is reached in the end."""
    if isinstance(address, IPv6Address) and address in IPV4_BEHIND:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return getattr(address, "ipv4_mapped", None) or address


def _is_old(address: IPv4Address | IPv6Address) -> bool:
    """Kinds of addresses that were given up, and that Python's list takes for global."""
    return isinstance(address, IPv6Address) and (address.is_site_local or address in RELAYED)


class Guard(HTTPConnection):
    """Refuses before connecting, so that nobody learns from our answer whether something inside listens."""

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self._dns_host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except UnicodeError:  # a part of the name is empty or too long
            raise NewConnectionError(self, "This is no name.") from None
        if not all(_may_reach(str(place[0])) for *_rest, place in found):
            raise InsideError
        reached = super()._new_conn()
        if _may_reach(reached.getpeername()[0]):
            return reached
        reached.close()
        raise NewConnectionError(self, "The name leads elsewhere by now.")  # as if nobody had answered


class GuardedHTTPS(Guard, HTTPSConnection):
    pass


class HTTPPool(HTTPConnectionPool):
    ConnectionCls = Guard


class HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedHTTPS


class Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": HTTPPool, "https": HTTPSPool}


def _as_nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
