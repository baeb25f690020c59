"""The cases of somebody who has died: another in the household goes on with it, or it lapses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import drafts
from casework.log import events
from casework.log.enums import APPLICATION_OPEN, ApplicationState
from casework.log.event_kinds import CaseEvent
from casework.persons.actions.deaths import Aftermath, DeathRefused
from casework.persons.drafts import PAGES_OF_PERSON

from ..models import Application
from ..processes import APPLICATION


def settle_cases(aftermath: Aftermath) -> None:
    """Close or hand on each case that was asked about. Raises `DeathRefused` for one that is open
    and was not."""
    applications = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .filter(person=aftermath.person)
        .order_by("pk")
    )
    for application in applications:
        if application.pk not in aftermath.cases:
            if application.state in APPLICATION_OPEN:
                raise DeathRefused(
                    _("Velg hva som skal skje med sak %(case)s.")
                    % {"case": application.case_number}
                )
            continue
        holder = aftermath.cases[application.pk]
        if holder is None:
            aftermath.move(APPLICATION, application, ApplicationState.LAPSED)
            text, kind = _("Saken er bortfalt: personen er død."), CaseEvent.APPLICATION_LAPSED
        else:
            aftermath.change(application, person=holder)
            text = _("Saken er overtatt etter en i husstanden som er død.")
            kind = CaseEvent.APPLICATION_CONTINUED
        for person in dict.fromkeys([aftermath.person, holder or aftermath.person]):
            events.record(
                person,
                kind,
                text,
                by=aftermath.by,
                at=aftermath.at,
                application=application if person == (holder or person) else None,
            )


def drop_drafts(aftermath: Aftermath) -> None:
    """Throw away the forms somebody has begun about the person, but not those in a case another
    goes on with. They are in no record, so an undoing does not bring them back."""
    holders = {holder.pk for holder in aftermath.cases.values() if holder}
    drafts.follow_death(aftermath.person.pk, holders, PAGES_OF_PERSON)
