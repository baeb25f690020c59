"""Rent lost over some days: a day's rent is the monthly rent times 12 / 365, in kroner."""

RENT_LOST = "days * rent * 12 / 365.0"  # SQL of the columns `days` and `rent`; not rounded


def rent_lost(days: int, rent: int) -> int:
    """Whole kroner for the days at this monthly rent."""
    return round(days * rent * 12 / 365)
