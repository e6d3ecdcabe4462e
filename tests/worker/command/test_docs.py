"""``docs/command.md`` and the command line say the same."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.offline.map_search import UnmappedReason
from worker.command.main import COMMANDS, command_line

ALL = (*COMMANDS, "api", "serve")
PAGE = (Path(__file__).parent.parent.parent.parent / "docs" / "command.md").read_text()
ROW = re.compile(r"^\| (.+?) \|", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def parser_of(command: str) -> argparse.ArgumentParser:
    (actions,) = (action for action in command_line()._actions if isinstance(action, argparse._SubParsersAction))
    return actions.choices[command]


def arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices
        elif not isinstance(action, argparse._HelpAction):
            value = "" if action.nargs == 0 else f" {action.metavar}"
            yield from (f"{option}{value}" for option in action.option_strings or [""])


@pytest.mark.parametrize("command", ALL)
def test_every_argument_is_documented_and_nothing_else(command):
    table = section(f"unmangle {command}").split("| argument | meaning |\n| --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    documented = {code for cell in ROW.findall(table) for code in CODE.findall(cell)}
    assert documented == {argument.strip() for argument in arguments(parser_of(command))}


def actions(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return [each for choices in found for each in choices.values()]


@pytest.mark.parametrize("command", [command for command in ALL if actions(parser_of(command))])
def test_every_argument_of_an_action_is_documented_and_nothing_else(command):
    found = {argument.strip() for action in actions(parser_of(command)) for argument in arguments(action)}
    _, head, table = section(f"unmangle {command}").partition("| argument of an action | meaning |\n| --- | --- |\n")
    documented = {CODE.findall(cell)[0] for cell in ROW.findall(table.split("\n\n", 1)[0])} if head else set()
    assert documented == found


def test_every_command_is_listed_with_what_its_help_says():
    overview = PAGE.split("\n## ", 1)[0]
    for command in ALL:
        assert f"| [`{command}`](#unmangle-{command}) |" in overview


def test_every_reason_is_documented_and_nothing_else():
    table = section("unmangle trace").split("| reason | cause | what helps |", 1)[1].split("\n\n", 1)[0]
    assert {code for cell in ROW.findall(table) for code in CODE.findall(cell)} == {
        reason.value for reason in UnmappedReason
    }


@pytest.mark.parametrize("command", ALL)
def test_help_has_an_example(command):
    assert "\nexample:\n" in parser_of(command).format_help()
