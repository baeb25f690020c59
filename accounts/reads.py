"""Writes and reads the log of who read whose record (need S2).

Whom a response names is collected while it is made (`common.shown`); the middleware writes one row
when it is ready. A view says only whom its page is of, with `log_read`, and so gives the page its
name in the log; a page of many is known by the name of its URL.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus

from django.contrib.messages import get_messages
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import shown

from .enums import ReadKind
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
    "number-claim": _("Nummer til kontroll"),
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
    "utskrivninger": _("Utskrivninger"),
    "correction": _("Rette noe som er ført"),
    "stay-void": _("Opphold som ikke telles"),
    "stay-reopen": _("Gjenåpne opphold"),
    # Pages of many, and forms that lead on with a message, by the name of their URL.
    "allocation:class_queue": _("Forslag om prioritet"),
    "allocation:discharges": _("Utskrivninger"),
    "allocation:still_needed": _("Fortsatt behov"),
    "allocation:still_needed_letters": _("Brev om fortsatt behov"),
    "allocation:waiting_list": _("Venteliste"),
    "casework:appeal_confirm": _("Klage"),
    "casework:appeals": _("Klager"),
    "casework:applications": _("Søknader"),
    "casework:letter_agreement": _("Avtale om brev"),
    "casework:merge_undo": _("Slå sammen"),
    "casework:vedtak_queue": _("Vedtak til godkjenning"),
    "desk:day": _("Min dag"),
    "desk:persons": _("Personer"),
    "desk:search": _("Søk"),
    "desk:units": _("Boliger"),
    "peers:contact_confirm": _("Kontakt med likeperson"),
    "peers:link_change": _("Kobling til likeperson"),
    "peers:link_decline": _("Kobling til likeperson"),
    "peers:link_end": _("Kobling til likeperson"),
    "peers:link_pause": _("Kobling til likeperson"),
    "peers:link_resume": _("Kobling til likeperson"),
    "peers:links": _("Koblinger til likepersoner"),
    "peers:log": _("Likepersonens logg"),
    "peers:mine": _("Likepersonens deltakere"),
    "stays:leases": _("Leieforhold"),
    "stays:leases_at_risk": _("Leieforhold i fare"),
    "stays:temporary": _("Midlertidig bolig"),
}


# The pages named by `log_read` that are not of a person.
KINDS = {
    "tildelingsmote": ReadKind.MEETING,
    "bolig": ReadKind.LIST,
    "eiendom": ReadKind.LIST,
    "i-natt": ReadKind.LIST,
}
SEARCHES = {"desk:search", "casework:merge_find"}
NOT_SEEN = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}

# An SQL expression: which of %(persons)s the user was responsible for. `casework` sets it.
_own = ["'{}'"]


def register_own(sql: str) -> None:
    """Register the SQL of whose case it is. `casework`, a floor above, does this at start."""
    _own[:] = [sql]


def log_read(request: HttpRequest, person_id: int, page: str) -> None:
    """The page (a key of `PAGES`) is of this person, whom the response shows."""
    log_reads(request, [person_id], page)


def log_reads(request: HttpRequest, person_ids: Iterable[int], page: str) -> None:
    """`log_read` for a page of several persons."""
    persons = dict.fromkeys(person_ids)
    shown.names(persons)
    # A draft written on the page is about everybody the page is of. The first name of the page
    # stands: a view that shows another inside its own says what it does itself.
    before, name = getattr(request, "shown", ((), ""))
    request.shown = (list(dict.fromkeys([*before, *persons])), name or page)


def write(request: HttpRequest, response: HttpResponseBase, named: set[int]) -> None:
    """Log a response that named these persons, if anybody sees it. One statement.

    Reads the clock itself. Writes nothing when the same user saw the same persons on the same page
    less than a minute (`SAME_READING`) ago.
    """
    if not named or not _is_seen(request, response):
        return
    of, page = getattr(request, "shown", ((), ""))
    match = request.resolver_match
    page = page or (match.view_name if match else "")
    at = timezone.now()  # noqa: TID251
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ReadLog._meta.db_table} (user_id, persons, own, page, kind, at)"
            f" SELECT %(user)s, %(persons)s::bigint[], {_own[0]}, %(page)s, %(kind)s, %(at)s"
            f" WHERE NOT EXISTS (SELECT 1 FROM {ReadLog._meta.db_table} WHERE user_id = %(user)s"
            " AND at > %(since)s AND at <= %(at)s AND page = %(page)s AND kind = %(kind)s"
            " AND persons @> %(persons)s::bigint[])",
            {
                "user": request.user.pk if request.user.is_authenticated else None,
                "persons": [*of, *sorted(named.difference(of))],
                "page": page[:60],
                "kind": _kind(response, page, is_of_somebody=bool(of)),
                "at": at,
                "since": at - SAME_READING,
            },
        )


def _is_seen(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the response shows what was read. A redirect does when a message may name somebody:
    the next page shows it."""
    status = response.status_code
    if status in NOT_SEEN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return False
    if response.streaming or (response.content and not 300 <= status < 400):
        return True
    return bool(getattr(get_messages(request), "added_new", False))


def _kind(response: HttpResponseBase, page: str, *, is_of_somebody: bool) -> ReadKind:
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        if page in KINDS or not is_of_somebody:
            return ReadKind.EXPORT
        return ReadKind.DOCUMENT
    if page in SEARCHES:
        return ReadKind.SEARCH
    if page.startswith(("allocation:meeting", "allocation:item", "allocation:minutes")):
        return ReadKind.MEETING
    return KINDS.get(page, ReadKind.PERSON if is_of_somebody else ReadKind.LIST)


def reads_of(*person_ids: int) -> QuerySet[ReadLog]:
    """The readings of the person's record, newest first, for the person's own report.

    Several keys belong to one person whose records were merged: a merge does not move the log.
    """
    reads = ReadLog.objects.of(*person_ids)
    return reads.select_related("user").order_by("-at", "-pk")
