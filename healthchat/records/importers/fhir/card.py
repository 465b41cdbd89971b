"""SMART Health Cards: vaccinations and results that a person was given to show, as a file of signed bundles.

Who signed them is not checked: they go into the person's own records, beside all else that the person brings.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from healthchat.records.importers.imported import NotUnderstood

MAX_BYTES = 1 << 20
"""What one card may become; a real one fits into a picture of dots."""


def payloads(cards: Any) -> Iterator[bytes]:
    """What each card says, as JSON (SMART Health Cards Framework 1.0, 2021: a JWS each, its payload deflated).

    Raises:
        NotUnderstood: a card is damaged.
    """
    for card in cards if isinstance(cards, list) else ():
        if isinstance(card, str):
            yield _payload(card)


def bundle_of(payload: dict[str, Any]) -> dict[str, Any]:
    """The bundle that a payload holds; empty where there is none."""
    found = payload
    for name in ("vc", "credentialSubject", "fhirBundle"):
        inner = found.get(name)
        found = inner if isinstance(inner, dict) else {}
    return found


def _payload(card: str) -> bytes:
    try:
        packed = card.split(".")[1]
        deflated = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(deflated, MAX_BYTES)
    except (IndexError, ValueError, zlib.error):
        raise NotUnderstood(gettext("This health card is damaged. Nothing was imported.")) from None
