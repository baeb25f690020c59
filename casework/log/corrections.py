"""«Feilregistrert»: a row that was registered by mistake is taken back, with a reason.

The row is deleted, so that everything worked out from such rows (flags, marks, the waiting list,
needs) is worked out without it. Its history, and an event with the reason, remain. Each room and
app registers the kinds of rows it owns, in its `AppConfig.ready()`:

    corrections.register(
        Correctable("tjeneste", Service, label=lambda row: …, can=lambda user, row, on: …)
    )

and links to the page: `{% url "casework:take_back" "tjeneste" service.pk %}`. A row that is right
but for a fact is changed on its own page instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet
from django.utils.translation import gettext as _

from common.errors import RuleBroken

from . import events
from .event_kinds import CaseEvent
from .perms import can_do_casework
from .visibility import visible_persons

if TYPE_CHECKING:
    from accounts.models import User
    from casework.persons.models import Person


class NotTakenBack(RuleBroken):
    """The row cannot be taken back: it is gone, or others rest on it."""

    @classmethod
    def already(cls) -> NotTakenBack:
        return cls(_("Dette er allerede ført som feilregistrert."))


@dataclass(frozen=True, slots=True)
class Correctable:
    """A kind of row that can be taken back.

    `what` names it in the URL. `label` is shown on the page and in the event, which more users read
    than the row: it says what the row is, never what is written in it. `person_path` leads from the
    row to the person. `lock` locks what must be locked before the row (docs/adr/0006). `check` may
    raise a RuleBroken; `after` mends what was worked out from the row when it was registered.
    `follows` tells beforehand what that means. `back(row, user)` is the page the row was on;
    without one it is `part`, a part of the person's pages. `about` is what the event is also about.
    """

    what: str
    model: type[Model]
    label: Callable[[Any], str]
    person_path: str = "person"
    can: Callable[[User, Any, date], bool] = lambda user, row, on: can_do_casework(user)
    lock: Callable[[Any], object] = lambda row: None
    check: Callable[[Any], None] = lambda row: None
    after: Callable[..., None] = lambda row, *, by, at: None
    follows: Callable[[Any], str] = lambda row: ""
    part: str = "person_follow_up"
    back: Callable[[Any, User], str] | None = None
    about: Callable[[Any], dict[str, Any]] = lambda row: {}

    def rows(self, user: User) -> QuerySet:
        """The rows of persons the user may see."""
        visible = self.model._default_manager.filter(visible_persons(user, f"{self.person_path}__"))
        return visible.select_related(self.person_path)

    def person(self, row: Any) -> Person:
        for name in self.person_path.split("__"):
            row = getattr(row, name)
        return row


_kinds: dict[str, Correctable] = {}


def register(*kinds: Correctable) -> None:
    """Register these kinds of rows. Registering a kind again replaces it."""
    _kinds.update({kind.what: kind for kind in kinds})


def kind_of(what: str) -> Correctable | None:
    return _kinds.get(what)


@transaction.atomic
def take_back(kind: Correctable, row: Model, *, why: str, by: User, at: datetime) -> None:
    """Delete the row, which was registered by mistake. Raises NotTakenBack, and what the kind's
    `check` raises."""
    kind.lock(row)
    # Locked, so that of two users who take it back, the second gets a sentence.
    rows = kind.model._default_manager.select_related(kind.person_path)
    row = rows.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if row is None:
        raise NotTakenBack.already()
    kind.check(row)
    person = kind.person(row)
    text = _("Feilregistrert: %(what)s. %(why)s") % {"what": kind.label(row), "why": why.strip()}
    events.record(person, CaseEvent.TAKEN_BACK, text, by=by, at=at, **kind.about(row))
    key = row.pk
    row._history_user = by
    row._change_reason = why.strip()[:100]
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError as error:
        raise NotTakenBack(
            _("Noe annet bygger på dette, og det kan ikke tas bort. Rett det i stedet.")
        ) from error
    row.pk = key
    kind.after(row, by=by, at=at)
