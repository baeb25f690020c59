from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.forms import ListChoice, VarigFormHelper, WhyField
from common.readings import ReadMixin

from ..actions.manual_class import BY_THE_RULES
from ..policy import Policy
from ..ranking import Entry


class ClassForm(OnceFormMixin, forms.Form):
    class_number = forms.TypedChoiceField(label=_("Prioritet"), coerce=int, widget=ListChoice)
    reason = WhyField(
        label=_("Hvorfor"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Det reglene ikke fanger opp. Begrunnelsen vises på ventelisten."),
    )

    def __init__(
        self, *args: Any, policy: Policy, entry: Entry, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.number, f"{each.number} {each.name}") for each in policy.classes]
        if entry.is_manual:
            rules = _("Etter reglene: %(n)s %(name)s") % {
                "n": entry.computed.number,
                "name": entry.computed.name,
            }
            choices.append((BY_THE_RULES, rules))
        self.fields["class_number"].choices = choices
        self.helper = VarigFormHelper(submit=_("Send til godkjenning"), cancel=cancel)


class ApproveForm(ReadMixin, OnceFormMixin, forms.Form):
    """The button that approves; it carries what was read."""


class DeclineForm(ReadMixin, OnceFormMixin, forms.Form):
    reason = WhyField(label=_("Hvorfor ikke"), max_length=300)

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=submit, cancel=cancel)
