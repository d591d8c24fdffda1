"""What no schema says about the rendered objects."""

import json
import unittest

from .manifests import (
    DEPLOY,
    OVERLAYS,
    ROOT,
    alerts,
    container,
    dashboard,
    environment,
    load,
    metric_names,
    millicores,
    one,
    queries,
    seconds,
    size,
)
from .plan import CORES, FEWEST, MEMORY_GIB, RATES, UTILISATION, page, parts, plan


class EveryOverlay(unittest.TestCase):
    def each(self):
        for overlay in OVERLAYS:
            with self.subTest(overlay):
                yield load(overlay)

    def test_pods_meet_the_restricted_standard(self):
        # https://kubernetes.io/docs/concepts/security/pod-security-standards/, the fields of "Restricted".
        for objects in self.each():
            pod = one(objects, "Deployment")["spec"]["template"]["spec"]
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertGreater(pod["securityContext"]["runAsUser"], 0)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            for field in ("hostNetwork", "hostPID", "hostIPC", "initContainers"):
                self.assertNotIn(field, pod)
            for volume in pod.get("volumes", []):
                self.assertEqual(set(volume), {"name", "secret"})
            context = container(objects)["securityContext"]
            self.assertFalse(context["allowPrivilegeEscalation"])
            self.assertFalse(context["privileged"])
            self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
            self.assertTrue(context["readOnlyRootFilesystem"])
            self.assertTrue(all("hostPort" not in port for port in container(objects)["ports"]))

    def test_no_token_of_the_api_is_mounted(self):
        for objects in self.each():
            self.assertFalse(one(objects, "ServiceAccount")["automountServiceAccountToken"])
            self.assertFalse(one(objects, "Deployment")["spec"]["template"]["spec"]["automountServiceAccountToken"])

    def test_services_do_not_leak_into_the_settings(self):
        for objects in self.each():
            self.assertFalse(one(objects, "Deployment")["spec"]["template"]["spec"]["enableServiceLinks"])

    def test_grace_outlasts_the_drain_and_the_drain_the_longest_deadline(self):
        for objects in self.each():
            settings = environment(objects)
            delay, grace = seconds(settings["COPYDESK_DRAIN_DELAY"]), seconds(settings["COPYDESK_DRAIN_GRACE"])
            self.assertGreater(grace, seconds(settings["COPYDESK_MAX_DEADLINE"]))
            self.assertGreater(seconds(settings["COPYDESK_MAX_CONNECTION_AGE_GRACE"]), seconds(settings["COPYDESK_MAX_DEADLINE"]))
            allowed = one(objects, "Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
            self.assertGreater(allowed, delay + grace)

    def test_production_drains_longer_than_endpoints_take_to_spread(self):
        for overlay in ("production", "mesh", "monitoring"):
            self.assertGreaterEqual(seconds(environment(load(overlay))["COPYDESK_DRAIN_DELAY"]), 5)

    def test_rolling_update_never_has_fewer_pods(self):
        for objects in self.each():
            self.assertEqual(one(objects, "Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"], 0)

    def test_memory_is_reserved_in_full_and_cpu_not_capped(self):
        for objects in self.each():
            resources = container(objects)["resources"]
            self.assertEqual(resources["requests"]["memory"], resources["limits"]["memory"])
            self.assertNotIn("cpu", resources["limits"])

    def test_memory_limit_holds_what_may_be_held(self):
        for objects in self.each():
            settings = environment(objects)
            held = size(settings["COPYDESK_MAX_HELD_BYTES"]) + size(settings["COPYDESK_MAX_STREAM_BYTES"])
            self.assertGreaterEqual(held, size(settings["COPYDESK_QUEUE_BYTES"]))
            self.assertGreaterEqual(size(container(objects)["resources"]["limits"]["memory"]), 3 * held)

    def test_probes_ask_the_port_of_health_checks(self):
        for objects in self.each():
            address = environment(objects)["COPYDESK_HEALTH_LISTEN"]
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                self.assertEqual(container(objects)[probe]["grpc"]["port"], int(address.rsplit(":", 1)[1]))

    def test_ports_are_those_that_the_server_listens_on(self):
        for objects in self.each():
            ports = {port["name"]: port["containerPort"] for port in container(objects)["ports"]}
            settings = environment(objects)
            for name, variable in (("grpc", "LISTEN"), ("grpc-health", "HEALTH_LISTEN"), ("metrics", "METRICS_LISTEN")):
                self.assertEqual(settings[f"COPYDESK_{variable}"], f"0.0.0.0:{ports[name]}")

    def test_named_ports_exist(self):
        for objects in self.each():
            known = {port["name"] for port in container(objects)["ports"]}
            used = set()
            for item in objects:
                if item["kind"] == "Service":
                    used |= {port["targetPort"] for port in item["spec"]["ports"]}
                if item["kind"] == "PodMonitor":
                    used |= {port["port"] for port in item["spec"]["podMetricsEndpoints"]}
                if item["kind"] == "NetworkPolicy":
                    for rule in item["spec"].get("ingress", []):
                        used |= {port["port"] for port in rule["ports"]}
            self.assertLessEqual(used, known)

    def test_selectors_find_the_pods(self):
        for objects in self.each():
            template = one(objects, "Deployment")["spec"]["template"]
            labels = template["metadata"]["labels"].items()
            selectors = [rule["labelSelector"]["matchLabels"] for rule in template["spec"]["topologySpreadConstraints"]]
            for item in objects:
                spec = item.get("spec", {})
                if item["kind"] == "Service":
                    selectors.append(spec["selector"])
                if item["kind"] == "NetworkPolicy" and item["metadata"]["name"] != "default-deny":
                    selectors.append(spec["podSelector"]["matchLabels"])
                if "matchLabels" in spec.get("selector", {}):
                    selectors.append(spec["selector"]["matchLabels"])
            self.assertGreaterEqual(len(selectors), 6)
            for selector in selectors:
                self.assertTrue(selector)
                self.assertLessEqual(selector.items(), labels)

    def test_policies_let_in_named_callers_and_out_to_names_alone(self):
        for objects in self.each():
            policies = [item["spec"] for item in objects if item["kind"] == "NetworkPolicy"]
            self.assertTrue(any(set(policy["policyTypes"]) == {"Ingress", "Egress"} for policy in policies))
            for policy in policies:
                for rule in policy.get("ingress", []):
                    for peer in rule["from"]:
                        self.assertTrue(peer["namespaceSelector"]["matchLabels"])
                        self.assertTrue(peer["podSelector"]["matchLabels"])
                for rule in policy.get("egress", []):
                    self.assertTrue(rule["to"])
                    self.assertTrue({port["port"] for port in rule["ports"]} <= {53, 15012})

    def test_every_object_is_in_one_namespace_and_labelled(self):
        for objects in self.each():
            spaces = {item["metadata"].get("namespace") for item in objects if item["kind"] != "Namespace"}
            self.assertEqual(len(spaces), 1)
            for item in objects:
                if item["kind"] != "Namespace":
                    self.assertEqual(item["metadata"]["labels"]["app.kubernetes.io/name"], "copydesk", item["kind"])

    def test_headless_service_gives_the_pods_addresses(self):
        for objects in self.each():
            self.assertEqual(one(objects, "Service", "copydesk-headless")["spec"]["clusterIP"], "None")

    def test_version_is_that_of_the_program(self):
        manifest = (ROOT / "Cargo.toml").read_text()
        for objects in self.each():
            version = one(objects, "Deployment")["metadata"]["labels"]["app.kubernetes.io/version"]
            self.assertIn(f'\nversion = "{version}"\n', manifest)
            self.assertEqual(container(objects)["image"], f"copydesk:{version}")


class Production(unittest.TestCase):
    def test_secrets_come_from_files_alone(self):
        objects = load("production")
        self.assertNotIn("Secret", {item["kind"] for item in objects})
        self.assertFalse([item for item in container(objects)["env"] if "secretKeyRef" in item.get("valueFrom", {})])
        mounted = {mount["mountPath"] for mount in container(objects)["volumeMounts"] if mount["readOnly"]}
        for variable in ("COPYDESK_TLS_CERT", "COPYDESK_TLS_KEY", "COPYDESK_TOKENS_FILE"):
            self.assertIn(environment(objects)[variable].rsplit("/", 1)[0], mounted)

    def test_namespace_enforces_the_restricted_standard(self):
        labels = one(load("production"), "Namespace")["metadata"]["labels"]
        self.assertEqual(labels["pod-security.kubernetes.io/enforce"], "restricted")

    def test_autoscaler_owns_the_number_of_replicas(self):
        objects = load("production")
        self.assertNotIn("replicas", one(objects, "Deployment")["spec"])
        scaler = one(objects, "HorizontalPodAutoscaler")["spec"]
        self.assertEqual(scaler["scaleTargetRef"], {"apiVersion": "apps/v1", "kind": "Deployment", "name": "copydesk"})
        self.assertGreaterEqual(scaler["minReplicas"], 3)

    def test_autoscaler_is_quick_up_and_slow_down(self):
        behavior = one(load("production"), "HorizontalPodAutoscaler")["spec"]["behavior"]
        self.assertEqual(behavior["scaleUp"]["stabilizationWindowSeconds"], 0)
        self.assertGreaterEqual(behavior["scaleDown"]["stabilizationWindowSeconds"], 300)

    def test_one_of_three_may_be_evicted(self):
        self.assertEqual(one(load("production"), "PodDisruptionBudget")["spec"]["maxUnavailable"], "10%")

    def test_monitoring_adds_the_queue_to_the_autoscaler(self):
        plain, watched = (one(load(name), "HorizontalPodAutoscaler")["spec"]["metrics"] for name in ("production", "monitoring"))
        self.assertEqual(watched[: len(plain)], plain)
        self.assertEqual(watched[len(plain)]["pods"]["metric"]["name"], "copydesk_queue_requests")

    def test_mesh_has_no_tls_of_its_own(self):
        objects = load("mesh")
        self.assertFalse([name for name in environment(objects) if "TLS" in name or "TOKENS" in name])
        self.assertNotIn("volumes", one(objects, "Deployment")["spec"]["template"]["spec"])


class Capacity(unittest.TestCase):
    def test_page_has_the_figures_of_the_newest_record(self):
        record = json.loads(max((ROOT / "benches" / "record").glob("*-capacity.json")).read_text())
        self.assertEqual(record["plans"], [plan(rate, record["figures"]["unary"]) for rate in RATES])
        _, within, _ = parts((ROOT / "docs" / "kubernetes.md").read_text())
        self.assertEqual(within, page(record))

    def test_plan_is_of_the_replicas_that_production_has(self):
        objects = load("production")
        resources, scaler = container(objects)["resources"], one(objects, "HorizontalPodAutoscaler")["spec"]
        self.assertEqual(millicores(objects), CORES * 1000)
        self.assertEqual(size(resources["limits"]["memory"]), MEMORY_GIB * 2**30)
        self.assertEqual(scaler["minReplicas"], FEWEST)
        target = scaler["metrics"][0]["containerResource"]["target"]["averageUtilization"]
        self.assertEqual(target, round(UTILISATION * 100))


class Alerts(unittest.TestCase):
    def test_each_has_its_heading_in_the_runbook(self):
        page = (ROOT / "docs" / "kubernetes.md").read_text()
        operations = (ROOT / "docs" / "operations.md").read_text()
        for rule in alerts():
            if "alert" in rule:
                self.assertIn(f"\n| [{rule['alert']}](kubernetes.md#{rule['alert'].lower()}) | ", operations)
                self.assertIn(f"\n### {rule['alert']}\n", page)
                self.assertEqual(rule["annotations"]["runbook"], f"docs/kubernetes.md#{rule['alert'].lower()}")

    def test_each_has_a_unit_test_that_it_fires_and_one_that_it_does_not(self):
        tests = (DEPLOY / "tests" / "alerts.yaml").read_text()
        for rule in alerts():
            if "alert" in rule:
                self.assertIn(f"alertname: {rule['alert']}\n        exp_alerts:", tests)
                self.assertIn(f"alertname: {rule['alert']}}}", tests)

    def test_each_says_how_bad_it_is(self):
        for rule in alerts():
            if "alert" in rule:
                self.assertIn(rule["labels"]["severity"], {"warning", "critical"})
                self.assertTrue(rule["annotations"]["summary"] and rule["annotations"]["description"])


class Queries(unittest.TestCase):
    def check(self, query, names):
        self.assertEqual(metric_names(query), set(names.split()))

    def test_names_of_metrics_are_found(self):
        self.check('sum by (pod, le) (rate(calls_total{job="copydesk", code=~"A|B"}[5m])) / sum(workers)', "calls_total workers")
        self.check('a:b:rate5m > 14.4 * 0.001 and c > 0 or d unless d offset 15m', "a:b:rate5m c d")
        self.check('label_values(build_info{job="copydesk"}, namespace)', "build_info")
        self.check("queue_requests", "queue_requests")


class Dashboard(unittest.TestCase):
    def test_panels_do_not_overlap_and_have_their_own_numbers(self):
        panels = dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for panel in panels:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24)
            taken |= cells

    def test_every_panel_asks_something(self):
        for panel in dashboard()["panels"]:
            if panel["type"] != "row":
                self.assertTrue(panel["targets"], panel["title"])

    def test_every_query_names_a_metric(self):
        for place, query in queries():
            self.assertTrue(metric_names(query), f"{place}: {query}")


if __name__ == "__main__":
    unittest.main()
