"""The attacks, by name.  Each runs for real, against a deployment of its own."""

from __future__ import annotations

from bench.attacks import naming
from bench.attacks.stage import Attack

ROWS: dict[str, tuple[Attack, dict[str, str]]] = {
    "endless-naming": (naming.endless_names, {}),
    "names-inside-one-another": (naming.names_inside_one_another, {}),
}
"""Each attack, and the settings of the deployment that it is made on."""
