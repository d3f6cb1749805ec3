import { Refusal } from '../../errors/refusal.ts';
import { responsesFailure } from '../../openai-chat/failure.ts';
import {
  boolean,
  invalid,
  nonEmptyString,
  object,
  oneOf,
  type Fields,
  type Parser,
} from '../../parsing/fields.ts';
import { jsonOf } from '../../parsing/body.ts';
import { refusalResponse } from '../../response/refusal-response.ts';
import type { Json } from '../../response-store.ts';

/** Message of a client. */
export type ClientMessage =
  | {
      readonly type: 'create';
      /** Body of the request, without the members that only sockets have. */
      readonly body: Json;
      /** Whether to call the model. Otherwise, the input is only stored for the next request. */
      readonly generates: boolean;
    }
  | { readonly type: 'steer'; readonly steer: Json };

/** Members of a message that a request over HTTP does not have. */
const OF_SOCKET = new Set(['type', 'stream_id', 'generate']);

const STREAM_ID = /^[\w.-]{1,256}$/;

/** Parses the JSON of a message. */
export const parseJson = (bytes: Uint8Array, maxElements: number): Fields =>
  object(jsonOf(bytes, maxElements), '');

/** Returns the name of the lane of a message, or `undefined` for the default lane. */
export const streamIdOf = (message: Fields): string | undefined => message.optional('stream_id', streamId);

const streamId: Parser<string> = (value, path) => {
  if (typeof value === 'string' && STREAM_ID.test(value)) return value;
  const message = `${path} must have 1 to 256 letters, digits, underscores, hyphens or periods`;
  throw new Refusal('invalid-request', message, { path, code: 'invalid_stream_id' });
};

/** Parses a message. Throws a refusal if it is invalid. */
export function parseMessage(message: Fields): ClientMessage {
  const type = message.required('type', oneOf('response.create', 'response.steer'));
  const body = Object.fromEntries(Object.entries(message.value).filter(([name]) => !OF_SOCKET.has(name)));
  if (type === 'response.steer') return { type: 'steer', steer: body };
  if (message.optional('background', boolean) === true)
    invalid('background', 'is not supported over a socket; send POST /v1/responses');
  message.required('model', nonEmptyString);
  message.optional('previous_response_id', nonEmptyString);
  // Throws for an invalid input.
  inputItems(body);
  return { type: 'create', body, generates: message.optional('generate', boolean) ?? true };
}

/** Returns the input of a request as a list of items, which the gateway checks. */
export function inputItems({ input }: Json): readonly Json[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return Array.isArray(input) ? (input as readonly Json[]) : invalid('input', 'must be a string or an array');
}

/** Returns the error message for a failed request: the body, the status and the headers of its response over HTTP. */
export async function errorMessage(response: Response): Promise<Json & { readonly error: Json }> {
  const { error } = (await response.json()) as { readonly error: Json };
  const headers = [...response.headers].filter(([name]) => !name.startsWith('content-'));
  return {
    type: 'error',
    status: response.status,
    error: { ...error, headers: Object.fromEntries(headers) },
  };
}

/** Returns the error message for a refusal. */
export const refusalMessage = (refusal: Refusal): Promise<Json> =>
  errorMessage(refusalResponse(refusal, responsesFailure));

/** Returns the message for steering input, which no response accepts. */
export const steerFailed = (steer: Json): Json => ({
  type: 'response.steer.failed',
  sequence_number: 0,
  steer,
  error: {
    type: 'invalid_request_error',
    code: 'steering_not_supported',
    message: 'the gateway does not support steering; send the input with the next response.create',
  },
});
