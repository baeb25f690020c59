# Drafts of every form are kept by accounts, which has no foreign key to a person.

from django.db import migrations

MOVE = """
INSERT INTO accounts_draft
    (user_id, path, form, page, persons, data, editor, editor_order, revision, saved_at)
SELECT saved_by_id,
    CASE WHEN person_id IS NULL THEN '/soknader/paragraf-27/?samtale=' || gen_random_uuid()
        ELSE '/personer/' || person_id || '/soknad/ny/' END,
    CASE WHEN person_id IS NULL THEN 'Section27Form' ELSE 'ApplicationForm' END,
    CASE WHEN person_id IS NULL THEN 'section-27' ELSE 'application-new' END,
    CASE WHEN person_id IS NULL THEN '{}' ELSE ARRAY[person_id] END,
    data, editor, editor_order, revision, saved_at
FROM casework_draft ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_drafts"),
        ("casework", "0020_how_letters_go"),
    ]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(
            name="Draft",
        ),
    ]
