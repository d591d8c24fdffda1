# frozen_string_literal: true

# Analyses each .txt file of a folder over one stream: ruby stream.rb [--target HOST:PORT] FOLDER

require 'optparse'
require_relative 'connection'

# For the whole folder: a stream's deadline is that of all its items.
DEADLINE_SECONDS = 600
# How many articles may be on their way at once: enough to keep the server busy, few enough to keep memory small.
WINDOW = 32

# Reads a file only when there is room for it. gRPC takes the items on a thread of its own.
def items(folder, window)
  Enumerator.new do |stream|
    Dir.glob(File.join(folder, '*.txt')).sort.each do |file|
      window.push(file)
      request = Copydesk::V1::AnalyzeRequest.new(
        document: Copydesk::V1::Document.new(text: File.binread(file).force_encoding(Encoding::UTF_8)),
        offset_unit: :OFFSET_UNIT_CODE_POINT,
        # These parts alone.
        language: Copydesk::V1::LanguageOptions.new,
        keywords: Copydesk::V1::KeywordOptions.new(max_keywords: 3)
      )
      item = Copydesk::V1::AnalyzeItem.new(id: File.basename(file), request: request)
      stream << Copydesk::V1::AnalyzeStreamRequest.new(item: item)
    end
  end
end

# Prints one result, in whichever order they come; answers whether it is an analysis.
def show(result)
  if result.outcome == :error
    puts "#{result.id}: #{in_words(result.error).join(', ')}"
    return false
  end
  analysis = result.analysis
  puts "#{result.id}: #{analysis.language_code}: #{analysis.keywords.keywords.map(&:text).join(', ')}"
  true
end

target = '127.0.0.1:50051'
OptionParser.new { |options| options.on('--target HOST:PORT') { |value| target = value } }.parse!
window = SizedQueue.new(WINDOW)
complete = true
begin
  responses = connect(target).analyze_stream(items(ARGV.fetch(0), window), deadline: Time.now + DEADLINE_SECONDS)
  responses.each do |response|
    window.pop
    complete &= show(response.result)
  end
rescue GRPC::BadStatus => e
  complete = false
  error_in_words(e).each { |line| warn line }
end
exit(complete)
