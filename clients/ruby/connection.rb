# frozen_string_literal: true

# What both programs share: the channel, and errors in words.

$LOAD_PATH.unshift(File.join(__dir__, 'generated'))

require 'json'
require 'google/protobuf/well_known_types'
require 'google/rpc/error_details_pb'
require 'grpc'
require 'copydesk/v1/analysis_services_pb'

# A replica that is busy or going away answers UNAVAILABLE: any other may take the call.
SERVICE_CONFIG = {
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{ service: 'copydesk.v1.AnalysisService' }],
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: '0.1s',
        maxBackoff: '2s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE']
      }
    }
  ]
}.freeze

# A client; make one for the whole process and share it. With TLS: GRPC::Core::ChannelCredentials.new(ca).
def connect(target)
  Copydesk::V1::AnalysisService::Stub.new(
    target, :this_channel_is_insecure, channel_args: { 'grpc.service_config' => JSON.generate(SERVICE_CONFIG) }
  )
end

# A line for each field of a Google::Rpc::Status that is wrong, for a time to wait, or else its message.
def in_words(status)
  lines = status.details.flat_map do |detail|
    if detail.is(Google::Rpc::BadRequest)
      detail.unpack(Google::Rpc::BadRequest).field_violations.map { |it| "#{it.field}: #{it.description}" }
    elsif detail.is(Google::Rpc::RetryInfo)
      delay = detail.unpack(Google::Rpc::RetryInfo).retry_delay
      ["try again in #{(delay.seconds * 1000) + (delay.nanos / 1_000_000)} ms"]
    else
      []
    end
  end
  lines = [status.message] if lines.empty?
  lines.map { |line| "#{code_name(status.code)}: #{line}" }
end

# The same for an error that ended a call.
def error_in_words(error)
  # None where the server sent no details, or none reached us (deadline, no connection).
  status = error.to_rpc_status
  status ? in_words(status) : ["#{code_name(error.code)}: #{error.details}"]
end

def code_name(code)
  GRPC::Core::StatusCodes.constants.find { |name| GRPC::Core::StatusCodes.const_get(name) == code }
end
