"""A death: one act that ends what the person had, and its undoing."""

from __future__ import annotations

from django.contrib import messages
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.log.perms import can_do_casework
from casework.persons.actions import deaths as actions
from casework.persons.views.on_person import visible_person
from common.access import allowed
from common.form_errors import errors_on, posted
from common.formatting import listed

from ..deaths import DeathForm, UndoDeathForm


@require_http_methods(["GET", "POST"])
@allowed(can_do_casework)
@once
def death(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    if person.deaths.in_force().exists():
        return redirect("desk:death_undo", pk)
    back = reverse("desk:person", args=[pk])
    today = timezone.localdate()
    form = DeathForm(posted(request), person=person, user=request.user, on=today, cancel=back)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            actions.register_death(person=person, by=request.user, at=timezone.now(), **form.facts)
            messages.success(request, _("Dødsfallet er registrert."))
            return redirect(back)
    log_read(request, pk, "death")
    context = {"person": person, "form": form, "back": back, "corrects": False}
    return render(request, "desk/death.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_do_casework)
@once
def death_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What the death ended, and the form that undoes it."""
    person = visible_person(request, pk)
    death = get_object_or_404(
        person.deaths.in_force().select_related("registered_by"), person=person
    )
    back = reverse("desk:person", args=[pk])
    form = UndoDeathForm(posted(request), cancel=back)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            left = actions.undo_death(
                death=death, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            if left:
                messages.warning(
                    request,
                    _("Dødsfallet er angret. Dette er endret siden, og er ikke satt tilbake: %s.")
                    % listed(left),
                )
            else:
                messages.success(request, _("Dødsfallet er angret, og alt er satt tilbake."))
            return redirect(back)
    log_read(request, pk, "death")
    ended = actions.ended_by(death)
    context = {"person": person, "death": death, "form": form, "ended": ended, "back": back}
    return render(request, "desk/death_undo.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_do_casework)
@once
def death_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the day, the source or the answers: the death is undone and registered again, in one
    act. The form asks about what the person had before it."""
    person = visible_person(request, pk)
    death = get_object_or_404(person.deaths.in_force())
    back, at = reverse("desk:death_undo", args=[pk]), timezone.now()
    log_read(request, pk, "death")
    initial = {name: getattr(death, name) for name in ("died_on", "source", "note")}
    try:
        with transaction.atomic():
            # The undoing and the registering each lock in the order of docs/adr/0006, but not
            # together: this gives up before somebody else waits for it.
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', '500ms', true)")
            actions.undo_death(
                death=death, reason=_("Opplysningene rettes."), by=request.user, at=at, anyway=True
            )
            form = DeathForm(
                posted(request),
                person=person,
                user=request.user,
                on=timezone.localdate(),
                cancel=back,
                initial=initial,
            )
            if form.is_bound and form.is_valid():
                with errors_on(form):
                    actions.register_death(person=person, by=request.user, at=at, **form.facts)
                    messages.success(request, _("Dødsfallet er rettet."))
                    return redirect("desk:person", pk)
            context = {"person": person, "form": form, "back": back, "corrects": True}
            page = render(request, "desk/death.html", context)
            transaction.set_rollback(True)  # nothing is undone by looking
    except OperationalError:
        messages.error(request, _("Noen andre lagrer i saken nå. Ingenting er endret. Prøv igjen."))
        return redirect(back)
    return page
