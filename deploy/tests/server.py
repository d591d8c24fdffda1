"""Starts Copydesk on ports that the system chooses, and speaks to it."""

import hashlib
import json
import os
import queue
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import grpc

sys.path.insert(0, os.environ["STUBS"])
from copydesk.v1 import analysis_pb2, analysis_pb2_grpc, document_pb2  # noqa: E402

TEXT = (
    "The harbour board voted on Tuesday to widen the northern channel. Engineers expect the work to take two years. "
    "Shipping companies welcomed the decision, which had been delayed three times since spring."
)


class Server:
    """A Copydesk process; `addresses` by what they are for: grpc, health, metrics."""

    def __init__(self, *options, command=None, environment=None, prefix=()):
        command = command or [os.environ["COPYDESK_BIN"], "serve"]
        listen = [f"--{name}=127.0.0.1:0" for name in ("listen", "metrics-listen", "health-listen")]
        self.process = subprocess.Popen(
            [*prefix, *command, *listen, "--log-format=json", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.lines, self.log = queue.Queue(), []
        threading.Thread(target=self.read, daemon=True).start()
        self.addresses = {}
        kinds = {"listening": "grpc", "listening for health checks": "health", "metrics at /metrics": "metrics"}
        while set(self.addresses) != set(kinds.values()):
            line = self.lines.get(timeout=30)
            if line is None:
                raise RuntimeError("the server ended:\n" + "".join(self.log))
            fields = json.loads(line)
            fields = fields.get("fields", fields)
            if fields.get("message") in kinds:
                self.addresses[kinds[fields["message"]]] = fields["address"]

    def read(self):
        for line in self.process.stdout:
            self.log.append(line)
            self.lines.put(line)
        self.lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def page(self):
        """What /metrics answers now."""
        with urllib.request.urlopen(f"http://{self.addresses['metrics']}/metrics", timeout=10) as answer:
            return answer.read().decode()


def request(text=TEXT):
    """A request for all four analyses."""
    return analysis_pb2.AnalyzeRequest(document=document_pb2.Document(text=text))


def analyze(address, text=TEXT, token=None, timeout=10):
    """One Analyze call; the status code when it fails."""
    with grpc.insecure_channel(address) as channel:
        stub = analysis_pb2_grpc.AnalysisServiceStub(channel)
        metadata = [("authorization", f"Bearer {token}")] if token else []
        try:
            return stub.Analyze(request(text), metadata=metadata, timeout=timeout)
        except grpc.RpcError as error:
            return error.code()


def token_line(name, token):
    """A line of the file of tokens."""
    return f"{name} {hashlib.sha256(token.encode()).hexdigest()}\n"


def health(address, timeout=10):
    """What the health service answers: its ServingStatus by number, or the status code of the failed call."""
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            answer = check(b"", timeout=timeout)
        except grpc.RpcError as error:
            return error.code()
        # HealthCheckResponse: field 1, a number.
        return answer[1] if answer else 0


def cpu_seconds(pid):
    """The CPU time that a process has used, in user and in kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
