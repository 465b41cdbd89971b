from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

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
            self.stdout.write(f"deleted {expired} conversations")
        if settings.HEALTHCHAT_FOLD_DAYS:
            saved = retention.fold(before=now - timedelta(days=settings.HEALTHCHAT_FOLD_DAYS))
            self.stdout.write(f"joined pieces of text: {saved} events fewer")
        self.stdout.write(f"deleted {delete_unreachable_guests(now=now)} guests")
        self.stdout.write(f"deleted {uploads.delete_orphans()} files")
        self.stdout.write(f"deleted {slices.remove_interrupted()} interrupted imports")
        call_command("clearsessions")
