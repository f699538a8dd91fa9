"""The chart: rendered by Helm, held against the types of Kubernetes and KEDA."""

from typing import Any

import pytest
from cloudcoil.models.keda import v1alpha1 as keda
from helm_python import HelmValuesError, lint
from kubernetes_validate import ValidationError, validate

from tests.deploy.chart import CHART, NEEDED, VARIANTS, of_kind, pods, render, variant

# The oldest that the chart allows, and the newest that is known here.
KUBERNETES = ("1.29", "1.37")
KEDA = {"ScaledObject": keda.ScaledObject, "TriggerAuthentication": keda.TriggerAuthentication}

every_variant = pytest.mark.parametrize("name", VARIANTS)


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nothing(v) for k, v in value.items() if v is not None}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def _check_keda(wanted: dict[str, Any]) -> None:
    """Raise when KEDA's types do not know a field, or want another kind of value in it."""
    read = KEDA[wanted["kind"]].model_validate(wanted)
    # what a type does not know is dropped when it is read, and so missing afterwards
    assert _without_nothing(read.model_dump(by_alias=True, exclude_unset=True)) == wanted


@every_variant
@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_knows_every_field(name: str, version: str) -> None:
    for one in variant(name):
        if one["apiVersion"].startswith("keda.sh/"):
            _check_keda(one)
        else:
            validate(one, version, strict=True)


def test_the_check_itself_finds_mistakes() -> None:
    (deployment, *_) = of_kind(variant("plain"), "Deployment").values()
    with pytest.raises(ValidationError):
        validate(deployment | {"spec": deployment["spec"] | {"replica": 2}}, "1.37", strict=True)
    (scaled,) = of_kind(variant("plain"), "ScaledObject").values()
    with pytest.raises(AssertionError):
        _check_keda(scaled | {"spec": scaled["spec"] | {"minReplica": 2}})


@every_variant
def test_helm_finds_nothing_to_complain_of(name: str) -> None:
    told = lint(CHART, NEEDED | VARIANTS[name], strict=True)
    assert told["errors"] == []
    assert [one for one in told["messages"] if one["severity"] > 1] == []


@pytest.mark.parametrize(
    "values",
    [
        {"publicUrl": ""},
        {"storage": {"url": "file:///data"}},
        {"workerz": {}},
        {"workers": {"cpu": {"tiers": ["best"]}}},
        {"workers": {"cpu": {"slots": 0}}},
        {"ingress": {"enabled": True}},
        {"home": {"accessMode": "ReadOnlyMany"}},
    ],
)
def test_values_that_cannot_be_meant_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(HelmValuesError):
        render(values)


@every_variant
def test_no_pod_has_more_rights_than_it_needs(name: str) -> None:
    for pod in pods(variant(name)).values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["requests"] or name == "bare"


@every_variant
def test_selectors_find_the_pods_they_are_for(name: str) -> None:
    objects = variant(name)
    made = {key: pod["metadata"]["labels"] for key, pod in pods(objects).items()}
    for key, one in of_kind(objects, "Deployment").items():
        wanted = one["spec"]["selector"]["matchLabels"].items()
        assert [pod for pod, labels in made.items() if wanted <= labels.items()] == [key]
    for kind, path in (("PodDisruptionBudget", "matchLabels"), ("Service", None)):
        for key, one in of_kind(objects, kind).items():
            selector = one["spec"]["selector"][path] if path else one["spec"]["selector"]
            wanted = selector.items()
            assert [pod for pod, labels in made.items() if wanted <= labels.items()] == [key]
    for policy in of_kind(objects, "NetworkPolicy").values():
        wanted = policy["spec"]["podSelector"]["matchLabels"].items()
        assert [pod for pod, labels in made.items() if wanted <= labels.items()]


def test_the_network_is_closed_but_for_what_is_named() -> None:
    policies = of_kind(variant("plain"), "NetworkPolicy")
    everyone = policies["film-onmodel"]["spec"]
    assert everyone["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everyone  # nobody
    ports = {port["port"] for rule in everyone["egress"] for port in rule["ports"]}
    assert ports == {53, 5432, 6379, 8333, 443}
    (rule,) = policies["film-onmodel-api"]["spec"]["ingress"]
    assert rule == {"ports": [{"protocol": "TCP", "port": "http"}]}
    (closed,) = of_kind(variant("closed"), "NetworkPolicy")["film-onmodel-api"]["spec"]["ingress"]
    assert closed["from"] == [{"namespaceSelector": {}}]


def test_each_tier_has_its_machines_on_its_nodes() -> None:
    objects = variant("gpu")
    made = pods(objects)
    for tier, memory in (("low", "12"), ("standard", "16"), ("high", "24")):
        spec = made[f"film-onmodel-worker-{tier}"]["spec"]
        (container,) = spec["containers"]
        assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
        assert {"name": "ONMODEL_WORKER_TIERS", "value": tier} in container["env"]
        assert spec["nodeSelector"] == {"onmodel/vram": memory}
        scaled = of_kind(objects, "ScaledObject")[f"film-onmodel-worker-{tier}"]["spec"]
        assert scaled["scaleTargetRef"]["name"] == f"film-onmodel-worker-{tier}"
        assert scaled["minReplicaCount"] == 0


def test_without_keda_every_group_has_a_worker() -> None:
    objects = variant("bare")
    assert not of_kind(objects, "ScaledObject")
    assert not of_kind(objects, "TriggerAuthentication")
    assert of_kind(objects, "Deployment")["film-onmodel-worker-new"]["spec"]["replicas"] == 1
    # where KEDA counts, an upgrade must not set its number back
    for one in of_kind(variant("plain"), "Deployment").values():
        assert ("replicas" in one["spec"]) == ("worker" not in one["metadata"]["name"])


def test_what_is_kept_survives_the_release() -> None:
    (claim,) = of_kind(variant("plain"), "PersistentVolumeClaim").values()
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    assert not of_kind(variant("bare"), "PersistentVolumeClaim")
    volumes = pods(variant("bare"))["film-onmodel-api"]["spec"]["volumes"]
    assert {"name": "home", "persistentVolumeClaim": {"claimName": "projects"}} in volumes
