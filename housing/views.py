from __future__ import annotations

from crispy_forms.layout import Submit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from common import spreadsheets
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on, posted
from common.paging import keyset_page

from . import actions, perms, reshaping
from .closing import NO_HOMES
from .enums import PropertyStage
from .forms import (
    OutOfUseForm,
    PropertyForm,
    ReshapeForm,
    ResidentsMeetingForm,
    UnitForm,
    UpkeepForm,
    UpkeepStepForm,
    WordForm,
    home_facts,
)
from .models import NameToAvoid, Property, ResidentsMeeting, Unavailability, Unit, Upkeep

MEETING_FACTS = ("held_on", "took_part", "raised", "agreed")


@require_POST
@allowed(perms.can_manage_stock)
def export_stock(request: HttpRequest) -> HttpResponse:
    """The stock as a file, with the import's columns. The export is recorded."""
    file_format = request.POST.get("format", "")
    if file_format not in spreadsheets.FORMATS:
        file_format = "xlsx"
    content, export = actions.export_stock(
        file_format=file_format, by=request.user, at=timezone.now()
    )
    name = f"boliger-{timezone.localdate(export.exported_at):%Y-%m-%d}.{file_format}"
    return HttpResponse(
        content,
        content_type=spreadsheets.FORMATS[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def unit_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new home or room in the property."""
    property = get_object_or_404(Property, pk=pk)
    unit = Unit(property=property, bedrooms=None, floor=None, staffing="")
    in_use = None if property.stage in NO_HOMES else timezone.localdate()
    form = UnitForm(
        posted(request),
        instance=unit,
        initial={"used_from": in_use},
        cancel=reverse("desk:property", args=[pk]),
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "name"):  # another home in the property may have the name
            added = actions.add_unit(unit=form.instance, by=request.user, at=timezone.now())
            messages.success(request, _("Boligen er lagt til."))
            return redirect("desk:unit", added.pk)
    return _form_page(request, form, _("Ny bolig"), property.name, pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.select_related("property"), pk=pk)
    back = reverse("desk:unit", args=[unit.pk])
    form = UnitForm(posted(request), instance=unit, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "name"):  # another home in the property may have the name
            actions.change_unit(unit=form.instance, by=request.user, at=timezone.now())
            messages.success(request, _("Boligen er lagret."))
            return redirect(back)
    sub = _(
        "%(home)s. La et felt stå tomt når det ikke er avklart: da regnes det ikke som oppfylt."
    )
    stored = Unit.objects.select_related("property").get(pk=pk)
    return _unit_page(request, form, pk, _("Endre boligen"), sub % {"home": stored})


def _unit_page(request: HttpRequest, form, pk: int, title: str, sub: str = "") -> HttpResponse:
    """The form on the page of a home. `sub` is about the form, else the name that is stored."""
    stored = Unit.objects.select_related("property").get(pk=pk)
    context = {"form": form, "unit": stored, "title": title, "sub": sub or str(stored)}
    return render(request, "housing/unit_form.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def unit_reshape(request: HttpRequest, pk: int) -> HttpResponse:
    """Split a home, or merge it with others: the old end, the new begin."""
    unit = get_object_or_404(Unit.objects.select_related("property"), pk=pk)
    form = ReshapeForm(
        posted(request),
        unit=unit,
        initial={"on": timezone.localdate()},
        cancel=reverse("desk:unit", args=[pk]),
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "names"):
            new = reshaping.reshape(
                units=[unit, *form.cleaned_data["with_others"]],
                into=form.cleaned_data["names"],
                on=form.cleaned_data["on"],
                rent=form.cleaned_data["rent"],
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, _reshaped_message(new))
            return redirect("desk:unit", new[0].pk)
    return _unit_page(
        request,
        form,
        pk,
        _("Del eller slå sammen"),
        _(
            "%(home)s. Boligen ender den dagen, og det den er blitt til, begynner. Opphold og "
            "historikk blir stående på den gamle."
        )
        % {"home": home_facts(unit)},
    )


def _reshaped_message(new: list[Unit]) -> str:
    if len(new) > 1:
        return _("Boligen er delt. Skriv inn soverom, størrelse og husleie på hver del.")
    unclear = [
        str(Unit._meta.get_field(name).verbose_name)
        for name in ("bedrooms", "size_m2", "rent")
        if getattr(new[0], name) is None
    ]
    if not unclear:
        return _("Boligene er slått sammen. Soverom og størrelse er lagt sammen.")
    return _("Boligene er slått sammen. Ikke avklart ennå: %s.") % ", ".join(unclear)


@require_POST
@allowed(perms.can_manage_stock)
def unit_reshape_undo(request: HttpRequest, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit, pk=pk)
    with errors_as_message(request):
        reshaping.undo(unit=unit, by=request.user)
        messages.success(request, _("Delingen er angret."))
    return redirect("desk:unit", pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def out_of_use_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a home out of use for repair, cleaning or conversion, from a day and to a day."""
    unit = get_object_or_404(Unit, pk=pk)
    back = reverse("desk:unit", args=[pk])
    initial = {"period": [timezone.localdate(), None]}
    form = OutOfUseForm(posted(request), initial=initial, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "period"):
            actions.take_out_of_use(
                unit=unit, by=request.user, on=timezone.localdate(), **form.cleaned_data
            )
            messages.success(request, _("Boligen er ute av bruk i perioden."))
            return redirect(back)
    return _unit_page(request, form, pk, _("Ta ut av bruk"), _out_of_use_sub(unit))


def _out_of_use_sub(unit: Unit) -> str:
    text = _("%(home)s. Ingen kan bo der i perioden, og dagene telles ikke som tomme.")
    return text % {"home": unit}


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def out_of_use_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a period out of use, or mark it as registered by mistake."""
    row = get_object_or_404(Unavailability.objects.filter(by_stage=False), pk=pk)
    unit_id = row.unit_id
    back = reverse("desk:unit", args=[unit_id])
    if "undo" in request.POST:
        actions.undo_out_of_use(unavailability=row, by=request.user)
        messages.success(request, _("Perioden er feilregistrert, og teller ikke lenger."))
        return redirect(back)
    form = OutOfUseForm(posted(request), instance=row, row=row, cancel=back)
    form.helper.add_input(Submit("undo", _("Feilregistrert"), css_class="secondary"))
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "period"):
            actions.change_out_of_use(
                unavailability=row,
                by=request.user,
                on=timezone.localdate(),
                **form.cleaned_data,
            )
            messages.success(request, _("Perioden er rettet."))
            return redirect(back)
    return _unit_page(request, form, unit_id, _("Rett «ute av bruk»"), _out_of_use_sub(row.unit))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def property_new(request: HttpRequest) -> HttpResponse:
    form = PropertyForm(posted(request), cancel=reverse("desk:properties"))
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "name"):
            added = actions.add_property(property=form.instance, by=request.user, at=timezone.now())
            messages.success(request, _("Eiendommen er lagt til. Legg til boligene."))
            return redirect("desk:property", added.pk)
    return _form_page(request, form, _("Ny eiendom"))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def property_edit(request: HttpRequest, pk: int) -> HttpResponse:
    property = get_object_or_404(Property, pk=pk)
    name = property.name
    back = reverse("desk:property", args=[pk])
    form = PropertyForm(posted(request), instance=property, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "stage"):
            homes = actions.change_property(
                property=form.instance, by=request.user, at=timezone.now()
            )
            messages.success(request, _saved_message(form.instance, homes))
            return redirect(back)
    return _form_page(request, form, _("Endre eiendommen"), name, pk)


def _saved_message(changed: Property, homes: int) -> str:
    if not homes:
        return _("Eiendommen er lagret.")
    if changed.stage in NO_HOMES:
        text = ngettext(
            "%(n)s bolig er tatt ut av bruk.", "%(n)s boliger er tatt ut av bruk.", homes
        )
    elif changed.stage == PropertyStage.REBUILT:
        text = ngettext(
            "%(n)s bolig er utilgjengelig imens.", "%(n)s boliger er utilgjengelige imens.", homes
        )
    else:
        text = ngettext("%(n)s bolig er tilgjengelig.", "%(n)s boliger er tilgjengelige.", homes)
    return f"{_('Eiendommen er lagret.')} {text % {'n': homes}}"


# ------------------------------------------------------------------ upkeep


@require_safe
@allowed(perms.can_report_upkeep)
def upkeep(request: HttpRequest) -> HttpResponse:
    """Open repairs, urgent and oldest first; or the finished ones, the latest first."""
    done = request.GET.get("ferdig") == "1"
    reports = Upkeep.objects.select_related("property", "unit__property", "reported_by")
    if done:
        reports, order = reports.filter(done_at__isnull=False), ("-done_at", "-pk")
    else:
        reports, order = reports.open(), ("-urgent", "reported_at", "pk")
    page = keyset_page(reports, order=order, cursor=request.GET.get("etter"), size=50)
    context = {"page": page, "done": done, "today": timezone.localdate()}
    return render(request, "housing/upkeep.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_report_upkeep)
@once
def upkeep_new(request: HttpRequest, pk: int) -> HttpResponse:
    property = get_object_or_404(Property, pk=pk)
    back = reverse("desk:property", args=[pk])
    initial = {"unit": request.GET.get("bolig")}
    form = UpkeepForm(request.POST or None, property=property, initial=initial, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.report_upkeep(
                property=property, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Feilen er meldt."))
            return redirect(back)
    return _form_page(request, form, _("Meld feil"), property.name, pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_report_upkeep)
@once
def upkeep_done(request: HttpRequest, pk: int) -> HttpResponse:
    """One repair: write who does it and when, or that it is finished."""
    upkeep = get_object_or_404(
        Upkeep.objects.select_related(
            "property", "unit__property", "reported_by", "started_by", "done_by", "unavailability"
        ),
        pk=pk,
    )
    may = perms.can_manage_stock(request.user) and not upkeep.done_at
    if request.method == "POST":
        require(perms.can_manage_stock(request.user))
    form = UpkeepStepForm(
        request.POST or None,
        row=upkeep,
        initial={"plan": upkeep.plan},
        cancel=reverse("housing:upkeep"),
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        with errors_on(form):
            if facts["plan"] and facts["plan"] != upkeep.plan:
                actions.start_upkeep(
                    upkeep=upkeep,
                    plan=facts["plan"],
                    by=request.user,
                    at=timezone.now(),
                    seen=facts["seen"],
                )
            if facts["outcome"]:
                actions.finish_upkeep(
                    upkeep=upkeep, outcome=facts["outcome"], by=request.user, at=timezone.now()
                )
            messages.success(request, _("Lagret."))
            return redirect("housing:upkeep")
    context = {
        "form": form,
        "upkeep": upkeep,
        "may": may,
        "may_reopen": perms.can_manage_stock(request.user) and upkeep.done_at,
    }
    return render(request, "housing/upkeep_one.html", context)


@require_POST
@allowed(perms.can_manage_stock)
def upkeep_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    upkeep = get_object_or_404(Upkeep, pk=pk)
    with errors_as_message(request):
        actions.reopen_upkeep(upkeep=upkeep, by=request.user, at=timezone.now())
        messages.success(request, _("Meldingen er åpen igjen."))
    return redirect("housing:upkeep_done", pk)


# ------------------------------------------------------------------ husmøter, words


@require_http_methods(["GET", "POST"])
@allowed(perms.can_report_upkeep)
@once
def meeting_new(request: HttpRequest, pk: int) -> HttpResponse:
    property = get_object_or_404(Property, pk=pk)
    back = reverse("desk:property", args=[pk])
    initial = {"held_on": timezone.localdate()}
    form = ResidentsMeetingForm(request.POST or None, initial=initial, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "held_on"):
            actions.record_meeting(
                property=property, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Husmøtet er skrevet inn."))
            return redirect(back)
    return _form_page(request, form, _("Nytt husmøte"), property.name, pk)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_report_upkeep)
@once
def meeting_correct(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(ResidentsMeeting.objects.select_related("property"), pk=pk)
    back = reverse("desk:property", args=[meeting.property_id])
    initial = {name: getattr(meeting, name) for name in MEETING_FACTS}
    form = ResidentsMeetingForm(request.POST or None, row=meeting, initial=initial, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form, "held_on"):
            actions.correct_meeting(
                meeting=meeting, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Husmøtet er rettet."))
            return redirect(back)
    return _form_page(request, form, _("Rett husmøtet"), meeting.property.name, meeting.property_id)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_stock)
@once
def words(request: HttpRequest) -> HttpResponse:
    """Words forbidden in names, and the properties that have one in their name."""
    form = WordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.avoid_word(by=request.user, **form.cleaned_data)
        return redirect("housing:words")
    refusal = NameToAvoid.objects.name_check()
    names = Property.objects.values_list("pk", "name").order_by("sort_name", "pk")
    context = {
        "form": form,
        "words": NameToAvoid.objects.all(),
        "named": [(pk, name) for pk, name in names.iterator() if refusal(name)][:50],
    }
    return render(request, "housing/words.html", context)


@require_POST
@allowed(perms.can_manage_stock)
def word_remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.allow_word(word=get_object_or_404(NameToAvoid, pk=pk), by=request.user)
    return redirect("housing:words")


def _form_page(
    request: HttpRequest, form, title: str, name: str = "", pk: int | None = None
) -> HttpResponse:
    context = {"form": form, "title": title, "name": name, "pk": pk}
    return render(request, "housing/property_form.html", context)
