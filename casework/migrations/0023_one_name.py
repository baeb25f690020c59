# The persons there are, are checked after the constraint stands, without a lock that stops others.

from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0022_phone_numbers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicalperson",
            name="first_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="fornavn"),
        ),
        migrations.AlterField(
            model_name="historicalperson",
            name="last_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="etternavn"),
        ),
        migrations.AlterField(
            model_name="person",
            name="first_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="fornavn"),
        ),
        migrations.AlterField(
            model_name="person",
            name="last_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="etternavn"),
        ),
        AddConstraintNotValid(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_name", ""), ("last_name", ""), _negated=True),
                name="person_has_a_name",
                violation_error_message="Skriv navnet.",
            ),
        ),
        ValidateConstraint(model_name="person", name="person_has_a_name"),
    ]
