"""Links for outside helpers, and the code that goes with each (needs C9, S8).

The link is signed and holds no personal data; the code is given on the phone, never sent. Neither
is stored: both are made from the row's nonce, so a new nonce ends both. The code has six digits,
and after `MOST_ATTEMPTS` wrong tries a new link must be made.
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
    """The signed token of the statement's link."""
    return signing.dumps([statement.pk, statement.nonce[:12]], salt=SALT)


def read(text: str) -> tuple[int, str] | None:
    """The primary key and the start of the nonce in a token; None if the signature is wrong."""
    try:
        pk, nonce = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (pk, nonce) if isinstance(pk, int) and isinstance(nonce, str) else None


def is_current(statement: Statement, nonce: str) -> bool:
    return constant_time_compare(statement.nonce[:12], nonce)


def code(statement: Statement) -> str:
    """The six-digit code to give on the phone."""
    digest = salted_hmac(SALT, f"{statement.pk}:{statement.nonce}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def is_right_code(statement: Statement, typed: str) -> bool:
    return constant_time_compare(code(statement), "".join(typed.split()))
