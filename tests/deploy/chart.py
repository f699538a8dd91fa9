"""The Helm chart, rendered by Helm itself (its library, from the helm-python-sdk wheel)."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart

FOLDER = Path(__file__).resolve().parents[2] / "deploy"
CHART = FOLDER / "helm" / "onmodel"
NEEDED: dict[str, Any] = {
    "publicUrl": "https://onmodel.example.org",
    "storage": {"url": "s3://onmodel?endpoint=https://s3.example.org"},
}
GPU: dict[str, Any] = yaml.safe_load((CHART / "values-gpu.yaml").read_text())
# Together they take every branch of the templates.
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "gpu": GPU,
    "ingress": {
        "ingress": {"enabled": True, "host": "a.example", "className": "nginx", "tlsSecret": "tls"},
        "image": {"tag": "1", "pullSecrets": [{"name": "registry"}]},
    },
    "bare": {
        "autoscaling": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "home": {"existingClaim": "projects"},
        "workers": {"new": {"tiers": ["low"], "slots": 1, "minReplicas": 0, "maxReplicas": 1}},
    },
    "closed": {
        "home": {"storageClass": "nfs", "accessMode": "ReadWriteOnce"},
        "networkPolicy": {"ingressFrom": [{"namespaceSelector": {}}], "egress": []},
    },
}


def render(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the objects that Helm would send to a cluster."""
    with Chart.load(CHART) as chart:
        texts = chart.render(NEEDED | values, name="film", namespace="studio", is_install=True)
    return [
        found
        for name, text in sorted(texts.items())
        if name.endswith(".yaml")
        for found in yaml.safe_load_all(text)
        if found
    ]


@cache
def variant(name: str) -> list[dict[str, Any]]:
    """Return the objects of one of the variants."""
    return render(VARIANTS[name])


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Return the objects of a kind by name."""
    return {one["metadata"]["name"]: one for one in objects if one["kind"] == kind}


def pods(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the pod templates by the name of what makes the pods."""
    return {
        one["metadata"]["name"]: one["spec"]["template"]
        for one in objects
        if "template" in one.get("spec", {})
    }
