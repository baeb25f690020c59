"""How a letter went, beside the day it arrived; one that is to be collected has no day."""

from django.conf import settings
from django.db import migrations, models


FREEZE = """
CREATE OR REPLACE FUNCTION varig_vedtak_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What was decided stands; only its afterlife (state, how the letter went) may be written.
    afterlife text[] := ARRAY[{}];
BEGIN
    IF OLD.issued_at IS NOT NULL AND to_jsonb(NEW) - afterlife <> to_jsonb(OLD) - afterlife THEN
        RAISE EXCEPTION 'an issued vedtak is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BEFORE = "'state', 'arrived_on'"
NOW = f"{BEFORE}, 'letter_went', 'expected_on'"


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0025_seen_with_the_hidden"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="vedtak",
            name="vedtak_appeal_deadline",
        ),
        migrations.AddField(
            model_name="appeal",
            name="dismissal_arrives_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="appeal",
            name="dismissal_weeks",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="dismissal_arrives_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalappeal",
            name="dismissal_weeks",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalvedtak",
            name="expected_on",
            field=models.DateField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="regnes som framme slik det gikk",
            ),
        ),
        migrations.AddField(
            model_name="historicalvedtak",
            name="letter_went",
            field=models.CharField(
                choices=[
                    ("papir", "Med posten, på papir"),
                    ("digital", "Digital post"),
                    ("kontoret", "Hentet på kontoret"),
                    ("handen", "Gitt i hånden"),
                    ("venter", "Ligger på kontoret, og er ikke hentet"),
                ],
                default="papir",
                max_length=10,
                verbose_name="hvordan brevet gikk",
            ),
        ),
        migrations.AddField(
            model_name="vedtak",
            name="expected_on",
            field=models.DateField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="regnes som framme slik det gikk",
            ),
        ),
        migrations.AddField(
            model_name="vedtak",
            name="letter_went",
            field=models.CharField(
                choices=[
                    ("papir", "Med posten, på papir"),
                    ("digital", "Digital post"),
                    ("kontoret", "Hentet på kontoret"),
                    ("handen", "Gitt i hånden"),
                    ("venter", "Ligger på kontoret, og er ikke hentet"),
                ],
                default="papir",
                max_length=10,
                verbose_name="hvordan brevet gikk",
            ),
        ),
        migrations.AlterField(
            model_name="historicalperson",
            name="letter_way",
            field=models.CharField(
                choices=[
                    ("papir", "Med posten, på papir"),
                    ("digital", "Digital post"),
                    ("kontoret", "Hentes på kontoret"),
                    ("handen", "Gis i hånden"),
                ],
                default="papir",
                max_length=10,
                verbose_name="brev går",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="letter_way",
            field=models.CharField(
                choices=[
                    ("papir", "Med posten, på papir"),
                    ("digital", "Digital post"),
                    ("kontoret", "Hentes på kontoret"),
                    ("handen", "Gis i hånden"),
                ],
                default="papir",
                max_length=10,
                verbose_name="brev går",
            ),
        ),
        migrations.AddIndex(
            model_name="vedtak",
            index=models.Index(
                condition=models.Q(("letter_went", "venter")),
                fields=["application"],
                name="vedtak_letter_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="vedtak",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("appeal_weeks__isnull", True), ("issued_on__isnull", True)),
                    models.Q(("appeal_weeks__isnull", False), ("issued_on__isnull", False)),
                    _connector="OR",
                ),
                name="vedtak_appeal_weeks",
            ),
        ),
        migrations.AddConstraint(
            model_name="vedtak",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_on__isnull", True),
                    models.Q(
                        ("arrived_on__isnull", True),
                        ("arrives_on__isnull", True),
                        ("expected_on__isnull", True),
                        ("letter_went", "venter"),
                    ),
                    models.Q(
                        models.Q(("letter_went", "venter"), _negated=True),
                        models.Q(
                            ("arrives_on__isnull", False),
                            ("expected_on__isnull", False),
                            ("arrived_on__isnull", False),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="vedtak_letter_waits_or_arrives",
                violation_error_message="Brevet er enten framme, eller venter på å bli hentet.",
            ),
        ),
        migrations.RunSQL(FREEZE.format(NOW), FREEZE.format(BEFORE)),
    ]
