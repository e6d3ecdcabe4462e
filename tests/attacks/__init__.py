"""What attackers, and accidents, do to the service: one module for each kind, with real servers and processes.

``python -m bench.attacks`` has those that take long.  ``docs/security.md`` says what is promised.
"""
