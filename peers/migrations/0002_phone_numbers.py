from django.db import migrations

from common.phones import put_in_form

COLUMNS = (("peers", "PeerLink", "agreed_phone"),)


class Migration(migrations.Migration):
    dependencies = [("peers", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, _schema_editor: put_in_form(apps, *COLUMNS), migrations.RunPython.noop
        )
    ]
