# frozen_string_literal: true

# Analyses files, one call each: ruby analyze.rb [--target HOST:PORT] FILE...

require 'optparse'
require_relative 'connection'

# More than any article takes, retries included. Without a deadline a call may wait for ever.
DEADLINE_SECONDS = 10

def show(text, analysis)
  slice = ->(span) { text[span.start...span.end] }
  puts "language #{analysis.language_code}"
  analysis.keywords.keywords.each { |keyword| puts format('keyword %.2f %s', keyword.score, keyword.text) }
  analysis.summary.sentences.each { |sentence| puts "summary #{sentence.rank} #{slice.call(sentence.span)}" }
  analysis.sentences.sentences.each do |sentence|
    puts "sentence #{sentence.kind.to_s.delete_prefix('SENTENCE_KIND_')} #{slice.call(sentence.span)}"
  end
end

target = '127.0.0.1:50051'
OptionParser.new { |options| options.on('--target HOST:PORT') { |value| target = value } }.parse!
service = connect(target)
failed = false
ARGV.each do |file|
  text = File.binread(file).force_encoding(Encoding::UTF_8)
  request = Copydesk::V1::AnalyzeRequest.new(
    document: Copydesk::V1::Document.new(text: text),
    # Ruby's strings are indexed by code point.
    offset_unit: :OFFSET_UNIT_CODE_POINT
  )
  begin
    show(text, service.analyze(request, deadline: Time.now + DEADLINE_SECONDS))
  rescue GRPC::BadStatus => e
    failed = true
    error_in_words(e).each { |line| warn "#{file}: #{line}" }
  end
end
exit(!failed)
