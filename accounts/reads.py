"""Writes and reads the log of who read whose record (need S2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import ReadLog

# Reloads and fragments of a page within this time count as one reading.
SAME_READING = timedelta(minutes=1)
# The name of each page in the reports of who has read what.
PAGES = {
    "person": _("Oversikt"),
    "nummer": _("Fødselsnummer"),
    "person-assessments": _("Kartlegging"),
    "person-cases": _("Søknader og vedtak"),
    "person-stays": _("Bosituasjon"),
    "person-follow-up": _("Plan og oppfølging"),
    "person-events": _("Hendelser"),
    "person-reads": _("Hvem har sett"),
    "person-edit": _("Endre personen"),
    "death": _("Dødsfall"),
    "household": _("Husstand"),
    "merge": _("Slå sammen"),
    "representatives": _("Representanter"),
    "note": _("Nytt notat"),
    "note-edit": _("Notat"),
    "person-documents": _("Dokumenter"),
    "document": _("Dokument"),
    "past-matters": _("Tidligere forhold"),
    "application": _("Sak"),
    "application-new": _("Ny søknad"),
    "section-27": _("Sted i natt (§ 27)"),
    "application-move": _("Sak"),
    "kartlegging": _("Kartlegging"),
    "uttalelse": _("Uttalelse"),
    "boligbehov": _("Boligbehov"),
    "vedtak": _("Vedtak"),
    "klage": _("Klage"),
    "klagefil": _("Dokumentene i klagen"),
    "brev": _("Brev"),
    "stay-new": _("Nytt opphold"),
    "stay-change": _("Endre bosituasjon"),
    "stay-end": _("Avslutt opphold"),
    "flag": _("Varsel"),
    "fortsatt-behov": _("Fortsatt behov"),
    "prioritet": _("Prioritet satt for hånd"),
    "venteliste-hvorfor": _("Plass på ventelisten"),
    "tildelingsmote": _("Tildelingsmøte"),
    "tilbud": _("Tilbud"),
    "leieforhold": _("Leieforhold"),
    "bolig": _("Bolig"),
    "eiendom": _("Eiendom"),
    "i-natt": _("Hvem bor midlertidig i natt"),
    "plassering": _("Midlertidig plassering"),
    "forlengelse": _("Forlenge opphold"),
    "peer-need": _("Behov for likeperson"),
    "peer-link": _("Kobling til likeperson"),
    "peer-participant": _("Likepersonens side"),
}


def log_read(request: HttpRequest, person_id: int, page: str) -> None:
    """Record that the request's user saw this person on this page (a key of `PAGES`).

    Called by views only, so it reads the clock itself. One statement. Writes nothing when the same
    user saw the same page of the same person less than a minute (`SAME_READING`) ago.
    """
    log_reads(request, [person_id], page)


def log_reads(request: HttpRequest, person_ids: Iterable[int], page: str) -> None:
    """`log_read` for all persons on a page, in one statement."""
    persons = sorted(set(person_ids))
    # Whom a draft written on this page is about: everybody the page has logged.
    before = getattr(request, "shown", ((), ""))[0]
    request.shown = (sorted({*before, *persons}), page)
    if not persons:
        return
    at = timezone.now()  # noqa: TID251
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ReadLog._meta.db_table} (user_id, person_id, page, at)"
            " SELECT %(user)s, one.id, %(page)s, %(at)s FROM unnest(%(persons)s::bigint[]) one(id)"
            f" WHERE NOT EXISTS (SELECT 1 FROM {ReadLog._meta.db_table} WHERE user_id = %(user)s"
            " AND person_id = one.id AND page = %(page)s AND at > %(since)s AND at <= %(at)s)",
            {
                "user": request.user.pk,
                "persons": persons,
                "page": page[:60],
                "at": at,
                "since": at - SAME_READING,
            },
        )


def reads_of(*person_ids: int) -> QuerySet[ReadLog]:
    """The readings of the person's record, newest first, for the person's own report.

    Several keys belong to one person whose records were merged: a merge does not move the log.
    """
    reads = ReadLog.objects.filter(person_id__in=person_ids)
    return reads.select_related("user").order_by("-at", "-pk")
