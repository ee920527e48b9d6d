"""A signed cookie of 15 minutes that a browser keeps between the form and its submission."""

from __future__ import annotations

import base64
import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from itsdangerous import BadSignature, TimestampSigner

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LOGIN_COOKIE = "petajaga_masuk"
_LIFE_S = 900
#: Key of this process: after a restart an open form is shown once more.
_SIGNER = TimestampSigner(secrets.token_bytes(32), salt=LOGIN_COOKIE)


def host_of(request: Request) -> str:
    """Name and port of this server in the request."""
    return request.headers.get("host", "")


def place_of(address: str) -> str:
    """Name and port in an address; empty if it is not an address."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def base_of(request: Request) -> str:
    """Base path of the server: the path before our last address."""
    path = request.url.path
    for own in ("/masuk/penyedia", "/masuk/kembali", "/masuk", "/keluar"):
        if path.endswith(own):
            return path.removesuffix(own)
    return ""


def read_cookie(request: Request) -> dict[str, Any]:
    """Ticket in the browser's cookie; a new one if it has no valid one."""
    try:
        raw = _SIGNER.unsign(request.cookies.get(LOGIN_COOKIE, ""), max_age=_LIFE_S)
        found = json.loads(base64.urlsafe_b64decode(raw))
    except (BadSignature, ValueError):
        found = {}
    return found if isinstance(found, dict) and "form" in found else {"form": secrets.token_urlsafe(24)}


def write_cookie(request: Request, response: Response, ticket: dict[str, Any]) -> None:
    """Store a ticket in the browser's cookie."""
    signed = _SIGNER.sign(base64.urlsafe_b64encode(json.dumps(ticket).encode())).decode("ascii")
    set_cookie(request, response, LOGIN_COOKIE, signed, max_age=_LIFE_S)


def set_cookie(request: Request, response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie that scripts and other sites cannot use; only for https if the request came by https."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=f"{base_of(request)}/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Delete a cookie."""
    response.delete_cookie(
        name, path=f"{base_of(request)}/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )


def is_from_here(request: Request, ticket: dict[str, Any], sent: str) -> bool:
    """Whether a form was sent by our own page, and by the browser in which it was shown.

    Parameters
    ----------
    request
        Request that sends the form.
    ticket
        Ticket in the browser's cookie.
    sent
        Token in the form.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None and place_of(origin) != host_of(request):
        return False
    return secrets.compare_digest(str(ticket["form"]).encode(), sent.encode())
