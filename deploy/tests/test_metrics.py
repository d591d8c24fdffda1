"""Every metric that the dashboard, the alerts and the autoscaler name is on the page of a running Copydesk."""

import http.client
import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import grpc

from .manifests import alerts, metric_names, queries
from .server import Server, analysis_pb2, analysis_pb2_grpc, analyze, request, token_line

# Of Prometheus itself, of the kubelet and of kube-state-metrics.
OTHERS = {
    "up",
    "container_memory_working_set_bytes",
    "container_cpu_usage_seconds_total",
    "kube_pod_container_resource_limits",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_horizontalpodautoscaler_spec_max_replicas",
}
# What labels the queries name, of which metric.
LABELS = {
    "grpc_server_handled_total": {"grpc_service", "grpc_method", "grpc_type", "grpc_code"},
    "grpc_server_handling_seconds_bucket": {"grpc_service", "grpc_method", "grpc_type", "le"},
    "grpc_server_started_total": {"grpc_service", "grpc_method", "grpc_type"},
    "copydesk_shed_total": {"reason"},
    "copydesk_cancelled_total": {"reason"},
    "copydesk_reloads_total": {"what", "result"},
    "copydesk_documents_total": {"language"},
    "copydesk_analysis_seconds_sum": {"analysis"},
    "copydesk_build_info": {"version", "git_commit"},
}


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            tokens = Path(folder, "tokens")
            tokens.write_text(token_line("desk", "correct horse"))
            options = [f"--tokens-file={tokens}", "--reload-interval=50ms", "--rate-limit=200", "--threads=1", "--queue-requests=2"]
            with Server(*options) as server:
                cls.first_page = server.page()
                provoke(server, tokens)
                cls.page = server.page()

    def test_every_query_names_metrics_that_there_are(self):
        recorded = {rule["record"] for rule in alerts() if "record" in rule}
        exported = set(re.findall(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)", self.page, re.MULTILINE))
        count = 0
        for place, query in queries():
            for name in metric_names(query) - OTHERS - recorded:
                count += 1
                with self.subTest(place, metric=name):
                    self.assertIn(name, exported)
        note(f"{count} uses of {len(exported)} series names on a live page")

    def test_every_counter_of_an_alert_is_there_before_it_first_counts(self):
        counters = {name for rule in alerts() for name in metric_names(rule["expr"]) if name.endswith("_total")} - OTHERS
        self.assertIn("copydesk_panics_total", counters)
        for name in counters:
            with self.subTest(name):
                self.assertRegex(self.first_page, rf"(?m)^{name}(\{{.*\}})? 0$")

    def test_labels_are_those_of_the_queries(self):
        for name, labels in LABELS.items():
            with self.subTest(name):
                (line, *_) = re.findall(rf"^{name}\{{(.*)\}}", self.page, re.MULTILINE) or [""]
                self.assertLessEqual(labels, set(re.findall(r'(\w+)="', line)))

    def test_codes_are_spelt_as_the_queries_spell_them(self):
        codes = set(re.findall(r'grpc_code="(\w+)"\} [1-9]', self.page))
        self.assertLessEqual({"OK", "InvalidArgument", "Unauthenticated", "ResourceExhausted", "Unavailable"}, codes)

    def test_failed_reloads_are_spelt_as_the_alert_spells_them(self):
        self.assertRegex(self.page, r'copydesk_reloads_total\{.*result="failed".*\} [1-9]')

    def test_page_is_what_prometheus_reads(self):
        done = subprocess.run([os.environ["PROMTOOL"], "check", "metrics"], input=self.page, text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


def provoke(server, tokens):
    """Makes happen what callers can make happen."""
    address = server.addresses["grpc"]
    assert analyze(address, token="correct horse").sentences.sentences
    assert analyze(address, " ", token="correct horse") == grpc.StatusCode.INVALID_ARGUMENT
    assert analyze(address, token="wrong") == grpc.StatusCode.UNAUTHENTICATED
    metadata = [("authorization", "Bearer correct horse")]
    with grpc.insecure_channel(address) as channel:
        stub = analysis_pb2_grpc.AnalysisServiceStub(channel)
        item = analysis_pb2.AnalyzeStreamRequest(item=analysis_pb2.AnalyzeItem(id="1", request=request()))
        assert len(list(stub.AnalyzeStream(iter([item]), metadata=metadata, timeout=30))) == 1
        # More long texts than one thread and a queue of two take: some are refused, and the others lose their caller.
        long = request("The ferry left late again, and nobody at the pier was told why. " * 12_000)

        def crowd():
            calls = [stub.Analyze.future(long, metadata=metadata, timeout=30) for _ in range(8)]
            time.sleep(0.03)
            for call in calls:
                call.cancel()
            page = server.page()
            return counted(page, "copydesk_shed_total") and counted(page, "copydesk_cancelled_total")

        wait(crowd)

        def burst():
            calls = [stub.Analyze.future(request(), metadata=metadata, timeout=30) for _ in range(600)]
            return {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE} <= {code(call) for call in calls}

        wait(burst)

    refuse = http.client.HTTPConnection(address, timeout=5)
    try:
        refuse.request("GET", "/")
        refuse.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass
    subprocess.run(
        ["curl", "--silent", "--http2-prior-knowledge", "--output", os.devnull, f"http://{address}/"], timeout=10, check=False
    )

    tokens.write_text("a line that is no token\n")
    wait(lambda: counted(server.page(), "copydesk_reloads_total"))


def counted(page, name):
    """Whether a counter has counted anything."""
    return re.search(rf"(?m)^{name}(\{{.*\}})? [1-9]", page)


def code(call):
    try:
        call.result()
    except grpc.RpcError as error:
        return error.code()
    except grpc.FutureCancelledError:
        return grpc.StatusCode.CANCELLED
    return grpc.StatusCode.OK


def wait(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "in vain"
        time.sleep(0.05)


def note(text):
    with open(os.environ["NOTES"], "a") as notes:
        print(text, file=notes)
