from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common import spreadsheets
from common.errors import RuleBroken
from common.forms import VarigFormHelper

from .kinds import FileKind


class ImportFileForm(OnceFormMixin, forms.Form):
    """A file to import. Its headings are checked before anything is stored."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("CSV eller Excel. Ingenting tas inn før du har sett hva filen betyr."),
        error_messages={"required": _("Velg en fil.")},
        allow_empty_file=True,  # `spreadsheets.headings` has a better message
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args, kind: FileKind, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.helper = VarigFormHelper(submit=_("Se gjennom filen"))

    def clean_file(self):
        uploaded = self.cleaned_data["file"]
        # One byte above the limit is enough to refuse the file.
        content = uploaded.read(spreadsheets.MOST_BYTES + 1)
        try:
            self.kind.check(spreadsheets.headings(content, uploaded.name))
        except RuleBroken as error:
            # The browser forgets the chosen file, so the message names it.
            raise forms.ValidationError(f"«{uploaded.name}»: {error}") from error
        return uploaded.name, content
