"""The jobs: what runs by itself, when, and in which words. One table, nothing else names them.

A job is a function of a date that may run twice, or for last Tuesday, and change nothing it
should not. From its line here follow the Celery task (`<app>.tasks.<name>`), what beat orders,
the command (`manage.py <name> --on DATE --dry-run`) and its row on the page «Jobber». It gives
back what it `raised` and what it `closed`.

The function is named, not imported: nothing on the ground knows an app.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _

NIGHT = time(5, 30)  # before the first caseworker sits down; the clock is Oslo's
# How late a run may be before somebody is told: a worker that restarts, a night of updates.
GRACE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run of a job did: how many flags were raised, how many gave way to a further one,
    and how many ended by the facts. For a job without flags: things made and thrown away."""

    raised: int = 0
    superseded: int = 0
    ended: int = 0

    @property
    def closed(self) -> int:
        return self.superseded + self.ended

    def __add__(self, other: Done) -> Done:
        return Done(
            self.raised + other.raised,
            self.superseded + other.superseded,
            self.ended + other.ended,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """`does` is the dotted name of the function; `at` is when in the day, or `every` how often.

    It is called by the function's own name, unless it is `named`.
    """

    does: str
    title: str | Promise
    about: str | Promise
    at: time = NIGHT
    every: timedelta | None = None
    named: str = ""

    @property
    def name(self) -> str:
        return self.named or self.does.rpartition(".")[2]

    @property
    def task(self) -> str:
        return f"{self.does.partition('.')[0]}.tasks.{self.name}"

    def do(self, on: date) -> Any:
        function: Callable[[date], Any] = import_string(self.does)
        return function(on)

    def due_before(self, at: datetime) -> datetime:
        """The last time it should have begun by then."""
        if self.every:
            return at - self.every
        here = at.astimezone(get_default_timezone())
        today = datetime.combine(here.date(), self.at, tzinfo=get_default_timezone())
        if today <= here:
            return today
        yesterday = here.date() - timedelta(days=1)
        return datetime.combine(yesterday, self.at, tzinfo=get_default_timezone())


_TABLE = [
    Job(
        "stays.temporary.flags.flag_stays",
        _("Lenge i midlertidig bolig"),
        _("Varsler når en kjede når en terskel, og rett fra institusjon."),
    ),
    Job(
        "stays.temporary.no_service.flag_no_service",
        _("Alene i midlertidig bolig"),
        _("Varsler om den som verken har tjeneste eller kontakt."),
    ),
    Job(
        "stays.temporary.going_out.flag_discharges",
        _("Utskriving og løslatelse"),
        _("Varsler om den som snart skal ut uten en bolig å gå til."),
    ),
    Job(
        "stays.leases.flags.flag_leases",
        _("Leieforhold som går ut"),
        _("Varsler i god tid før leietiden er ute, og når den er det."),
    ),
    Job(
        "allocation.job_flags.flag_waiting",
        _("Glemt på ventelisten"),
        _("Varsler om saker ingen har vurdert på lenge."),
    ),
    Job(
        "allocation.job_flags.flag_offers",
        _("Tilbud"),
        _("Varsler om tilbud uten svar, og valg som ikke er tilbudt."),
    ),
    Job(
        "housing.providers.flags.flag_agreements",
        _("Kvalitetsavtaler som går ut"),
        _("Varsler den som har ansvaret for avtalen, til den er fornyet."),
    ),
    Job(
        "casework.applications.flags.flag_deadlines",
        _("Foreløpig svar"),
        _("Varsler om søknader som må ha svar innen fristen."),
    ),
    Job(
        "casework.applications.flags.flag_papers",
        _("Papirer som mangler"),
        _("Varsler når fristen i et mangelbrev er ute."),
    ),
    Job(
        "stays.temporary.section_27.flag_section_27",
        _("Søknader etter § 27"),
        _("Varsler til vedtaket er fattet og stedet er klart."),
        every=timedelta(minutes=10),
    ),
    Job(
        "casework.assessment.flags.flag_statements",
        _("Uttalelser"),
        _("Minner om uttalelser, og varsler om dem som ikke er kommet."),
    ),
    Job(
        "casework.follow_up.plan_flags.flag_milestones",
        _("Overgangsplaner"),
        _("Varsler om milepæler over fristen."),
        named="flag_plans",
    ),
    Job(
        "casework.follow_up.handover_flags.flag_handovers",
        _("Overleveringer"),
        _("Varsler enheten om oppgaver og saker ingen der har bekreftet."),
    ),
    Job(
        "casework.appeals.flags.flag_appeals",
        _("Klager"),
        _("Varsler om klager som ikke er ferdige, her og hos klageinstansen."),
    ),
    Job(
        "allocation.still_needed.ask_still_needed",
        _("Trenger du fortsatt bolig?"),
        _("Spør dem som venter, og ber noen oppsøke den som ikke svarer."),
    ),
    Job(
        "casework.applications.drafts.delete_drafts",
        _("Påbegynte skjemaer"),
        _("Sletter utkast ingen har rørt på lenge."),
    ),
    Job(
        "casework.log.escalation.escalate",
        _("Løft til leder"),
        _("Løfter varsler ingen har rørt."),
        at=time(6, 0),
    ),
    Job(
        "casework.log.summary.send_summary",
        _("Oppsummering på e-post"),
        _("Sender antall og en lenke til dem som ønsker det."),
        at=time(6, 30),
    ),
]

JOBS: dict[str, Job] = {job.name: job for job in _TABLE}
