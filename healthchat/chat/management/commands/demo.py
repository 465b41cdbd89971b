"""Everything from an empty folder to a served chat: what `make run` calls."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from healthchat import jobs
from healthchat.records.demo import ensure_demo_patient

ADMIN = "admin"


class Command(BaseCommand):
    help = "Prepare a chat with a demo patient and an admin account, and serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT, help="Where to listen (PORT, or 8000).")

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if is_taken(port):
            raise CommandError(f"Port {port} is taken by another program. Name another one: PORT={port + 1} make run")
        call_command("migrate", interactive=False, verbosity=0)
        ensure_demo_patient(timezone.localdate())
        password = new_admin()
        address = f"http://localhost:{port}/"
        self.stdout.write(f"\n  Your health chat:  {self.style.SUCCESS(address)}")
        self.stdout.write(f"  To look inside:    {address}admin/")
        self.stdout.write(f"                     {sign_in(password)}")
        self.stdout.write(f"  Your data:         {settings.DATA}")
        if jobs.by_workers():
            self.stdout.write("  Who answers:       manage.py worker, with the same settings, as often as you like")
        self.stdout.write("  Ctrl-C stops it.\n")
        self.stdout.flush()
        call_command("serve", port=port)


def is_taken(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def new_admin() -> str | None:
    """Create the admin account and return its password, which is kept nowhere; None if there is one already."""
    if User.objects.filter(username=ADMIN).exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(ADMIN, password=password)
    return password


def sign_in(password: str | None) -> str:
    """How to sign in as the admin."""
    if password is None:
        return f"as {ADMIN}; forgot the password? {os.path.relpath(sys.executable)} manage.py changepassword {ADMIN}"
    return f"as {ADMIN}, password {password} (shown this once)"
