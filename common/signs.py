"""Signs nobody can have meant to write: control characters, from a broken paste."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from .errors import RuleBroken

# Not a tab or a new line.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Unwritable(RuleBroken):
    """The text has a control character."""

    def __init__(self, told: str, field: str) -> None:
        self.field = field
        super().__init__(told)


def unwritable(text: str) -> str:
    """What to say of a sign nobody can have meant to write, a control character; else "".

    A tab and a new line are not among them."""
    found = CONTROL.search(text)
    if not found:
        return ""
    before = text[: found.start()].split()
    where = _("etter «%s»") % before[-1][-20:] if before else _("først")
    return _("Teksten har et usynlig tegn (U+%(code)04X) %(where)s. Ta det bort.") % {
        "code": ord(found[0]),
        "where": where,
    }


def check_writable(text: str, field: str = "") -> None:
    """Raise `Unwritable` for a text that no form has checked."""
    if told := unwritable(text):
        raise Unwritable(told, field)
