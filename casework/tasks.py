"""The scheduled jobs of casework: what runs, when, and how the page of jobs describes it."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from accounts.jobs import job
from casework.appeals import flags as appeal_flags
from casework.applications import flags as application_flags
from casework.assessment import flags as statement_flags
from casework.follow_up import handover_flags, plan_flags
from casework.log import escalation, summary
from casework.vedtak import flags as vedtak_flags

flag_deadlines = job(
    "casework.tasks.flag_deadlines",
    application_flags.flag_deadlines,
    _("Foreløpig svar"),
    _("Varsler om søknader som må ha svar innen fristen."),
)
flag_papers = job(
    "casework.tasks.flag_papers",
    application_flags.flag_papers,
    _("Papirer som mangler"),
    _("Varsler når fristen i et mangelbrev er ute."),
)
flag_promises = job(
    "casework.tasks.flag_promises",
    application_flags.flag_promises,
    _("Lovet svar"),
    _("Varsler når dagen vi har lovet svar, er kommet."),
)
flag_conditions = job(
    "casework.tasks.flag_conditions",
    vedtak_flags.flag_conditions,
    _("Vilkår i vedtak"),
    _("Varsler når en dato i vilkårene er kommet."),
)
flag_statements = job(
    "casework.tasks.flag_statements",
    statement_flags.flag_statements,
    _("Uttalelser"),
    _("Minner om uttalelser, og varsler om dem som ikke er kommet."),
)
flag_plans = job(
    "casework.tasks.flag_plans",
    plan_flags.flag_milestones,
    _("Overgangsplaner"),
    _("Varsler om milepæler over fristen."),
)
flag_handovers = job(
    "casework.tasks.flag_handovers",
    handover_flags.flag_handovers,
    _("Overleveringer"),
    _("Varsler enheten om oppgaver og saker ingen der har bekreftet."),
)
flag_appeals = job(
    "casework.tasks.flag_appeals",
    appeal_flags.flag_appeals,
    _("Klager"),
    _("Varsler om klager som ikke er ferdige, her og hos klageinstansen."),
)
escalate = job(
    "casework.tasks.escalate",
    escalation.escalate,
    _("Løft til leder"),
    _("Løfter varsler ingen har rørt."),
    at=time(6, 0),
)
send_summary = job(
    "casework.tasks.send_summary",
    summary.send_summary,
    _("Oppsummering på e-post"),
    _("Sender antall og en lenke til dem som ønsker det."),
    at=time(6, 30),
)
