"""What ``examples/deployment`` says fits the rest: metrics and labels there are, settings there are."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import orjson
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api.deployment import Overview, Queue
from api.exposition import exposition
from core.observing.counts import Counter
from core.observing.metrics import METRICS
from core.settings import SETTINGS

FOLDER = Path(__file__).parents[2] / "examples" / "deployment"
DASHBOARD = orjson.loads((FOLDER / "grafana-dashboard.json").read_bytes())
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
MANIFESTS = {
    f"{path.stem}-{document['kind']}": document
    for path in sorted((FOLDER / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
}
SCALING = MANIFESTS.pop("autoscaling-ScaledObject")  # of KEDA, so unknown to the validator
EXPRESSIONS = [
    *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]),
    *(rule["expr"] for rule in RULES),
    *(trigger["metadata"]["query"] for trigger in SCALING["spec"]["triggers"]),
]
PROMTOOL = shutil.which("promtool")


def labels_by_sample() -> dict[str, set[str]]:
    """The labels of every sample that ``/metrics`` may have."""
    counts = {}
    for metric in METRICS:
        field = "|".join((metric.name, *("x" for _ in metric.labels)))
        counts[field if isinstance(metric, Counter) else f"{field}|0"] = 1.0
    overview = Overview(1, 1, 1, {"ordinary": Queue(1, 1.0)}, {"h": 1}, counts)
    families = text_string_to_metric_families(exposition(counts, overview, 1).decode())
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_dashboard_asks_for_metrics_and_labels_that_there_are(expression):
    known = labels_by_sample()
    names = re.findall(r"unmangle_\w+", expression)
    assert names
    labels = {label for group in re.findall(r"(?:by|without) \(([^)]*)\)", expression) for label in group.split(", ")}
    labels |= set(re.findall(r"[{,](\w+)!?=", expression))
    assert labels <= set[str]().union(*(known[name] for name in names))


def test_the_panels_of_the_dashboard_are_next_to_each_other():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


@pytest.mark.parametrize(
    "path", sorted(path for path in FOLDER.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_every_setting_that_is_named_is_one(path):
    named = set(re.findall(r"UNMANGLE_[A-Z_]+|\bREDIS_URL\b", path.read_text()))
    assert named <= {setting.variable for setting in SETTINGS.values()}


def test_every_service_of_the_compose_file_has_a_health_check():
    compose: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    assert set(compose["services"]) == {"api", "worker", "redis"}
    assert all("healthcheck" in service for service in compose["services"].values())
    assert "noeviction" in compose["services"]["redis"]["command"]


@pytest.mark.parametrize("name", MANIFESTS)
@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_every_manifest_is_what_kubernetes_takes(name, version):
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


def test_what_scales_is_a_deployment_without_a_number_of_its_own():
    scaled = SCALING["spec"]["scaleTargetRef"]["name"]
    deployments = {
        document["metadata"]["name"]: document for document in MANIFESTS.values() if document["kind"] == "Deployment"
    }
    assert set(deployments) == {"unmangle-api", "unmangle-worker", "unmangle-worker-large"}
    assert "replicas" not in deployments[scaled]["spec"]


def test_every_deployment_has_a_disruption_budget_and_a_liveness_probe():
    budgets = [m["spec"]["selector"]["matchLabels"] for m in MANIFESTS.values() if m["kind"] == "PodDisruptionBudget"]
    for deployment in (m for m in MANIFESTS.values() if m["kind"] == "Deployment"):
        assert deployment["spec"]["selector"]["matchLabels"] in budgets
        assert all("livenessProbe" in each for each in deployment["spec"]["template"]["spec"]["containers"])


@pytest.mark.skipif(PROMTOOL is None, reason="needs promtool (Debian: apt-get install prometheus)")
@pytest.mark.parametrize("command", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")])
def test_the_alerts_are_rules_that_fire_when_they_should(command):
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *command], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_in_the_runbook():
    operations = (FOLDER.parents[1] / "docs" / "operations.md").read_text()
    runbook = operations.split("## Runbook\n", 1)[1].split("\n## ", 1)[0]
    assert {rule["alert"] for rule in RULES} == set(re.findall(r"`(Unmangle\w+)`", runbook))
