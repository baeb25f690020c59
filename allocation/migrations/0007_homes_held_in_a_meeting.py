import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OUTCOMES = [
    ("", "Ikke behandlet"),
    ("tildelt", "Tildelt"),
    ("utsatt", "Utsatt"),
    ("ingen", "Ingen egnet søker"),
    ("holdt", "Holdt av"),
]


def outcome(model_name):
    return migrations.AlterField(
        model_name=model_name,
        name="outcome",
        field=models.CharField(
            blank=True, choices=OUTCOMES, default="", max_length=20, verbose_name="utfall"
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0006_ranking_standing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        outcome("agendaitem"),
        outcome("historicalagendaitem"),
        migrations.AddField(
            model_name="agendaitem",
            name="released_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="released_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalagendaitem",
            name="released_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="historicalagendaitem",
            name="released_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                    models.Q(
                        ("outcome", "holdt"),
                        ("released_at__isnull", False),
                        ("released_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="item_released_when_held",
            ),
        ),
    ]
