"""Our own routes besides Streamlit's: sign-in and sign-out, files for a role, and headers of all responses.

Nothing here is needed to view the example; the modules of a sign-in are imported at the first sign-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.routing import Route

from pages.web import files, signin
from pages.web.gate import Gate
from pages.web.headers import SecurityHeaders

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


def routes(base: str) -> list[BaseRoute]:
    """Routes below the base path of the server."""
    base = base.strip("/")
    before = f"/{base}" if base else ""
    return [
        Route(f"{before}/masuk", signin.sign_in, methods=["GET", "POST"]),
        Route(f"{before}/masuk/penyedia", signin.to_provider, methods=["GET"]),
        Route(f"{before}/masuk/kembali", signin.from_provider, methods=["GET"]),
        Route(f"{before}/keluar", signin.sign_out, methods=["GET", "POST"]),
        Route(f"{before}/berkas/{{token}}", files.answer, methods=["GET"]),
    ]


def middleware(base: str, tiles_url: str) -> list[Middleware]:
    """Middleware of every request: headers, and the gate before Streamlit's own routes."""
    return [Middleware(SecurityHeaders, base=base, tiles_url=tiles_url), Middleware(Gate)]
