"""Scenarios: YAML files with facts (`given`), a rule and a date (`when`), and the answer (`then`).

`scenarios.runner.run_file(path)` reads a file, creates its facts, asks the rule, compares the
answer and rolls everything back. A misspelt key or code raises `ScenarioError`, which names it.
"""
