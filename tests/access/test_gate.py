"""The gate: who may send files, what is closed, how many may come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from geo.errors import DataError, Fault, Problem
from geo.terms import Role
from pages.shell import caches
from pages.web import gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from geo.settings import Settings

UPLOAD = "/_stcore/upload_file/session/file"
READ: list[int] = []
ASKED = {"type": "http", "headers": [(b"host", b"localhost:8501"), (b"user-agent", b"x")], "path": "/"}


async def taken(request: Request) -> PlainTextResponse:
    """What Streamlit does: everything that is sent is read and kept."""
    READ.append(len(await request.body()))
    return PlainTextResponse("taken")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()
    await socket.close()


@pytest.fixture
def owner(city: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A laptop whose owner is a steward."""
    mine = replace(city, access=replace(city.access, owner=Role.STEWARD))
    monkeypatch.setattr(caches, "settings", lambda: (mine, ()))
    monkeypatch.setattr("streamlit.get_option", lambda _name: "127.0.0.1")
    return mine


def client(base: str = "http://localhost:8501") -> TestClient:
    READ.clear()
    routes = [
        Route("/{path:path}", taken, methods=["GET", "PUT", "POST", "DELETE"]),
        WebSocketRoute("/{path:path}", stream),
    ]
    return TestClient(
        Starlette(routes=routes, middleware=[Middleware(gate.Gate)]),
        base_url=base,
        headers={"user-agent": "x"},
    )


def test_the_owner_may_send_and_a_stranger_may_not(owner: Settings) -> None:
    assert client().put(UPLOAD, content=b"x" * 1000).status_code == 200
    assert READ == [1000]
    assert client().delete(UPLOAD).status_code == 200
    for stranger in (client("http://peta.example"), client("http://10.0.0.7:8501")):
        for method in ("PUT", "POST", "DELETE", "GET"):
            assert stranger.request(method, UPLOAD, content=b"x" * 1000).status_code == 403
        assert READ == [], "nothing of it was read"


def test_nobody_sends_while_nobody_is_known(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(_request: object) -> None:
        raise DataError((Fault.of("kota.sqlite", "", Problem.STORE_BUSY),))

    monkeypatch.setattr(gate, "viewer_of_request", unread)
    assert client().put(UPLOAD, content=b"x").status_code == 403


def test_a_closed_server_takes_nothing(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "settings", lambda: (replace(owner, is_closed=True), ()))
    assert client().put(UPLOAD, content=b"x").status_code == 403


def test_files_together_have_a_limit(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_held", lambda: {"another": gate.MOST_HELD - 1000})
    assert client().put(UPLOAD, content=b"x" * 1000).status_code == 200
    assert client().put(UPLOAD, content=b"x" * 1001).status_code == 413
    assert READ == []

    def endless() -> Iterator[bytes]:
        yield b"x"

    assert client().put(UPLOAD, content=endless()).status_code == 411, "no length is told"
    assert READ == []


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
        "/titik-rawan/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/healthy",
        "/_stcore/",
    ],
)
def test_what_no_visitor_needs_is_closed(owner: Settings, path: str) -> None:
    for method in ("GET", "POST"):
        assert client().request(method, path).status_code == 404
    assert READ == []


@pytest.mark.parametrize("path", ["/", "/titik-rawan", "/_stcore/health", "/_stcore/host-config", "/media/x.png"])
def test_what_a_browser_needs_is_open(city: Settings, path: str) -> None:
    assert client("http://peta.example").get(path).status_code == 200


def test_sessions_have_a_limit_and_give_their_place_back(city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_SESSIONS", 2)
    visitor = client()
    for _ in range(3):
        with visitor.websocket_connect("/_stcore/stream") as one, visitor.websocket_connect("/_stcore/stream") as two:
            with pytest.raises(WebSocketDisconnect), visitor.websocket_connect("/_stcore/stream"):
                pass
            one.send_text("x")
            two.send_text("x")
    with pytest.raises(WebSocketDisconnect), visitor.websocket_connect("/elsewhere"):
        pass


def test_one_account_does_not_take_the_room_of_all(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[str, int] = {}
    monkeypatch.setattr(gate, "_held", lambda: held)
    monkeypatch.setattr(gate, "MOST_OF_ONE", 1000)
    server = client()
    for session, sent, status in (("a", 600, 200), ("b", 400, 200), ("c", 1, 413), ("a", 1, 413)):
        answer = server.put(f"/_stcore/upload_file/{session}/file", content=b"x" * sent)
        assert answer.status_code == status, session
        held[session] = held.get(session, 0) + (sent if status == 200 else 0)
    # Another account has its own; what a session lets go of is free again.
    other = replace(gate.viewer_of_request(HTTPConnection(ASKED)), name="another")
    with monkeypatch.context() as patch:
        patch.setattr(gate, "viewer_of_request", lambda _request: other)
        assert server.put("/_stcore/upload_file/d/file", content=b"x" * 1000).status_code == 200
    del held["a"]
    assert server.put("/_stcore/upload_file/c/file", content=b"x" * 600).status_code == 200


async def echoed(socket: WebSocket) -> None:
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


def test_a_message_has_a_largest_size_and_many_wait(city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def waited(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(gate.asyncio, "sleep", waited)
    monkeypatch.setattr(gate, "MESSAGES", 3)
    monkeypatch.setattr(gate, "WITHIN_S", 60.0)
    app = Starlette(routes=[WebSocketRoute("/{path:path}", echoed)], middleware=[Middleware(gate.Gate)])
    with TestClient(app).websocket_connect("/_stcore/stream") as one:
        for number in range(5):
            one.send_text(str(number))
            assert one.receive_text() == str(number), "none is lost"
        assert len(waits) == 2
        assert all(0 < one <= 60 for one in waits)
    ended: list[int] = []

    async def ending(socket: WebSocket) -> None:
        await socket.accept()
        try:
            await socket.receive_text()
        except WebSocketDisconnect as end:
            ended.append(end.code)

    app = Starlette(routes=[WebSocketRoute("/{path:path}", ending)], middleware=[Middleware(gate.Gate)])
    with TestClient(app).websocket_connect("/_stcore/stream") as one:
        one.send_text("x" * (gate.LARGEST_MESSAGE + 1))
    assert ended == [1009]


def test_strangers_who_take_all_places_lock_nobody_out(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_SESSIONS", 1)
    monkeypatch.setattr(gate, "RESERVED", 1)
    server, known, foreign = client(), "ws://localhost:8501/_stcore/stream", "ws://peta.example/_stcore/stream"
    with server.websocket_connect(foreign) as stranger:
        with pytest.raises(WebSocketDisconnect), server.websocket_connect(foreign):
            pass
        with server.websocket_connect(known) as one:
            with pytest.raises(WebSocketDisconnect), server.websocket_connect(known):
                pass
            one.send_text("x")
        stranger.send_text("x")
