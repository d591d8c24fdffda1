package org.example.copydesk;

import copydesk.v1.Analysis.AnalyzeRequest;
import copydesk.v1.Analysis.AnalyzeResponse;
import copydesk.v1.AnalysisServiceGrpc;
import copydesk.v1.DocumentOuterClass.Document;
import copydesk.v1.DocumentOuterClass.OffsetUnit;
import copydesk.v1.DocumentOuterClass.TextSpan;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Analyses files, one call each: Analyze [--target HOST:PORT] FILE... */
public final class Analyze {
  /** More than any article takes, retries included. Without a deadline a call may wait for ever. */
  private static final long DEADLINE_SECONDS = 10;

  public static void main(String[] arguments) throws IOException {
    var options = Connection.Arguments.of(arguments);
    var channel = Connection.connect(options.target());
    var service = AnalysisServiceGrpc.newBlockingStub(channel);
    boolean failed = false;
    for (String file : options.paths()) {
      String text = Files.readString(Path.of(file));
      var request =
          AnalyzeRequest.newBuilder()
              .setDocument(Document.newBuilder().setText(text))
              // Java's strings are indexed by UTF-16 code unit.
              .setOffsetUnit(OffsetUnit.OFFSET_UNIT_UTF16_CODE_UNIT)
              .build();
      try {
        show(text, service.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).analyze(request));
      } catch (StatusRuntimeException e) {
        failed = true;
        Connection.inWords(e).forEach(line -> System.err.println(file + ": " + line));
      }
    }
    channel.shutdownNow();
    System.exit(failed ? 1 : 0);
  }

  private static void show(String text, AnalyzeResponse analysis) {
    System.out.println("language " + analysis.getLanguageCode());
    for (var keyword : analysis.getKeywords().getKeywordsList()) {
      System.out.printf(Locale.ROOT, "keyword %.2f %s%n", keyword.getScore(), keyword.getText());
    }
    for (var sentence : analysis.getSummary().getSentencesList()) {
      System.out.println("summary " + sentence.getRank() + " " + slice(text, sentence.getSpan()));
    }
    for (var sentence : analysis.getSentences().getSentencesList()) {
      String kind = sentence.getKind().name().replace("SENTENCE_KIND_", "");
      System.out.println("sentence " + kind + " " + slice(text, sentence.getSpan()));
    }
  }

  private static String slice(String text, TextSpan span) {
    return text.substring(span.getStart(), span.getEnd());
  }
}
