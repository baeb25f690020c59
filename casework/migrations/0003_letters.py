"""Copies of letters are addressed, each with its own file; a received klage is confirmed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_frozen")]

    operations = [
        migrations.RemoveField("letter", "copies_to"),
        migrations.CreateModel(
            name="LetterCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="navn")),
                ("role", models.CharField(max_length=20, verbose_name="som")),
                ("sent_to", models.CharField(max_length=300, verbose_name="sendt til")),
                (
                    "letter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="casework.letter",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter_copy",
                        to="casework.storedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "kopi av brev",
                "verbose_name_plural": "kopier av brev",
                "ordering": ["pk"],
            },
        ),
        *(
            migrations.AddField(model, name, field)
            for model in ("representative", "historicalrepresentative")
            for name, field in (
                (
                    "is_protected",
                    models.BooleanField(default=False, verbose_name="har adressebeskyttelse"),
                ),
                (
                    "letter_agreement",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="avtale om kopi av brev"
                    ),
                ),
            )
        ),
        migrations.AddField(
            "appeal",
            "confirmation",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="confirms_appeal",
                to="casework.letter",
            ),
        ),
        migrations.AddField(
            "historicalappeal",
            "confirmation",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="casework.letter",
            ),
        ),
        migrations.AlterField(
            "letter",
            "kind",
            models.CharField(
                choices=[
                    ("vedtak", "Vedtak"),
                    ("forelopig_svar", "Foreløpig svar"),
                    ("tilbud", "Tilbud om bolig"),
                    ("mangelbrev", "Mangelbrev"),
                    ("forhandsvarsel", "Forhåndsvarsel"),
                    ("oversendelse", "Oversendelse til klageinstansen"),
                    ("klage_mottatt", "Bekreftelse på mottatt klage"),
                    ("klagesvar", "Svar på klage"),
                    ("fortsatt_behov", "Trenger du fortsatt bolig?"),
                    ("leieinformasjon", "Informasjon før leiekontrakt"),
                    ("husleieregulering", "Varsel om ny husleie"),
                ],
                max_length=20,
                verbose_name="type",
            ),
        ),
        migrations.AddConstraint(
            "representative",
            models.CheckConstraint(
                name="representative_protected_has_no_address",
                condition=models.Q(is_protected=False) | models.Q(address="", postcode="", city=""),
                violation_error_message="En beskyttet adresse skal ikke stå her. Ta bort adressen, "
                "og skriv under «Avtale om brev» hvordan kopien når fram.",
            ),
        ),
    ]
