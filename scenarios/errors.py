class ScenarioError(Exception):
    """The file cannot be understood: what is wrong, and at which key."""
