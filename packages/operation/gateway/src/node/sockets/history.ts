import { asRecord } from '@majordomo/core/toolkit';
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

const itemsOf = ({ json }: History): readonly Json[] =>
  JSON.parse(new TextDecoder().decode(json)) as readonly Json[];

/** Returns the request with the items of the response that it continues, in the form that the gateway accepts over HTTP. */
export function withHistory(body: Json, history: History | undefined): Json {
  if (history === undefined) return body;
  const input = [...itemsOf(history), ...inputItems(body)];
  return { ...body, previous_response_id: history.storedId, input };
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
  const before = earlier === undefined ? [] : itemsOf(earlier);
  const items = [...before, ...inputItems(body), ...(output as readonly Json[])];
  return {
    id,
    storedId: earlier === undefined ? body['previous_response_id'] : earlier.storedId,
    json: new TextEncoder().encode(JSON.stringify(items)),
    count: items.length,
  };
}
