"""Second factors are stored encrypted: the database alone does not let anybody in."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings


class Sealed(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's adapter, with its secrets encrypted under the server's key."""

    def encrypt(self, text: str) -> str:
        return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()


@cache
def _fernet(secret: str) -> Fernet:
    key = hashlib.sha256(b"healthchat second factor" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
