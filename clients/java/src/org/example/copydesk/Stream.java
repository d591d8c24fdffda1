package org.example.copydesk;

import copydesk.v1.Analysis.AnalyzeItem;
import copydesk.v1.Analysis.AnalyzeRequest;
import copydesk.v1.Analysis.AnalyzeResult;
import copydesk.v1.Analysis.AnalyzeStreamRequest;
import copydesk.v1.Analysis.AnalyzeStreamResponse;
import copydesk.v1.AnalysisServiceGrpc;
import copydesk.v1.DocumentOuterClass.Document;
import copydesk.v1.DocumentOuterClass.OffsetUnit;
import copydesk.v1.KeywordOuterClass.Keyword;
import copydesk.v1.KeywordOuterClass.KeywordOptions;
import copydesk.v1.Language.LanguageOptions;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Analyses each .txt file of a folder over one stream: Stream [--target HOST:PORT] FOLDER */
public final class Stream implements ClientResponseObserver<AnalyzeStreamRequest, AnalyzeStreamResponse> {
  /** For the whole folder: a stream's deadline is that of all its items. */
  private static final long DEADLINE_SECONDS = 600;

  /** How many articles may be on their way at once: enough to keep the server busy, few enough to keep memory small. */
  private static final int WINDOW = 32;

  private ClientCallStreamObserver<AnalyzeStreamRequest> requests;
  private int inFlight;
  private boolean failed;
  private boolean over;

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var options = Connection.Arguments.of(arguments);
    List<Path> files;
    try (var folder = Files.list(Path.of(options.paths().get(0)))) {
      files = folder.filter(file -> file.toString().endsWith(".txt")).sorted().collect(Collectors.toList());
    }
    var channel = Connection.connect(options.target());
    var stream = new Stream();
    AnalysisServiceGrpc.newStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .analyzeStream(stream);
    boolean failed = stream.send(files);
    channel.shutdownNow();
    System.exit(failed ? 1 : 0);
  }

  /** Reads a file only when there is room for it, then waits for the end; answers whether anything failed. */
  private boolean send(List<Path> files) throws IOException, InterruptedException {
    for (Path file : files) {
      synchronized (this) {
        // isReady: whether the connection has room.
        while (!over && (inFlight >= WINDOW || !requests.isReady())) {
          wait();
        }
        if (over) {
          break;
        }
        inFlight += 1;
      }
      var request =
          AnalyzeRequest.newBuilder()
              .setDocument(Document.newBuilder().setText(Files.readString(file)))
              .setOffsetUnit(OffsetUnit.OFFSET_UNIT_UTF16_CODE_UNIT)
              // These parts alone.
              .setLanguage(LanguageOptions.getDefaultInstance())
              .setKeywords(KeywordOptions.newBuilder().setMaxKeywords(3));
      var item = AnalyzeItem.newBuilder().setId(file.getFileName().toString()).setRequest(request);
      requests.onNext(AnalyzeStreamRequest.newBuilder().setItem(item).build());
    }
    synchronized (this) {
      if (!over) {
        requests.onCompleted();
      }
      while (!over) {
        wait();
      }
      return failed;
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<AnalyzeStreamRequest> requests) {
    this.requests = requests;
    requests.setOnReadyHandler(this::wake);
  }

  /** gRPC asks for the next answer when this one is printed: a slow reader slows the server. */
  @Override
  public synchronized void onNext(AnalyzeStreamResponse response) {
    inFlight -= 1;
    failed |= show(response.getResult());
    notifyAll();
  }

  @Override
  public synchronized void onError(Throwable error) {
    Connection.inWords(error).forEach(System.err::println);
    failed = true;
    over = true;
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    over = true;
    notifyAll();
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** Prints one result, in whichever order they come; answers whether it is an error. */
  private static boolean show(AnalyzeResult result) {
    if (result.hasError()) {
      System.out.println(result.getId() + ": " + String.join(", ", Connection.inWords(result.getError())));
      return true;
    }
    var analysis = result.getAnalysis();
    var keywords = analysis.getKeywords().getKeywordsList().stream().map(Keyword::getText);
    System.out.println(
        result.getId() + ": " + analysis.getLanguageCode() + ": " + keywords.collect(Collectors.joining(", ")));
    return false;
  }
}
