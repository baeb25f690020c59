"""Scenarios: given a few facts, when a rule is asked on a date, then it says what the file says.

`scenarios.runner.run_file(path)` reads a YAML file, builds what is given, does what is asked,
compares, and rolls everything back. Anything misspelt is a `ScenarioError` that names the key.
"""
