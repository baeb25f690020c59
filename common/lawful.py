"""Choices of the municipality that the law has a say in: asked about, and kept with the reason.

The bounds are data beside what they bound (`accounts.settings_table`, `casework.letters.lawful`).
An action that saves such a choice calls `check_lawful`; its form has `LawAskedMixin`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .errors import RuleBroken
from .forms import AskedField, AsksMixin, ReasonField
from .reasons import WORD, says_something


class OutsideLaw(RuleBroken):
    """The choice is outside what the law says, and nobody has said why it is made anyway."""

    field = "anyway"


def check_lawful(
    against: str, law: str, reason: str | None, *, kept: str = "", asks: str = ""
) -> str | None:
    """The reason to keep in the history, or None when nothing in the law is against the choice.

    `against` says in plain Norwegian what the law says, with the paragraph; "" if it is lawful.
    `asks` and `kept` are the question and what is kept, where the choice may well be lawful.
    Raises `OutsideLaw` when the law is against it and there is no reason.
    """
    if not against:
        return None
    if not says_something(reason or "", WORD):
        asks = asks or _("%(against)s Stemmer det likevel, kryss av og skriv hvorfor.")
        raise OutsideLaw(asks % {"against": against, "law": law})
    kept = kept or _("Utenfor %(law)s. Begrunnelse: %(reason)s")
    return kept % {"law": law, "reason": reason.strip()}


class LawAskedMixin(AsksMixin):
    """Asks for «likevel» and a reason once the action has refused with `OutsideLaw`.

    Gives the action `reason`: the written reason, or "" when the box is not ticked.
    """

    anyway = AskedField(label=gettext_lazy("Vi velger dette likevel"))
    reason = ReasonField(
        least=WORD,
        label=gettext_lazy("Hvorfor"),
        required=False,
        max_length=500,
        widget=forms.HiddenInput,
        help_text=gettext_lazy("Står i historikken, med navnet ditt og datoen."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.pop("anyway", False):
            self._ask()
            if not data.get("reason") and "reason" not in self.errors:
                self.add_error("reason", ValidationError(_("Skriv hvorfor.")))
        else:
            data["reason"] = ""
            self.errors.pop("reason", None)
        return data

    def add_error(self, field: str | None, error: Any) -> None:
        if field == OutsideLaw.field:
            self._ask()
        super().add_error(field, error)

    def _ask(self) -> None:
        self.fields["anyway"].widget = forms.CheckboxInput()
        self.fields["reason"].widget = forms.Textarea(attrs={"rows": 3})
        self.fields["reason"].mark_optional = False
