import pytest

from core.files.artifact_bundle import Bundle
from core.files.debug_ids import parse_debug_id
from core.files.file_keys import FileType
from examples.artifacts import BUNDLE_FILE, BUNDLED_MAP, BUNDLED_SCRIPT, bundle_debug_id
from examples.make_bundle import shop_bundle

FILES = [
    pytest.param(FileType.MINIFIED_SOURCE, "~/assets/shop.min.js", BUNDLED_SCRIPT, id="minified-file"),
    pytest.param(FileType.SOURCE_MAP, "~/assets/shop.min.js.map", BUNDLED_MAP, id="source-map"),
]


@pytest.fixture(params=["committed", "made-now"])
def bundle(request):
    return Bundle.open(BUNDLE_FILE.read_bytes() if request.param == "committed" else shop_bundle())


@pytest.mark.parametrize("file_type, url, file", FILES)
def test_a_built_file_is_in_the_bundle_by_debug_id_and_by_url(bundle, file_type, url, file):
    debug_id = parse_debug_id(bundle_debug_id())
    assert debug_id is not None
    member = bundle.member_by_debug_id(debug_id, file_type)
    assert member is not None
    assert member == bundle.member_by_url(url)
    assert bundle.read(member) == file.read_bytes()


def test_the_bundle_names_the_source_map_of_the_minified_file(bundle):
    assert bundle.member_by_url("~/assets/shop.min.js").source_map_header == "shop.min.js.map"


def test_making_the_bundle_twice_gives_the_same_bytes():
    assert shop_bundle() == shop_bundle()
