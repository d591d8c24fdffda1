// Analyses each .txt file of a folder over one stream: stream [--target HOST:PORT] FOLDER

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <semaphore>
#include <thread>

#include "connection.h"
#include "copydesk/v1/analysis.grpc.pb.h"

namespace v1 = copydesk::v1;
using Stream = grpc::ClientReaderWriter<v1::AnalyzeStreamRequest, v1::AnalyzeStreamResponse>;

// For the whole folder: a stream's deadline is that of all its items.
constexpr auto kDeadline = std::chrono::minutes(10);
// How many articles may be on their way at once: enough to keep the server busy, few enough to keep memory small.
constexpr int kWindow = 32;

std::vector<std::filesystem::path> Articles(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Reads a file only when there is room for it.
void Send(Stream& stream, const std::vector<std::filesystem::path>& files, std::counting_semaphore<>& room) {
  for (const auto& file : files) {
    room.acquire();
    v1::AnalyzeStreamRequest message;
    message.mutable_item()->set_id(file.filename().string());
    auto& request = *message.mutable_item()->mutable_request();
    request.mutable_document()->set_text(ReadFile(file.string()));
    request.set_offset_unit(v1::OFFSET_UNIT_UTF8_BYTE);
    // These parts alone.
    request.mutable_language();
    request.mutable_keywords()->set_max_keywords(3);
    // Waits while the connection has no room; false where the stream has ended, which Finish tells the reason of.
    if (!stream.Write(message)) return;
  }
  stream.WritesDone();
}

// Prints one result, in whichever order they come; answers whether it is an error.
bool Show(const v1::AnalyzeResult& result) {
  std::cout << result.id() << ": ";
  std::string separator;
  if (result.has_error()) {
    for (const auto& line : InWords(result.error())) {
      std::cout << separator << line;
      separator = ", ";
    }
  } else {
    std::cout << result.analysis().language_code() << ": ";
    for (const auto& keyword : result.analysis().keywords().keywords()) {
      std::cout << separator << keyword.text();
      separator = ", ";
    }
  }
  std::cout << '\n';
  return result.has_error();
}

int main(int argc, char** argv) {
  std::string target = "127.0.0.1:50051";
  const auto arguments = Arguments(argc, argv, target);
  const auto files = Articles(arguments.at(0));
  const auto service = v1::AnalysisService::NewStub(Connect(target));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  const auto stream = service->AnalyzeStream(&context);

  std::counting_semaphore<> room(kWindow);
  std::thread sender([&] { Send(*stream, files, room); });
  bool failed = false;
  for (v1::AnalyzeStreamResponse response; stream->Read(&response);) {
    room.release();
    failed |= Show(response.result());
  }
  // Where the stream ended early, the sender may wait for room that nobody makes any more.
  room.release(kWindow);
  sender.join();
  if (const auto status = stream->Finish(); !status.ok()) {
    failed = true;
    for (const auto& line : InWords(status)) std::cerr << line << '\n';
  }
  return failed;
}
