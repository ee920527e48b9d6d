"""Viewer of requests outside Streamlit."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import streamlit as st

from geo.access.visitor import SESSION_COOKIE, visitor
from pages.shell import caches

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request

    from geo.viewer import Viewer


def viewer_of_request(request: HTTPConnection) -> Viewer:
    """Viewer from the request's own session.

    Raises
    ------
    DataError
        When the accounts cannot be read.
    """
    return visitor(
        caches.settings()[0],
        token=request.cookies.get(SESSION_COOKIE, ""),
        headers=request.headers,
        listens_on=st.get_option("server.address"),
    )


def network_of(request: Request) -> str:
    """Network address by which attempts are counted.

    For IPv6 the first half: the owner of the network chooses the rest. Behind a proxy it is the visitor's only if the
    proxy names it (X-Forwarded-For); otherwise all visitors count as one.
    """
    address = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network(f"{found}/64", strict=False))
    return str(found)
