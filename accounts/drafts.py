"""Keeps what is typed in a form until the form is saved: through a closed browser, a crashed tab
and a session that ends (needs C5, S8).

Every form with long text and `OnceFormMixin` drafts (`DraftMixin`); one that does not says
`drafts = False`, and why in tests/test_drafting.py. `{% crispy form %}` draws what the page needs;
a form drawn by hand has `{% draft form %}` first and `{% draft_status form %}` beside its button.

How it works: the page gets a signed ticket, which says whose it is, of which page and form, which
persons it shows, and which window it is (`common.windows`). `static/varig.js` sends the form to
`draft_save` while somebody types. `once` throws the draft away when the form has had its effect.
A ticket lets text in and never out: a draft is shown only by the page it belongs to, to its
author, after the page's own check of who may see what. So a form that is sent after the session
has ended is kept for the one the page was given to, who signs in and finds it there
(`accounts.middleware`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from common.corrections import Overwritten, SeenMixin, revision
from common.errors import RuleBroken
from common.jobs import JobResult
from common.readings import ChangedSinceRead, NotRead, ReadMixin, check_read
from common.windows import Window, saved_from

from . import settings_table
from .models import Draft, Submission, User
from .sign_in import KEPT, sign_in_url

FIELD, ORDER = "draft", "draft_order"
SALT = "accounts.drafts"
# In the query of a page: the draft, of two a merge has brought to the same page.
OWN = "utkast"
SHOWN = 8  # drafts in a list
LARGEST = 200_000  # characters; more than any form holds
# What the page itself sends along. `once.FIELD` is kept beside the text, not in it.
NOT_KEPT = {"csrfmiddlewaretoken", "form_token", FIELD, ORDER, "window", "order", "lagre"}
# Hidden fields that say which revision the text rests on.
RESTS_ON = ("revision", "version")

_may_see: list[Callable[[User, Collection[int]], bool]] = []


def register_persons(may_see: Callable[[User, Collection[int]], bool]) -> None:
    """Register who may see persons. `casework`, a floor above, does this at start."""
    _may_see[:] = [may_see]


class DraftElsewhere(RuleBroken):
    """The form is open in another window, which has saved later, or it is sent or discarded."""

    def __init__(self) -> None:
        super().__init__(_("Skjemaet er lagret fra et annet vindu, eller er sendt."))


class TooLong(RuleBroken):
    def __init__(self) -> None:
        super().__init__(_("Teksten er for lang til å lagres som utkast."))


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a page says of itself when it keeps a draft."""

    user: int
    path: str
    form: str
    page: str
    persons: tuple[int, ...]
    window: str
    revision: int

    def signed(self) -> str:
        values = [getattr(self, name) for name in self.__slots__]
        return signing.dumps(values, salt=SALT, compress=True)


def ticket_of(request: HttpRequest) -> Ticket | None:
    """The ticket that came along, whoever sends it; None without one, or if it is too old."""
    try:
        *start, persons, window, number = signing.loads(
            request.POST.get(FIELD, ""), salt=SALT, max_age=settings.DRAFT_TICKET_AGE
        )
    except signing.BadSignature:
        return None
    return Ticket(*start, tuple(persons), window, number)


# ------------------------------------------------------------------ the store


def unsent(user: User) -> QuerySet[Draft]:
    """The user's drafts, without those whose form has had its effect meanwhile."""
    sent = Submission.objects.filter(token=OuterRef("token")).exclude(result_url="")
    return Draft.objects.filter(~Exists(sent), user=user)


def shown_to(user: User, most: int) -> list[Draft]:
    """The newest drafts of the user on pages they may still open, about persons they may see."""
    return [
        draft
        for draft in unsent(user)[:most]
        if _opens(user, draft.path) and _sees(user, draft.persons)
    ]


def of_form(user: User, form: forms.BaseForm) -> list[Draft]:
    """The user's drafts of this kind of form, about persons they may still see, newest first."""
    drafts = unsent(user).filter(form=type(form).__name__)
    return [draft for draft in drafts[:SHOWN] if _sees(user, draft.persons)]


def keep(request: HttpRequest, ticket: Ticket, at: datetime) -> Draft | None:
    """Keep what the request sends, for the user the page was given to. None if there is nothing.

    Raises `DraftElsewhere`, `TooLong`, or `windows.Late` when it would undo a later save; and
    `Draft.DoesNotExist` if the user may no longer open the page, or see whom it is about.
    """
    user = User.objects.filter(pk=ticket.user, is_active=True).first()
    if user is None or not _opens(user, ticket.path) or not _sees(user, ticket.persons):
        raise Draft.DoesNotExist
    order = request.POST.get(ORDER, "")
    return save_draft(
        ticket=ticket,
        data={name: request.POST.getlist(name) for name in request.POST if name not in NOT_KEPT},
        token=_token(request.POST.get("form_token")),
        order=int(order) if order.isdecimal() and len(order) < 10 else 0,
        at=at,
    )


@transaction.atomic
def save_draft(
    *,
    ticket: Ticket,
    data: dict[str, list[str]],
    at: datetime,
    order: int = 0,
    token: uuid.UUID | None = None,
) -> Draft | None:
    """Save what is typed in a form over an earlier draft of it (see `keep`). Locks the draft."""
    kept = {
        name: [text.replace("\x00", "") for text in values]
        for name, values in data.items()
        if any(values) and "\x00" not in name  # no field has such a name
    }
    if not kept:
        return None
    if sum(len(text) for values in kept.values() for text in values) > LARGEST:
        raise TooLong
    window = Window(ticket.window, ticket.revision, order)
    mine = {"user_id": ticket.user, "path": ticket.path, "form": ticket.form}
    if not window.revision:
        # Two first saves at once: the second waits here for the first, and then finds its row.
        Draft.objects.bulk_create([Draft(**mine, saved_at=at)], ignore_conflicts=True)
    locked = Draft.objects.select_for_update(of=("self",), no_key=True)
    draft = locked.filter(**mine).first()
    ended = [one for one in (token, _token(ticket.window)) if one]
    if Submission.objects.filter(token__in=ended).exclude(result_url="").exists():
        raise DraftElsewhere
    if draft is None or window.has_missed(draft):
        raise DraftElsewhere
    window.check_order(draft)
    draft.data, draft.token, draft.saved_at = kept, token, at
    draft.page, draft.persons = ticket.page, list(ticket.persons)
    saved_from(draft, window)
    draft.save()
    return draft


def forget(request: HttpRequest) -> None:
    """Delete the draft of the form that was sent: what was typed is saved."""
    ticket = ticket_of(request)
    if ticket and ticket.user == request.user.pk:
        Draft.objects.filter(user=request.user, path=ticket.path, form=ticket.form).delete()


def end(request: HttpRequest, at: datetime) -> None:
    """`forget`, when the page is done with the form: a save on its way from it keeps nothing."""
    ticket = ticket_of(request)
    if ticket and ticket.user == request.user.pk:
        _mark_ended(ticket.user, ticket.window, ticket.path, at)
        mine = {"user": request.user, "path": ticket.path, "form": ticket.form}
        throw_away(Draft.objects.filter(**mine), at)


@transaction.atomic
def throw_away(drafts: QuerySet[Draft], at: datetime) -> None:
    """Delete the drafts; a save on its way from the window of one does not bring it back."""
    for draft in drafts:
        _mark_ended(draft.user_id, draft.editor, draft.path, at)
        draft.delete()


def _mark_ended(user_id: int, window: str, path: str, at: datetime) -> None:
    """A window is marked as a sent form is: by a `Submission`."""
    if token := _token(window):
        done = Submission(token=token, user_id=user_id, result_url=path, at=at)
        Submission.objects.bulk_create([done], ignore_conflicts=True)


def end_on_page(path: str, form: str, at: datetime) -> None:
    """Throw away everybody's drafts of the form on the page: its step is taken, and it is shown
    no more."""
    throw_away(Draft.objects.filter(path=path, form=form), at)


def delete_old(before: datetime) -> int:
    """Delete drafts last saved before the moment. Returns how many."""
    return Draft.objects.filter(saved_at__lt=before).delete()[0]


def delete_drafts(on: date) -> JobResult:
    """The job: delete the drafts last saved more than `draft_days` days before the date."""
    max_age = timedelta(days=settings_table.value("draft_days", on))
    before = datetime.combine(on - max_age, time.min, tzinfo=get_default_timezone())
    return JobResult(ended=delete_old(before))


def follow_death(person_id: int, holders: Collection[int], pages: str) -> None:
    """Delete the drafts about the dead person alone; one of a meeting is about the others too.

    If `holders` go on with cases, only those on the person's own pages are deleted; the rest may
    be in those cases, and are about the holders too. `pages` is as in `follow_merge`.
    """
    about = Draft.objects.filter(persons=[person_id])
    if not holders:
        about.delete()
        return
    about.filter(path__startswith=pages % person_id).delete()
    about.update(persons=sorted({person_id, *holders}))


def follow_merge(loser_id: int, survivor_id: int, pages: str) -> None:
    """The drafts about a person whose record is merged follow to the survivor. `pages` is the
    start of the paths of a person's own pages, with `%d` for the key."""
    was, now = pages % loser_id, pages % survivor_id
    for draft in Draft.objects.filter(persons__contains=[loser_id]):
        draft.persons = sorted({*draft.persons, survivor_id} - {loser_id})
        if draft.path.startswith(was):
            moved = now + draft.path.removeprefix(was)
            taken = Draft.objects.filter(user=draft.user_id, path=moved, form=draft.form)
            draft.path = f"{moved.split('?')[0]}?{OWN}={draft.pk}" if taken.exists() else moved
        draft.save(update_fields=["persons", "path"])


def _opens(user: User, path: str) -> bool:
    """Whether the user still has the right the page asks for (`common.access`)."""
    try:
        right = getattr(resolve(path.split("?")[0]).func, "right", None)
    except Resolver404:
        return False
    return right is None or right(user)


def _sees(user: User, persons: Collection[int]) -> bool:
    return not persons or not _may_see or _may_see[0](user, persons)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20


def _token(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value)) if value else None
    except ValueError:
        return None


# ------------------------------------------------------------------ on the page


@dataclass(frozen=True, slots=True)
class Box:
    """What a page draws of a draft: the ticket it sends, and the draft that fills the form."""

    ticket: Ticket
    draft: Draft | None
    changed: Overwritten | ChangedSinceRead | None
    saves_itself: bool

    @property
    def sign_in_url(self) -> str:
        return sign_in_url(self.ticket.path, KEPT)


class DraftMixin:
    """A form with long text that keeps what is typed. `drafts = False` opts out."""

    drafts = True
    # The form saves its row while somebody types: only a session that ends makes a draft.
    saves_itself = False
    # What tells two of the same form on the same page apart, as a query: «samtale=…».
    draft_query = ""
    # The page it stands on, when it may be drawn at an address that only takes a POST.
    draft_path = ""
    draft_box: Box | None = None

    def drafts_text(self) -> bool:
        return any(isinstance(one.widget, forms.Textarea) for one in self.fields.values())

    def begin_draft(self, request: HttpRequest, *parts: forms.BaseForm) -> Box | None:
        """Fill the form, and the other `parts` of the same `<form>`, from the draft the user has
        not sent; once for each request. None if the form does not draft."""
        if self.draft_box or not self.drafts or getattr(request, "user", None) is None:
            return self.draft_box
        writes = any(DraftMixin.drafts_text(part) for part in (self, *parts))
        if not request.user.is_authenticated or not writes:
            return None
        path, name = self.draft_place(request)
        draft = unsent(request.user).filter(path=path, form=name).first()
        persons, page = getattr(request, "shown", ((), ""))
        ticket = Ticket(
            request.user.pk, path, name, page, tuple(persons), str(uuid.uuid4()),
            draft.revision if draft else 0,
        )  # fmt: skip
        changed = None
        fills = draft and not self.is_bound and request.method in ("GET", "HEAD")
        if fills:
            for part in (self, *parts):
                fill(part, draft.data)
            changed = self._draft_changed(draft)
        self.draft_box = Box(ticket, draft if fills else None, changed, self.saves_itself)
        return self.draft_box

    def draft_place(self, request: HttpRequest) -> tuple[str, str]:
        """The page and the name of the form. A form shown again after an error, perhaps at
        another address, is the one that was sent."""
        rows = (getattr(self, name, None) for name in ("row", "instance"))
        key = next((row.pk for row in rows if isinstance(row, Model) and row.pk), None)
        name = ":".join(str(part) for part in (type(self).__name__, self.prefix, key) if part)
        sent = ticket_of(request) if request.method == "POST" else None
        if sent and sent.user == request.user.pk and sent.form == name:
            return sent.path, name
        own = request.GET.get(OWN, "")
        query = self.draft_query or (f"{OWN}={own}" if _is_key(own) else "")
        path = (self.draft_path or request.path) + (f"?{query}" if query else "")
        return path[:300], name[:120]

    def _draft_changed(self, draft: Draft) -> Overwritten | ChangedSinceRead | None:
        """What somebody has changed since the draft was begun."""
        if isinstance(self, ReadMixin):
            try:
                check_read(self.reading, (draft.data.get(self.add_prefix("read")) or [""])[0])
            except ChangedSinceRead as error:
                return error
            except NotRead:
                return None
        if not isinstance(self, SeenMixin) or self.row is None:
            return None
        seen = (draft.data.get(self.add_prefix("seen")) or [""])[0]
        if not seen.isdecimal() or int(seen) == revision(self.row):
            return None
        return Overwritten(self.row, int(seen))


def fill(form: forms.BaseForm, data: dict[str, list[str]]) -> None:
    """Make an unbound form show what the draft holds. Of the hidden fields only those that say
    which revision the text rests on: the form is then refused as if it had been open all along."""
    typed = QueryDict(mutable=True)
    for name, values in data.items():
        typed.setlist(name, values)
    for name, field in form.fields.items():
        widget, key = field.widget, form.add_prefix(name)
        if (widget.is_hidden and name not in RESTS_ON) or isinstance(widget, forms.FileInput):
            continue
        if field.disabled or widget.value_omitted_from_data(typed, {}, key):
            continue
        form.initial[name] = widget.value_from_datadict(typed, {}, key)
        form[name].__dict__.pop("initial", None)  # a bound field remembers it
