import { fnv1a } from '../bytes/fnv.ts';

/**
 * An id for a call that the vendor gave none: unique in the turn, and equal when the same response is replayed, for a
 * prompt cache depends on it.
 */
export const madeUpCallId = (responseId: string, index: number): string =>
  responseId === '' ? `call_${index}` : `call_${fnv1a(responseId).toString(36)}_${index}`;

/** Is it such an id? For wires that have calls without ids, and take none that they did not give. */
export const isMadeUpCallId = (id: string): boolean => /^call_(?:[0-9a-z]{1,7}_)?\d{1,6}$/.test(id);
