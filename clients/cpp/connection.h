// What both programs share: the channel, files, and errors in words.
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

// A replica that is busy or going away answers UNAVAILABLE: any other may take the call.
inline constexpr char kServiceConfig[] = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{
    "name": [{"service": "copydesk.v1.AnalysisService"}],
    "retryPolicy": {
      "maxAttempts": 4,
      "initialBackoff": "0.1s",
      "maxBackoff": "2s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }]
})";

// A channel; make one for the whole process and share it. With TLS: grpc::SslCredentials.
inline std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string CodeName(int code) {
  static const char* const kNames[] = {
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
      "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
      "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};
  return code >= 0 && code < static_cast<int>(std::size(kNames)) ? kNames[code] : std::to_string(code);
}

// A line for each field that is wrong, for a time to wait, or else the message.
inline std::vector<std::string> InWords(const google::rpc::Status& status) {
  std::vector<std::string> lines;
  const std::string code = CodeName(status.code()) + ": ";
  for (const auto& detail : status.details()) {
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry_info;
    if (detail.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        lines.push_back(code + violation.field() + ": " + violation.description());
      }
    } else if (detail.UnpackTo(&retry_info)) {
      const auto& delay = retry_info.retry_delay();
      lines.push_back(code + "try again in " + std::to_string(delay.seconds() * 1000 + delay.nanos() / 1'000'000) + " ms");
    }
  }
  if (lines.empty()) lines.push_back(code + status.message());
  return lines;
}

// The same for the error that ended a call.
inline std::vector<std::string> InWords(const grpc::Status& error) {
  google::rpc::Status status;
  // Empty where the server sent no details, or none reached us (deadline, no connection).
  if (error.error_details().empty() || !status.ParseFromString(error.error_details())) {
    status.set_code(error.error_code());
    status.set_message(error.error_message());
  }
  return InWords(status);
}

// The files to analyse, or the folder, after the --target HOST:PORT that it takes away.
inline std::vector<std::string> Arguments(int argc, char** argv, std::string& target) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 2 && arguments[0] == "--target") {
    target = arguments[1];
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  return arguments;
}
