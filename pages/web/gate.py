"""The gate before Streamlit's own routes: what no visitor needs is closed, and only who may bring files sends them.

Streamlit 1.67 takes files from anybody with an open session and keeps them in memory, answers `/_stcore/metrics` to
everybody, and opens as many sessions as are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from streamlit import runtime

from geo.errors import DataError
from geo.terms import Right
from pages.web.visitor import viewer_of_request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_CORE, _UPLOAD, _STREAM = "/_stcore/", "upload_file/", "stream"
#: What a browser asks for: whether the server lives, its options, and parts of components.
_OPEN = ("health", "host-config", "bidi-components/")
#: Sessions open at once; a meeting of fifty people has room for reloads. Strangers who take all of them lock out
#: nobody who is signed in: for those there are more.
MOST_SESSIONS, RESERVED = 200, 50
#: Bytes of files that sessions hold together.
MOST_HELD = 256 * 2**20
_TRY_AGAIN_LATER = 1013


class Gate:
    """Refuse a request before anything of its body is read.

    Parameters
    ----------
    app
        The wrapped app.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._sessions = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        asked = scope.get("path", "").partition(_CORE)[2] if scope["type"] in {"http", "websocket"} else ""
        if scope["type"] == "websocket":
            await self._open_stream(asked, scope, receive, send)
            return
        is_core = scope["type"] == "http" and _CORE in scope["path"]
        status = await self._refused(asked, Request(scope)) if is_core else 0
        if status:
            await PlainTextResponse("", status)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _refused(self, asked: str, request: Request) -> int:
        """Status of a refusal; 0 if the request passes."""
        if any(asked == one or (one.endswith("/") and asked.startswith(one)) for one in _OPEN):
            return 0
        if not asked.startswith(_UPLOAD):
            return 404
        if not await run_in_threadpool(_may_bring, request):
            return 403
        length = request.headers.get("content-length", "")
        if request.method not in {"PUT", "POST"}:
            return 0
        if not length.isdecimal():
            return 411
        return 413 if _held() + int(length) > MOST_HELD else 0

    async def _open_stream(self, asked: str, scope: Scope, receive: Receive, send: Send) -> None:
        if asked != _STREAM or not await self._has_room(HTTPConnection(scope)):
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
            return
        self._sessions += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._sessions -= 1

    async def _has_room(self, request: HTTPConnection) -> bool:
        if self._sessions < MOST_SESSIONS:
            return True
        return self._sessions < MOST_SESSIONS + RESERVED and await run_in_threadpool(_is_known, request)


def _is_known(request: HTTPConnection) -> bool:
    try:
        return bool(viewer_of_request(request).rights)
    except DataError:
        return False


def _may_bring(request: Request) -> bool:
    try:
        return viewer_of_request(request).may(Right.BRING)
    except DataError:
        # While the accounts cannot be read, nobody is known.
        return False


def _held() -> int:
    """Bytes of files in the memory of this server."""
    if not runtime.exists():
        return 0
    kept = runtime.get_instance()._uploaded_file_mgr  # noqa: SLF001 - Streamlit 1.67 tells nobody what it holds
    held = getattr(kept, "file_storage", {})
    return sum(len(one.data) for files in list(held.values()) for one in list(files.values()))
