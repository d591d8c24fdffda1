"""The chart renders the objects of the overlays, and its schema refuses what cannot be meant."""

import os
import subprocess
import unittest

from .manifests import DEPLOY, load

# Helm says these of itself; the namespace is made by whoever installs the chart (`--create-namespace`).
LABELS_OF_HELM = ("app.kubernetes.io/managed-by", "helm.sh/chart")


class SameObjects(unittest.TestCase):
    maxDiff = None

    def check(self, overlay):
        ours = {key(item): plain(item) for item in load(overlay) if item["kind"] != "Namespace"}
        theirs = {key(item): plain(item) for item in load(f"chart-{overlay}")}
        self.assertEqual(sorted(ours), sorted(theirs))
        for name, item in ours.items():
            self.assertEqual(item, theirs[name], name)

    def test_production(self):
        self.check("production")

    def test_monitoring(self):
        self.check("monitoring")

    def test_mesh(self):
        self.check("mesh")


class Schema(unittest.TestCase):
    def check_refused(self, setting, named):
        done = template(setting)
        self.assertNotEqual(done.returncode, 0, setting)
        self.assertIn(named, done.stderr)

    def test_misspelt_value_is_refused(self):
        self.check_refused("image.repositry=copydesk", "repositry")

    def test_digest_that_is_none_is_refused(self):
        self.check_refused("image.digest=latest", "digest")

    def test_setting_of_another_program_is_refused(self):
        self.check_refused("environment.PATH=/", "PATH")

    def test_setting_that_the_chart_makes_itself_is_refused(self):
        self.check_refused("environment.COPYDESK_THREADS=4", "COPYDESK_THREADS")

    def test_mesh_beside_tls_is_refused(self):
        self.check_refused("mesh.enabled=true", "tls.enabled")

    def test_empty_caller_labels_are_refused(self):
        self.check_refused("networkPolicy.callerPodLabels=null", "callerPodLabels")

    def test_digest_wins_over_the_tag(self):
        digest = "sha256:" + "ab" * 32
        done = template(f"image.repository=registry.example.org/copydesk,image.tag=v1,image.digest={digest}")
        self.assertIn(f"image: registry.example.org/copydesk@{digest}\n", done.stdout)

    def test_client_certificates_are_asked_for(self):
        self.assertIn("name: COPYDESK_TLS_CLIENT_CA", template("tls.clientCertificates=true").stdout)

    def test_fixed_replicas_without_autoscaling(self):
        done = template("autoscaling.enabled=false,replicas=5")
        self.assertIn("\n  replicas: 5\n", done.stdout)
        self.assertNotIn("HorizontalPodAutoscaler", done.stdout)


def template(setting):
    command = [os.environ["HELM"], "template", "copydesk", DEPLOY / "chart", "--set", setting]
    return subprocess.run(command, capture_output=True, text=True)


def key(item):
    return item["kind"], item["metadata"]["namespace"], item["metadata"]["name"]


def plain(item):
    """An object without Helm's labels, its environment and volumes in order of their names."""
    for place in (item, item.get("spec", {}).get("template", {}) if item["kind"] == "Deployment" else {}):
        for label in LABELS_OF_HELM:
            place.get("metadata", {}).get("labels", {}).pop(label, None)
    if item["kind"] == "Deployment":
        (container,) = item["spec"]["template"]["spec"]["containers"]
        container["env"].sort(key=lambda each: each["name"])
    if item["kind"] == "ConfigMap":
        item["data"] = {name: text.strip() for name, text in item["data"].items()}
    return item
