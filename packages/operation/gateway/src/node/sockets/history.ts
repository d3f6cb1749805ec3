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
}

/** Returns the request with the items of the response that it continues, in the form that the gateway accepts over HTTP. */
export function withHistory(body: Json, history: History | undefined): Json {
  if (history === undefined) return body;
  const input = [...history.items, ...inputItems(body)];
  return { ...body, previous_response_id: history.storedId, input };
}

/** Returns the conversation after a response, or `undefined` if the gateway has stored the response. `sent`: request of the response. */
export function historyAfter(response: unknown, sent: Json): History | undefined {
  const { id, output, store } = asRecord(response);
  if (store === true || typeof id !== 'string' || !Array.isArray(output)) return undefined;
  const items = [...inputItems(sent), ...(output as readonly Json[])];
  return { id, storedId: sent['previous_response_id'], items };
}
