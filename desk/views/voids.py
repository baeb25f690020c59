"""The cost of empty homes, and why they are empty (need H3)."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.access import allowed
from common.calendar import ONE_DAY, add_months
from common.formatting import days_nb, kroner
from common.forms import NorwegianDateField
from stays import voids as ledger

from .. import perms

LONGEST_YEARS = 5
SHOWN_MONTHS = 12  # when no period is given


class VoidFilter(forms.Form):
    fra = NorwegianDateField(label=_("Fra og med"), required=False, help_text=" ")
    til = NorwegianDateField(label=_("Til og med"), required=False, help_text=" ")
    arsak = forms.ChoiceField(
        label=_("Årsak"), required=False, choices=[("", _("Alle")), *ledger.CAUSES.items()]
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        start, last = cleaned.get("fra"), cleaned.get("til")
        if start and last and last < start:
            self.add_error("til", _("Siste dag kan ikke være før første dag."))
        elif start and last and (last - start).days > 366 * LONGEST_YEARS:
            self.add_error("til", _("Velg en periode på høyst fem år."))
        return cleaned


@require_safe
@allowed(perms.can_see_units)
def voids(request: HttpRequest) -> HttpResponse:
    """Days empty and rent lost in a period, by cause, and the homes that cost most."""
    today = timezone.localdate()
    form = VoidFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    start = chosen.get("fra") or add_months(chosen.get("til") or today, -SHOWN_MONTHS)
    last = max(start, min(chosen.get("til") or today - ONE_DAY, date(2199, 1, 1)))
    end = last + ONE_DAY
    causes = ledger.by_cause(start, end)
    cost = sum(cause.cost or 0 for cause in causes)
    days = sum(cause.days for cause in causes)
    dearest = max((cause.cost or 0 for cause in causes), default=0)
    context = {
        "form": form,
        "start": start,
        "last": last,
        "causes": [
            (cause, round(100 * (cause.cost or 0) / dearest) if dearest else 0) for cause in causes
        ],
        "page": ledger.by_home(
            start, end, cause=chosen.get("arsak") or "", cursor=request.GET.get("etter")
        ),
        "kpis": [
            {"value": kroner(cost), "label": _("tapt husleie")},
            {"value": days_nb(days), "label": _("uten beboer")},
            {
                "value": kroner(round(cost / days)) if days else kroner(0),
                "label": _("i snitt per dag"),
            },
        ],
    }
    return render(request, "desk/voids.html", context)
