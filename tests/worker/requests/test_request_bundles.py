import pytest

from core.files.artifact_bundle import write_bundle
from core.files.artifact_lookup import ListedBundle
from core.files.file_keys import FileEntry, ResolvedWith
from core.web.urls import parse_url
from core.wire.request import SymbolicateRequest
from tests.worker.artifact_source import a_request, minified
from tests.worker.source_server import reply
from worker.caches.keys import Namespace
from worker.requests.journal import Journal
from worker.requests.request_bundles import ReadBudget, RequestBundles
from worker.requests.resources import Resources


@pytest.fixture
def listed(server) -> ListedBundle:
    """A listed bundle of the texts ~/a, ~/b and ~/c, four bytes each."""
    content = write_bundle({name: ("text", {"url": f"~/{name}"}) for name in ("a", "b", "c")})
    url = parse_url(server.put("/bundle", reply(content)))
    assert url is not None
    return ListedBundle("1", url, ResolvedWith.RELEASE)


def bundles_of(resources: Resources, request: SymbolicateRequest, max_bytes: int = 1 << 20) -> RequestBundles:
    return RequestBundles(
        resources.bundles,
        resources.members,
        resources.source_client,
        resources.metrics,
        Journal(),
        Namespace.of(request, None),
        request.source,
        ReadBudget(max_bytes),
    )


async def found_in(bundles: RequestBundles, *names: str) -> list[bool]:
    entries = [await bundles.find(minified(f"https://h.test/{name}")) for name in names]
    return [isinstance(entry, FileEntry) for entry in entries]


@pytest.mark.parametrize(
    "max_bytes, expected",
    [
        pytest.param(12, [True, True, True], id="all-of-it"),
        pytest.param(11, [True, True, False], id="one-byte-short"),
        pytest.param(0, [False, False, False], id="nothing"),
    ],
)
async def test_a_request_reads_only_so_much_whatever_is_cached(resources, listed, caplog, max_bytes, expected):
    request = a_request("https://sentry.test/")
    for _ in range(2):
        bundles = bundles_of(resources, request, max_bytes)
        await bundles.add([listed])
        assert await found_in(bundles, "a", "b", "c") == expected
    assert ("bytes of a request" in caplog.text) is (False in expected)


async def test_a_bundle_is_new_once(resources, listed):
    request = a_request("https://sentry.test/")
    bundles = bundles_of(resources, request)
    assert await bundles.add([listed])
    assert not await bundles.add([listed])
