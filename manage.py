#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthchat.settings")
    if sys.argv[1:2] in (["serve"], ["demo"]):
        # Before Django: among its apps is daphne, which makes the event loop as it is imported.
        from healthchat.loop import use_uvloop

        use_uvloop()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
