from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import settings_table
from accounts.once import OnceFormMixin
from common.forms import VarigFormHelper, WhyField, norwegian

from .. import uploads
from ..models import Document, Person


class DocumentForm(OnceFormMixin, forms.ModelForm):
    upload = forms.FileField(label=_("Fil"), allow_empty_file=True)

    class Meta:
        model = Document
        fields = ["title", "category", "dated_on", "from_whom", "application"]
        formfield_callback = norwegian

    def __init__(
        self, *args: Any, person: Person, user: Any, on: date, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.max_mb = settings_table.value("upload_max_mb", on)
        upload = self.fields["upload"]
        upload.widget.attrs["accept"] = uploads.accept()
        upload.help_text = _("%(types)s. Høyst %(max)s megabyte.") % {
            "types": uploads.names(),
            "max": self.max_mb,
        }
        self.fields["category"].choices = [("", _("Velg")), *self.fields["category"].choices[1:]]
        self.fields["application"].queryset = person.applications.visible_to(user)
        self.fields["application"].empty_label = _("Ingen bestemt sak")
        self.fields["from_whom"].help_text = _("For eksempel personen selv, eller fastlegen.")
        self.helper = VarigFormHelper(submit=_("Last opp dokumentet"), cancel=cancel)
        self.helper.layout = Layout(
            "upload", "title", Row("category", "dated_on"), Row("from_whom", "application")
        )

    def clean_dated_on(self) -> date:
        dated = self.cleaned_data["dated_on"]
        if dated > self.on:
            raise ValidationError(_("Dokumentet kan ikke være datert etter i dag."))
        return dated

    def clean_upload(self):
        """Check the content here, so that its error is shown together with the other errors."""
        upload = self.cleaned_data["upload"]
        try:
            if upload.size > self.max_mb * uploads.MEGABYTE:
                # Not read: a file that is too large is never held in memory.
                uploads.refuse_size(self.max_mb)
            content = upload.read()
            uploads.check(upload.name, content, max_mb=self.max_mb)
        except uploads.FileRefused as error:
            raise ValidationError(str(error)) from error
        return {"name": upload.name, "content": content}

    @property
    def facts(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return {**data.pop("upload"), **data}


class WithdrawDocumentForm(OnceFormMixin, forms.Form):
    why = WhyField(label=_("Hvorfor dokumentet trekkes"), max_length=300)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Trekk dokumentet"), cancel=cancel)
