"""A link for somebody outside, and the code that goes with it (needs C9, S8).

The link is signed and holds keys only; the code is said on the phone, never sent. Neither is
stored: both are made from the row's nonce, so that a new nonce makes both void. The code is six
digits and may be tried a few times, then a new link must be made.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from .models import Statement

SALT = "casework.statement"
MOST_ATTEMPTS = 5


def new_nonce() -> str:
    return secrets.token_hex(16)


def token(statement: Statement) -> str:
    return signing.dumps([statement.pk, statement.nonce[:12]], salt=SALT)


def read(text: str) -> tuple[int, str] | None:
    """The key and the nonce's beginning that a token holds; None when it is not ours."""
    try:
        pk, nonce = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (pk, nonce) if isinstance(pk, int) and isinstance(nonce, str) else None


def is_current(statement: Statement, nonce: str) -> bool:
    return constant_time_compare(statement.nonce[:12], nonce)


def code(statement: Statement) -> str:
    digest = salted_hmac(SALT, f"{statement.pk}:{statement.nonce}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def is_right_code(statement: Statement, typed: str) -> bool:
    return constant_time_compare(code(statement), "".join(typed.split()))
