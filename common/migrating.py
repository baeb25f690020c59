"""A migration operation that creates many tables."""

from __future__ import annotations

from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.operations.models import CreateModel


class CreateModels(Operation):
    """Create many models in one step, also models that point at each other.

    Django rebuilds all related models after each operation. Nearly all of ours are related, and
    150 operations would take more than half a minute on a new installation.
    """

    category = OperationCategory.ADDITION
    reversible = True

    def __init__(self, *models: CreateModel) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, tuple[CreateModel, ...], dict]:
        return type(self).__name__, self.models, {}

    def state_forwards(self, app_label, state) -> None:
        state.__dict__.pop("apps", None)  # rebuilt once, at the next use
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.models)} models"
