"""What stay in temporary places is long, and what is soon to be: the municipality's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from accounts.settings_table import KEYS


class LongStay(NamedTuple):
    """Long is more than `days` in the chain; from `warn_days` it soon is."""

    days: int
    warn_days: int

    def is_long(self, days: int) -> bool:
        return days > self.days

    def color(self, days: int) -> str:
        """danger where it is long, warning where it soon is, else neutral."""
        if self.is_long(days):
            return "danger"
        return "warning" if days >= self.warn_days else "neutral"


LONG_STAY_KEYS = ("long_stay_days", "long_stay_warn_days")
DEFAULT = LongStay(*(KEYS[key].default for key in LONG_STAY_KEYS))


def long_stay(numbers: Mapping[str, Any]) -> LongStay:
    """From values of `LONG_STAY_KEYS`, as `settings_table.values` or `chain_params` has them."""
    return LongStay(*(numbers[key] for key in LONG_STAY_KEYS))
