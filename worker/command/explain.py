"""``unmangle explain``: why the frames of a request come out as they do, and what to do about it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from worker.command.terminal import ANSWER_IS_NO, Subcommands, add_command, reason, refuse

_STDIN = Path("-")
_EXAMPLES = """unmangle explain request.json --url http://localhost:3021
  unmangle explain request.json --artifacts bundle.zip
  unmangle explain stack.txt --artifacts dist --url-prefix '~/static'"""
_MEANING = "say why frames are mapped as they are, or not at all, and what to do about it"


def add_to(commands: Subcommands) -> None:
    """Add ``explain`` to the command line."""
    explain = add_command(commands, "explain", _MEANING, _EXAMPLES)
    explain.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        type=Path,
        default=_STDIN,
        help="the body of a request to /symbolicate-js, or with --artifacts also an event or a stack trace; "
        "-: standard input",
    )
    where = explain.add_mutually_exclusive_group(required=True)
    where.add_argument("--url", metavar="URL", help="ask the service that runs there")
    where.add_argument(
        "-a",
        "--artifacts",
        metavar="PATH",
        type=Path,
        action="append",
        help="see what the service would do if these artifact bundles and folders were uploaded; may be repeated",
    )
    explain.add_argument("--scope", metavar="NAME", help="with --url: whose caches are used")
    explain.add_argument(
        "--url-prefix", default="~/", metavar="URL", help="where folders are deployed (default: %(default)s, any host)"
    )
    explain.add_argument("--json", action="store_true", help="write the whole answer, as JSON")
    explain.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from core.errors import UnmangleError
    from core.explain.page import explained_page, is_all_resolved
    from core.text.control_characters import visible_json

    try:
        body = sys.stdin.buffer.read() if chosen.file == _STDIN else chosen.file.read_bytes()
        answer = _answer(chosen, body)
    except (OSError, UnmangleError) as error:
        return refuse(f"unmangle explain: {reason(error)}")
    text = visible_json(answer.decode()) + "\n" if chosen.json else explained_page(answer)
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
    return 0 if is_all_resolved(answer) else ANSWER_IS_NO


def _answer(chosen: argparse.Namespace, body: bytes) -> bytes:
    if chosen.url is not None:
        return _ask(chosen.url, body, chosen.scope)
    from worker.command.local_explanation import explain_uploads

    return explain_uploads(chosen.artifacts, chosen.url_prefix, body)


def _ask(url: str, body: bytes, scope: str | None) -> bytes:
    """Send the body of a request to the service at ``url``; return the JSON of its answer.

    Raises CannotExplain if there is none.
    """
    import urllib.error
    import urllib.parse
    import urllib.request

    from core.errors import CannotExplain

    query = "" if scope is None else "?" + urllib.parse.urlencode({"scope": scope})
    address = f"{url.rstrip('/')}/explain{query}"
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise CannotExplain(f"{url}: expected a URL that starts with http:// or https://")
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = urllib.request.Request(address, body, headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310
            answer: bytes = response.read()
    except urllib.error.HTTPError as error:
        with error:
            raise CannotExplain(f"{url} answered {error.code}: {_error_text(error.read())}") from None
    except urllib.error.URLError as error:
        raise CannotExplain(f"{url} can't be asked: {error.reason}") from None
    return answer


def _error_text(body: bytes) -> str:
    import orjson

    try:
        return str(orjson.loads(body)["error"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "not an answer of Unmangle"
