"""What a call costs the server, and what a rate of articles takes; see deploy/capacity."""

import argparse
import asyncio
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import grpc

from .plan import REPLICA, RATES, page, parts, plan
from .server import Server, analysis_pb2, analysis_pb2_grpc, cpu_seconds, request

ARTICLE = Path(__file__).with_name("article.txt").read_text().strip()
PAGE = Path(__file__).parents[2] / "docs" / "kubernetes.md"
# In turn, so that a machine that others slow down slows all ways alike; the median of the rounds is told.
ROUNDS, SECONDS = 7, 1.5


async def main():
    options = argparse.ArgumentParser(prog="deploy/capacity", description=sys.modules[__name__].__doc__)
    options.add_argument("--record", type=Path, metavar="FILE", help="write the figures there as JSON, and the tables into docs/kubernetes.md")
    record = options.parse_args().record
    with Server("--threads=1", "--queue-requests=4096") as server:
        pid = server.process.pid
        idle = resident(pid)
        async with grpc.aio.insecure_channel(server.addresses["grpc"]) as channel:
            stub = analysis_pb2_grpc.AnalysisServiceStub(channel)
            ways = {
                "unary": (lambda: one_call(stub), 32),
                "batch_of_100": (lambda: one_batch(stub), 2),
            }
            rounds = [[await measure(server, *way) for way in ways.values()] for _ in range(1 + ROUNDS)]
            # The first round warms up.
            figures = {name: middle(round_[place] for round_ in rounds[1:]) for place, name in enumerate(ways)}
        peak = high_water(pid)
    kilobytes = len(ARTICLE.encode()) / 1000
    article = len(ARTICLE.encode())
    figures = {
        "article_bytes": article,
        **figures,
        "cpu_microseconds_a_kilobyte": round(figures["unary"]["cpu_microseconds_an_article"] / article * 1000, 1),
        "memory_mib": {"idle": idle, "most": peak},
    }
    told = described(figures, [plan(rate, figures["unary"]) for rate in RATES])
    print(page(told))
    if record:
        record.write_text(json.dumps(told, indent=2) + "\n")
        before, _, after = parts(PAGE.read_text())
        PAGE.write_text(before + page(told) + after)
        print(f"written to {record} and {PAGE}")


async def one_call(stub):
    await stub.Analyze(request(ARTICLE), timeout=30)
    return 1


async def one_batch(stub):
    items = [analysis_pb2.AnalyzeItem(id=str(number), request=request(ARTICLE)) for number in range(100)]
    answer = await stub.BatchAnalyze(analysis_pb2.BatchAnalyzeRequest(items=items), timeout=30)
    assert len(answer.results) == 100 and all(result.HasField("analysis") for result in answer.results)
    return 100


async def measure(server, call, at_once):
    """The server's CPU and bytes an article, with so many calls at once."""
    pid = server.process.pid
    before, sizes = cpu_seconds(pid), traffic(server.page())
    end = time.monotonic() + SECONDS

    async def work():
        count = 0
        while time.monotonic() < end:
            count += await call()
        return count

    articles = sum(await asyncio.gather(*[work() for _ in range(at_once)]))
    used, moved = cpu_seconds(pid) - before, [after - was for after, was in zip(traffic(server.page()), sizes)]
    return {
        "cpu_microseconds_an_article": used / articles * 1e6,
        "request_bytes_an_article": moved[0] / articles,
        "response_bytes_an_article": moved[1] / articles,
    }


def middle(rounds):
    """The median of each figure."""
    rounds = list(rounds)
    return {name: round(statistics.median(each[name] for each in rounds), 1) for name in rounds[0]}


def traffic(page):
    """Bytes received and sent by the analysis service so far."""
    return [
        sum(float(count) for count in re.findall(rf'^copydesk_{way}_bytes_sum\{{[^}}]*AnalysisService[^}}]*\}} (\S+)', page, re.MULTILINE))
        for way in ("request", "response")
    ]


def described(figures, plans):
    git = lambda *words: subprocess.run(["git", *words], capture_output=True, text=True).stdout.strip()
    return {
        "what": "CPU, bytes and memory of Analyze with all four analyses, and the replicas that follow",
        "command": "deploy/capacity --record FILE",
        "date": datetime.date.today().isoformat(),
        "commit": git("rev-parse", "HEAD"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, shared with other work: CPU time, not wall time",
        "replica": REPLICA,
        "figures": figures,
        "plans": plans,
    }


def resident(pid):
    return memory(pid, "VmRSS")


def high_water(pid):
    return memory(pid, "VmHWM")


def memory(pid, field):
    """A figure of /proc/PID/status, in MiB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return round(int(lines[field].split()[0]) / 1024, 1)


if __name__ == "__main__":
    asyncio.run(main())
