"""Lines of the log: for people, or for machines; each says which request it is about."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import orjson
import pytest

from core.logs import REQUEST_ID, configure_logging
from core.settings import Settings


@pytest.fixture
def _root_logger_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    yield
    root.handlers = before[1]
    root.setLevel(before[0])


@pytest.fixture
def logged(_root_logger_as_before, capsys):
    """Log a warning in a format, about a request; return what was written."""

    def log(log_format: str, request_id: str = "", level: str = "info") -> str:
        configure_logging(Settings(log_format=log_format, log_level=level))
        token = REQUEST_ID.set(request_id)
        try:
            logging.getLogger("unmangle.test").warning("%d files", 3)
        finally:
            REQUEST_ID.reset(token)
        return capsys.readouterr().err

    return log


def test_json_names_the_request(logged):
    line = orjson.loads(logged("json", "7c1d2f0e"))
    assert (line["message"], line["level"], line["request_id"]) == ("3 files", "warning", "7c1d2f0e")
    assert "request_id" not in orjson.loads(logged("json"))


@pytest.mark.parametrize("log_format", ["simplified", "pretty"])
def test_lines_for_people_name_the_request(logged, log_format):
    assert logged(log_format, "7c1d2f0e").endswith("[7c1d2f0e] 3 files\n")
    assert logged(log_format).endswith(" 3 files\n")


def test_colours_are_for_terminals(logged):
    assert "\x1b" not in logged("auto")
    assert "\x1b" in logged("pretty")


def test_nothing_is_logged_if_so_set(logged):
    assert logged("json", level="off") == ""
