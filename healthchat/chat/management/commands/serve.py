"""Serves the project with daphne, guarded."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Serve healthchat. Stop it with Ctrl-C or SIGTERM: open feeds are ended in good order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=settings.PORT, help=f"the port to listen on ({settings.PORT})")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        from healthchat.asgi import application
        from healthchat.chat.engine import engine
        from healthchat.chat.hub import hub
        from healthchat.loop import favour_the_loop
        from healthchat.server import SteadyServer, quieten_garbage_collection

        def started() -> None:
            self.stdout.write(f"healthchat listens on http://{host}:{port}/")
            self.stdout.flush()
            favour_the_loop()
            engine().watch()
            loop = asyncio.get_running_loop()
            loading = loop.run_in_executor(None, importlib.import_module, "agents.consultation")
            loading.add_done_callback(lambda _: quieten_garbage_collection())

        async def drain() -> None:
            hub().close()
            await engine().stop()

        try:
            SteadyServer(application, host=host, port=port, on_start=started, on_drain=drain).run()
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror or 'the address is taken'}.") from None
