import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from datetime import timedelta

from django.db import migrations, models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

ONE_DAY = timedelta(days=1)
OPENS = [
    "saksbehandler",
    "beslutter",
    "moteleder",
    "leder",
    "likepersonkoordinator",
    "likeperson",
    "personvernombud",
]
TOLD = ["user_id", "unit_id", "kind", "period", "protected_access", "shielded_access"]


GUARD = """
CREATE TRIGGER accessevent_append_only BEFORE UPDATE OR DELETE ON accounts_accessevent
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
"""
WHY = "En systemadministrator kan ikke samtidig ha en rolle som åpner personopplysninger."


def keep_what_holds(apps, schema_editor):
    """Roles given before go on, and say so. An administrator's own that open persons end today."""
    Role = apps.get_model("accounts", "Role")
    History = apps.get_model("accounts", "HistoricalRole")
    Event = apps.get_model("accounts", "AccessEvent")
    today, now = timezone.localdate(), timezone.now()
    opens = (
        models.Q(kind__in=OPENS) | models.Q(protected_access=True) | models.Q(shielded_access=True)
    )
    Role.objects.filter(opens).update(basis="tidligere")
    admins = Role.objects.filter(kind="systemadministrator")
    for admin in admins.order_by("pk"):
        clashing = Role.objects.filter(opens, user=admin.user_id, period__overlap=admin.period)
        for role in clashing.exclude(pk=admin.pk).order_by("pk"):
            lower, upper = role.period.lower, role.period.upper
            ends = upper is None or upper > today
            role.basis = "avviklet"
            if ends:
                role.period = DateRange(min(lower or today, today - ONE_DAY), today)
            role.save()
            if not ends:
                continue
            told = {name: getattr(role, name) for name in TOLD}
            Event.objects.create(event="avsluttet", at=now, reason=WHY, **told)
            History.objects.create(
                id=role.pk,
                history_date=now,
                history_type="~",
                history_change_reason=WHY[:100],
                proposal=None,
                basis=role.basis,
                **told,
            )
    # The rows above wait for their foreign keys; the tables cannot be altered before that.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """Roles that open persons hold when a second person has confirmed them (docs/adr/0024)."""

    dependencies = [
        ("accounts", "0010_settings_within_the_law"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalrole",
            name="basis",
            field=models.CharField(
                blank=True,
                choices=[
                    ("oppsett", "Gitt ved oppsettet"),
                    ("tidligere", "Gitt før roller ble bekreftet"),
                    ("avviklet", "Avsluttet, fordi en systemadministrator ikke kan ha den"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="role",
            name="basis",
            field=models.CharField(
                blank=True,
                choices=[
                    ("oppsett", "Gitt ved oppsettet"),
                    ("tidligere", "Gitt før roller ble bekreftet"),
                    ("avviklet", "Avsluttet, fordi en systemadministrator ikke kan ha den"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="AccessEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("foreslatt", "Foreslått"),
                            ("bekreftet", "Bekreftet"),
                            ("avvist", "Avvist"),
                            ("trukket", "Trukket"),
                            ("falt_bort", "Falt bort uten svar"),
                            ("gitt", "Gitt uten bekreftelse"),
                            ("oppsett", "Gitt ved oppsettet"),
                            ("avsluttet", "Avsluttet"),
                            ("stoppet", "Brukeren stoppet"),
                            ("startet", "Brukeren startet igjen"),
                            ("logget_ut", "Logget ut overalt"),
                        ],
                        max_length=20,
                        verbose_name="hva",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("saksbehandler", "Saksbehandler"),
                            ("beslutter", "Beslutter"),
                            ("boligforvalter", "Boligforvalter"),
                            ("moteleder", "Møteleder"),
                            ("likepersonkoordinator", "Likepersonkoordinator"),
                            ("likeperson", "Likeperson"),
                            ("leder", "Leder"),
                            ("personvernombud", "Personvernombud"),
                            ("systemadministrator", "Systemadministrator"),
                        ],
                        max_length=30,
                        verbose_name="rolle",
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        null=True, verbose_name="periode"
                    ),
                ),
                ("protected_access", models.BooleanField(default=False)),
                ("shielded_access", models.BooleanField(default=False)),
                ("reason", models.TextField(blank=True, verbose_name="begrunnelse")),
                ("at", models.DateTimeField(verbose_name="når")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="hvem",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisationunit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_events",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="bruker",
                    ),
                ),
            ],
            options={
                "verbose_name": "endring av tilgang",
                "verbose_name_plural": "endringer av tilgang",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="RoleProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("saksbehandler", "Saksbehandler"),
                            ("beslutter", "Beslutter"),
                            ("boligforvalter", "Boligforvalter"),
                            ("moteleder", "Møteleder"),
                            ("likepersonkoordinator", "Likepersonkoordinator"),
                            ("likeperson", "Likeperson"),
                            ("leder", "Leder"),
                            ("personvernombud", "Personvernombud"),
                            ("systemadministrator", "Systemadministrator"),
                        ],
                        max_length=30,
                        verbose_name="rolle",
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="periode"),
                ),
                (
                    "protected_access",
                    models.BooleanField(
                        default=False, verbose_name="kan se personer med adressebeskyttelse"
                    ),
                ),
                (
                    "shielded_access",
                    models.BooleanField(default=False, verbose_name="kan se skjermede personer"),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="foreslått")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("venter", "Venter på bekreftelse"),
                            ("bekreftet", "Bekreftet"),
                            ("avvist", "Avvist"),
                            ("trukket", "Trukket"),
                            ("falt_bort", "Falt bort uten svar"),
                        ],
                        default="venter",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="besvart"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="begrunnelse")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisationunit",
                        verbose_name="enhet",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="bruker",
                    ),
                ),
            ],
            options={
                "verbose_name": "forslag om rolle",
                "verbose_name_plural": "forslag om roller",
                "ordering": ["proposed_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="historicalrole",
            name="proposal",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.roleproposal",
            ),
        ),
        migrations.AddField(
            model_name="role",
            name="proposal",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="role",
                to="accounts.roleproposal",
            ),
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunPython(keep_what_holds, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "kind__in",
                            (
                                "saksbehandler",
                                "beslutter",
                                "moteleder",
                                "leder",
                                "likepersonkoordinator",
                                "likeperson",
                                "personvernombud",
                            ),
                        ),
                        ("protected_access", True),
                        ("shielded_access", True),
                        _connector="OR",
                        _negated=True,
                    ),
                    ("proposal__isnull", False),
                    ("basis__in", ["oppsett", "tidligere", "avviklet"]),
                    _connector="OR",
                ),
                name="role_is_confirmed",
                violation_error_message="Rollen må bekreftes av en leder eller personvernombudet.",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "systemadministrator"),
                        (
                            "kind__in",
                            (
                                "saksbehandler",
                                "beslutter",
                                "moteleder",
                                "leder",
                                "likepersonkoordinator",
                                "likeperson",
                                "personvernombud",
                            ),
                        ),
                        ("protected_access", True),
                        ("shielded_access", True),
                        _connector="OR",
                    ),
                    models.Q(("basis", "avviklet"), _negated=True),
                ),
                expressions=[
                    ("user", "="),
                    ("period", "&&"),
                    (
                        models.Case(
                            models.When(kind="systemadministrator", then=1),
                            default=2,
                            output_field=models.IntegerField(),
                        ),
                        "<>",
                    ),
                ],
                name="role_admin_opens_nobody",
                violation_error_message="En systemadministrator ser ikke personopplysninger, og kan ikke samtidig ha en rolle som åpner dem.",
            ),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(fields=["-at", "-id"], name="accessevent_latest"),
        ),
        migrations.AddConstraint(
            model_name="roleproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "venter")),
                fields=("user", "unit", "kind"),
                name="proposal_one_waits",
                violation_error_message="Rollen er allerede foreslått, og venter på svar.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                    _connector="OR",
                ),
                name="proposal_answered_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_by__isnull", True), ("state__in", ["venter", "falt_bort"])),
                    models.Q(
                        ("answered_by__isnull", False),
                        ("state__in", ["bekreftet", "avvist", "trukket"]),
                    ),
                    _connector="OR",
                ),
                name="proposal_answered_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="roleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_by", models.F("user")),
                        ("answered_by", models.F("proposed_by")),
                        _connector="OR",
                    ),
                    ("state__in", ["bekreftet", "avvist"]),
                    _negated=True,
                ),
                name="proposal_answered_by_another",
                violation_error_message="Den som foreslo rollen, og den som skal ha den, kan ikke svare.",
            ),
        ),
    ]
