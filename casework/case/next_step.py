"""The next thing to do in a case: the text and the link of the main button on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.log import perms
from casework.log.enums import ApplicationState, VedtakState
from casework.log.steps import Step, url_or_blank
from casework.vedtak.completeness import EXTENSION_BASIS, NEW_DWELLING_BASES, PLACE_BASIS
from casework.vedtak.perms import can_approve_vedtak

if TYPE_CHECKING:
    from accounts.models import User
    from casework.applications.models import Application
    from casework.vedtak.models import Vedtak


def next_step(application: Application, user: User) -> Step:
    """The next step in the case for the user.

    The order is: take the case, assessment, housing need, vedtak, approval, waiting list or stay.
    A § 27 application is decided the same day, and goes straight to the vedtak.
    """
    works = perms.can_do_casework(user)
    if not application.is_open:
        return _after(application)
    untaken = application.responsible_id is None
    if application.state == ApplicationState.RECEIVED or untaken:
        return _step(
            works, _("Ta saken"), _untaken(application), "application_take", application, True
        )
    vedtak = next((vedtak for vedtak in application.vedtak.all() if vedtak.is_open), None)
    if vedtak is not None:
        return _with_vedtak(vedtak, user, works)
    if not application.is_for_tonight:
        if not application.assessments.all():
            why = _("Boligbehovet bygger på kartleggingen.")
            return _step(works, _("Kartlegg sammen"), why, "assessment_new", application)
        if not application.needs.all():
            why = _("Vedtaket bygger på boligbehovet.")
            return _step(works, _("Fastsett boligbehov"), why, "need", application)
    return _step(
        works, _("Skriv vedtak"), _("Alt er klart for det."), "vedtak_new", application, True
    )


def _untaken(application: Application) -> str:
    if application.responsible_id is None:
        return _("Ingen har saken ennå.")
    return _("Fordelt til %(name)s. Behandlingen er ikke begynt.") % {
        "name": application.responsible
    }


def _with_vedtak(vedtak: Vedtak, user: User, works: bool) -> Step:
    if vedtak.state == VedtakState.SUBMITTED:
        if can_approve_vedtak(user, vedtak):
            return _step(works, _("Les og godkjenn vedtaket"), "", "vedtak", vedtak)
        approver = vedtak.approver or _("en som kan godkjenne")
        return Step(_("Venter på %(name)s") % {"name": approver}, _("Vedtaket er til godkjenning."))
    why = _("Sendt tilbake fra godkjenner.") if vedtak.state == VedtakState.RETURNED else ""
    return _step(works, _("Skriv ferdig vedtaket"), why, "vedtak", vedtak)


def _after(application: Application) -> Step:
    if application.state != ApplicationState.DECIDED:
        return Step(_("Ingenting å gjøre"), application.get_state_display() + ".")
    granted = {
        outcome.basis.code
        for vedtak in application.vedtak.all()
        for outcome in vedtak.outcomes.all()
        if outcome.stands and outcome.is_granted
    }
    if not granted:
        return Step(_("Ingenting å gjøre"), _("Søknaden er avgjort."))
    if PLACE_BASIS in granted:
        url = url_or_blank("stays:stay_new", application.person_id)
        why = (
            _("Vedtaket er fattet. Boligen står på ventelisten.")
            if granted & set(NEW_DWELLING_BASES)
            else _("Vedtaket er fattet. Er oppholdet registrert, er det ikke mer å gjøre.")
        )
        return Step(_("Registrer oppholdet"), why, url)
    if EXTENSION_BASIS in granted and not granted & set(NEW_DWELLING_BASES):
        return Step(_("Ingenting å gjøre"), _("Forlengelsen er innvilget."))
    url = url_or_blank("allocation:waiting_list")
    return Step(_("Se ventelisten"), _("Vedtaket er fattet."), url)


def _step(works: bool, text: str, why: str, name: str, obj, post: bool = False) -> Step:
    url = url_or_blank(f"casework:{name}", obj.pk) if works else ""
    return Step(text, why, url, post)
