"""Which stores are open to whom. Until there are accounts, real records are served on one machine only."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import streamlit as st

from geo.terms import StoreName
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from geo.settings import Settings
    from geo.viewer import Viewer


def is_loopback(address: str | None) -> bool:
    """Whether a server that listens on this address can be reached from its own machine alone.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback(None)
    (True, False, False)
    """
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "0.0.0.0").is_loopback  # noqa: S104 - no address means all
    except ValueError:
        return False


def open_stores() -> tuple[StoreName, ...]:
    """Stores that this server may open."""
    if is_loopback(st.get_option("server.address")):
        return (StoreName.CONTOH, StoreName.KOTA)
    return (StoreName.CONTOH,)


def viewer(store: StoreName, options: Settings) -> Viewer:
    """Who looks: on the city's own store the owner of this laptop, as the settings say; else anybody."""
    if store is StoreName.KOTA and StoreName.KOTA in open_stores():
        return options.viewer("pemilik laptop ini", options.access.owner)
    return PUBLIC
