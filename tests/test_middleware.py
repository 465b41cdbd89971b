"""What the middleware does to every response."""

from __future__ import annotations

import gzip

import pytest
from django.test import AsyncClient
from pytest_django import Settings

STYLE = "/static/css/site.css"
PACKED = {"Accept-Encoding": "gzip"}
LARGE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"


@pytest.fixture(autouse=True)
def _static_files_are_served(settings: Settings) -> None:
    settings.SERVESTATIC_USE_FINDERS = True


async def test_it_packs_a_style_and_says_its_length() -> None:
    plain = await AsyncClient().get(STYLE)
    packed = await AsyncClient().get(STYLE, headers=PACKED)

    content = plain.content
    assert gzip.decompress(packed.content) == content
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.content) < len(content) / 2
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    assert "Accept-Encoding" in packed.headers["Vary"]


async def test_it_sends_a_packed_style_only_once() -> None:
    client = AsyncClient()
    first = await client.get(STYLE, headers=PACKED)

    again = await client.get(STYLE, headers=PACKED | {"If-Modified-Since": first.headers["Last-Modified"]})

    assert "ETag" not in first.headers
    assert again.status_code == 304


async def test_it_leaves_a_large_file_as_it_is() -> None:
    response = await AsyncClient().get(LARGE, headers=PACKED)

    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers
    response.close()
