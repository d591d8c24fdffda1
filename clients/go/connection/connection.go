// Package connection is what both programs share: the channel, and errors in words.
package connection

import (
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// A replica that is busy or going away answers UNAVAILABLE: any other may take the call.
// (grpc-go before 1.40 heeds a retry policy only with GRPC_GO_RETRY=on in its environment.)
const serviceConfig = `{
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
}`

// Connect makes a channel: one for the whole process, to be shared. With TLS: grpc.WithTransportCredentials.
func Connect(target string) (*grpc.ClientConn, error) {
	return grpc.Dial(
		target,
		grpc.WithInsecure(),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(codec{})),
	)
}

// ErrorInWords answers a line for each field of a call's error that is wrong, for a time to wait, or else its message.
func ErrorInWords(err error) []string {
	return inWords(status.Convert(err))
}

// InWords does the same for the error of one item of a stream.
func InWords(s *statuspb.Status) []string {
	return inWords(status.FromProto(s))
}

func inWords(s *status.Status) []string {
	var lines []string
	for _, detail := range s.Details() {
		switch detail := detail.(type) {
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				lines = append(lines, violation.GetField()+": "+violation.GetDescription())
			}
		case *errdetails.RetryInfo:
			delay := detail.GetRetryDelay()
			lines = append(lines, fmt.Sprintf("try again in %d ms", 1000*delay.GetSeconds()+int64(delay.GetNanos())/1e6))
		}
	}
	if len(lines) == 0 {
		lines = []string{s.Message()}
	}
	for i, line := range lines {
		lines[i] = code.Code_name[int32(s.Code())] + ": " + line
	}
	return lines
}

// codec encodes messages by google.golang.org/protobuf. grpc-go does so by itself from 1.34 on; before, it knows only
// messages of the older API.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(message interface{}) ([]byte, error) {
	return proto.Marshal(message.(proto.Message))
}

func (codec) Unmarshal(bytes []byte, message interface{}) error {
	return proto.Unmarshal(bytes, message.(proto.Message))
}
