"""Replicas, memory, cost and traffic for a rate of articles, from what one costs."""

import math

RATES = (10, 1_000, 100_000)
# As the production overlay has it; a test keeps the two the same.
CORES, MEMORY_GIB, UTILISATION, FEWEST = 2, 0.5, 0.65, 3
# An assumption, to be replaced by one's own: about what clouds ask for a core on demand, in US dollars an hour.
CORE_HOUR = 0.04
WAYS = {
    "unary": "one call each",
    "batch_of_100": "in batches of a hundred",
}
BEGIN, END = "<!-- from the newest record: deploy/capacity --record -->", "<!-- to here -->"
REPLICA = f"{CORES} cores and {MEMORY_GIB} GiB requested, {UTILISATION:.0%} busy, at least {FEWEST}; ${CORE_HOUR} a core and hour assumed"


def plan(rate, unary):
    """What so many articles a second take, one unary call each, without compression."""
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


def page(record):
    """What a record says, as the tables of docs/kubernetes.md."""
    figures = record["figures"]
    lines = ["", "| an English article | CPU | request | answer |", "| --- | --- | --- | --- |"]
    for name, way in WAYS.items():
        each = figures[name]
        cpu, size_in, size_out = (each[f"{what}_an_article"] for what in ("cpu_microseconds", "request_bytes", "response_bytes"))
        lines.append(f"| {way} | {cpu:.0f} µs | {size_in:.0f} B | {size_out:.0f} B |")
    memory = figures["memory_mib"]
    lines.append("")
    lines.append(f"That is {figures['cpu_microseconds_a_kilobyte']:.0f} µs of CPU a KB; memory {memory['idle']:.0f} MiB idle, {memory['most']:.0f} MiB under this load ({record['date']}).")
    lines.append("")
    lines.append("| articles a second | cores busy | replicas | cores reserved | memory | a month | Mbit/s in | out |")
    lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for each in record["plans"]:
        lines.append(
            f"| {each['articles_a_second']:,} | {each['cores_busy']:.3g} | {each['replicas']} | {each['cores_requested']} "
            f"| {each['memory_gib']:g} GiB | ${each['dollars_a_month']:,} | {each['megabits_in']:,} | {each['megabits_out']:,} |"
        )
    return "\n".join([*lines, "", ""])


def parts(text):
    """A page before, within and after the place of the tables."""
    before, rest = text.split(BEGIN)
    within, after = rest.split(END)
    return before + BEGIN, within, END + after
