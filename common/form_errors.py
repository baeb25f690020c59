from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

from .errors import RuleBroken, explain_integrity_error


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; also when it is nothing, which a form must answer too."""
    return request.POST if request.method == "POST" else None


def refuse(form, error: Exception) -> None:
    """Say on the form what a rule, or the database, refused; what is nobody's rule is raised."""
    sentence = str(error) if isinstance(error, RuleBroken) else explain_integrity_error(error)
    if sentence is None:
        raise error
    field = getattr(error, "field", None)
    no = ValidationError(sentence)
    no.url = getattr(error, "url", "")  # where it can be mended, if not here: `error_lines`
    form.add_error(field if field in form.fields else None, no)
