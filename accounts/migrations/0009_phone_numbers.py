from django.db import migrations

from common.phones import put_in_form

COLUMNS = (
    ("accounts", "OrganisationUnit", "phone"),
    ("accounts", "Municipality", "phone"),
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_drafts")]

    operations = [
        migrations.RunPython(
            lambda apps, _schema_editor: put_in_form(apps, *COLUMNS), migrations.RunPython.noop
        )
    ]
