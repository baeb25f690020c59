"""Pages that find, compare and merge two records of one person, and undo it (need C4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read, log_reads
from casework.log.visibility import visible_persons
from common.access import allowed
from common.errors import RuleBroken
from common.form_errors import errors_on, posted

from ..actions import merging as actions
from ..actions.persons import similar_persons
from ..forms.merging import FindForm, MergeForm
from ..models import Person, PersonMerge
from ..perms import can_merge_persons

MOST = 20


def _person(request: HttpRequest, pk: int) -> Person:
    persons = Person.objects.visible_to(request.user).select_related("responsible")
    return get_object_or_404(persons, pk=pk)


@require_http_methods(["GET", "POST"])
@allowed(can_merge_persons)
def merge_find(request: HttpRequest, pk: int) -> HttpResponse:
    """Search for the other record. By POST, so that no name is in a URL."""
    person = _person(request, pk)
    form = FindForm(posted(request))
    results = None
    if form.is_bound and form.is_valid():
        matching = Person.objects.visible_to(request.user).matching(form.cleaned_data["q"])
        results = list(matching.exclude(pk=pk).order_by("sort_name", "pk")[:MOST])
    similar = similar_persons(
        user=request.user,
        first_name=person.first_name,
        last_name=person.last_name,
        birth_date=person.birth_date,
        exclude_pk=pk,
    )
    log_read(request, pk, "merge")
    context = {
        "person": person,
        "form": form,
        "found": results,
        "similar": similar,
        "merges": list(
            PersonMerge.objects.filter(survivor=person).select_related("loser", "merged_by")
        ),
    }
    return render(request, "casework/persons/merge_find.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_merge_persons)
@once
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    survivor, loser = _person(request, pk), _person(request, other)
    if pk == other:
        return redirect("casework:merge_find", pk)
    form = MergeForm(posted(request), survivor=survivor, loser=loser)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            actions.merge_persons(
                survivor=survivor,
                loser=loser,
                from_loser=form.from_loser,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
            messages.success(
                request,
                _("De to oppføringene er slått sammen. Det kan angres under «Endre opplysninger»."),
            )
            return redirect("desk:person", pk)
    log_reads(request, [survivor.pk, loser.pk], "merge")
    context = {"form": form, "person": survivor, "loser": loser}
    return render(request, "casework/persons/merge.html", context)


@require_http_methods(["GET", "POST"])
@allowed(can_merge_persons)
@once
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(
        PersonMerge.objects.filter(
            visible_persons(request.user, "survivor__"), visible_persons(request.user, "loser__")
        ).select_related("survivor", "loser", "merged_by", "undone_by"),
        pk=pk,
    )
    error_text = ""
    if request.method == "POST":
        try:
            restored = actions.undo_merge(merge=merge, by=request.user, at=timezone.now())
        except RuleBroken as error:
            error_text = str(error)
        else:
            messages.success(request, _("Sammenslåingen er angret."))
            return redirect("desk:person", restored.pk)
    log_read(request, merge.survivor_id, "merge")
    context = {
        "merge": merge,
        "person": merge.survivor,
        "error": error_text,
        "moved": actions.moved_counts(merge),
    }
    return render(request, "casework/persons/merge_undo.html", context)
