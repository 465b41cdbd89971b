"""The specialists: one agent each, with its instructions, its tools over the records and its limits."""
