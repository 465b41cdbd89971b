from __future__ import annotations

import httpx


def test_it_describes_itself_in_openapi(visitor: httpx.Client) -> None:
    response = visitor.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})

    schema = response.json()
    assert response.status_code == 200
    assert schema["openapi"].startswith("3.1.")
    assert "/api/conversations/" in schema["paths"]
