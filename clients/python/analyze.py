"""Analyses files, one call each: python analyze.py [--target HOST:PORT] FILE..."""

import argparse
import sys
from pathlib import Path

import grpc

from connection import connect, error_in_words
from copydesk.v1.analysis_pb2 import AnalyzeRequest, AnalyzeResponse
from copydesk.v1.analysis_pb2_grpc import AnalysisServiceStub
from copydesk.v1.document_pb2 import OFFSET_UNIT_CODE_POINT, Document
from copydesk.v1.sentence_pb2 import SentenceKind

# More than any article takes, retries included. Without a deadline a call may wait for ever.
DEADLINE_SECONDS = 10


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--target", default="127.0.0.1:50051")
    arguments.add_argument("files", metavar="FILE", nargs="+", type=Path)
    options = arguments.parse_args()

    failed = False
    with connect(options.target) as channel:
        service = AnalysisServiceStub(channel)
        for file in options.files:
            # newline="" keeps CRLF as it is: offsets count what was sent.
            text = file.open(encoding="utf-8", newline="").read()
            # Python's strings are indexed by code point.
            request = AnalyzeRequest(document=Document(text=text), offset_unit=OFFSET_UNIT_CODE_POINT)
            try:
                show(text, service.Analyze(request, timeout=DEADLINE_SECONDS))
            except grpc.RpcError as error:
                failed = True
                for line in error_in_words(error):
                    print(f"{file}: {line}", file=sys.stderr)
    return int(failed)


def show(text: str, analysis: AnalyzeResponse) -> None:
    print(f"language {analysis.language_code}")
    for keyword in analysis.keywords.keywords:
        print(f"keyword {keyword.score:.2f} {keyword.text}")
    for sentence in analysis.summary.sentences:
        print(f"summary {sentence.rank} {text[sentence.span.start : sentence.span.end]}")
    for sentence in analysis.sentences.sentences:
        kind = SentenceKind.Name(sentence.kind).removeprefix("SENTENCE_KIND_")
        print(f"sentence {kind} {text[sentence.span.start : sentence.span.end]}")


if __name__ == "__main__":
    sys.exit(main())
