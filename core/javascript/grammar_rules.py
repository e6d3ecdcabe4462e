"""Reading the notation of ``grammar``: the text of the rules becomes alternatives that the tables are made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = re.compile(r"^#.*$", re.MULTILINE)
_RULE_START = re.compile(r"\n(?=\w)")
_BAR = re.compile(r"(?<!')\|(?!')")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of a rule.

    ``symbols`` are the names of rules and tokens, and of actions with their ``@``.  ``lookahead`` is the token that
    selects the alternative without being part of it.
    """

    symbols: tuple[str, ...]
    lookahead: str | None = None
    same_line: bool = False


Rules = dict[str, list[Alternative]]


def read_rules(text: str, start: str) -> Rules:
    """Return the alternatives of ``start`` and of each rule it leads to.

    A rule with parameters comes once for each use of them: as ``rule+in`` where ``in`` is set, and so on.
    """
    templates = dict(_templates(text))
    rules: Rules = {}
    pending = [start]
    while pending:
        name = pending.pop()
        if is_rule(name) and name not in rules:
            rules[name] = list(_alternatives(templates, name))
            pending.extend(symbol for alternative in rules[name] for symbol in alternative.symbols)
    return rules


def is_rule(symbol: str) -> bool:
    """Say whether a symbol is the name of a rule, not a token or an action."""
    return symbol[0].islower()


def is_action(symbol: str) -> bool:
    """Say whether a symbol is something to do."""
    return symbol[0] == "@"


def _templates(text: str) -> Iterator[tuple[str, str]]:
    for rule in _RULE_START.split(_COMMENT.sub("", text)):
        head, _, body = rule.partition(":")
        if body:
            yield head.partition("[")[0].strip(), body


def _alternatives(templates: dict[str, str], name: str) -> Iterator[Alternative]:
    rule, *given = name.split("+")
    for alternative in _BAR.split(templates[rule]):
        words = alternative.split()
        conditions = words.pop(0)[1:-1].split(",") if words and words[0].startswith("[") else []
        if all((condition[0] == "+") == (condition[1:] in given) for condition in conditions):
            yield _alternative(words, given)


def _alternative(words: list[str], given: list[str]) -> Alternative:
    lookahead = next((word[1:] for word in words if word[0] == "&"), None)
    symbols = tuple(_instance(word, given) for word in words if word[0] not in "~&")
    return Alternative(symbols, lookahead, same_line="~" in words)


def _instance(word: str, given: list[str]) -> str:
    """Return the name of the copy of a rule that ``word`` refers to where the parameters ``given`` are set."""
    if not is_rule(word):
        return word
    name, _, parameters = word.partition("[")
    wanted = parameters.rstrip("]").split(",") if parameters else []
    return "+".join([name, *sorted(one[1:] for one in wanted if one[0] == "+" or one[1:] in given)])
