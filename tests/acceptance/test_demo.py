"""What `make run` starts."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.served import Served, own_database, run_command, serve

PASSWORD = re.compile(r"as admin, password (\S+) ")


def test_it_serves_the_page(visitor: httpx.Client) -> None:
    response = visitor.get("/", follow_redirects=True)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_it_lets_the_admin_in_with_the_printed_password(visitor: httpx.Client, chat: Served) -> None:
    password = PASSWORD.findall(chat.printed())[0]

    visitor.get("/admin/login/")
    form = {"username": "admin", "password": password, "csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
    response = visitor.post("/admin/login/?next=/admin/", data=form, follow_redirects=True)

    assert response.status_code == 200
    assert response.url.path == "/admin/"
    assert visitor.get("/admin/chat/run/").status_code == 200


def test_it_prints_the_password_once_and_then_how_to_set_another(tmp_path: Path) -> None:
    with own_database(tmp_path, empty=True) as database:
        with serve(tmp_path, command="demo", empty=True, **database) as first:
            pass
        with serve(tmp_path, command="demo", empty=True, **database) as second:
            pass

    assert len(PASSWORD.findall(first.printed())) == 1
    assert not PASSWORD.findall(second.printed())
    assert "changepassword admin" in second.printed()


def test_it_says_that_the_port_is_taken(tmp_path: Path, chat: Served) -> None:
    port = chat.url.rpartition(":")[2]

    done = run_command("demo", "--port", port, data=tmp_path)

    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr
