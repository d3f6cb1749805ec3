import { asRecord } from '@majordomo/core/toolkit';
import type { Json } from '../../response-store.ts';
import { inputItems } from './message.ts';

/** Conversation up to a response that the gateway has not stored. */
export interface History {
  /** Id of the response. */
  readonly id: string;
  /** Id of the stored response that precedes the items; `undefined` if none does. */
  readonly storedId: unknown;
  readonly items: readonly Json[];
  /** Approximate size of the items in characters of JSON. */
  readonly size: number;
}

/** Returns the request with the items of the response that it continues, in the form that the gateway accepts over HTTP. */
export function withHistory(body: Json, history: History | undefined): Json {
  if (history === undefined) return body;
  const input = [...history.items, ...inputItems(body)];
  return { ...body, previous_response_id: history.storedId, input };
}

/**
 * Returns the conversation after a response, or `undefined` if the gateway has stored the response.
 *
 * @param sent request of the response
 * @param size size of the items of the request
 */
export function historyAfter(response: unknown, sent: Json, size: number): History | undefined {
  const { id, output, store } = asRecord(response);
  const isStored = store === true;
  if (isStored || typeof id !== 'string' || !Array.isArray(output)) return undefined;
  return {
    id,
    storedId: sent['previous_response_id'],
    items: [...inputItems(sent), ...(output as readonly Json[])],
    size: size + JSON.stringify(output).length,
  };
}
