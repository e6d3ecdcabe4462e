"""What is counted: names that Prometheus takes, and labels that no client chooses."""

from __future__ import annotations

import re

import pytest

from core.observing.metrics import METRICS, platform_label, size_label


def test_names_are_different_and_of_a_form_that_prometheus_takes():
    names = [metric.name for metric in METRICS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


@pytest.mark.parametrize(
    "platform, label",
    [
        pytest.param(None, "none", id="absent"),
        pytest.param("javascript", "javascript", id="javascript"),
        pytest.param("node", "node", id="node"),
        pytest.param("python|x", "other", id="with-our-separator"),
        pytest.param("", "other", id="empty"),
    ],
)
def test_a_platform_is_one_of_four_words(platform, label):
    assert platform_label(platform) == label


@pytest.mark.parametrize(
    "size, label",
    [
        pytest.param(0, "under 64 KiB", id="nothing"),
        pytest.param(65_536, "under 1 MiB", id="at-a-bound"),
        pytest.param(10_485_759, "under 10 MiB", id="just-below"),
        pytest.param(10_485_760, "10 MiB and more", id="large"),
    ],
)
def test_source_maps_come_in_four_sizes(size, label):
    assert size_label(size) == label
