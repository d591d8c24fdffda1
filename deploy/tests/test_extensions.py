"""The objects of the Prometheus operator and of Istio fit those projects' own definitions."""

import unittest

from cloudcoil.models.istio import networking, security
from cloudcoil.models.prometheus_operator import v1 as prometheus

from .manifests import load


class Extensions(unittest.TestCase):
    def check(self, overlay, kind, model):
        (item,) = [item for item in load(overlay) if item["kind"] == kind]
        read = model.model_validate(item).model_dump(mode="json", by_alias=True, exclude_unset=True)
        # A field that the definition lacks is dropped on reading.
        self.assertEqual(read["spec"], item["spec"])

    def test_pod_monitor(self):
        self.check("monitoring", "PodMonitor", prometheus.PodMonitor)

    def test_prometheus_rule(self):
        self.check("monitoring", "PrometheusRule", prometheus.PrometheusRule)

    def test_peer_authentication(self):
        self.check("mesh", "PeerAuthentication", security.v1.PeerAuthentication)

    def test_authorization_policy(self):
        self.check("mesh", "AuthorizationPolicy", security.v1.AuthorizationPolicy)

    def test_destination_rule(self):
        self.check("mesh", "DestinationRule", networking.v1.DestinationRule)
