"""``data:`` URLs: files written into the reference to them."""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ASCII_WHITESPACE = b"\t\n\f\r "
_IGNORED = str.maketrans("", "", "\t\n\r")
_SAYS_BASE64 = re.compile(r"; *base64\Z", re.IGNORECASE | re.ASCII)


def is_data_url(reference: str) -> bool:
    """Return whether ``reference`` is to be decoded rather than fetched."""
    return reference.startswith("data:")


def decode_data_url(text: str) -> bytes | None:
    """Return what the ``data:`` URL ``text`` holds, None unless it is well-formed and holds UTF-8.

    Media type and charset are ignored.

    Source: the Fetch standard, "data: URL processor", with its forgiving base64.
    """
    if not is_data_url(text):
        return None
    url = text.partition("#")[0].translate(_IGNORED)
    header, comma, body = url.removeprefix("data:").partition(",")
    if not comma:
        return None
    plain = unquote_to_bytes(body)
    content = _decode_base64(plain) if _SAYS_BASE64.search(header.strip(" ")) else plain
    return content if content is not None and _is_utf8(content) else None


def _decode_base64(text: bytes) -> bytes | None:
    """Decode as browsers' ``atob`` does: padding is optional, but must be right if it is there."""
    digits = text.translate(None, _ASCII_WHITESPACE)
    if len(digits) % 4 == 0:
        digits = digits.removesuffix(b"=").removesuffix(b"=")
    if len(digits) % 4 == 1 or digits.translate(None, _BASE64_ALPHABET):
        return None
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
