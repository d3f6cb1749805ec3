import {
  type Failure,
  type FailureForm,
  failureForm,
  type FailureName,
  formOf,
} from '@majordomo/testing/internal';

/** Failures of Converse. `type` is the name of the exception. Sources: API reference, 2026-11; recordings of 2024-2026. */
export const CONVERSE_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: failureForm(400, 'ValidationException', 'The provided model identifier is invalid.'),
  parameter: failureForm(
    400,
    'ValidationException',
    'The model returned the following errors: `temperature` is deprecated for this model.',
  ),
  overflow: failureForm(400, 'ValidationException', 'Input is too long for requested model.'),
  blocked: failureForm(
    400,
    'ValidationException',
    'The model returned the following errors: Output blocked by content filtering policy',
  ),
  auth: failureForm(
    403,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  billing: failureForm(
    403,
    'AccessDeniedException',
    'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.',
  ),
  permission: failureForm(
    403,
    'AccessDeniedException',
    "You don't have access to the model with the specified model ID.",
  ),
  'not-found': failureForm(404, 'ResourceNotFoundException', 'Could not resolve the model.'),
  timeout: failureForm(408, 'ModelTimeoutException', 'The model took too long to respond.'),
  'rate-limit': failureForm(
    429,
    'ThrottlingException',
    'Too many requests, please wait before trying again.',
  ),
  quota: failureForm(429, 'ThrottlingException', 'Too many tokens per day, please wait before trying again.'),
  overloaded: failureForm(429, 'ModelNotReadyException', 'The model is not ready to serve requests.'),
  server: failureForm(500, 'InternalServerException', 'The server encountered an internal error.'),
  unavailable: failureForm(503, 'ServiceUnavailableException', 'The service is not currently available.'),
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
