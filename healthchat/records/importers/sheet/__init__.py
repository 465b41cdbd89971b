"""Tables of laboratory results (CSV): one result a line, one test a column, or one date a column."""

from healthchat.records.importers.sheet.columns import ROLES, Role
from healthchat.records.importers.sheet.results import Preview, Reading, Unclear, entries, preview

__all__ = ["ROLES", "Preview", "Reading", "Role", "Unclear", "entries", "preview"]
