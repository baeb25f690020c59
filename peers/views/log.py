"""The peer's phone: log a contact, show it to the person, save it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.reads import log_read
from common.access import allowed
from common.errors import RuleBroken
from common.form_errors import errors_on

from .. import actions, participants, perms, words
from ..enums import Channel
from ..forms import ContactForm
from ..models import Contact, Peer, PeerLink

# The five everyday channels with their icons; meetings with others come below them.
ICONS = {
    Channel.MEETING: "Coffee",
    Channel.PHONE: "Phone",
    Channel.SMS: "Mobile",
    Channel.SOCIAL: "Chat2",
    Channel.ACCOMPANY: "HikingTrailSign",
}
WITH_OTHERS = (Channel.COLLABORATION, Channel.TEAM)
SAVE, WITHOUT_WORDS, CHANGE = "lagre", "uten_tekst", "endre"


@require_http_methods(["GET", "POST"])
@allowed(perms.can_log)
def log(request: HttpRequest) -> HttpResponse:
    """The form. A POST comes from the page that showed the person what will be saved."""
    if request.method != "POST":
        return _form_page(request, _form(request, None))
    form = _form(request, request.POST)
    answer = request.POST.get("svar")
    if not form.is_valid() or answer not in (SAVE, WITHOUT_WORDS):
        return _form_page(request, form)
    data = form.facts()
    if answer == WITHOUT_WORDS:
        data["words"] = ""
    with errors_on(form):
        contact = actions.log_contact(
            by=request.user, at=timezone.now(), shown_to_person=True, **data
        )
        messages.success(
            request, _("Kontakten med %(name)s er lagret.") % {"name": contact.link.call_name}
        )
        # Not reached: the participant's page suggests another way to make contact.
        if not contact.reached:
            return redirect("peers:participant", contact.link_id)
        return redirect("peers:mine")
    return _form_page(request, form)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_log)
def contact_confirm(request: HttpRequest) -> HttpResponse:
    """Show the person what will be saved about them (need P5). Saves nothing yet.

    With htmx the text opens as a sheet over the form; without scripts it is a page.
    """
    if request.method != "POST":
        return redirect("peers:log")
    form = _form(request, request.POST)
    if not form.is_valid():
        return _form_page(request, form)
    context = _confirm_context(form)
    template = "peers/contact_confirm.html" + ("#ask" if request.htmx else "")
    return render(request, template, context)


@require_POST
@allowed(perms.can_log)
def contact_send(request: HttpRequest) -> JsonResponse:
    """Save a contact that waited on the phone for coverage; once, however often it is sent."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return JsonResponse({"error": form.lines[0]["text"]}, status=422)
    try:
        actions.log_contact(
            by=request.user,
            at=timezone.now(),
            shown_to_person=request.POST.get("svar") in (SAVE, WITHOUT_WORDS),
            **form.facts(),
        )
    except RuleBroken as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"saved": True})


@require_safe
@allowed(perms.can_log)
def mine(request: HttpRequest) -> HttpResponse:
    """The peer's participants, with agreement and last contact."""
    return render(request, "peers/mine.html", _mine(request))


@require_safe
@allowed(perms.can_log)
def participant(request: HttpRequest, pk: int) -> HttpResponse:
    """One participant: the agreed phone number, and the peer's own log."""
    today = timezone.localdate()
    link = get_object_or_404(PeerLink.objects.followed_by(request.user).with_contact(), pk=pk)
    log_read(request, link.person_id, "peer-participant")
    contacts = Contact.objects.visible_to(request.user).filter(link=link)[:50]
    (who,) = participants.participants_of([link], today)
    context = {
        "who": who,
        "readers": words.readers(link),
        "contacts": [
            {
                "when": contact.on,
                "text": words.contact(
                    channel=contact.channel,
                    day=contact.on,
                    on=today,
                    reached=contact.reached,
                    minutes=contact.minutes,
                    domains=contact.domains,
                    dated=False,
                ),
                "words": contact.words,
            }
            for contact in contacts
        ],
    }
    return render(request, "peers/participant.html", context)


# ------------------------------------------------------------------ parts


def _form(request: HttpRequest, data) -> ContactForm:
    chosen = request.GET.get("deltaker", "")
    initial = {"link": int(chosen)} if chosen.isdecimal() and len(chosen) < 19 else {}
    return ContactForm(data, user=request.user, today=timezone.localdate(), initial=initial)


def _mine(request: HttpRequest) -> dict:
    today = timezone.localdate()
    peer = Peer.objects.filter(user=request.user).select_related("organisation").first()
    return {
        "mine": participants.followed_by(request.user, today),
        "peer": peer,
        "support": participants.support_for(peer, today),
        "today": today,
    }


def _form_page(request: HttpRequest, form: ContactForm) -> HttpResponse:
    context = _mine(request)
    values = {name: form[name].value() for name in form.fields}
    chosen = str(values["link"] or "")
    by_name = sorted(context["mine"], key=lambda person: (person.name.lower(), person.pk))
    context |= {
        "form": form,
        "lines": form.lines if form.is_bound else [],
        "people": by_name,
        "chosen": chosen,
        "chosen_name": next((who.name for who in by_name if str(who.pk) == chosen), ""),
        "ways": [(way, way.label, icon) for way, icon in ICONS.items()],
        "with_others": [(way, way.label) for way in WITH_OTHERS],
        "other_way": values["channel"] in WITH_OTHERS,
        "channel": values["channel"] or "",
        "minutes": str(values["minutes"] or ""),
        "domains": values["domains"] or [],
        "words": values["words"] or "",
        "left": 140 - len(values["words"] or ""),
        "missed": bool(values["missed"]),
        "day": form["on"].field.widget.format_value(values["on"]) or "",
        "other_day": bool(form.is_bound and form.errors.get("on")),
        "client_id": values["client_id"],
        "errors": {name: errors[0] for name, errors in form.errors.items()},
        "nav_here": "logg",
    }
    if request.htmx:
        response = render(request, "peers/log.html#form", context, status=422)
        return reswap(retarget(response, "#logg-skjema"), "outerHTML")
    return render(request, "peers/log.html", context)


def _confirm_context(form: ContactForm) -> dict:
    facts = form.facts()
    link = facts["link"]
    return {
        "name": link.call_name,
        "reached": facts["reached"],
        "by_voice": facts["channel"] in (Channel.PHONE, Channel.SMS, Channel.SOCIAL),
        "sentence": words.contact(
            channel=facts["channel"],
            day=facts["on"],
            on=form.today,
            reached=facts["reached"],
            minutes=facts["minutes"],
            domains=facts["domains"],
        ),
        "words": facts["words"].strip(),
        "readers": words.readers(link),
        "hidden": _hidden(form),
        "nav_here": "logg",
    }


def _hidden(form: ContactForm) -> list[tuple[str, str]]:
    """The values as hidden fields; nothing is saved until the person says yes."""
    data = form.cleaned_data
    pairs = [
        ("link", str(data["link"].pk)),
        ("channel", data["channel"]),
        ("minutes", str(data["minutes"] or "")),
        ("words", data["words"]),
        ("on", data["on"].isoformat()),
        ("client_id", str(data["client_id"])),
        *(("domains", domain) for domain in data["domains"]),
    ]
    if data["missed"]:
        pairs.append(("missed", "on"))
    return pairs
