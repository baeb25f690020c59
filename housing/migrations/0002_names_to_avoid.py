from django.db import migrations

# Words seen in names of places, that say who lives there; the municipality changes the list.
WORDS = [
    ("rusbolig", "adressen"),
    ("nødbolig", "adressen"),
    ("ruskollektiv", "«bofellesskap» og adressen"),
    ("psykiatribolig", "adressen"),
    ("narkobolig", "adressen"),
    ("alkis", ""),
    ("sosialbolig", "adressen"),
    ("flyktningbolig", "adressen"),
    ("asylbolig", "adressen"),
    ("hospits for rus", "navnet på huset"),
]


def seed(apps, schema_editor):
    NameToAvoid = apps.get_model("housing", "NameToAvoid")
    NameToAvoid.objects.bulk_create(
        NameToAvoid(word=word, instead=instead) for word, instead in WORDS
    )


class Migration(migrations.Migration):
    dependencies = [("housing", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
