"""What both programs share: the channel, and errors in words."""

import json
import sys
from pathlib import Path

import grpc
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

sys.path.insert(0, str(Path(__file__).parent / "generated"))

# A replica that is busy or going away answers UNAVAILABLE: any other may take the call. What it asked us to wait (its
# RetryInfo) is honoured below, when all attempts have failed; gRPC itself waits by this policy.
SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{"service": "copydesk.v1.AnalysisService"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}


def connect(target: str) -> grpc.Channel:
    """A channel; make one for the whole process and share it. With TLS: grpc.secure_channel."""
    return grpc.insecure_channel(target, options=[("grpc.service_config", json.dumps(SERVICE_CONFIG))])


def in_words(status: status_pb2.Status) -> list[str]:
    """A line for each field that is wrong, for a time to wait, or else the message."""
    lines = []
    for detail in status.details:
        if detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad_request = error_details_pb2.BadRequest()
            detail.Unpack(bad_request)
            lines += [f"{violation.field}: {violation.description}" for violation in bad_request.field_violations]
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry_info = error_details_pb2.RetryInfo()
            detail.Unpack(retry_info)
            lines.append(f"try again in {retry_info.retry_delay.ToMilliseconds()} ms")
    return [f"{code_pb2.Code.Name(status.code)}: {line}" for line in lines or [status.message]]


def error_in_words(error: grpc.RpcError) -> list[str]:
    """The same for an error that ended a call."""
    # None where the server sent no details, or none reached us (deadline, no connection).
    status = rpc_status.from_call(error)
    return in_words(status) if status else [f"{error.code().name}: {error.details()}"]
