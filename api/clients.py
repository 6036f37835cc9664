"""The origin of a request: the network address, behind trusted proxies too, and the cookie of a device that logged in before.

The cookie is no credential: it opens nothing, and only keeps others' wrong tries from slowing its owner down.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.requests import HTTPConnection

from contracts.errors import HubError
from warehouse.login.throttle import DEVICE_MEMORY, Client

DEVICE = "hub_device"
Network = IPv4Network | IPv6Network


def trusted_networks(setting: str) -> tuple[Network, ...]:
    """The networks of `trusted_proxies`. HubError for one that is none."""
    try:
        return tuple(ip_network(part.strip()) for part in setting.split(",") if part.strip())
    except ValueError:
        raise HubError(
            "a proxy is an address or a network",
            where="HUB_TRUSTED_PROXIES",
            remedy="write them as 10.0.0.5 or 10.0.0.0/24, with commas",
        ) from None


def client_address(peer: str, forwarded: str, proxies: tuple[Network, ...]) -> str:
    """The address a request came from: the peer's, or, of a trusted proxy's, the last in X-Forwarded-For that is none itself.

    The proxies' own entries stand on the right; what a client wrote into the header stands left of them and is not reached.
    """
    nearest = peer
    for hop in reversed(forwarded.split(",")):
        address = _address(hop)
        if address is None or not _is_in(nearest, proxies):
            break
        nearest = address
    return nearest


def request_address(request: HTTPConnection, proxies: tuple[Network, ...]) -> str:
    """The address that a request came from."""
    peer = request.client.host if request.client else "-"
    return client_address(peer, ",".join(request.headers.getlist("x-forwarded-for")), proxies) if proxies else peer


def client(request: Request) -> Client:
    """The client of a request."""
    address = request_address(request, request.app.state.app_state.proxies)
    return Client(address, request.cookies.get(DEVICE, ""))


ClientDep = Annotated[Client, Depends(client)]


def remember_device(request: Request, response: Response, device: str) -> None:
    """Set the cookie of a device: out of reach of scripts, sent to this server's own API only, over TLS where there is TLS."""
    is_tls = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(
        DEVICE,
        device,
        max_age=int(DEVICE_MEMORY.total_seconds()),
        path="/v1",
        secure=is_tls,
        httponly=True,
        samesite="strict",
    )


def _address(hop: str) -> str | None:
    """The address of an entry, which some proxies write with a port (`1.2.3.4:567`, `[::1]:567`)."""
    text = hop.strip()
    for candidate in (text, text.rpartition(":")[0].strip("[]"), text.strip("[]")):
        try:
            return str(ip_address(candidate))
        except ValueError:
            continue
    return None


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    found = _address(address)
    return found is not None and any(ip_address(found) in network for network in networks)
