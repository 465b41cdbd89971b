from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agents.wording import count
from healthchat.accounts.guests import delete_unreachable_guests


class Command(BaseCommand):
    help = "Delete the guests whose session has run out, with their conversations. Run it daily, like clearsessions."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"deleted {count(delete_unreachable_guests(now=timezone.now()), 'guest')}")
