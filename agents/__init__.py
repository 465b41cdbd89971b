"""The health analyst and its specialists: pure Python, no Django, no settings, no clock of its own."""
