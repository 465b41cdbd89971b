"""The Django project: `chat` holds conversations and feeds, `records` health records, `accounts` people."""
