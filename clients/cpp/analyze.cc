// Analyses files, one call each: analyze [--target HOST:PORT] FILE...

#include <cstdio>
#include <iostream>

#include "connection.h"
#include "copydesk/v1/analysis.grpc.pb.h"

namespace v1 = copydesk::v1;

// More than any article takes, retries included. Without a deadline a call may wait for ever.
constexpr auto kDeadline = std::chrono::seconds(10);

void Show(const std::string& text, const v1::AnalyzeResponse& analysis) {
  auto slice = [&](const v1::TextSpan& span) { return text.substr(span.start(), span.end() - span.start()); };
  std::cout << "language " << analysis.language_code() << '\n';
  for (const auto& keyword : analysis.keywords().keywords()) {
    char score[16];
    std::snprintf(score, sizeof score, "%.2f", keyword.score());
    std::cout << "keyword " << score << ' ' << keyword.text() << '\n';
  }
  for (const auto& sentence : analysis.summary().sentences()) {
    std::cout << "summary " << sentence.rank() << ' ' << slice(sentence.span()) << '\n';
  }
  for (const auto& sentence : analysis.sentences().sentences()) {
    const std::string kind = v1::SentenceKind_Name(sentence.kind()).substr(sizeof "SENTENCE_KIND_" - 1);
    std::cout << "sentence " << kind << ' ' << slice(sentence.span()) << '\n';
  }
}

int main(int argc, char** argv) {
  std::string target = "127.0.0.1:50051";
  const auto files = Arguments(argc, argv, target);
  const auto service = v1::AnalysisService::NewStub(Connect(target));
  bool failed = false;
  for (const auto& file : files) {
    v1::AnalyzeRequest request;
    request.mutable_document()->set_text(ReadFile(file));
    // std::string is indexed by byte.
    request.set_offset_unit(v1::OFFSET_UNIT_UTF8_BYTE);

    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    v1::AnalyzeResponse analysis;
    if (const auto status = service->Analyze(&context, request, &analysis); status.ok()) {
      Show(request.document().text(), analysis);
    } else {
      failed = true;
      for (const auto& line : InWords(status)) std::cerr << file << ": " << line << '\n';
    }
  }
  return failed;
}
