import { asRecord, concatBytes } from '@majordomo/core/toolkit';
import type { Json } from '../../response-store.ts';
import { inputItems } from './message.ts';

/** Conversation up to a response that the gateway has not stored. */
export interface History {
  /** Id of the response. */
  readonly id: string;
  /** Id of the stored response that precedes the items; `undefined` if none does. */
  readonly storedId: unknown;
  /** Items as JSON, because objects use many times the bytes. */
  readonly json: Uint8Array;
  /** Number of items. */
  readonly count: number;
}

const encode = (json: string): Uint8Array => new TextEncoder().encode(json);

/** Returns the chunks of an array in JSON with the elements of two arrays. */
function joined(first: Uint8Array, second: Uint8Array): readonly Uint8Array[] {
  if (first.length <= EMPTY) return [second];
  if (second.length <= EMPTY) return [first];
  return [first.subarray(0, -1), encode(','), second.subarray(1)];
}

/** Length of an array without elements in JSON. */
const EMPTY = 2;

/**
 * Returns the chunks of the body of a request over HTTP, with the items of the response that it continues. They contain the history
 * without a copy, because the gateway decides later whether it accepts a body of this size.
 */
export function bodyChunks(body: Json, history: History | undefined): readonly Uint8Array[] {
  if (history === undefined) return [encode(JSON.stringify({ ...body, stream: true }))];
  const { input: _own, ...rest } = body;
  const others = { ...rest, previous_response_id: history.storedId, stream: true };
  const input = joined(history.json, encode(JSON.stringify(inputItems(body))));
  return [encode(JSON.stringify(others)).subarray(0, -1), encode(',"input":'), ...input, encode('}')];
}

/** Returns the error of a request with a history. Its places in the input become those in the input of the client. */
export function withOwnPlaces(error: Json, { count }: Pick<History, 'count'>): Json {
  const { message, param } = error;
  const moved = (text: unknown): unknown =>
    typeof text !== 'string'
      ? text
      : text.replace(/^input\[(\d+)\]/, (_, place: string) => {
          const own = Number(place) - count;
          return own < 0 ? `previous_response_id[${place}]` : `input[${own}]`;
        });
  return { ...error, message: moved(message), param: moved(param) };
}

/**
 * Returns the conversation after a response, or `undefined` if the gateway has stored the response.
 *
 * @param body request of the response
 * @param earlier conversation that the request continues
 */
export function historyAfter(
  response: unknown,
  body: Json,
  earlier: History | undefined,
): History | undefined {
  const { id, output, store } = asRecord(response);
  const isStored = store === true;
  if (isStored || typeof id !== 'string' || !Array.isArray(output)) return undefined;
  const input = inputItems(body);
  const items = encode(JSON.stringify([...input, ...(output as readonly Json[])]));
  return {
    id,
    storedId: earlier === undefined ? body['previous_response_id'] : earlier.storedId,
    json: earlier === undefined ? items : concatBytes(joined(earlier.json, items)),
    count: (earlier?.count ?? 0) + input.length + output.length,
  };
}
