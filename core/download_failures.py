"""What goes wrong with downloads in ways that somebody asks for later: the response, or an explanation."""

from __future__ import annotations

from core.files import Failure, FailureKind

INVALID_HOST = Failure(FailureKind.DOWNLOAD_ERROR, "Invalid host")
RESTRICTED = Failure(FailureKind.DOWNLOAD_ERROR, "destination is restricted")
SCHEME_NOT_ALLOWED = Failure(FailureKind.DOWNLOAD_ERROR, "URL scheme is not allowed")
TOO_MANY_REDIRECTS = Failure(FailureKind.DOWNLOAD_ERROR, "too many redirects")
UNTRUSTED = Failure(FailureKind.DOWNLOAD_ERROR, "certificate verify failed")
SSL_ERROR = Failure(FailureKind.DOWNLOAD_ERROR, "SSL error")
