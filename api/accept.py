"""Which of two forms of an answer a client wants."""

from __future__ import annotations

import re

_QUALITY = re.compile(r"q=([0-9](?:\.[0-9]{0,3})?)", re.ASCII | re.IGNORECASE)


def prefers_text(accept: str) -> bool:
    """Return whether an ``Accept`` header asks for text/plain, and not rather for JSON.

    Only if text is named: whoever takes anything gets JSON.  Source: RFC 9110, "Accept".
    """
    wanted = {media.partition(";")[0].strip().lower(): _quality(media) for media in accept.split(",")}
    text = wanted.get("text/plain", 0.0)
    return text > 0 and text >= wanted.get("application/json", 0.0)


def _quality(media: str) -> float:
    parameters = (parameter.strip() for parameter in media.split(";")[1:])
    found = next((match for parameter in parameters if (match := _QUALITY.fullmatch(parameter))), None)
    return 1.0 if found is None else float(found[1])
