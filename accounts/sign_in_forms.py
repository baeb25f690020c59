"""allauth's sign-in form, with labels instead of placeholders in the fields."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Brukernavn eller e-post")
        self.fields["password"].help_text = ""  # the link to a new password is below the form
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
