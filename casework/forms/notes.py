from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.forms import ListChoice, VarigFormHelper, norwegian

from ..models import Note


class EditNoteForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Note
        fields = ["quotation", "observation", "readers"]
        widgets = {"readers": ListChoice}
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre endringen"), cancel=cancel)
        self.helper.layout = Layout("quotation", "observation", "readers")


class ObjectionForm(OnceFormMixin, forms.Form):
    objection = forms.CharField(
        label=_("Hva personen er uenig i"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Personens egne ord. De står ved siden av notatet, og notatet blir stående."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre innsigelsen"), cancel=cancel)
