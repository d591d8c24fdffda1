"""Three replicas under a steady load, through nginx and with a client that balances; see deploy/replicas."""

import argparse
import asyncio
import collections
import datetime
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import grpc

from .server import analysis_pb2_grpc, cpu_seconds, health, request

REPLICAS = 3
CALLS_A_SECOND = 150
SERVING = 1
DRAIN_DELAY = "1s"
RETRY = {
    "maxAttempts": 4,
    "initialBackoff": "0.05s",
    "maxBackoff": "1s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}
# About 4 KB and 60 KB: as an article, and as a long read.
SENTENCES = [
    "The council of the river towns met on {} to speak about the flood walls.",
    "Work at the weir near pump house {} will begin before the spring tides.",
    "Its chairwoman said that {} families had asked for help with their cellars.",
    "Farmers along the lower bank want the meadows to take water first, as in the year {}.",
]
ARTICLE, LONG_READ = (" ".join(SENTENCES[i % 4].format(i) for i in range(count)) for count in (56, 840))


class Replica:
    """One server on ports of its own, which it keeps over restarts."""

    def __init__(self, folder, number):
        self.grpc, self.metrics = free_port(), free_port()
        self.log = open(folder / f"replica-{number}.log", "wb")
        self.process = None

    def start(self):
        options = [f"--listen=127.0.0.1:{self.grpc}", f"--metrics-listen=127.0.0.1:{self.metrics}", "--threads=1"]
        command = [os.environ["COPYDESK_BIN"], "serve", *options, f"--drain-delay={DRAIN_DELAY}", "--log-format=json"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def serving(self):
        return health(f"127.0.0.1:{self.grpc}", timeout=1) == SERVING

    def calls(self):
        """Calls of the service begun so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics}/metrics", timeout=10) as answer:
            page = answer.read().decode()
        counts = re.findall(r'^grpc_server_started_total\{[^}]*grpc_service="copydesk[^}]*\} (\d+)', page, re.MULTILINE)
        return sum(map(int, counts))


class Load:
    """Analyze calls at a steady rate, whatever the answers; one call in ten with a long text."""

    def __init__(self, channel):
        self.stub = analysis_pb2_grpc.AnalysisServiceStub(channel)
        self.codes, self.times, self.tasks = collections.Counter(), [], []
        self.over = asyncio.Event()
        self.running = asyncio.create_task(self.run())

    async def run(self):
        article, long_read = request(ARTICLE), request(LONG_READ)
        start = time.monotonic()
        while not self.over.is_set():
            number = len(self.tasks)
            await asyncio.sleep(max(0, start + number / CALLS_A_SECOND - time.monotonic()))
            self.tasks.append(asyncio.create_task(self.call(long_read if number % 10 == 0 else article)))

    async def call(self, asked):
        start = time.monotonic()
        try:
            await self.stub.Analyze(asked, timeout=20)
            self.codes["OK"] += 1
        except grpc.aio.AioRpcError as error:
            self.codes[error.code().name] += 1
        self.times.append(time.monotonic() - start)

    async def end(self):
        """Calls made, lost by code, and times in milliseconds."""
        self.over.set()
        await self.running
        await asyncio.gather(*self.tasks)
        times = sorted(self.times)
        lost = {code: count for code, count in self.codes.items() if code != "OK"}
        at = lambda share: round(times[int(share * (len(times) - 1))] * 1000, 2)
        return {"calls": len(times), "lost": lost, "milliseconds": {"p50": at(0.5), "p99": at(0.99), "most": at(1)}}


async def main():
    options = argparse.ArgumentParser(prog="deploy/replicas", description=sys.modules[__name__].__doc__)
    options.add_argument("--record", type=Path, metavar="FILE", help="write the figures there as JSON")
    record = options.parse_args().record
    with tempfile.TemporaryDirectory(prefix="copydesk-replicas-") as folder:
        folder = Path(folder)
        replicas = [Replica(folder, number) for number in range(1, REPLICAS + 1)]
        nginx, port = None, free_port()
        try:
            for replica in replicas:
                replica.start()
            for replica in replicas:
                await until(replica.serving)
            nginx = balancer(folder, port, replicas)
            await until(lambda: health(f"127.0.0.1:{port}", timeout=1) == SERVING)
            addresses = ",".join(f"127.0.0.1:{replica.grpc}" for replica in replicas)
            figures, faults = {}, []
            for name, target in (("nginx", f"127.0.0.1:{port}"), ("round_robin", f"ipv4:{addresses}")):
                figures[name] = await scenes(name, target, replicas, nginx.pid if name == "nginx" else None, faults)
        finally:
            if nginx:
                # Its own child ends with it only if it is asked to.
                nginx.terminate()
                nginx.wait()
            for replica in replicas:
                if replica.process:
                    replica.process.kill()
                    replica.process.wait()

    if record:
        record.write_text(json.dumps(described(figures), indent=2) + "\n")
        print(f"written to {record}")
    for fault in faults:
        print(f"FAILED: {fault}")
    if not faults:
        print("ok: even spread; a killed replica costs UNAVAILABLE at most, and nothing with a retry policy; a rolling restart loses nothing")
    return bool(faults)


async def scenes(name, target, replicas, balancer_pid, faults):
    """Each scene on one way to the replicas."""
    found = {}

    async def scene(title, retry, play):
        async with grpc.aio.insecure_channel(target, options=channel_options(retry)) as channel:
            await channel.channel_ready()
            load = Load(channel)
            await asyncio.sleep(0.5)
            extra = await play()
            found[title] = await load.end() | (extra or {})
        figures = found[title]
        print(f"{name:12} {title:26} {figures['calls']:5} calls, lost {figures['lost'] or 0}, {figures['milliseconds']} ms {extra or ''}", flush=True)
        return figures

    async def spread():
        before, used = [replica.calls() for replica in replicas], [family_cpu(balancer_pid)]
        await asyncio.sleep(8)
        counts = [replica.calls() - count for replica, count in zip(replicas, before)]
        used.append(family_cpu(balancer_pid))
        balanced = {"balancer_cpu_microseconds_a_call": round((used[1] - used[0]) / sum(counts) * 1e6)} if balancer_pid else {}
        return {"calls_by_replica": counts} | balanced

    async def kill():
        victim = replicas[1]
        # Held for a moment, so that it dies with calls in its hands, as a busy one would.
        victim.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.3)
        victim.process.kill()
        victim.process.wait()
        await asyncio.sleep(2.5)
        victim.start()
        await until(victim.serving)
        await asyncio.sleep(2)

    async def roll():
        codes = []
        for replica in replicas:
            replica.process.terminate()
            while replica.process.poll() is None:
                await asyncio.sleep(0.02)
            codes.append(replica.process.returncode)
            replica.start()
            await until(replica.serving)
            await asyncio.sleep(1.5)
        return {"exit_codes": codes}

    evenly = await scene("steady", False, spread)
    counts = evenly["calls_by_replica"]
    if evenly["lost"]:
        faults.append(f"{name}: a steady load lost {evenly['lost']}")
    if max(counts) > 1.1 * min(counts):
        faults.append(f"{name}: calls by replica {counts}")
    killed = await scene("one killed, no retry", False, kill)
    if set(killed["lost"]) - {"UNAVAILABLE"}:
        faults.append(f"{name}: a killed replica cost {killed['lost']}")
    killed = await scene("one killed, retry policy", True, kill)
    if killed["lost"]:
        faults.append(f"{name}: a killed replica cost {killed['lost']} in spite of retries")
    rolled = await scene("rolling restart, no retry", False, roll)
    if rolled["lost"] or any(rolled["exit_codes"]):
        faults.append(f"{name}: a rolling restart lost {rolled['lost']}, exit codes {rolled['exit_codes']}")
    return found


def channel_options(retry):
    """Of a channel that balances by turns, with the retry policy of docs/kubernetes.md or none."""
    service = {"loadBalancingConfig": [{"round_robin": {}}]}
    if retry:
        service["methodConfig"] = [{"name": [{}], "retryPolicy": RETRY}]
    return [
        ("grpc.service_config", json.dumps(service)),
        # The default waits up to two minutes; a replica that is back should be found sooner.
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 1000),
        # Two channels to the same addresses must not share their connections.
        ("grpc.use_local_subchannel_pool", 1),
        # A list of addresses would be sent as the host's name, and its commas are none of a name's characters.
        ("grpc.default_authority", "copydesk"),
    ]


def balancer(folder, port, replicas):
    """Starts nginx in front of the replicas."""
    servers = "\n".join(f"    server 127.0.0.1:{replica.grpc} max_fails=1 fail_timeout=1s;" for replica in replicas)
    places = "\n".join(f"  {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"""\
daemon off;
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
{places}
  upstream copydesk {{
{servers}
    keepalive 64;
    # The default ends a connection after a thousand calls.
    keepalive_requests 1000000;
  }}
  server {{
    listen 127.0.0.1:{port} http2;
    keepalive_requests 1000000;
    client_max_body_size 16m;
    location / {{
      grpc_pass grpc://copydesk;
      # A call that could not be sent goes to the next. One whose body is on its way cannot: nginx does not keep bodies of
      # gRPC calls, and the client's retry policy has to hide that loss.
      grpc_next_upstream error timeout non_idempotent;
      grpc_next_upstream_tries 3;
      grpc_read_timeout 60s;
      error_page 502 504 = @unavailable;
    }}
    # An error page of HTML counts as an answer that began, after which clients must not retry; a bare status does not.
    location @unavailable {{
      internal;
      default_type application/grpc;
      add_header grpc-status 14 always;
      return 200 "";
    }}
  }}
}}
""")
    command = [os.environ["NGINX_PROGRAM"], "-p", folder, "-e", folder / "nginx.log", "-c", folder / "nginx.conf"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def described(figures):
    git = lambda *words: subprocess.run(["git", *words], capture_output=True, text=True).stdout.strip()
    version = subprocess.run([os.environ["COPYDESK_BIN"], "--version"], capture_output=True, text=True).stdout.strip()
    return {
        "what": "three replicas on one machine behind nginx grpc_pass, and with a client's round_robin",
        "command": "deploy/replicas --record FILE",
        "date": datetime.date.today().isoformat(),
        "commit": git("rev-parse", "HEAD"),
        "program": version,
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, shared with other work",
        "load": f"open loop, {CALLS_A_SECOND} Analyze calls a second, nine of {len(ARTICLE)} bytes to one of {len(LONG_READ)}",
        "replicas": f"{REPLICAS}, one analysis thread each, drain delay {DRAIN_DELAY}",
        "retry_policy": RETRY,
        "figures": figures,
    }


def family_cpu(pid):
    """CPU seconds of a process and its children."""
    if pid is None:
        return 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(cpu_seconds, [pid, *children]))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def until(condition):
    end = time.monotonic() + 30
    # Health checks block; the load goes on meanwhile.
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < end, "in vain"
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
