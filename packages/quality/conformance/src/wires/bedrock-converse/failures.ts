import { type Failure, type FailureForm, type FailureName, formOf } from '@majordomo/testing/internal';

/** Failures of Converse. `type` is the name of the exception. Sources: API reference, 2026-11; recordings of 2024-2026. */
export const CONVERSE_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: { status: 400, type: 'ValidationException', message: 'The provided model identifier is invalid.' },
  parameter: {
    status: 400,
    type: 'ValidationException',
    message: 'The model returned the following errors: `temperature` is deprecated for this model.',
  },
  overflow: { status: 400, type: 'ValidationException', message: 'Input is too long for requested model.' },
  blocked: {
    status: 400,
    type: 'ValidationException',
    message: 'The model returned the following errors: Output blocked by content filtering policy',
  },
  auth: {
    status: 403,
    type: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  },
  billing: {
    status: 403,
    type: 'AccessDeniedException',
    message:
      'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.',
  },
  permission: {
    status: 403,
    type: 'AccessDeniedException',
    message: "You don't have access to the model with the specified model ID.",
  },
  'not-found': { status: 404, type: 'ResourceNotFoundException', message: 'Could not resolve the model.' },
  timeout: { status: 408, type: 'ModelTimeoutException', message: 'The model took too long to respond.' },
  'rate-limit': {
    status: 429,
    type: 'ThrottlingException',
    message: 'Too many requests, please wait before trying again.',
  },
  quota: {
    status: 429,
    type: 'ThrottlingException',
    message: 'Too many tokens per day, please wait before trying again.',
  },
  overloaded: {
    status: 429,
    type: 'ModelNotReadyException',
    message: 'The model is not ready to serve requests.',
  },
  server: {
    status: 500,
    type: 'InternalServerException',
    message: 'The server encountered an internal error.',
  },
  unavailable: {
    status: 503,
    type: 'ServiceUnavailableException',
    message: 'The service is not currently available.',
  },
};

/** Exceptions in a stream, by failure (`ConverseStreamOutput`). Any other failure is sent as `modelStreamErrorException`. */
const IN_STREAM: Readonly<Partial<Record<FailureName, string>>> = {
  invalid: 'validationException',
  'rate-limit': 'throttlingException',
  quota: 'throttlingException',
  overloaded: 'serviceUnavailableException',
  unavailable: 'serviceUnavailableException',
  server: 'internalServerException',
};

export const inStreamType = ({ failure }: Failure): string =>
  IN_STREAM[failure] ?? 'modelStreamErrorException';

export const errorBody = (failure: Failure): string =>
  JSON.stringify({ message: formOf(CONVERSE_FAILURES, failure).message });
