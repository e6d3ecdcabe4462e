"""What the docs say is what the code does, as far as a test can read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.deployment import Overview
from api.exposition import exposition
from core.explain.findings import Reason
from core.settings import SETTINGS, Settings
from core.wire.request import SymbolicateRequest
from core.wire.response import ErrorType

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *ROOT.glob("examples/**/README.md"), *ROOT.glob("bench/**/README.md")]
)
PAGES = [page for page in PAGES if "node_modules" not in page.parts]
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \|(?P<second>[^|]*)\|", re.MULTILINE)


def rows(page: str) -> dict[str, str]:
    """Return the second column of the page's tables by the first one, where that is code."""
    return {match["name"]: match["second"].strip().strip("`") for match in ROW.finditer((DOCS / page).read_text())}


def section(page: str, title: str) -> dict[str, str]:
    text = (DOCS / page).read_text().split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return {match["name"]: match["second"].strip().strip("`") for match in ROW.finditer(text)}


def test_every_setting_is_documented_and_nothing_else():
    assert set(rows("configuration.md")) == {setting.variable for setting in SETTINGS.values()}


@pytest.mark.parametrize("field", [name for name in SETTINGS if name not in ("worker_concurrency", "cache_dir")])
def test_the_documented_default_is_the_default(field):
    setting = SETTINGS[field]
    assert setting.read(rows("configuration.md")[setting.variable]) == getattr(Settings(), field)


def test_every_metric_is_documented_and_nothing_else():
    overview = Overview(in_flight=0, running=0, workers=0, queues={}, cache_bytes={}, counts={})
    families = text_string_to_metric_families(exposition({}, overview, 1).decode())
    exposed = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    assert {name for name in rows("metrics.md") if name.startswith("unmangle_")} == exposed


def test_every_frame_error_is_documented_and_nothing_else():
    assert set(section("http-api.md", "Errors of frames")) == set(get_args(ErrorType))


def test_every_reason_is_documented_and_nothing_else():
    assert set(rows("reasons.md")) == set(Reason)


def test_every_key_of_a_request_is_documented():
    assert set(SymbolicateRequest.__struct_fields__) <= set(section("http-api.md", "Request"))


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in links, as GitHub makes it."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_file_and_module_that_a_page_names_is_there(page):
    text = page.read_text()
    paths = re.findall(r"`((?:api|core|worker|tests|bench|examples|docs)/[\w./-]+)`", text)
    paths += re.findall(r"^ *\.venv/bin/python .*?((?:tests|\.make)/[\w./-]+)", text, re.MULTILINE)
    modules = re.findall(r"\bpython -m ((?:api|core|worker|tests|bench)[\w.]*\w)", text)
    paths += [re.sub(r"\.", "/", module) for module in modules]
    paths += [re.sub(r"\.", "/", module) for module in re.findall(r"`((?:api|core|worker)(?:\.[a-z_]+)+)`", text)]
    there = [path for path in paths if any((ROOT / f"{path}{suffix}").exists() for suffix in ("", ".py"))]
    assert paths == there


def test_every_page_can_be_found_from_the_readme():
    linked = set(re.findall(r"\]\((docs/[^)#\s]+)\)", (ROOT / "README.md").read_text()))
    assert linked >= {f"docs/{page.name}" for page in DOCS.glob("*.md")}
