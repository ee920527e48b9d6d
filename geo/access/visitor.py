"""Who is asking, from what a browser sent along: a session, this very machine, or anybody."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geo.errors import DataError
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.settings import Settings
    from geo.viewer import Viewer

#: Cookie of a signed-in browser.
SESSION_COOKIE = "petajaga_sesi"
#: Name of whoever works at a laptop that serves nobody else; no account can have it.
OWNER = "pemilik laptop ini"
#: What a reverse proxy adds: then the one who asks is somewhere else.
_PASSED_ON = re.compile(
    r"forwarded|via|x-(forwarded|real|original|proxy|envoy|client|cluster)-.*|cf-.*|true-client-ip"
)
#: Whether a store had no accounts when this process last looked.
_HAD_NONE: dict[Path, bool] = {}


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


def is_direct(headers: Mapping[str, str]) -> bool:
    """Whether a request was made on this machine to this machine, by a page of this machine's.

    A foreign name that was made to point here ("DNS rebinding") is not; nor is what a proxy passes on. A proxy that
    leaves no trace and writes a name of this machine's into the request cannot be told from a browser here: therefore
    the owner works without an account only where the settings say so, and until there is one.

    Parameters
    ----------
    headers
        Of the request; names in any letters.

    Examples
    --------
    >>> is_direct({"Host": "localhost:8501"}), is_direct({"Host": "127.0.0.1:8501", "X-Forwarded-For": "10.0.0.7"})
    (True, False)
    >>> is_direct({"Host": "peta.example:8501"}), is_direct({"Host": "[::1]:8501", "Origin": "null"})
    (False, False)
    """
    sent = {name.lower(): value for name, value in headers.items()}
    if any(_PASSED_ON.fullmatch(name) for name in sent):
        return False
    asked = [f"//{sent.get('host', '')}", *([sent["origin"]] if "origin" in sent else [])]
    try:
        return all(is_loopback(urlsplit(one).hostname or "?") for one in asked)
    except ValueError:
        return False


def visitor(settings: Settings, *, token: str, headers: Mapping[str, str], listens_on: str | None) -> Viewer:
    """Who is asking, at this moment.

    Parameters
    ----------
    settings
        Where the accounts are, and as whom the owner works while there are none.
    token
        Of the session's cookie, or empty.
    headers
        Of the request.
    listens_on
        Address that the server listens on.

    Raises
    ------
    DataError
        When the accounts cannot be read.
    """
    is_nobodys = True
    # Not at the top: who has no session, where nobody has an account, shall not wait for a database.
    if settings.store_file.is_file():
        from geo.access import sessions

        if token and (found := sessions.viewer_of_token(settings, token)) != PUBLIC:
            return found
        is_nobodys = _has_none(settings)
    if is_nobodys and is_loopback(listens_on) and is_direct(headers):
        return settings.viewer(OWNER, settings.access.owner)
    return PUBLIC


def _has_none(settings: Settings) -> bool:
    """Whether nobody has an account; of a store that cannot be read now, what it last said to this process."""
    from geo.access import accounts
    from geo.store.engine import city_store

    path = settings.store_file
    try:
        _HAD_NONE[path] = not accounts.has_accounts(city_store(settings))
    except DataError:
        if path not in _HAD_NONE:
            raise
    return _HAD_NONE[path]
