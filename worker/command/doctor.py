"""``unmangle doctor``: whether everything is there that Unmangle stands on."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.text.control_characters import visible, visible_json
from worker.command.terminal import NOT_DONE, Colour, Subcommands, add_command, paint, reason, refuse

if TYPE_CHECKING:
    from core.observing.health import HealthFinding

_SIGNS = {"ok": ("ok     ", Colour.GOOD), "note": ("note   ", Colour.STRONG), "problem": ("PROBLEM", Colour.BAD)}


def add_to(commands: Subcommands) -> None:
    """Add ``doctor`` to the command line."""
    doctor = add_command(
        commands,
        "doctor",
        "check Redis, workers, the cache directory and what is installed; ends with 1 if there is a problem",
        "REDIS_URL=redis://redis.internal:6379/0 unmangle doctor",
    )
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.add_argument("--source", metavar="URL", help="also ask the artifact-lookup endpoint at this URL")
    doctor.add_argument(
        "--token-file", metavar="FILE", help="a file that holds the token of the source; - reads standard input"
    )
    doctor.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    import asyncio

    from core.errors import InvalidSetting
    from core.observing.health import Level, judge_variables
    from core.settings import Settings, unknown_variables
    from worker.diagnosis import diagnose

    try:
        settings = Settings.from_environ(os.environ)
        findings = [
            *judge_variables(unknown_variables(os.environ).values()),
            *asyncio.run(diagnose(settings, chosen.source, _token(chosen.token_file))),
        ]
    except (InvalidSetting, OSError) as error:
        return refuse(reason(error))
    _print(findings, as_json=chosen.json)
    return NOT_DONE if any(finding.level is Level.PROBLEM for finding in findings) else 0


def _token(path: str | None) -> str:
    if path is None:
        return ""
    return (sys.stdin.read() if path == "-" else Path(path).read_text()).strip()


def _print(findings: list[HealthFinding], *, as_json: bool) -> None:
    if as_json:
        import orjson

        print(visible_json(orjson.dumps(findings, option=orjson.OPT_INDENT_2).decode()))
        return
    for finding in findings:
        sign, colour = _SIGNS[finding.level]
        print(paint(sign, colour, sys.stdout), visible(str(finding)))
