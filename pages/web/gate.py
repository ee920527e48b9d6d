"""The gate before Streamlit's own routes: what no visitor needs is closed, and only who may bring files sends them.

Streamlit 1.67 takes files from anybody with an open session and keeps them in memory, answers `/_stcore/metrics` to
everybody, and opens as many sessions as are asked for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from streamlit import runtime

from geo.errors import DataError
from geo.terms import Right
from geo.viewer import PUBLIC
from pages.web.visitor import viewer_of_request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from geo.viewer import Viewer

_CORE, _UPLOAD, _STREAM = "/_stcore/", "upload_file/", "stream"
#: What a browser asks for: whether the server lives, its options, and parts of components.
_OPEN = ("health", "host-config", "bidi-components/")
#: Sessions open at once; a meeting of fifty people has room for reloads. Strangers who take all of them lock out
#: nobody who is signed in: for those there are more.
MOST_SESSIONS, RESERVED = 200, 50
#: Bytes of files that sessions hold together, and those of one account.
MOST_HELD, MOST_OF_ONE = 256 * 2**20, 128 * 2**20
#: Bytes of one message of a browser (what it sends are choices and words), and messages of a session in some seconds:
#: more are not lost, they wait.
LARGEST_MESSAGE, MESSAGES, WITHIN_S = 2**20, 100, 10.0
_TRY_AGAIN_LATER, _TOO_BIG = 1013, 1009


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
        #: Account by the session that its files belong to.
        self._senders: dict[str, str] = {}

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
        viewer = await run_in_threadpool(_viewer, request)
        if not viewer.may(Right.BRING):
            return 403
        if request.method not in {"PUT", "POST"}:
            return 0
        length = request.headers.get("content-length", "")
        return self._is_too_much(asked, viewer.name, int(length)) if length.isdecimal() else 411

    def _is_too_much(self, asked: str, name: str, length: int) -> int:
        """413 if there is no room for a file, for all sessions together or for this account; else 0."""
        held = _held()
        self._senders = {session: one for session, one in self._senders.items() if session in held}
        own = sum(held.get(session, 0) for session, one in self._senders.items() if one == name)
        if sum(held.values()) + length > MOST_HELD or own + length > MOST_OF_ONE:
            return 413
        self._senders[asked.removeprefix(_UPLOAD).partition("/")[0]] = name
        return 0

    async def _open_stream(self, asked: str, scope: Scope, receive: Receive, send: Send) -> None:
        if asked != _STREAM or not await self._has_room(HTTPConnection(scope)):
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
            return
        self._sessions += 1
        try:
            await self._app(scope, _Paced(receive), send)
        finally:
            self._sessions -= 1

    async def _has_room(self, request: HTTPConnection) -> bool:
        if self._sessions < MOST_SESSIONS:
            return True
        return self._sessions < MOST_SESSIONS + RESERVED and await run_in_threadpool(_is_known, request)


class _Paced:
    """What a browser sends: too large a message ends the session, too many wait."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._times: deque[float] = deque(maxlen=MESSAGES)

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        if len(message.get("bytes") or message.get("text") or "") > LARGEST_MESSAGE:
            return {"type": "websocket.disconnect", "code": _TOO_BIG}
        clock = asyncio.get_running_loop()
        if len(self._times) == MESSAGES and (early := self._times[0] + WITHIN_S - clock.time()) > 0:
            await asyncio.sleep(early)
        self._times.append(clock.time())
        return message


def _is_known(request: HTTPConnection) -> bool:
    return bool(_viewer(request).rights)


def _viewer(request: HTTPConnection) -> Viewer:
    try:
        return viewer_of_request(request)
    except DataError:
        # While the accounts cannot be read, nobody is known.
        return PUBLIC


def _held() -> dict[str, int]:
    """Bytes of files in the memory of this server, by session."""
    if not runtime.exists():
        return {}
    kept = runtime.get_instance()._uploaded_file_mgr  # noqa: SLF001 - Streamlit 1.67 tells nobody what it holds
    held = getattr(kept, "file_storage", {})
    return {session: sum(len(one.data) for one in list(files.values())) for session, files in list(held.items())}
