"""What the tests know of the rendered manifests."""

import json
import os
import re
from pathlib import Path

import yaml

DEPLOY = Path(__file__).resolve().parent.parent
ROOT = DEPLOY.parent
RENDERED = Path(os.environ["RENDERED"])
OVERLAYS = ("development", "production", "mesh", "monitoring")


def load(name):
    """The objects of a rendered manifest."""
    return [item for item in yaml.safe_load_all((RENDERED / f"{name}.yaml").read_text()) if item]


def one(objects, kind, name="copydesk"):
    """The object of that kind and name."""
    (found,) = [item for item in objects if item["kind"] == kind and item["metadata"]["name"] == name]
    return found


def container(objects):
    """The container of the Deployment."""
    (found,) = one(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    return found


def environment(objects):
    """The environment of the container, as far as it is plain values; what follows the CPU request, worked out."""
    found = {}
    for item in container(objects)["env"]:
        if "value" in item:
            found[item["name"]] = item["value"]
        else:
            assert item["valueFrom"]["resourceFieldRef"]["resource"] == "requests.cpu", item
            found[item["name"]] = str(-(-millicores(objects) // 1000))
    return found


def millicores(objects):
    """The CPU request of the container."""
    cpu = str(container(objects)["resources"]["requests"]["cpu"])
    return int(cpu.removesuffix("m")) if cpu.endswith("m") else int(float(cpu) * 1000)


def seconds(duration):
    """A duration as Copydesk reads it."""
    count, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", duration).groups()
    return int(count) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


def size(quantity):
    """Bytes, as Kubernetes (`512Mi`) or Copydesk (`32MiB`) writes them."""
    count, unit = re.fullmatch(r"(\d+)(?:([KMG]i)B?)?", str(quantity)).groups()
    return int(count) << {None: 0, "Ki": 10, "Mi": 20, "Gi": 30}[unit]


def dashboard():
    """The dashboard of Grafana."""
    return json.loads((DEPLOY / "components/monitoring/dashboard.json").read_text())


def alerts():
    """The rules of Prometheus, recorded ones among them."""
    rule = yaml.safe_load((DEPLOY / "components/monitoring/alerts.yaml").read_text())
    return [each for group in rule["spec"]["groups"] for each in group["rules"]]


def queries():
    """Every query of the dashboard, of the rules and of the autoscaler, with where it is."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield f"panel {panel['title']!r}", target["expr"]
    for variable in dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            yield f"variable {variable['name']}", variable["query"]["query"]
    for rule in alerts():
        yield f"rule {rule.get('alert') or rule['record']}", rule["expr"]
    for metric in one(load("monitoring"), "HorizontalPodAutoscaler")["spec"]["metrics"]:
        if metric["type"] == "Pods":
            yield "HorizontalPodAutoscaler", metric["pods"]["metric"]["name"]


def metric_names(query):
    """The names of metrics in a query: what stands before a selector or alone, less functions, words and labels."""
    bare = re.sub(r'"[^"]*"', '""', query)
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"label_values\(([^,]*),[^)]*\)", r"\1", bare)
    bare = re.sub(r"\{[^}]*\}", " ", bare)
    bare = re.sub(r"\[[^]]*\]", " ", bare)
    bare = re.sub(r"\boffset\s+\w+", " ", bare)
    words = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w)(?!\s*\()", bare)
    return set(words) - {"and", "or", "unless", "by", "bool", "on", "ignoring"}
