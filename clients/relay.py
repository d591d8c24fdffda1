"""A server between a client and Copydesk, which shows how the client takes what goes wrong: relay.py SERVER WINDOW

Of each Analyze, it refuses the first attempt as a busy server does. Of an AnalyzeStream, it answers nothing before WINDOW items
have come, or all. It prints its address, and for each line on standard input the calls that it has seen since.
"""

import itertools
import json
import queue
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

# How long to listen for items that should not come. It errs towards no error: a slow client passes.
PATIENCE_SECONDS = 0.3

ANALYZE = "/copydesk.v1.AnalysisService/Analyze"
ANALYZE_STREAM = "/copydesk.v1.AnalysisService/AnalyzeStream"


def main(server: str, window: int) -> None:
    seen: queue.SimpleQueue[dict] = queue.SimpleQueue()
    channel = grpc.insecure_channel(server)
    # Messages pass as bytes: nothing here reads them.
    forward = channel.unary_unary(ANALYZE)
    forward_stream = channel.stream_stream(ANALYZE_STREAM)

    def analyze(request: bytes, context: grpc.ServicerContext) -> bytes:
        before = dict(context.invocation_metadata()).get("grpc-previous-rpc-attempts", "0")
        seen.put({"method": "Analyze", "attempt": int(before) + 1, "seconds": context.time_remaining() or 0})
        if before == "0":
            context.abort_with_status(rpc_status.to_status(busy()))
        return forward(request, timeout=context.time_remaining())

    def analyze_stream(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        items: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

        def read() -> None:
            for item in requests:
                items.put(item)
            items.put(None)

        threading.Thread(target=read, daemon=True).start()
        first = list(itertools.islice(iter(items.get, None), window))
        threading.Event().wait(PATIENCE_SECONDS)
        more = items.qsize() if len(first) == window else 0
        seen.put({"method": "AnalyzeStream", "held": len(first) + more})
        rest = iter(items.get, None) if len(first) == window else iter(())
        yield from forward_stream(itertools.chain(first, rest), timeout=context.time_remaining())

    methods = {
        ANALYZE: grpc.unary_unary_rpc_method_handler(analyze),
        ANALYZE_STREAM: grpc.stream_stream_rpc_method_handler(analyze_stream),
    }

    class Handlers(grpc.GenericRpcHandler):
        def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
            return methods.get(details.method)

    relay = grpc.server(ThreadPoolExecutor(4), handlers=[Handlers()])
    print(f"127.0.0.1:{relay.add_insecure_port('127.0.0.1:0')}", flush=True)
    relay.start()
    for _ in sys.stdin:
        print(json.dumps([seen.get() for _ in range(seen.qsize())]), flush=True)


def busy() -> status_pb2.Status:
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(nanos=20_000_000)))
    return status_pb2.Status(code=code_pb2.UNAVAILABLE, message="the server is busy", details=[detail])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
