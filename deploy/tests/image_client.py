"""A client inside the container's network: image_client.py serving|overload|drain CERTIFICATE TOKEN; answers in JSON."""

import collections
import json
import sys
import time
from pathlib import Path

import grpc

from .server import analysis_pb2_grpc, health, request

act, certificate, token = sys.argv[1:]
METADATA = [("authorization", f"Bearer {token}")]
SERVING, NOT_SERVING = 1, 2


def main():
    credentials = grpc.ssl_channel_credentials(Path(certificate).read_bytes())
    with grpc.secure_channel("localhost:50051", credentials) as channel:
        print(json.dumps({"serving": serving, "overload": overload, "drain": drain}[act](analysis_pb2_grpc.AnalysisServiceStub(channel))))


def serving(stub):
    until = time.monotonic() + 20
    # A channel backs off for a second after a refused connection: a new one each time sees the start as a probe would.
    while health("localhost:50052") != SERVING:
        assert time.monotonic() < until, "never SERVING"
        time.sleep(0.01)
    serving_at = time.monotonic()
    answer = stub.Analyze(request(), metadata=METADATA, timeout=10)
    try:
        stub.Analyze(request(), timeout=10)
        without_token = "OK"
    except grpc.RpcError as error:
        without_token = error.code().name
    return {"serving_at": serving_at, "sentences": len(answer.sentences.sentences), "without_token": without_token}


def overload(stub):
    text = request("The ferry left late again, and nobody at the pier was told why. " * 15_600)
    calls = [stub.Analyze.future(text, metadata=METADATA, timeout=30) for _ in range(300)]
    codes = collections.Counter(call.code().name for call in calls)
    return {"asked": len(calls), "codes": codes}


def drain(stub):
    stub.Analyze(request(), metadata=METADATA, timeout=10)
    print("ready", flush=True)
    began, not_serving_after, answered, failed = time.monotonic(), None, 0, 0
    # Until the drain delay is nearly over; the connection stays the same.
    while not_serving_after is None or time.monotonic() < began + not_serving_after + 8:
        try:
            stub.Analyze(request(), metadata=METADATA, timeout=10)
            answered += 1
        except grpc.RpcError:
            failed += 1
        if not_serving_after is None and health("localhost:50052") == NOT_SERVING:
            not_serving_after = time.monotonic() - began
        assert time.monotonic() < began + 30, "never NOT_SERVING"
        time.sleep(0.02)
    return {"not_serving_after": not_serving_after, "answered": answered, "failed": failed}


main()
