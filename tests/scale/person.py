"""A person with a browser that has no JavaScript, as far as bringing in a file goes."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.faults.server import Server
from tests.served import ANSWER_SECONDS, LOOK_SECONDS

WAIT_SECONDS = 120


@contextmanager
def somebody(server: Server) -> Iterator[httpx.Client]:
    """Somebody who has just signed up."""
    with httpx.Client(base_url=address(server), follow_redirects=True, timeout=ANSWER_SECONDS) as client:
        password = secrets.token_hex(12)
        name = f"ann-{secrets.token_hex(6)}"
        send(client, "/signup/", username=name, password1=password, password2=password)
        yield client


def address(server: Server) -> str:
    return f"http://{server.host}:{server.port}"


def new_patient(person: httpx.Client) -> str:
    """The address of somebody's records, as somebody new."""
    path = send(person, "/patients", name="Mother", sex="female")
    found = re.match(r"/patients/[0-9a-f-]{36}", path)
    assert found, path
    return found[0]


def send(person: httpx.Client, path: str, *, file: bytes | None = None, **fields: str) -> str:
    """Fill in the form of a page and send it; return where that leads to."""
    person.get(path)
    token = person.cookies["csrftoken"]
    headers = {"X-CSRFToken": token, "Referer": f"{person.base_url}{path}"}
    files = {"file": ("export.xml", file)} if file is not None else None
    answer = person.post(path, data=fields, files=files, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.url.path


def shown(server: Server, person: httpx.Client, upload: str) -> str:
    """What a server says of an upload once that is read."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        page = person.get(f"{address(server)}{upload}").text
        if "<upload-progress" not in page or time.monotonic() > deadline:
            return page
        time.sleep(LOOK_SECONDS)
