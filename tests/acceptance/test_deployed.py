"""Behind nginx with the configuration that docs/deploy.md names: TLS, feeds that are not kept back, no words logged."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.nginx import nginx
from tests.served import LOOK_SECONDS, START_SECONDS, Served, events_of, free_port, serve

NAME = "chat.example.org"
WORDS = "zinnober-quastenflosser"
TOKEN = "a token for tests"  # noqa: S105

pytestmark = pytest.mark.needs("nginx")


class Site(NamedTuple):
    """What people reach, and what stands behind it."""

    port: int
    plain_port: int
    folder: Path
    served: Served

    def client(self, **headers: str) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        headers |= {"Host": NAME}
        url = f"https://127.0.0.1:{self.port}"
        return httpx.Client(base_url=url, verify=trusted, headers=headers, timeout=START_SECONDS, trust_env=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    settings = {
        "ALLOWED_HOSTS": f"{NAME},127.0.0.1",
        "HEALTHCHAT_HTTPS": "true",
        "HEALTHCHAT_GUESTS": "true",
        "HEALTHCHAT_METRICS_TOKEN": TOKEN,
        "HEALTHCHAT_MODEL": "scripted:tokens=20,every_ms=5,hang_at=10",
    }
    _certify(folder)
    with serve(folder / "data", **settings) as served:
        site = Site(free_port(), free_port(), folder, served)
        with _nginx(site):
            yield site


def test_it_serves_the_page_by_https_alone(site: Site) -> None:
    with site.client() as client:
        page = client.get("/")
        plain = httpx.get(f"http://127.0.0.1:{site.plain_port}/", headers={"Host": NAME}, trust_env=False)

    assert page.status_code == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert "Secure" in page.headers["Set-Cookie"]
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{NAME}/")


def test_it_passes_a_feed_on_as_it_comes_and_logs_no_words(site: Site) -> None:
    seen: list[str] = []
    with (
        site.client() as client,
        client.stream("GET", "/api/chat/stream", params={"message": f"Is {WORDS} there?"}) as response,
    ):
        for event in events_of(response):
            seen.append(event.data)
            # The model hangs from here on: what was kept back until the feed ends would never come.
            if "m=" in event.data:
                break

    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert json.loads(seen[0])["status"] == "connected"
    assert WORDS not in _logged(site, "/api/chat/stream")


def test_it_refuses_what_is_too_large_before_it_has_come(site: Site) -> None:
    with site.client() as client:
        response = client.post("/api/chat/message", content=b"x" * (6 * 1024 * 1024))

    assert response.status_code == 413


def test_it_shows_what_is_counted_to_this_machine_with_the_token(site: Site) -> None:
    with site.client(Authorization=f"Bearer {TOKEN}") as client:
        assert "healthchat_feeds" in client.get("/metrics").text
        assert client.get("/readyz").status_code == 200


def _logged(site: Site, address: str) -> str:
    """All that is in the log, once there is a line about an address: nginx writes it when a request has ended."""
    deadline = time.monotonic() + START_SECONDS
    while address not in (log := (site.folder / "access.log").read_text()):
        assert time.monotonic() < deadline, log
        time.sleep(LOOK_SECONDS)
    return log


def _certify(folder: Path) -> None:
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*command, "-days", "2", *subject, *files], check=True, capture_output=True)


@contextmanager
def _nginx(site: Site) -> Iterator[None]:
    changes = {
        "server 127.0.0.1:8000;": f"server {site.served.url.removeprefix('http://')};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{site.port} ssl http2;",
        "listen 80;": f"listen 127.0.0.1:{site.plain_port};",
        "/etc/letsencrypt/live/chat.example.org/fullchain.pem": str(site.folder / "cert.pem"),
        "/etc/letsencrypt/live/chat.example.org/privkey.pem": str(site.folder / "key.pem"),
    }
    with nginx(site.folder, port=site.port, changes=changes):
        yield
