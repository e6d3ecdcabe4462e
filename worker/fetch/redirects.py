"""Which redirects are followed, and what is sent on the way."""

from __future__ import annotations

from http import HTTPStatus

from core.web.urls import Url, join_url

MAX_REDIRECTS = 10

_FOLLOWED = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)
_LOGIN_REDIRECTS_FROM = "dev.azure.com"


def redirect_target(status: int, url: Url, location: str | None) -> Url | None:
    """Return where a response from ``url`` sends us, None if it is itself the answer.

    A 302 of Azure DevOps means "log in", and the login page it leads to is a 200.  A ``Location`` that is no URL is as
    good as none.
    """
    if status not in _FOLLOWED or location is None:
        return None
    if status == HTTPStatus.FOUND and url.host == _LOGIN_REDIRECTS_FROM:
        return None
    return join_url(url, location)
