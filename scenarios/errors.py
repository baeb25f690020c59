class ScenarioError(Exception):
    """The scenario file is not valid. The text names the key and says what is wrong."""


def first_line(error: Exception) -> str:
    """The first line of an error's text; PostgreSQL writes the row on the next."""
    return (str(error).splitlines() or [type(error).__name__])[0]
