"""Test tables for the code in `common` that works with any model."""

import pytest
from django.db import connection, models
from django.db.models.functions import Length
from django.test.utils import isolate_apps


@pytest.fixture(scope="session")
def sandbox():
    """Models that exist only in these tests, in their own registry."""
    with isolate_apps("common") as registry:

        class Owner(models.Model):
            name = models.CharField("navn", max_length=50)

            class Meta:
                app_label = "common"
                db_table = "sandbox_owner"

        class Thing(models.Model):
            name = models.CharField("navn", max_length=50)
            received = models.DateField(null=True)
            at = models.DateTimeField(null=True)
            size = models.IntegerField(default=0)
            price = models.DecimalField(max_digits=9, decimal_places=2, default=0)
            code = models.IntegerField("kode", unique=True, null=True)
            code_two = models.IntegerField("annen kode", unique=True, null=True)
            owner = models.ForeignKey(Owner, models.CASCADE, null=True)
            state = models.CharField(
                max_length=10,
                default="draft",
                choices={"draft": "Utkast", "sent": "Sendt", "done": "Avgjort"},
            )
            decided_at = models.DateTimeField(null=True)

            class Meta:
                app_label = "common"
                db_table = "sandbox_thing"
                unique_together = (("name", "size"),)
                constraints = (
                    models.CheckConstraint(
                        condition=models.Q(size__gte=0),
                        name="sandbox_size_not_negative",
                        violation_error_message="Størrelsen kan ikke være under null.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(price__gte=0), name="sandbox_price_without_sentence"
                    ),
                    models.UniqueConstraint(
                        fields=["name", "received"], name="sandbox_name_received_once"
                    ),
                    models.UniqueConstraint(
                        Length("name"),
                        condition=models.Q(size=77),
                        name="sandbox_seventy_seven",
                        violation_error_message="Bare én med størrelse 77.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(state="done", decided_at__isnull=False)
                        | ~models.Q(state="done"),
                        name="sandbox_done_has_a_time",
                        violation_error_message="En avgjort ting har et tidspunkt.",
                    ),
                )

        yield registry


@pytest.fixture
def tables(db, sandbox, monkeypatch, as_owner):
    """The test tables, created inside the transaction of the test."""
    monkeypatch.setattr("common.errors.apps", sandbox)
    with as_owner(), connection.schema_editor(atomic=False) as editor:
        for model in sandbox.get_models():
            editor.create_model(model)
        # To everybody here: the tables are gone when the test is over.
        for model in sandbox.get_models():
            editor.execute(f"GRANT ALL ON {model._meta.db_table} TO PUBLIC")
            editor.execute(f"GRANT ALL ON SEQUENCE {model._meta.db_table}_id_seq TO PUBLIC")
    return sandbox


@pytest.fixture
def thing(tables):
    return tables.get_model("common", "Thing")


@pytest.fixture
def owner(tables):
    return tables.get_model("common", "Owner")
