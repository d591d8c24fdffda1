"""Analyses each .txt file of a folder over one stream: python stream.py [--target HOST:PORT] FOLDER"""

import argparse
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import grpc

from connection import connect, error_in_words, in_words
from copydesk.v1.analysis_pb2 import AnalyzeItem, AnalyzeRequest, AnalyzeResult, AnalyzeStreamRequest
from copydesk.v1.analysis_pb2_grpc import AnalysisServiceStub
from copydesk.v1.document_pb2 import OFFSET_UNIT_CODE_POINT, Document
from copydesk.v1.keyword_pb2 import KeywordOptions
from copydesk.v1.language_pb2 import LanguageOptions

# For the whole folder: a stream's deadline is that of all its items.
DEADLINE_SECONDS = 600
# How many articles may be on their way at once: enough to keep the server busy, few enough to keep memory small.
WINDOW = 32


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--target", default="127.0.0.1:50051")
    arguments.add_argument("folder", metavar="FOLDER", type=Path)
    options = arguments.parse_args()

    failed = False
    window = threading.Semaphore(WINDOW)
    with connect(options.target) as channel:
        # gRPC takes the next item from the generator on a thread of its own, when the connection has room for it.
        call = AnalysisServiceStub(channel).AnalyzeStream(items(options.folder, window), timeout=DEADLINE_SECONDS)
        try:
            for response in call:
                window.release()
                failed |= show(response.result)
        except grpc.RpcError as error:
            failed = True
            for line in error_in_words(error):
                print(line, file=sys.stderr)
            # The generator may be waiting for room that nobody makes any more.
            window.release(WINDOW)
    return int(failed)


def items(folder: Path, window: threading.Semaphore) -> Iterator[AnalyzeStreamRequest]:
    """Reads a file only when there is room for it."""
    for file in sorted(folder.glob("*.txt")):
        window.acquire()
        request = AnalyzeRequest(
            document=Document(text=file.open(encoding="utf-8", newline="").read()),
            offset_unit=OFFSET_UNIT_CODE_POINT,
            # These parts alone.
            language=LanguageOptions(),
            keywords=KeywordOptions(max_keywords=3),
        )
        yield AnalyzeStreamRequest(item=AnalyzeItem(id=file.name, request=request))


def show(result: AnalyzeResult) -> bool:
    """Prints one result, in whichever order they come; answers whether it is an error."""
    if result.WhichOneof("outcome") == "error":
        print(f"{result.id}: {', '.join(in_words(result.error))}")
        return True
    keywords = ", ".join(keyword.text for keyword in result.analysis.keywords.keywords)
    print(f"{result.id}: {result.analysis.language_code}: {keywords}")
    return False


if __name__ == "__main__":
    sys.exit(main())
