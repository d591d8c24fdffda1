"""What a call costs the server, and what a rate of articles takes; see deploy/capacity."""

import argparse
import asyncio
import datetime
import json
import math
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

import grpc

from .server import Server, analysis_pb2, analysis_pb2_grpc, cpu_seconds, request

ARTICLE = Path(__file__).with_name("article.txt").read_text().strip()
# As the production overlay has it.
CORES, MEMORY_GIB, UTILISATION, FEWEST = 2, 0.5, 0.65, 3
# An assumption to be replaced by one's own: what clouds ask for a core with 4 GiB, on demand, in US dollars an hour.
CORE_HOUR = 0.04
RATES = (10, 1_000, 100_000)
SECONDS = 6


async def main():
    options = argparse.ArgumentParser(prog="deploy/capacity", description=sys.modules[__name__].__doc__)
    options.add_argument("--record", type=Path, metavar="FILE", help="write the figures there as JSON")
    record = options.parse_args().record
    with Server("--threads=1", "--queue-requests=4096") as server:
        pid = server.process.pid
        idle = resident(pid)
        address, plain = server.addresses["grpc"], [("grpc.compression_enabled_algorithms_bitset", 1)]
        async with grpc.aio.insecure_channel(address) as gzip, grpc.aio.insecure_channel(address, options=plain) as identity:
            zipped, stub = (analysis_pb2_grpc.AnalysisServiceStub(channel) for channel in (gzip, identity))
            unary = await measure(pid, server, lambda: one_call(stub), at_once=32)
            unary_zipped = await measure(pid, server, lambda: one_call(zipped), at_once=32)
            batch = await measure(pid, server, lambda: one_batch(stub), at_once=2)
        peak = high_water(pid)
    kilobytes = len(ARTICLE.encode()) / 1000
    figures = {
        "article_bytes": len(ARTICLE.encode()),
        "unary": unary,
        "unary_gzip": unary_zipped,
        "batch_of_100": batch,
        "cpu_microseconds_a_kilobyte": round(unary["cpu_microseconds_an_article"] / kilobytes, 1),
        "memory_mib": {"idle": idle, "most": peak},
    }
    plans = [plan(rate, unary) for rate in RATES]
    print(json.dumps(figures, indent=2))
    print(table(plans))
    if record:
        record.write_text(json.dumps(described(figures, plans), indent=2) + "\n")
        print(f"written to {record}")


async def one_call(stub):
    await stub.Analyze(request(ARTICLE), timeout=30)
    return 1


async def one_batch(stub):
    items = [analysis_pb2.AnalyzeItem(id=str(number), request=request(ARTICLE)) for number in range(100)]
    answer = await stub.BatchAnalyze(analysis_pb2.BatchAnalyzeRequest(items=items), timeout=30)
    assert len(answer.results) == 100 and all(result.HasField("analysis") for result in answer.results)
    return 100


async def measure(pid, server, call, at_once):
    """The server's CPU and bytes an article, with so many calls at once."""

    async def work(until):
        count = 0
        while time.monotonic() < until:
            count += await call()
        return count

    await asyncio.gather(*[work(time.monotonic() + 1) for _ in range(at_once)])
    before, sizes = cpu_seconds(pid), traffic(server.page())
    start = time.monotonic()
    articles = sum(await asyncio.gather(*[work(start + SECONDS) for _ in range(at_once)]))
    used, moved = cpu_seconds(pid) - before, [after - was for after, was in zip(traffic(server.page()), sizes)]
    return {
        "articles": articles,
        "cpu_microseconds_an_article": round(used / articles * 1e6, 1),
        "request_bytes_an_article": round(moved[0] / articles),
        "response_bytes_an_article": round(moved[1] / articles),
    }


def traffic(page):
    """Bytes received and sent by the analysis service so far."""
    return [
        sum(float(count) for count in re.findall(rf'^copydesk_{way}_bytes_sum\{{[^}}]*AnalysisService[^}}]*\}} (\S+)', page, re.MULTILINE))
        for way in ("request", "response")
    ]


def plan(rate, unary):
    """What so many articles a second take."""
    busy = rate * unary["cpu_microseconds_an_article"] / 1e6
    replicas = max(FEWEST, math.ceil(busy / (CORES * UTILISATION)))
    return {
        "articles_a_second": rate,
        "cores_busy": round(busy, 4),
        "replicas": replicas,
        "cores_requested": replicas * CORES,
        "memory_gib": replicas * MEMORY_GIB,
        "dollars_a_month": round(replicas * CORES * CORE_HOUR * 730),
        "megabits_in": round(rate * unary["request_bytes_an_article"] * 8 / 1e6, 1),
        "megabits_out": round(rate * unary["response_bytes_an_article"] * 8 / 1e6, 1),
    }


def table(plans):
    lines = ["| articles a second | cores busy | replicas | cores reserved | memory | a month | in, out |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for each in plans:
        lines.append(
            f"| {each['articles_a_second']:,} | {each['cores_busy']:,.3g} | {each['replicas']} | {each['cores_requested']} "
            f"| {each['memory_gib']:g} GiB | ${each['dollars_a_month']:,} | {each['megabits_in']:,}, {each['megabits_out']:,} Mbit/s |"
        )
    return "\n".join(lines)


def described(figures, plans):
    git = lambda *words: subprocess.run(["git", *words], capture_output=True, text=True).stdout.strip()
    return {
        "what": "CPU, bytes and memory of Analyze with all four analyses, and the replicas that follow",
        "command": "deploy/capacity --record FILE",
        "date": datetime.date.today().isoformat(),
        "commit": git("rev-parse", "HEAD"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, shared with other work: CPU time, not wall time",
        "replica": f"{CORES} cores and {MEMORY_GIB} GiB requested, {UTILISATION:.0%} busy, at least {FEWEST}; ${CORE_HOUR} a core and hour assumed",
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
