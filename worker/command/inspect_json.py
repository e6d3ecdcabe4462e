"""What is in source maps and generated files, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.offline.inspection import InspectedCode, InspectedMap


def json_report(inspected: list[InspectedMap | InspectedCode]) -> dict[str, list[dict[str, Any]]]:
    """Return the maps and the generated files, each kind by itself."""
    return {
        "source_maps": [asdict(each) for each in inspected if isinstance(each, InspectedMap)],
        "generated_files": [asdict(each) for each in inspected if isinstance(each, InspectedCode)],
    }
