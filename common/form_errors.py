"""From a broken rule to a sentence the user reads: on the form, or as a message after a button."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, QueryDict

from .errors import RuleBroken, explain_integrity_error


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; also when it is nothing, which a form must answer too."""
    return request.POST if request.method == "POST" else None


@contextmanager
def errors_on(form, field: str | None = None) -> Iterator[None]:
    """Run an action; a rule it breaks becomes an error of the form.

        if form.is_valid():
            with errors_on(form):
                person = actions.register_person(by=request.user, **form.cleaned_data)
                return redirect("desk:person", person.pk)
        return render(request, "person_new.html", {"form": form})

    What stands after the action in the block is skipped when a rule is broken, and the page is
    shown again after it. See `refuse` for what is caught and where it is said.
    """
    try:
        yield
    except (RuleBroken, IntegrityError) as error:
        refuse(form, error, field)


def refuse(form, error: Exception, field: str | None = None) -> None:
    """Add the sentence of a broken rule, or of a broken constraint, to the form.

    It is added to the field the error names (by `form.FIELD_OF`, where the form calls it something
    else), else to `field`, else to the form as a whole. An error without a sentence for people is
    raised again: the error is ours.
    """
    sentence = str(error) if isinstance(error, RuleBroken) else explain_integrity_error(error)
    if sentence is None:
        raise error
    if isinstance(error, RuleBroken):
        error.leave_trace()
    named = getattr(error, "field", None)
    named = getattr(form, "FIELD_OF", {}).get(named, named)
    field = named if named in form.fields else field
    invalid = ValidationError(sentence)
    invalid.url = getattr(error, "url", "")  # where it can be mended, if not here: `error_lines`
    if hasattr(error, "changes"):  # since the page was opened: `components/changed.html`
        form.changed = error
    form.add_error(field if field in form.fields else None, invalid)


@contextmanager
def errors_as_message(request: HttpRequest, level: int = messages.ERROR) -> Iterator[None]:
    """Run the action of a button; a rule it breaks becomes a message on the next page.

    with errors_as_message(request):
        actions.withdraw(statement=statement, by=request.user, at=timezone.now())
        messages.success(request, _("Spørsmålet er trukket."))
    return redirect("casework:statement", statement.pk)
    """
    try:
        yield
    except RuleBroken as error:
        error.leave_trace()
        messages.add_message(request, level, str(error))
