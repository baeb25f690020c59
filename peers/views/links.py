"""Pages for caseworkers to report a need, and for coordinators to link, pause and end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db.models import Sum
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.once import once
from accounts.reads import log_read
from casework.models import Person
from common.access import allowed
from common.form_errors import errors_as_message, errors_on
from common.paging import keyset_page

from .. import actions, matching, participants, perms
from ..enums import LinkState, Share
from ..forms import EndForm, LinkForm, PauseForm, PeerAgreementForm, PeerNeedForm
from ..models import Contact, Peer, PeerLink
from ..processes import PEER_LINK

MOST_PEERS = 50
FRESH_SECONDS = 60
LATEST = 10


# ------------------------------------------------------------------ the caseworker


@require_http_methods(["GET", "POST"])
@allowed(perms.can_report_need)
@once
def link_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Report that a peer could help, or record the person's answer."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    existing = PeerLink.objects.open().filter(person=person).select_related("peer__user").first()
    back = reverse("desk:person", args=[person.pk])
    form = None
    if existing is None or existing.state == LinkState.REPORTED:
        initial = {"call_name": existing.call_name if existing else person.called}
        form = PeerNeedForm(request.POST or None, cancel=back, link=existing, initial=initial)
    if request.method == "POST" and form is None:
        return redirect("peers:link_new", person.pk)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            _report(form, person, existing, request)
            return redirect(back)
    log_read(request, person.pk, "peer-need")
    context = {"form": form, "person": person, "now": existing, "back": back}
    return render(request, "peers/link_new.html", context)


def _report(
    form: PeerNeedForm, person: Person, existing: PeerLink | None, request: HttpRequest
) -> None:
    data = dict(form.cleaned_data)
    answer = data.pop("answer")
    by, at = request.user, timezone.now()
    if existing is None:
        actions.report_need(person=person, by=by, at=at, **data)
    elif answer == PeerNeedForm.YES:
        actions.record_yes(link=existing, by=by, at=at, **data)
    else:
        actions.record_no(link=existing, by=by, at=at)
    if answer == PeerNeedForm.YES:
        messages.success(request, _("Koordinatoren ser nå at personen ønsker en likeperson."))
    elif answer == PeerNeedForm.NO:
        messages.success(request, _("Svaret er lagret. Ingenting mer skjer."))
    else:
        messages.success(
            request, _("Behovet er meldt. Ingenting mer skjer før personen selv sier ja.")
        )


# ------------------------------------------------------------------ the coordinator


@require_safe
@allowed(perms.can_coordinate)
def links(request: HttpRequest) -> HttpResponse:
    """Who waits for a peer, the active links, and the number of free places."""
    today = timezone.localdate()
    mine = PeerLink.objects.visible_to(request.user)
    active = mine.active().with_contact()
    quiet = active.quiet(today)
    show = request.GET.get("vis")
    shown = {"stille": quiet, "pause": active.filter(state=LinkState.PAUSED)}.get(show, active)
    page = keyset_page(
        shown.select_related("peer__user"), ("quiet_since", "pk"), request.GET.get("etter")
    )
    waiting = list(mine.waiting().order_by("wanted_on", "pk")[:MOST_PEERS])
    numbers = _numbers(request.user, today)
    context = {
        "waiting": waiting,
        "views": _views("links"),
        "not_asked": numbers["not_asked"],
        "page": page,
        "rows": participants.participants_of(page.items, today),
        "filtered": show in ("stille", "pause"),
        "kpis": [
            _figure(len(waiting), _("ønsker likeperson og venter"), "#venter", "accent"),
            _figure(numbers["active"], _("koblinger"), "#koblinger"),
            _figure(
                numbers["quiet"], _("lenger siden kontakt enn avtalt"), "?vis=stille#koblinger"
            ),
            _figure(numbers["places"], _("ledige plasser"), reverse("peers:places")),
        ],
        "today": today,
    }
    return render(request, "peers/links.html", context)


@require_safe
@allowed(perms.can_coordinate)
def places(request: HttpRequest) -> HttpResponse:
    """The peers by name, each with how many they follow and how many more they have room for."""
    today = timezone.localdate()
    page = keyset_page(
        Peer.objects.active(today).with_load(request.user).select_related("user"),
        ("user__full_name", "pk"),
        request.GET.get("etter"),
    )
    return render(request, "peers/places.html", {"page": page, "views": _views("places")})


def _views(here: str) -> list[dict[str, Any]]:
    parts = (("links", _("Koblinger")), ("places", _("Likepersoner og plass")))
    return [
        {"text": text, "url": reverse(f"peers:{name}"), "current": name == here}
        for name, text in parts
    ]


def _numbers(user: User, on: date) -> dict[str, int]:
    """How many are linked, quiet or not asked, and the free places. Cached for a minute, since
    each count reads every link."""
    key = f"peers.numbers.{settings.DATABASE_NAME}.{user.pk}.{on}"
    numbers = cache.get(key)
    if numbers is None:
        mine = PeerLink.objects.visible_to(user)
        free = Peer.objects.active(on).with_load(user).filter(places__gt=0)
        reported = PeerLink.objects.not_hidden_from(user).filter(state=LinkState.REPORTED)
        numbers = {
            "active": mine.active().count(),
            "quiet": mine.active().with_contact().quiet(on).count(),
            "not_asked": reported.count(),
            "places": free.aggregate(n=Sum("places"))["n"] or 0,
        }
        cache.set(key, numbers, FRESH_SECONDS)
    return numbers


def _figure(value: int, label: str, url: str, color: str = "") -> dict[str, Any]:
    return {"value": value, "label": label, "url": url, "color": color if value else ""}


@require_http_methods(["GET", "POST"])
@allowed(perms.can_coordinate)
@once
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """One link: choose a peer for the person, or change the agreement."""
    link = _link_or_404(request, pk)
    today = timezone.localdate()
    form = _main_form(link, request.POST if request.method == "POST" else None, today)
    if request.method == "POST" and form is not None and form.is_valid():
        linking = link.state == LinkState.WANTED
        action = actions.link_peer if linking else actions.change_agreement
        with errors_on(form):
            action(link=link, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, _("Koblingen er laget.") if linking else _("Avtalen er lagret.")
            )
            return redirect("peers:link", link.pk)
    return _page(request, link, form=form)


@require_POST
@allowed(perms.can_coordinate)
@once
def link_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the waiting person does not want a peer after all."""
    link = _link_or_404(request, pk)
    with errors_as_message(request, messages.WARNING):
        actions.record_no(link=link, by=request.user, at=timezone.now())
        messages.success(request, _("Lagret. Ingenting mer skjer."))
        return redirect("peers:links")
    return redirect("peers:link", link.pk)


@require_POST
@allowed(perms.can_coordinate)
@once
def link_pause(request: HttpRequest, pk: int) -> HttpResponse:
    form = PauseForm(request.POST, action=request.path)
    return _small_form(request, pk, form, actions.pause, _("Pausen er lagret."), "pause_form")


@require_POST
@allowed(perms.can_coordinate)
@once
def link_resume(request: HttpRequest, pk: int) -> HttpResponse:
    link = _link_or_404(request, pk)
    with errors_as_message(request, messages.WARNING):
        actions.resume(link=link, by=request.user, at=timezone.now())
        messages.success(request, _("Pausen er over."))
    return redirect("peers:link", link.pk)


@require_POST
@allowed(perms.can_coordinate)
@once
def link_end(request: HttpRequest, pk: int) -> HttpResponse:
    form = EndForm(request.POST, action=request.path)
    return _small_form(request, pk, form, actions.end, _("Koblingen er avsluttet."), "end_form")


@require_POST
@allowed(perms.can_coordinate)
@once
def link_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change to another peer; no reason is asked."""
    link = _link_or_404(request, pk)
    with errors_as_message(request, messages.WARNING):
        new = actions.change_peer(link=link, by=request.user, at=timezone.now())
        messages.success(request, _("Velg ny likeperson sammen med deltakeren."))
        return redirect("peers:link", new.pk)
    return redirect("peers:link", link.pk)


# ------------------------------------------------------------------ parts


def _link_or_404(request: HttpRequest, pk: int) -> PeerLink:
    visible = PeerLink.objects.visible_to(request.user).with_contact()
    return get_object_or_404(visible.select_related("person", "peer__user"), pk=pk)


def _main_form(link: PeerLink, data: Any, today: Any) -> PeerAgreementForm | None:
    if link.state == LinkState.WANTED:
        return LinkForm(data, link=link, on=today)
    if link.state in (LinkState.LINKED, LinkState.PAUSED):
        return PeerAgreementForm(data, link=link)
    return None


def _small_form(
    request: HttpRequest, pk: int, form: Form, action: Any, done: str, name: str
) -> HttpResponse:
    """Run the action of a small form on the link's page, or show the page with its errors."""
    link = _link_or_404(request, pk)
    if form.is_valid():
        with errors_on(form):
            action(link=link, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, done)
            return redirect("peers:link", pk)
    link = _link_or_404(request, pk)
    main = _main_form(link, None, timezone.localdate())
    return _page(request, link, form=main, **{name: form})


def _page(
    request: HttpRequest,
    link: PeerLink,
    *,
    form: PeerAgreementForm | None,
    pause_form: PauseForm | None = None,
    end_form: EndForm | None = None,
) -> HttpResponse:
    log_read(request, link.person_id, "peer-link")
    today = timezone.localdate()
    may_read = Share.COORDINATOR in link.shares
    contacts = Contact.objects.visible_to(request.user).filter(link=link)[:LATEST]
    waiting = link.state == LinkState.WANTED
    (who,) = participants.participants_of([link], today)
    context = {
        "link": link,
        "who": who,
        "form": form,
        "waiting": waiting,
        "proposals": matching.proposals(link, request.user, today) if waiting else [],
        "chosen": (form["peer"].value() or "") if waiting else "",
        "pause_form": pause_form or PauseForm(action=reverse("peers:link_pause", args=[link.pk])),
        "end_form": end_form or EndForm(action=reverse("peers:link_end", args=[link.pk])),
        "may_pause": PEER_LINK.may(link, LinkState.PAUSED),
        "may_resume": PEER_LINK.may(link, LinkState.LINKED) and not waiting,
        "may_end": PEER_LINK.may(link, LinkState.ENDED),
        "may_read": may_read,
        "contacts": list(contacts) if may_read else [],
        "today": today,
    }
    return render(request, "peers/link.html", context)
