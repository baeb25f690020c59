from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.forms import NorwegianDateField, VarigFormHelper

ROWS = (1, 2, 3, 4)


class ChoicesForm(OnceFormMixin, forms.Form):
    """Up to four alternatives with what each means, and the person's answer."""

    held_on = NorwegianDateField(label=_("Når dere snakket sammen"))
    present = forms.CharField(
        label=_("Hvem var til stede"),
        max_length=200,
        help_text=_("Personen selv, tolk, fullmektig, tjenesten."),
    )
    answer = forms.CharField(
        label=_("Personens svar, med egne ord"), widget=forms.Textarea(attrs={"rows": 3})
    )
    changed = forms.CharField(
        label=_("Hva dere endret på grunn av det personen mente"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ble ingenting endret, skriv hvorfor."),
    )

    def __init__(self, *args: Any, on: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].initial = on
        choices = [("", _("Ingen av dem"))]
        rows = []
        for n in ROWS:
            self.fields[f"what_{n}"] = forms.CharField(
                label=_("Alternativ %d") % n, max_length=160, required=False
            )
            self.fields[f"means_{n}"] = forms.CharField(
                label=_("Hva det betyr for personen (%d)") % n,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            choices.append((str(n), _("Alternativ %d") % n))
            rows.append(Row(f"what_{n}", f"means_{n}"))
            for name in (f"what_{n}", f"means_{n}"):
                self.fields[name].mark_optional = False
        self.fields["chosen"] = forms.ChoiceField(
            label=_("Hva personen helst vil ha"), choices=choices, required=False
        )
        self.fields["chosen"].mark_optional = False
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            Fieldset(_("Samtalen"), "held_on", "present"),
            Fieldset(_("Hva personen kunne velge mellom"), *rows),
            Fieldset(_("Personens svar"), "chosen", "answer", "changed"),
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        chosen = facts.pop("chosen", "")
        alternatives = []
        for n in ROWS:
            what = facts.pop(f"what_{n}", "").strip()
            means = facts.pop(f"means_{n}", "").strip()
            if what and not means:
                self.add_error(f"means_{n}", _("Skriv hva alternativet betyr for personen."))
            if means and not what:
                self.add_error(f"what_{n}", _("Skriv hva alternativet er."))
            if what and means:
                alternatives.append({"what": what, "means": means, "chosen": chosen == str(n)})
            elif chosen == str(n) and not what and not means:
                self.add_error("chosen", _("Alternativ %d er ikke skrevet.") % n)
        facts["alternatives"] = alternatives
        return facts
