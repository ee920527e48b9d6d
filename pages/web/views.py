"""Addresses of views to which a sign-in may return."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pages.web.login_cookie import base_of, host_of, place_of

if TYPE_CHECKING:
    from starlette.requests import Request

#: One of our pages and a plain query: no second slash, backslash, point, colon or escape in the path, so that no
#: reader can interpret it as anything else.
_VIEW = re.compile(r"/[a-z0-9-]{0,40}(\?[A-Za-z0-9._~%&=+-]{0,400})?")
_OWN = {"/masuk", "/keluar", "/berkas"}


def view_of(text: str) -> str:
    """The given address if it is a view, otherwise that of the first page.

    Examples
    --------
    >>> view_of("/titik-rawan?data=kota&periode=2017"), view_of("//evil.example"), view_of("/masuk")
    ('/titik-rawan?data=kota&periode=2017', '/', '/')
    """
    is_view = _VIEW.fullmatch(text) and text.partition("?")[0] not in _OWN
    return text if is_view else "/"


def asked_view(request: Request) -> str:
    """View that a visitor comes from: the address in the browser if known, otherwise that in the link.

    The link is as old as the script run that made it; a later click on the map is only in the address.
    """
    came, base = request.headers.get("referer", ""), base_of(request)
    if place_of(came) == host_of(request):
        path = came.partition("://")[2].removeprefix(host_of(request))
        view = path.removeprefix(base)
        if path.startswith(f"{base}/") and view_of(view) == view:
            return view
    return view_of(request.query_params.get("lanjut", ""))
