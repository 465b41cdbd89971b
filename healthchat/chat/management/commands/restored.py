"""Puts right what was under way in a backup that was restored."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from healthchat.chat import restoration


class Command(BaseCommand):
    help = (
        "Say that the database came back from a backup: runs and imports that were under way in it go on. Run it once "
        "after each restore, before anything is started."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        runs = restoration.put_right(now=timezone.now())
        self.stdout.write(f"runs that were under way and go on: {runs}")
