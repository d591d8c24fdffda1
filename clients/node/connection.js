// What both programs share: the channel, and errors in words.

import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const protos = loadSync(
  ['copydesk/v1/analysis.proto', 'google/rpc/error_details.proto', 'google/rpc/status.proto'],
  {
    includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))],
    defaults: true,
    enums: String,
    longs: Number,
    oneofs: true,
  },
);
const { AnalysisService } = grpc.loadPackageDefinition(protos).copydesk.v1;

// A replica that is busy or going away answers UNAVAILABLE: any other may take the call.
const SERVICE_CONFIG = {
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{ service: 'copydesk.v1.AnalysisService' }],
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: '0.1s',
        maxBackoff: '2s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
};

// A client; make one for the whole process and share it. With TLS: grpc.credentials.createSsl().
export function connect(target) {
  return new AnalysisService(target, grpc.credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify(SERVICE_CONFIG),
  });
}

// When a call that may take so long has to be over.
export function deadline(seconds) {
  return new Date(Date.now() + 1000 * seconds);
}

// A line for each field of a google.rpc.Status that is wrong, for a time to wait, or else its message.
export function inWords(status) {
  const lines = status.details.flatMap((detail) => {
    const value = () => protos[detail.type_url.split('/').pop()].deserialize(detail.value);
    switch (detail.type_url) {
      case 'type.googleapis.com/google.rpc.BadRequest':
        return value().fieldViolations.map(({ field, description }) => `${field}: ${description}`);
      case 'type.googleapis.com/google.rpc.RetryInfo': {
        const { seconds, nanos } = value().retryDelay;
        return [`try again in ${seconds * 1000 + Math.floor(nanos / 1e6)} ms`];
      }
      default:
        return [];
    }
  });
  return (lines.length ? lines : [status.message]).map((line) => `${grpc.status[status.code]}: ${line}`);
}

// The same for an error that ended a call.
export function errorInWords(error) {
  const [details] = error.metadata?.get('grpc-status-details-bin') ?? [];
  // None where the server sent no details, or none reached us (deadline, no connection).
  return details
    ? inWords(protos['google.rpc.Status'].deserialize(details))
    : [`${grpc.status[error.code] ?? 'ERROR'}: ${error.details ?? error.message}`];
}
