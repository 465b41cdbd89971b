"""The embedded model: a pydantic-ai model that decides tool calls and writes text by rules, with no network."""
