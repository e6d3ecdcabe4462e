"""``unmangle doctor``: whether everything is there that Unmangle stands on."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import asdict
from pathlib import Path

import orjson

from core.errors import InvalidSetting
from core.health import Finding, Level
from core.settings import Settings
from worker.command.words import NOT_DONE, Subcommands, refuse

_SIGNS = {Level.OK: "ok     ", Level.NOTE: "note   ", Level.PROBLEM: "PROBLEM"}
_COLOURS = {Level.OK: "\x1b[32m", Level.NOTE: "\x1b[33m", Level.PROBLEM: "\x1b[31m"}
_PLAIN = "\x1b[0m"


def add_to(commands: Subcommands) -> None:
    """Add ``doctor`` to the command line."""
    meaning = "check Redis, workers, the cache directory and what is installed"
    parser = commands.add_parser(
        "doctor",
        help=meaning,
        description=f"{meaning.capitalize()}. Ends with 1 if there is a problem; notes are not one. "
        "It reads the same environment variables as API and workers.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--source", metavar="URL", help="also ask the artifact-lookup endpoint at this URL")
    parser.add_argument(
        "--token-file", metavar="FILE", help="a file that holds the token of the source; - reads standard input"
    )
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from worker.diagnosis import diagnose

    try:
        settings = Settings.from_environ(os.environ)
        findings = asyncio.run(diagnose(settings, chosen.source, _token(chosen.token_file)))
    except (InvalidSetting, OSError) as error:
        return refuse(str(error))
    _print(findings, as_json=chosen.json)
    return NOT_DONE if any(finding.level is Level.PROBLEM for finding in findings) else 0


def _token(path: str | None) -> str:
    if path is None:
        return ""
    return (sys.stdin.read() if path == "-" else Path(path).read_text()).strip()


def _print(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        print(orjson.dumps([asdict(finding) for finding in findings], option=orjson.OPT_INDENT_2).decode())
        return
    for finding in findings:
        sign = _SIGNS[finding.level]
        print(f"{_COLOURS[finding.level]}{sign}{_PLAIN}" if sys.stdout.isatty() else sign, finding)
