"""A real nginx in front, with the configuration that is shipped: TLS, the stream, and who is at the laptop."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from browser.conftest import serving, settled
from people import STEWARD
from playwright.sync_api import expect

from geo.access import accounts
from geo.settings import ROOT
from geo.store.engine import Store
from geo.terms import AccountKind, Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (NGINX and shutil.which("openssl")), reason="no nginx, or no openssl, on this machine"),
]
PASSWORD = "kuda lumping biru 7"


def _ports(many: int) -> list[int]:
    probes = [socket.socket() for _ in range(many)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return found


def _configured(folder: Path, app: str) -> tuple[Path, int]:
    """The shipped configuration with names, ports and files of this test; and its port with TLS."""
    plain, secure = _ports(2)
    text = (ROOT / "docs" / "deploy" / "nginx.conf").read_text("utf-8")
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "    listen [::]:80;\n": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{secure} ssl http2;",
        "    listen [::]:443 ssl http2;\n": "",
        "peta.example.go.id;": "localhost;",
        "/etc/letsencrypt/live/peta.example.go.id/fullchain.pem": f"{folder}/cert.pem",
        "/etc/letsencrypt/live/peta.example.go.id/privkey.pem": f"{folder}/key.pem",
        "/var/log/nginx/petajaga.log": f"{folder}/access.log",
        "http://127.0.0.1:8501": f"http://127.0.0.1:{urlsplit(app).port}",
        "/etc/nginx/petajaga-proxy.conf": str(ROOT / "docs" / "deploy" / "petajaga-proxy.conf"),
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{temporary}{text}}}\n", "utf-8")
    return file, secure


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """Address of nginx, of the app behind it, and their folder; the owner is a steward while there is no account."""
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    store = Store(folder / "kota" / "kota.sqlite")
    store.make()
    store.close()
    own = folder / "settings.toml"
    own.write_text(f"[stores]\nkota = '{store.path.parent.as_posix()}'\n[access]\nowner = 'steward'\n", "utf-8")
    made = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {folder}/key.pem"
    subprocess.run([*made.split(), "-out", str(folder / "cert.pem")], check=True, capture_output=True)
    with serving(PETAJAGA_SETTINGS=str(own)) as app:
        file, port = _configured(folder, app)
        words = [str(NGINX), "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
        process = subprocess.Popen(words)
        for _ in range(80):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"https://localhost:{port}", app, folder
        process.terminate()
        process.wait(timeout=20)


def sent(address: str, headers: dict[str, str]) -> int:
    """Status of the answer where files are sent to."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    # Streamlit itself refuses to send a file without its word: only what the gate refuses has this status here.
    asked = urllib.request.Request(
        f"{address}_stcore/upload_file/session/file", headers={"User-Agent": "x"} | headers
    )
    try:
        with urllib.request.urlopen(asked, context=trusting) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


@pytest.mark.parametrize(
    "claimed",
    [
        {},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1;host=localhost"},
        {"X-Forwarded-Host": "localhost"},
    ],
)
def test_nobody_behind_it_is_the_owner(front: tuple[str, str, Path], claimed: dict[str, str]) -> None:
    assert sent(f"{front[1]}/", {}) != 403, "at the laptop itself there is one"
    assert sent(f"{front[0]}/", claimed) == 403


def test_a_visit_a_sign_in_and_the_way_back_after_signing_out(
    front: tuple[str, str, Path], chromium: Browser
) -> None:
    store = Store(front[2] / "kota" / "kota.sqlite")
    accounts.add(store, STEWARD, name="ana", role=Role.STEWARD, kind=AccountKind.LOCAL, password=PASSWORD)
    store.close()
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{front[0]}/ringkasan")
    settled(page)
    expect(page.get_by_role("link", name="Data", exact=True)).to_have_count(0)
    page.locator("a.pj-way", has_text="Masuk").click()
    page.get_by_label("Nama akun").fill("ana")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.get_by_text("ana, penanggung jawab data")).to_be_visible(timeout=30_000)
    (kept,) = [one for one in context.cookies() if one["name"].endswith("petajaga_sesi")]
    assert kept["secure"]
    assert kept["httpOnly"]
    page.goto(f"{front[0]}/jejak")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("a.pj-way", has_text="Keluar").click()
    page.get_by_role("button").first.click()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    for _ in range(3):
        page.go_back()
        page.wait_for_timeout(1_500)
        told = page.locator("body").inner_text()
        assert "penanggung jawab data" not in told
        assert page.get_by_role("link", name="Jejak", exact=True).count() == 0
    context.close()
    log = (front[2] / "access.log").read_text("utf-8")
    assert " 101 " in log, "the stream went through"
    assert PASSWORD not in log
