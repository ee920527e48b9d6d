"""Viewer of a request: from a session, from this machine itself, or the public."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from geo.errors import DataError
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.settings import Settings
    from geo.viewer import Viewer

#: Cookie of a signed-in browser.
SESSION_COOKIE = "petajaga_sesi"
#: Name of the person at a laptop that serves nobody else; no account can have it.
OWNER = "pemilik laptop ini"
#: Headers that a browser sends. Anything else may come from a proxy: then the client can be another machine.
_OF_BROWSERS = re.compile(
    r"host|connection|keep-alive|upgrade|upgrade-insecure-requests|user-agent|accept|accept-(language|encoding|charset)"
    r"|cookie|origin|referer|cache-control|pragma|dnt|priority|te|save-data|purpose|x-xsrftoken"
    r"|if-(none-match|modified-since|match|unmodified-since|range)|range|content-(type|length)|transfer-encoding"
    r"|sec-(gpc|purpose|ch-[a-z0-9-]+|fetch-(site|mode|user|dest|storage-access)|websocket-[a-z]+)"
)
#: This machine, written as a browser writes it.
_HERE = re.compile(r"(localhost|127(\.(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){3}|\[::1\])(:[1-9]\d{0,4})?")
#: Whether a store had no accounts at this process's last check.
_HAD_NONE: dict[Path, bool] = {}


def is_loopback(address: str | None) -> bool:
    """Whether a server that listens on this address is reachable only from its own machine.

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
    """Whether a request comes from this machine, to this machine, from a page of this machine.

    A foreign name that points here ("DNS rebinding") does not count; nor does a page of another port, nor a request
    with a header that browsers do not send. A proxy that leaves no trace and writes a name of this machine into the
    request cannot be distinguished from a local browser: therefore the owner works without an account only if the
    settings allow it, and until an account exists.

    Parameters
    ----------
    headers
        Headers of the request; names in any case.

    Examples
    --------
    >>> is_direct({"Host": "localhost:8501"}), is_direct({"Host": "127.0.0.1:8501", "X-Forwarded-For": "10.0.0.7"})
    (True, False)
    >>> is_direct({"Host": "peta.example:8501"}), is_direct({"Host": "[::1]:8501", "Origin": "null"})
    (False, False)
    """
    sent = {name.lower(): value for name, value in headers.items()}
    host, origin = sent.get("host", ""), sent.get("origin")
    if not _HERE.fullmatch(host) or not all(_OF_BROWSERS.fullmatch(name) for name in sent):
        return False
    return origin is None or origin in {f"http://{host}", f"https://{host}"}


def visitor(settings: Settings, *, token: str, headers: Mapping[str, str], listens_on: str | None) -> Viewer:
    """Current viewer of a request.

    Parameters
    ----------
    settings
        Location of the accounts, and role of the owner while there are none.
    token
        Token of the session cookie, or empty.
    headers
        Headers of the request.
    listens_on
        Address on which the server listens.

    Raises
    ------
    DataError
        When the accounts cannot be read.
    """
    if settings.is_closed:
        return PUBLIC
    is_nobodys = True
    # Not at the top: a visitor without a session, on an installation without accounts, must not wait for a database.
    if settings.store_file.is_file():
        from geo.access import sessions

        if token and (found := sessions.viewer_of_token(settings, token)) != PUBLIC:
            return found
        is_nobodys = _has_none(settings)
    if is_nobodys and is_loopback(listens_on) and is_direct(headers):
        return settings.viewer(OWNER, settings.access.owner)
    return PUBLIC


def _has_none(settings: Settings) -> bool:
    """Whether no account exists; for an unreadable store, its last answer to this process."""
    from geo.access import accounts
    from geo.store.engine import city_store

    path = settings.store_file
    try:
        _HAD_NONE[path] = not accounts.has_accounts(city_store(settings))
    except DataError:
        if path not in _HAD_NONE:
            raise
    return _HAD_NONE[path]
