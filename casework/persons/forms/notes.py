from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import NoteReaders
from common.corrections import SeenMixin
from common.forms import ListChoice, VarigFormHelper, norwegian

from ..models import Note, Person

if TYPE_CHECKING:
    from accounts.models import User


class NoteForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Note
        fields = ["observation", "quotation", "is_contact", "application", "readers"]
        widgets = {"readers": ListChoice}
        formfield_callback = norwegian

    def __init__(self, *args: Any, person: Person, user: User, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = person.applications.visible_to(user)
        self.fields["application"].empty_label = _("Ingen bestemt sak")
        self.fields["application"].label = _("Sak")
        self.fields["quotation"].help_text = _("Personens egne ord, så nær du kan.")
        self.fields["observation"].help_text = _("Bare det du selv så, hørte eller gjorde.")
        self.fields["readers"].required = False
        self.fields["readers"].mark_optional = False
        self.helper = VarigFormHelper(submit=_("Lagre notatet"), cancel=cancel)
        self.helper.layout = Layout(
            "quotation", "observation", "is_contact", "application", "readers"
        )

    def clean_readers(self) -> str:
        return self.cleaned_data["readers"] or NoteReaders.CASE

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not facts.get("observation") and not facts.get("quotation"):
            self.add_error("quotation", _("Skriv hva du så, eller hva personen sa."))
        return facts


class EditNoteForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Note
        fields = ["quotation", "observation", "is_contact", "readers"]
        widgets = {"readers": ListChoice}
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre endringen"), cancel=cancel)
        self.helper.layout = Layout("quotation", "observation", "is_contact", "readers")


class ObjectionForm(SeenMixin, OnceFormMixin, forms.Form):
    objection = forms.CharField(
        label=_("Hva personen er uenig i"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Personens egne ord. De står ved siden av notatet, og notatet blir stående."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre innsigelsen"), cancel=cancel)
