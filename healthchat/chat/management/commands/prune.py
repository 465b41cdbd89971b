from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from agents.wording import count
from healthchat.accounts.guests import delete_unreachable_guests
from healthchat.chat import retention
from healthchat.records import slices, uploads


class Command(BaseCommand):
    help = (
        "Join the pieces of old answers, and delete what has run out: conversations (HEALTHCHAT_KEEP_DAYS), guests who "
        "cannot come back, files of imports, sessions. Run it daily; it may run beside the server."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if settings.HEALTHCHAT_KEEP_DAYS:
            expired = retention.expire(before=now - timedelta(days=settings.HEALTHCHAT_KEEP_DAYS))
            self.stdout.write(f"deleted {count(expired, 'conversation')}")
        if settings.HEALTHCHAT_FOLD_DAYS:
            saved = retention.fold(before=now - timedelta(days=settings.HEALTHCHAT_FOLD_DAYS))
            self.stdout.write(f"joined pieces of text: {count(saved, 'event')} fewer")
        self.stdout.write(f"deleted {count(delete_unreachable_guests(now=now), 'guest')}")
        self.stdout.write(f"deleted {count(uploads.delete_orphans(), 'file')}")
        self.stdout.write(f"deleted {count(slices.remove_interrupted(), 'interrupted import')}")
        call_command("clearsessions")
