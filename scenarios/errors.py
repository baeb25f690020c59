class ScenarioError(Exception):
    """The scenario file is not valid. The text names the key and says what is wrong."""
