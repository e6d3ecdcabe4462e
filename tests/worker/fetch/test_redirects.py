import pytest

from core.web.urls import parse_url
from worker.fetch.redirects import redirect_target

HERE = "https://h.test/a/b.js?x=1"


@pytest.mark.parametrize(
    "status, url, location, target",
    [
        pytest.param(301, HERE, "/c.js", "https://h.test/c.js", id="301"),
        pytest.param(302, HERE, "c.js", "https://h.test/a/c.js", id="302"),
        pytest.param(303, HERE, "?y", "https://h.test/a/b.js?y", id="303"),
        pytest.param(307, HERE, "//o.test/c.js", "https://o.test/c.js", id="307"),
        pytest.param(308, HERE, "http://o.test/", "http://o.test/", id="308"),
        pytest.param(302, HERE, "ftp://o.test/", "ftp://o.test/", id="other-schemes-are-not-its-business"),
        pytest.param(302, HERE, "", "https://h.test/a/b.js?x=1", id="empty-location-is-here"),
        pytest.param(300, HERE, "/c.js", None, id="300-is-not-followed"),
        pytest.param(304, HERE, "/c.js", None, id="304-is-not-followed"),
        pytest.param(200, HERE, "/c.js", None, id="200-is-not-followed"),
        pytest.param(201, HERE, "/c.js", None, id="201-is-not-followed"),
        pytest.param(302, HERE, None, None, id="no-location"),
        pytest.param(302, HERE, "https://h.test:99999/", None, id="location-is-not-a-url"),
        pytest.param(302, HERE, "/\udcff", None, id="location-is-not-text"),
        pytest.param(302, "https://dev.azure.com/a", "https://login.test/", None, id="azure-login"),
        pytest.param(301, "https://dev.azure.com/a", "/b", "https://dev.azure.com/b", id="azure-only-302"),
        pytest.param(302, "https://x.dev.azure.com/a", "/b", "https://x.dev.azure.com/b", id="azure-only-that-host"),
    ],
)
def test_redirect_target(status: int, url: str, location: str | None, target: str | None) -> None:
    here = parse_url(url)
    assert here is not None
    found = redirect_target(status, here, location)
    assert (found and found.href) == target
