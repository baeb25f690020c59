"""The words nobody here may build a password of (OWASP ASVS 5.0, 6.1.2 and 6.2.11)."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import Municipality

# What whoever guesses tries first at a Norwegian municipality, with the municipality's own name.
CONTEXT_WORDS = (
    *(
        "varig",
        "bolig",
        "boligkontor",
        "botilbud",
        "kommune",
        "kommunen",
        "nav",
        "helse",
        "velferd",
    ),
    *("saksbehandler", "beslutter", "leder", "likeperson", "personvernombud", "administrator"),
    *("admin", "bruker", "jobb", "velkommen", "passord", "password", "hemmelig", "qwerty"),
    *("vår", "våren", "sommer", "sommeren", "høst", "høsten", "vinter", "vinteren"),
    *("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september"),
    *("oktober", "november", "desember"),
)
LETTERS_LEFT = 8  # in a password, beside those words, digits and signs


class ContextWordsValidator:
    """Refuse a password in which little is left beside the known words, digits and signs.

    A sentence that has one of the words among others is fine: «en bolig for tante Olga».
    """

    def validate(self, password: str, user: object | None = None) -> None:
        name = Municipality.objects.values_list("name", flat=True).first() or ""
        words = {*CONTEXT_WORDS, *re.findall(r"[^\W\d_]{3,}", name.lower())}
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        rest = re.sub("|".join(map(re.escape, longest_first)), "", password.lower())
        if len(re.findall(r"[^\W\d_]", rest)) < LETTERS_LEFT:
            raise ValidationError(self.get_help_text(), code="password_of_known_words")

    def get_help_text(self) -> str:
        return _(
            "Passordet kan ikke bare være kjente ord, som «Varig» eller kommunens navn, med tall "
            "og tegn. Bruk flere ord som ikke hører sammen."
        )
