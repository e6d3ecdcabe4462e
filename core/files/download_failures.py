"""What goes wrong with downloads in ways that somebody asks for later: the response, an explanation, the deny list."""

from __future__ import annotations

from typing import Final

from core.files.file_keys import Failure, FailureKind


def _failure(text: str) -> Failure:
    return Failure(FailureKind.DOWNLOAD_ERROR, text)


# Refusals of our own: no host did anything wrong.
INVALID_HOST = _failure("Invalid host")
RESTRICTED = _failure("destination is restricted")
REDIRECT_NOT_ALLOWED = _failure("redirect to an origin that is not allowed")
SCHEME_NOT_ALLOWED = _failure("URL scheme is not allowed")
TOO_MANY_REDIRECTS = _failure("too many redirects")

# What a proxy does, whose business is not that of the host.
PROXY_REFUSED = _failure("the proxy refused the connection")

# What hosts do.
UNTRUSTED = _failure("certificate verify failed")
SSL_ERROR = _failure("SSL error")
NO_CONNECTION = _failure("connection timed out")
HUNG_UP = _failure("the server hung up without an answer")
CUT_OFF = _failure("the response body is cut off or malformed")
GARBAGE = _failure("the response is not valid HTTP")
SEVERAL_ENCODINGS = _failure("Multiple content encodings not supported")
UNKNOWN_ENCODING = _failure("Unsupported content encoding")

OWN_REFUSALS: Final = frozenset(
    (INVALID_HOST, RESTRICTED, REDIRECT_NOT_ALLOWED, SCHEME_NOT_ALLOWED, TOO_MANY_REDIRECTS)
)
FAULTS_OF_HOSTS: Final = frozenset(
    (UNTRUSTED, SSL_ERROR, NO_CONNECTION, HUNG_UP, CUT_OFF, GARBAGE, SEVERAL_ENCODINGS, UNKNOWN_ENCODING)
)
