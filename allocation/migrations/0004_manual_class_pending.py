"""One proposed class at a time waits for another's yes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("allocation", "0003_ranking_changes")]

    operations = [
        migrations.AddConstraint(
            model_name="manualclass",
            constraint=models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(approved_at__isnull=True),
                name="manual_class_one_pending",
                violation_error_message="Et forslag om prioritet venter allerede på godkjenning.",
            ),
        ),
    ]
