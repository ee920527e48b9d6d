"""What a browser carries between the form and its answer: a signed cookie of a quarter of an hour."""

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
#: Of this process: after a restart a form that is still open is shown once more.
_SIGNER = TimestampSigner(secrets.token_bytes(32), salt=LOGIN_COOKIE)


def host_of(request: Request) -> str:
    """Name of this server as the request has it, with its port."""
    return request.headers.get("host", "")


def place_of(address: str) -> str:
    """Name and port in an address; empty in what is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def base_of(request: Request) -> str:
    """Base path of the server: the path before the last address of ours."""
    path = request.url.path
    for own in ("/masuk/penyedia", "/masuk/kembali", "/masuk", "/keluar"):
        if path.endswith(own):
            return path.removesuffix(own)
    return ""


def read_cookie(request: Request) -> dict[str, Any]:
    """What the browser carries; a fresh ticket where it carries none that holds."""
    try:
        raw = _SIGNER.unsign(request.cookies.get(LOGIN_COOKIE, ""), max_age=_LIFE_S)
        found = json.loads(base64.urlsafe_b64decode(raw))
    except (BadSignature, ValueError):
        found = {}
    return found if isinstance(found, dict) and "form" in found else {"form": secrets.token_urlsafe(24)}


def write_cookie(request: Request, response: Response, ticket: dict[str, Any]) -> None:
    """Lets the browser carry a ticket."""
    signed = _SIGNER.sign(base64.urlsafe_b64encode(json.dumps(ticket).encode())).decode("ascii")
    set_cookie(request, response, LOGIN_COOKIE, signed, max_age=_LIFE_S)


def set_cookie(request: Request, response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """Sets a cookie that no script reads and no other place sends along; of https only where the request came so."""
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
    """Takes a cookie back."""
    response.delete_cookie(
        name, path=f"{base_of(request)}/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )


def is_from_here(request: Request, ticket: dict[str, Any], sent: str) -> bool:
    """Whether a form was sent by a page of ours, and by the browser that it was shown in.

    Parameters
    ----------
    request
        The one that sends the form.
    ticket
        What the browser carries.
    sent
        The word that stood in the form.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None and place_of(origin) != host_of(request):
        return False
    return secrets.compare_digest(str(ticket["form"]).encode(), sent.encode())
