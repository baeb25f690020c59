from django.db import migrations

from common.phones import put_in_form

COLUMNS = (
    ("casework", "Person", "phone"),
    ("casework", "Representative", "phone"),
    ("casework", "Service", "phone"),
)


class Migration(migrations.Migration):
    dependencies = [("casework", "0021_drafts")]

    operations = [
        migrations.RunPython(
            lambda apps, _schema_editor: put_in_form(apps, *COLUMNS), migrations.RunPython.noop
        )
    ]
