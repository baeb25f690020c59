from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import IdKind
from common.formatting import nbdate
from common.forms import VarigFormHelper, WhyField
from common.phones import checked

from ..actions.merging import CHOICES, differing_groups

if TYPE_CHECKING:
    from ..models import Person

LABELS = {
    "name": _("Navn"),
    "number": _("Nummer"),
    "birth_date": _("Fødselsdato"),
    "sex": _("Kjønn, slik det er registrert"),
    "phone": _("Telefon"),
    "email": _("E-post"),
    "preferred_channel": _("Vil helst nås på"),
    "address": _("Adresse"),
    "letters": _("Hvordan brev går"),
    "language": _("Språk"),
    "language_form": _("Målform i brev"),
    "responsible": _("Saksbehandler"),
}
KEEP, TAKE = "her", "der"


class FindForm(forms.Form):
    q = forms.CharField(
        label=_("Finn den andre oppføringen"),
        max_length=100,
        help_text=_("Navn, fødselsnummer, D-nummer eller DUF-nummer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Søk"))


class MergeForm(OnceFormMixin, forms.Form):
    """A choice for each group in which the two records differ; `rows` are their fields."""

    reason = WhyField(
        label=_("Hvordan du vet at det er samme person"),
        max_length=200,
        help_text=_("For eksempel: viste legitimasjon på kontoret."),
    )

    def __init__(self, *args: Any, survivor: Person, loser: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survivor, self.loser = survivor, loser
        self.groups = differing_groups(survivor, loser)
        for group in self.groups:
            self.fields[group] = forms.ChoiceField(
                label=LABELS[group],
                choices=[(KEEP, group_text(survivor, group)), (TAKE, group_text(loser, group))],
                widget=forms.RadioSelect,
                initial=self._likely(group),
            )

    def _likely(self, group: str) -> str:
        """The default choice: the known value before an unknown one, else the survivor's."""
        if group == "number":
            better = self.survivor.id_kind != IdKind.NATIONAL and self.loser.id_kind in (
                IdKind.NATIONAL,
                IdKind.DUF,
            )
            return TAKE if better else KEEP
        if group == "letters":
            only_there = self.loser.agreed_on_letters and not self.survivor.agreed_on_letters
            return TAKE if only_there else KEEP
        known = any(getattr(self.survivor, name) not in ("", None) for name in CHOICES[group])
        return KEEP if known else TAKE

    @property
    def rows(self) -> list[Any]:
        return [self[group] for group in self.groups]

    @property
    def alike(self) -> list[tuple[Any, str]]:
        same = [group for group in CHOICES if group not in self.groups]
        texts = [(LABELS[group], group_text(self.survivor, group)) for group in same]
        return [(label, text) for label, text in texts if text != UNKNOWN]

    @property
    def from_loser(self) -> list[str]:
        return [group for group in self.groups if self.cleaned_data[group] == TAKE]


UNKNOWN = _("ikke avklart")


def group_text(person: Person, group: str) -> Any:
    """The values of one group as text, to compare the two records."""
    match group:
        case "name":
            return person.name
        case "number":
            return person.national_id or (f"DUF {person.duf}" if person.duf else UNKNOWN)
        case "birth_date":
            return nbdate(person.birth_date) or UNKNOWN
        case "phone":
            return checked(person.phone) or UNKNOWN
        case "address":
            place = f"{person.postcode} {person.city}".strip()
            return ", ".join(part for part in (person.address, place) if part) or UNKNOWN
        case "letters":
            return ". ".join(
                filter(None, [person.get_letter_way_display(), person.letter_agreement])
            )
        case "language":
            spoken = person.language or UNKNOWN
            return (
                _("%(language)s, med tolk") % {"language": spoken} if person.interpreter else spoken
            )
        case "sex" | "preferred_channel" | "language_form":
            return getattr(person, f"get_{group}_display")() or UNKNOWN
    return getattr(person, group) or UNKNOWN
