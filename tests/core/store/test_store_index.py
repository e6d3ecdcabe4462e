"""Index entries: what an upload is found by, and which of several uploads is found."""

from __future__ import annotations

from core.store.store_index import (
    entry_name,
    index_keys,
    newest_by_id,
    newest_by_names,
    newest_of_each_name,
    read_id_entries,
    read_name_entries,
    read_release_entry,
    surplus,
)
from core.store.store_keys import OrgKeys
from core.store.store_names import inverse
from core.store.upload_records import Contents, ListedMember
from tests.core.store.bundles import ID

NAME = "~/assets/app.min.js"


def upload(ms: int) -> str:
    return f"{ms:013d}-0a1b2c3d"


def contents(*files: ListedMember, release: str | None = "web@1.0", projects: tuple[str, ...] = ("shop",)) -> Contents:
    return Contents(projects=list(projects), release=release, files=list(files))


def member(name: str = NAME, kind: str = "minified_source", debug_id: str | None = ID) -> ListedMember:
    return ListedMember(name=name, path=f"files/{name}", type=kind, debug_id=debug_id)


def names_below(prefix: str, keys: list[str]) -> list[str]:
    return [key.removeprefix(f"{prefix}/") for key in keys if key.startswith(f"{prefix}/")]


def test_a_file_and_its_map_are_one_entry_of_their_debug_id():
    keys = index_keys("acme", upload(7), contents(member(), member(f"{NAME}.map", "source_map"), release=None))
    assert keys == [f"v1/o/acme/ids/9a/3f2b1c0d4e5f6a8b7c1d2e3f4a5b6c/{inverse(upload(7))}.jm.shop"]


def test_each_project_and_each_name_has_an_entry_and_the_release_has_one():
    keys = index_keys("acme", upload(7), contents(member(), member(f"{NAME}.map", "source_map"), projects=("a", "b")))
    by_name = names_below(OrgKeys("acme").by_name("web@1.0", None, NAME), keys)
    assert len(by_name) == 4  # two names with one stem, two projects
    assert [read_release_entry(name) for name in names_below(OrgKeys("acme").release("web@1.0"), keys)] == [
        (upload(7), "a"),
        (upload(7), "b"),
    ]


def test_files_that_are_named_by_their_debug_id_are_found_by_it_only():
    keys = index_keys("acme", upload(7), contents(member(f"~/{ID}-0.js")))
    assert not any("/urls/" in key for key in keys)
    assert any("/ids/" in key for key in keys)


def test_files_without_a_debug_id_are_found_by_name_only():
    keys = index_keys("acme", upload(7), contents(member(debug_id=None)))
    assert not any("/ids/" in key for key in keys)
    assert any("/urls/" in key for key in keys)


def test_the_newest_file_and_the_newest_map_are_chosen():
    entries = read_id_entries(
        [f"{inverse(upload(ms))}.{kinds}.shop" for ms, kinds in ((1, "jm"), (2, "j"), (3, "j"), (4, "m"), (2, "m"))]
    )
    assert newest_by_id(entries, "shop") == [upload(3), upload(4)]
    assert newest_by_id(entries, None) == [upload(3), upload(4)]
    assert newest_by_id(entries, "other") == []
    assert newest_by_id(read_id_entries([f"{inverse(upload(1))}.jm.shop"]), "shop") == [upload(1)]


def test_names_are_compared_as_a_whole():
    keys = index_keys("acme", upload(1), contents(member("https://one.example/app.js")))
    keys += index_keys("acme", upload(2), contents(member("https://two.example/app.js")))
    prefix = OrgKeys("acme").by_name("web@1.0", None, "~/app.js")
    entries = read_name_entries(names_below(prefix, keys))
    assert len(entries) == 2
    assert newest_by_names(entries, "shop", "https://one.example/app.js?v=3#x") == [upload(1)]
    assert newest_by_names(entries, "shop", "https://three.example/app.js") == []
    assert newest_of_each_name(entries, "shop") == [upload(1), upload(2)]


def test_several_names_of_one_path_are_chosen_the_best_first():
    keys = index_keys("acme", upload(1), contents(member("~/app.js")))
    keys += index_keys("acme", upload(2), contents(member("https://h/app.js")))
    entries = read_name_entries(names_below(OrgKeys("acme").by_name("web@1.0", None, "~/app.js"), keys))
    assert newest_by_names(entries, None, "https://h/app.js") == [upload(2), upload(1)]


def test_what_others_put_there_is_left_out():
    assert read_id_entries(["x", "1.2.3", f"{inverse(upload(1))}.k.shop", f"{inverse(upload(1))}.j", ""]) == []
    assert read_release_entry("nonsense.shop") is None


def test_of_each_project_and_kind_the_newest_twenty_are_kept():
    entries = read_id_entries([f"{inverse(upload(ms))}.{kinds}.shop" for ms in range(30) for kinds in ("j", "jm")])
    gone = surplus(entries)
    assert {entry.upload for entry in gone} == {upload(ms) for ms in range(10)}
    assert len(gone) == 20
    assert {entry_name(entry) for entry in gone} <= {
        f"{inverse(upload(ms))}.{k}.shop" for ms in range(30) for k in ("j", "jm")
    }
