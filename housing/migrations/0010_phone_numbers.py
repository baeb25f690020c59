from django.db import migrations

from common.phones import put_in_form

COLUMNS = (
    ("housing", "Property", "contact_phone"),
    ("housing", "Property", "resident_contact_phone"),
    ("housing", "Provider", "phone"),
)


class Migration(migrations.Migration):
    dependencies = [("housing", "0009_what_is_not_known")]

    operations = [
        migrations.RunPython(
            lambda apps, _schema_editor: put_in_form(apps, *COLUMNS), migrations.RunPython.noop
        )
    ]
