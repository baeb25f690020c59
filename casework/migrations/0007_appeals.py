import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# A klage registered before this is to the klageinstans of the vedtak's first hjemmel, and counts
# as made when it came. Constraints are checked at once, so that the columns can be altered.
FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE casework_appeal a SET
    drafter_id = v.drafted_by_id,
    approver_id = coalesce(v.issued_by_id, v.drafted_by_id),
    made_on = a.received_on,
    closed_on = CASE WHEN a.state IN ('mottatt', 'oversendt') THEN NULL
        ELSE coalesce(a.closed_on, a.received_on) END,
    body = coalesce((
        SELECT b.appeal_body FROM casework_vedtakoutcome o
        JOIN casework_legalbasis b ON b.id = o.basis_id
        WHERE o.vedtak_id = v.id ORDER BY o.id LIMIT 1), 'kommunal_klagenemnd')
FROM casework_vedtak v WHERE v.id = a.vedtak_id;
UPDATE casework_historicalappeal SET made_on = received_on, body = 'kommunal_klagenemnd';
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    """A klage from registered to answered (need C16): who, when and why for every step."""

    dependencies = [
        ("casework", "0006_kartlegging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="approver",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="assigned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="appeal",
            name="assigned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="body",
            field=models.CharField(
                null=True,
                choices=[
                    ("kommunal_klagenemnd", "Kommunens klagenemnd"),
                    ("statsforvalteren", "Statsforvalteren"),
                ],
                max_length=30,
                verbose_name="klageinstans",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="channel",
            field=models.CharField(
                choices=[
                    ("brev", "Brev"),
                    ("digitalt", "Digitalt"),
                    ("muntlig", "Muntlig, skrevet ned her"),
                    ("telefon", "Telefon, skrevet ned her"),
                ],
                default="brev",
                max_length=20,
                verbose_name="kom inn som",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="drafter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="file",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appeal",
                to="casework.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="forwarded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="oversendt"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="forwarded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="letter",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appeal",
                to="casework.letter",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="made_on",
            field=models.DateField(null=True, verbose_name="sendt eller framsatt"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="new_vedtak",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="from_appeal",
                to="casework.vedtak",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="outcome_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="appeal",
            name="outcome_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="outcome_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="klageinstansens vedtaksdato"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="outcome_words",
            field=models.TextField(blank=True, verbose_name="hva klageinstansen kom til"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="klageinstansen spurt"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="reminded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="review",
            field=models.TextField(blank=True, verbose_name="vår vurdering av klagen"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="reviewed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="vurdert"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="reviewer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appeals",
                to=settings.AUTH_USER_MODEL,
                verbose_name="vurderes av",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="sender",
            field=models.CharField(
                choices=[
                    ("personen", "Personen selv"),
                    ("fullmektig", "Fullmektig"),
                    ("verge", "Verge"),
                ],
                default="personen",
                max_length=20,
                verbose_name="klaget av",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="sender_name",
            field=models.CharField(
                blank=True, max_length=120, verbose_name="navn på den som klaget"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="suspension_asked_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="utsatt iverksetting bedt om"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="suspension_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="appeal",
            name="suspension_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="suspension_granted",
            field=models.BooleanField(
                blank=True, null=True, verbose_name="utsatt iverksetting gitt"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="suspension_reason",
            field=models.TextField(blank=True, verbose_name="hvorfor vi utsetter eller ikke"),
        ),
        migrations.AddField(
            model_name="appeal",
            name="taken_up_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="tatt opp etter fristen"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="taken_up_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="taken_up_reason",
            field=models.TextField(blank=True, verbose_name="hvorfor klagen tas opp etter fristen"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="approver",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="assigned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="assigned_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="body",
            field=models.CharField(
                null=True,
                choices=[
                    ("kommunal_klagenemnd", "Kommunens klagenemnd"),
                    ("statsforvalteren", "Statsforvalteren"),
                ],
                max_length=30,
                verbose_name="klageinstans",
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="channel",
            field=models.CharField(
                choices=[
                    ("brev", "Brev"),
                    ("digitalt", "Digitalt"),
                    ("muntlig", "Muntlig, skrevet ned her"),
                    ("telefon", "Telefon, skrevet ned her"),
                ],
                default="brev",
                max_length=20,
                verbose_name="kom inn som",
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="drafter",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="file",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="forwarded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="oversendt"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="forwarded_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="letter",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.letter",
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="made_on",
            field=models.DateField(null=True, verbose_name="sendt eller framsatt"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="new_vedtak",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.vedtak",
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="outcome_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="outcome_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="outcome_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="klageinstansens vedtaksdato"
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="outcome_words",
            field=models.TextField(blank=True, verbose_name="hva klageinstansen kom til"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="klageinstansen spurt"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="reminded_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="review",
            field=models.TextField(blank=True, verbose_name="vår vurdering av klagen"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="reviewed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="vurdert"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="reviewer",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="vurderes av",
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="sender",
            field=models.CharField(
                choices=[
                    ("personen", "Personen selv"),
                    ("fullmektig", "Fullmektig"),
                    ("verge", "Verge"),
                ],
                default="personen",
                max_length=20,
                verbose_name="klaget av",
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="sender_name",
            field=models.CharField(
                blank=True, max_length=120, verbose_name="navn på den som klaget"
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="suspension_asked_on",
            field=models.DateField(
                blank=True, null=True, verbose_name="utsatt iverksetting bedt om"
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="suspension_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="suspension_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="suspension_granted",
            field=models.BooleanField(
                blank=True, null=True, verbose_name="utsatt iverksetting gitt"
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="suspension_reason",
            field=models.TextField(blank=True, verbose_name="hvorfor vi utsetter eller ikke"),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="taken_up_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="tatt opp etter fristen"
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="taken_up_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="taken_up_reason",
            field=models.TextField(blank=True, verbose_name="hvorfor klagen tas opp etter fristen"),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="closed_on",
            field=models.DateField(blank=True, null=True, verbose_name="avsluttet"),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="state",
            field=models.CharField(
                choices=[
                    ("mottatt", "Mottatt"),
                    ("til_vurdering", "Vurderes av en annen"),
                    ("nytt_vedtak", "Nytt vedtak skrives"),
                    ("oversendt", "Oversendt klageinstansen"),
                    ("omgjort", "Omgjort av kommunen"),
                    ("avvist", "Avvist"),
                    ("stadfestet", "Vedtaket ble stående"),
                    ("endret", "Endret av klageinstansen"),
                    ("opphevet", "Opphevet, må avgjøres på nytt"),
                    ("trukket", "Trukket"),
                ],
                default="mottatt",
                max_length=20,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="flag",
            name="kind",
            field=models.CharField(
                choices=[
                    ("temporary_stay", "Lenge i midlertidig bolig"),
                    ("interim_reply", "Foreløpig svar"),
                    ("waiting", "Kan være glemt på ventelisten"),
                    ("discharge", "Skal ut uten avklart bolig"),
                    ("lease", "Leieforhold går ut"),
                    ("section_27", "Søknad etter § 27"),
                    ("papers", "Venter på papirer"),
                    ("appeal", "Klage"),
                    ("appeal_body", "Klage hos klageinstansen"),
                ],
                max_length=20,
                verbose_name="gjelder",
            ),
        ),
        migrations.AlterField(
            model_name="historicalappeal",
            name="closed_on",
            field=models.DateField(blank=True, null=True, verbose_name="avsluttet"),
        ),
        migrations.AlterField(
            model_name="historicalappeal",
            name="state",
            field=models.CharField(
                choices=[
                    ("mottatt", "Mottatt"),
                    ("til_vurdering", "Vurderes av en annen"),
                    ("nytt_vedtak", "Nytt vedtak skrives"),
                    ("oversendt", "Oversendt klageinstansen"),
                    ("omgjort", "Omgjort av kommunen"),
                    ("avvist", "Avvist"),
                    ("stadfestet", "Vedtaket ble stående"),
                    ("endret", "Endret av klageinstansen"),
                    ("opphevet", "Opphevet, må avgjøres på nytt"),
                    ("trukket", "Trukket"),
                ],
                default="mottatt",
                max_length=20,
                verbose_name="status",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="appeal",
            name="approver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="body",
            field=models.CharField(
                choices=[
                    ("kommunal_klagenemnd", "Kommunens klagenemnd"),
                    ("statsforvalteren", "Statsforvalteren"),
                ],
                max_length=30,
                verbose_name="klageinstans",
            ),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="drafter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="made_on",
            field=models.DateField(verbose_name="sendt eller framsatt"),
        ),
        migrations.AlterField(
            model_name="historicalappeal",
            name="body",
            field=models.CharField(
                choices=[
                    ("kommunal_klagenemnd", "Kommunens klagenemnd"),
                    ("statsforvalteren", "Statsforvalteren"),
                ],
                max_length=30,
                verbose_name="klageinstans",
            ),
        ),
        migrations.AlterField(
            model_name="historicalappeal",
            name="made_on",
            field=models.DateField(verbose_name="sendt eller framsatt"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["-received_on", "-id"], name="appeal_received"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("mottatt", "til_vurdering", "nytt_vedtak", "oversendt"))
                ),
                fields=["reviewer", "-received_on"],
                name="appeal_open_reviewer",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("assigned_at__isnull", True),
                        ("assigned_by__isnull", True),
                        ("reviewer__isnull", True),
                    ),
                    models.Q(
                        ("assigned_at__isnull", False),
                        ("assigned_by__isnull", False),
                        ("reviewer__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="appeal_assigned_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_up_at__isnull", True), ("taken_up_by__isnull", True)),
                    models.Q(("taken_up_at__isnull", False), ("taken_up_by__isnull", False)),
                    _connector="OR",
                ),
                name="appeal_taken_up_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("suspension_at__isnull", True),
                        ("suspension_by__isnull", True),
                        ("suspension_granted__isnull", True),
                    ),
                    models.Q(
                        ("suspension_at__isnull", False),
                        ("suspension_by__isnull", False),
                        ("suspension_granted__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="appeal_suspension_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_at__isnull", True), ("reviewed_by__isnull", True)),
                    models.Q(("reviewed_at__isnull", False), ("reviewed_by__isnull", False)),
                    _connector="OR",
                ),
                name="appeal_reviewed_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("file__isnull", True),
                        ("forwarded_at__isnull", True),
                        ("forwarded_by__isnull", True),
                        ("letter__isnull", True),
                    ),
                    models.Q(
                        ("file__isnull", False),
                        ("forwarded_at__isnull", False),
                        ("forwarded_by__isnull", False),
                        ("letter__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="appeal_forwarded_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reminded_at__isnull", True), ("reminded_by__isnull", True)),
                    models.Q(("reminded_at__isnull", False), ("reminded_by__isnull", False)),
                    _connector="OR",
                ),
                name="appeal_reminded_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("outcome_at__isnull", True),
                        ("outcome_by__isnull", True),
                        ("outcome_on__isnull", True),
                    ),
                    models.Q(
                        ("outcome_at__isnull", False),
                        ("outcome_by__isnull", False),
                        ("outcome_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="appeal_outcome_at_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewer__isnull", True),
                    models.Q(
                        models.Q(("reviewer", models.F("drafter")), _negated=True),
                        models.Q(("reviewer", models.F("approver")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appeal_reviewed_by_another",
                violation_error_message="Den som skrev eller godkjente vedtaket, kan ikke vurdere klagen på det. Gi klagen til en annen.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "til_vurdering"), _negated=True),
                    ("reviewer__isnull", False),
                    _connector="OR",
                ),
                name="appeal_review_needs_reviewer",
                violation_error_message="Klagen må ha en som vurderer den.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("made_on__lte", models.F("due_on")),
                    ("taken_up_at__isnull", False),
                    models.Q(("state__in", ["nytt_vedtak", "oversendt"]), _negated=True),
                    _connector="OR",
                ),
                name="appeal_late_is_taken_up",
                violation_error_message="Klagen kom etter fristen. Avgjør først om den skal tas opp eller avvises.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("made_on__lte", models.F("received_on"))),
                name="appeal_made_before_received",
                violation_error_message="Klagen kan ikke være sendt etter at den er mottatt.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_on__isnull", True),
                        ("state__in", ("mottatt", "til_vurdering", "nytt_vedtak", "oversendt")),
                    ),
                    models.Q(
                        models.Q(
                            ("state__in", ("mottatt", "til_vurdering", "nytt_vedtak", "oversendt")),
                            _negated=True,
                        ),
                        ("closed_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="appeal_closed_when_done",
                violation_error_message="En klage som er avsluttet, har en dato for det.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ("mottatt", "til_vurdering", "nytt_vedtak", "oversendt"))
                ),
                fields=("vedtak", "body"),
                name="appeal_one_open",
                violation_error_message="Det er allerede en klage på dette vedtaket. Skriv det nye som et notat i saken.",
            ),
        ),
    ]
