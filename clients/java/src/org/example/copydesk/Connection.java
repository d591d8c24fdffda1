package org.example.copydesk;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What both programs share: the channel, and errors in words. */
final class Connection {
  /** A replica that is busy or going away answers UNAVAILABLE: any other may take the call. */
  private static final Map<String, ?> SERVICE_CONFIG =
      Map.of(
          "loadBalancingConfig", List.of(Map.of("round_robin", Map.of())),
          "methodConfig",
              List.of(
                  Map.of(
                      "name", List.of(Map.of("service", "copydesk.v1.AnalysisService")),
                      "retryPolicy",
                          // Numbers have to be doubles here.
                          Map.of(
                              "maxAttempts", 4.0,
                              "initialBackoff", "0.1s",
                              "maxBackoff", "2s",
                              "backoffMultiplier", 2.0,
                              "retryableStatusCodes", List.of("UNAVAILABLE")))));

  private Connection() {}

  /** A channel; make one for the whole process and share it. With TLS: leave usePlaintext away. */
  static ManagedChannel connect(String target) {
    return ManagedChannelBuilder.forTarget(target)
        .usePlaintext()
        .defaultServiceConfig(SERVICE_CONFIG)
        .enableRetry()
        .build();
  }

  /** A line for each field that is wrong, for a time to wait, or else the message. */
  static List<String> inWords(Status status) {
    String code = io.grpc.Status.fromCodeValue(status.getCode()).getCode() + ": ";
    List<String> lines = new ArrayList<>();
    try {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(BadRequest.class)) {
          for (var violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
            lines.add(code + violation.getField() + ": " + violation.getDescription());
          }
        } else if (detail.is(RetryInfo.class)) {
          var delay = detail.unpack(RetryInfo.class).getRetryDelay();
          long milliseconds = 1000 * delay.getSeconds() + delay.getNanos() / 1_000_000;
          lines.add(code + "try again in " + milliseconds + " ms");
        }
      }
    } catch (InvalidProtocolBufferException e) {
      lines.add(code + "details that cannot be read");
    }
    return lines.isEmpty() ? List.of(code + status.getMessage()) : lines;
  }

  /** The same for the error that ended a call. */
  static List<String> inWords(Throwable error) {
    // Without details where the server sent none, or none reached us (deadline, no connection).
    return inWords(StatusProto.fromThrowable(error));
  }

  /** The arguments after --target HOST:PORT, and what it is. */
  record Arguments(String target, List<String> paths) {
    static Arguments of(String[] arguments) {
      List<String> all = List.of(arguments);
      return all.size() >= 2 && all.get(0).equals("--target")
          ? new Arguments(all.get(1), all.subList(2, all.size()))
          : new Arguments("127.0.0.1:50051", all);
    }
  }
}
