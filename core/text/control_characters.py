"""Control characters of texts by strangers, made visible: what is shown must not steer the terminal that shows it."""

from __future__ import annotations

import re

# C0 and C1, DEL, and what turns the direction of a line or ends it.
_STEERING = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_CONTROL = re.compile(f"[{_STEERING}]")
_CONTROL_BUT_TAB = re.compile(f"(?!\t)[{_STEERING}]")
_CONTROL_IN_TEXT = re.compile(f"\x1b\\[[0-9;:]*m|(?!\r\n|[\n\t])[{_STEERING}]")


def visible(line: str) -> str:
    r"""Return a line as it may be shown: control characters are escaped, ESC is ``\x1b``.  Tabs stay."""
    return _CONTROL_BUT_TAB.sub(_escaped, line)


def visible_text(text: str) -> str:
    """Return a text of many lines as it may be shown.  Line ends, tabs and colours stay as they are."""
    return _CONTROL_IN_TEXT.sub(lambda found: found[0] if found[0].endswith("m") else _escaped(found), text)


def visible_json(document: str) -> str:
    r"""Return a JSON document that says the same, but has no control characters beside ``\n``."""
    return re.sub(f"(?!\n)[{_STEERING}]", lambda found: f"\\u{ord(found[0]):04x}", document)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
