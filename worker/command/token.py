"""``unmangle token create|list|revoke``: tokens of the artifact store, directly in the store."""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING

from worker.command.store import run_on_store
from worker.command.terminal import Subcommands, add_command, refuse, say, show, write_json

if TYPE_CHECKING:
    from core.settings import Settings
    from core.store.access_tokens import AccessToken, Right
    from core.store.object_store import Objects

_ORIGIN = re.compile(r"https?://[0-9A-Za-z.:\[\]_-]+/?")
_MAX_NAME_CHARACTERS = 100


def add_to(commands: Subcommands) -> None:
    """Add ``token`` to the command line."""
    token = add_command(
        commands,
        "token",
        "make, list and revoke the tokens that uploads need",
        "unmangle token create --org acme --url https://unmangle.example",
        "Works directly at the store, on any host that has UNMANGLE_STORE_URL.",
    )
    actions = token.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make a token, and print it this once")
    create.add_argument("--org", metavar="ORG", required=True, help="the organization that it is for")
    create.add_argument(
        "--project", metavar="PROJECT", action="append", help="a project that it is for; may be repeated (default: all)"
    )
    create.add_argument(
        "--allow", metavar="RIGHTS", default="upload", help="upload, read, delete, by commas (default: upload)"
    )
    create.add_argument("--strict", action="store_true", help="refuse uploads that there is a warning about")
    create.add_argument("--expires", metavar="TIME", help="how long it is good for, such as 365d (default: for ever)")
    create.add_argument(
        "--name", metavar="NAME", default="ci", help="the name in lists, logs and records (default: ci)"
    )
    create.add_argument(
        "--url", metavar="URL", help="the origin of the server, which sentry-cli reads from the token then"
    )
    listing = actions.add_parser("list", help="the tokens that there are")
    listing.add_argument("--org", metavar="ORG", help="of this organization only")
    revoke = actions.add_parser("revoke", help="end a token; servers have forgotten it a minute later")
    revoke.add_argument("which", metavar="TOKEN", help="its name, or its last four characters")
    revoke.add_argument("--org", metavar="ORG", help="if several organizations have such a token")
    for parser, action in ((create, _create), (listing, _list), (revoke, _revoke)):
        parser.add_argument("--json", action="store_true", help="write the result as JSON")
        parser.set_defaults(run=_run, action=action)


def _run(chosen: argparse.Namespace) -> int:
    return run_on_store("unmangle token", chosen)


async def _create(chosen: argparse.Namespace, objects: Objects, _: Settings) -> int:
    from core.store.access_tokens import new_token_text, token_sha256
    from core.store.store_keys import token_key
    from core.store.upload_records import encode

    now = time.time()
    url = None if chosen.url is None else chosen.url.rstrip("/")
    try:
        text = new_token_text(chosen.org.lower(), url, now)
        token = _token(chosen, text, now)
    except ValueError as error:
        return refuse(f"unmangle token: {error}")
    await objects.put(token_key(token_sha256(text)), encode(token), sync=True)
    if chosen.json:
        write_json({**_described(token), "token": text})
    else:
        say(f"{_line(token)}; it is not shown again:")
        show(text)
    return 0


def _token(chosen: argparse.Namespace, text: str, now: float) -> AccessToken:
    """Return the token that the command line describes.  Raises ValueError."""
    from core.store.access_tokens import AccessToken, token_end
    from core.store.store_names import is_printable
    from core.text.durations import parse_duration
    from core.text.slugs import org_name, project_name

    org = org_name(chosen.org)
    if org is None:
        raise ValueError(f"--org {chosen.org}: up to 64 letters, digits, '-' and '_', a letter or digit first")
    projects = None if chosen.project is None else [project_name(each) for each in chosen.project]
    if projects is not None and None in projects:
        raise ValueError("--project: up to 100 letters, digits, '-' and '_', a letter or digit first")
    if chosen.url is not None and not _ORIGIN.fullmatch(chosen.url):
        raise ValueError(f"--url {chosen.url}: expected an origin such as https://unmangle.example, without a path")
    if not chosen.name or not is_printable(chosen.name, _MAX_NAME_CHARACTERS):
        raise ValueError(f"--name: 1 to {_MAX_NAME_CHARACTERS} characters, none of them for control")
    lasts_s = None if chosen.expires is None else parse_duration(chosen.expires)
    if chosen.expires is not None and lasts_s is None:
        raise ValueError(f"--expires {chosen.expires}: expected a duration such as 12h or 365d")
    return AccessToken(
        name=chosen.name,
        org=org,
        projects=None if projects is None else sorted({each for each in projects if each is not None}),
        allow=_rights(chosen.allow),
        strict=chosen.strict,
        created=now,
        expires=None if lasts_s is None else now + lasts_s,
        ends=token_end(text),
    )


def _rights(text: str) -> list[Right]:
    from core.store.access_tokens import Right

    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in list(Right)]
    if unknown or not names:
        raise ValueError(f"--allow {text}: expected upload, read or delete, or several of them by commas")
    return [right for right in Right if right in names]


async def _list(chosen: argparse.Namespace, objects: Objects, _settings: Settings) -> int:
    tokens = [token for _, token in await _tokens(objects, chosen.org)]
    if chosen.json:
        write_json({"tokens": [_described(token) for token in tokens]})
        return 0
    for token in tokens:
        show(_line(token))
    if not tokens:
        say("there are no tokens" if chosen.org is None else f"there are no tokens of {chosen.org}")
    return 0


async def _revoke(chosen: argparse.Namespace, objects: Objects, _settings: Settings) -> int:
    found = [
        (key, token) for key, token in await _tokens(objects, chosen.org) if chosen.which in (token.name, token.ends)
    ]
    if not found:
        return refuse(f"unmangle token: there is no token {chosen.which!r}")
    if len(found) > 1:
        for _, token in found:
            say(_line(token))
        return refuse(f"unmangle token: {len(found)} tokens are called {chosen.which!r}: give the last four characters")
    key, token = found[0]
    await objects.delete([key])
    if chosen.json:
        write_json({"revoked": _described(token)})
    else:
        show(f"revoked: {_line(token)}")
    return 0


async def _tokens(objects: Objects, org: str | None) -> list[tuple[str, AccessToken]]:
    """Return the tokens of an organization, or all, by their names; with their keys."""
    from core.concurrency import all_of
    from core.store.access_tokens import AccessToken
    from core.store.store_keys import TOKENS
    from core.store.upload_records import MalformedDocument, decode

    keys = [head.key async for head in objects.below(TOKENS)]
    tokens = []
    for key, content in zip(keys, await all_of(objects.find, keys, 32), strict=True):
        try:
            token = None if content is None else decode(content, AccessToken)
        except MalformedDocument as error:
            say(f"unmangle token: {key}: {error}")
            continue
        if token is not None and (org is None or token.org == org.lower()):
            tokens.append((key, token))
    return sorted(tokens, key=lambda each: (each[1].org or "", each[1].name, each[1].created))


def _described(token: AccessToken) -> dict[str, object]:
    return {
        "name": token.name,
        "ends": token.ends,
        "org": token.org,
        "projects": token.projects,
        "allow": token.allow,
        "strict": token.strict,
        "created": _date(token.created),
        "expires": None if token.expires is None else _date(token.expires),
    }


def _line(token: AccessToken) -> str:
    projects = "all projects" if token.projects is None else ", ".join(token.projects)
    strict = ", strict" if token.strict else ""
    if token.expires is None:
        expires = "never expires"
    else:
        expires = f"{'expired' if token.is_expired(time.time()) else 'expires'} {_date(token.expires)[:10]}"
    return f"{token.name} …{token.ends}: {token.org}, {projects}, {'+'.join(token.allow)}{strict}, {expires}"


def _date(seconds: float) -> str:
    from core.store.upload_records import rfc3339

    return rfc3339(int(seconds * 1000))
