"""C-CDA documents (HL7 Consolidated CDA, releases 1.1 to 4), as hospitals and patient portals hand them out."""

from healthchat.records.importers.ccda.document import entries

__all__ = ["entries"]
