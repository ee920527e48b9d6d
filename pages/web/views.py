"""Addresses of views, as far as a sign-in may lead back to one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pages.web.login_cookie import base_of, host_of, place_of

if TYPE_CHECKING:
    from starlette.requests import Request

#: One page of ours and what is plain in a query: no second slash, no backslash, no point, no colon, no escape in the
#: path, so that nothing else can be meant by it, whoever reads it.
_VIEW = re.compile(r"/[a-z0-9-]{0,40}(\?[A-Za-z0-9._~%&=+-]{0,400})?")
_OWN = {"/masuk", "/keluar", "/berkas"}


def view_of(text: str) -> str:
    """Address of a view as it was given, or the first page's where it is none.

    Examples
    --------
    >>> view_of("/titik-rawan?data=kota&periode=2017"), view_of("//evil.example"), view_of("/masuk")
    ('/titik-rawan?data=kota&periode=2017', '/', '/')
    """
    is_view = _VIEW.fullmatch(text) and text.partition("?")[0] not in _OWN
    return text if is_view else "/"


def asked_view(request: Request) -> str:
    """View that a visitor comes from: the address in the browser if it tells, else the one in the link.

    The link is as old as the run that made it; a click on the map since then is in the address alone.
    """
    came, base = request.headers.get("referer", ""), base_of(request)
    if place_of(came) == host_of(request):
        path = came.partition("://")[2].removeprefix(host_of(request))
        view = path.removeprefix(base)
        if path.startswith(f"{base}/") and view_of(view) == view:
            return view
    return view_of(request.query_params.get("lanjut", ""))
