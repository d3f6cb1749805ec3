import { fromJson, LlmError, messageOf, toJson, type JsonValue } from '@majordomo/core';
import { checkSize } from './entry-size.ts';
import { errorFromJson, errorToJson } from './failure.ts';
import { isMessage } from './messages-from.ts';

export interface EntryIo {
  readonly signal: AbortSignal;
  readonly maxBytes?: number | undefined;
  step(name: string, run: () => Promise<JsonValue>): Promise<JsonValue>;
}

/** Returns whether a value of the journal can be the result of an effect. */
export type EntryCheck = (value: unknown) => boolean;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isAnswer: EntryCheck = (value) =>
  isFields(value) &&
  typeof value['target'] === 'string' &&
  typeof value['finish'] === 'string' &&
  Array.isArray(value['warnings']) &&
  isMessage(value['message']) &&
  value['message'].role === 'assistant';

export const isOutcomeOf =
  (callId: string): EntryCheck =>
  (value) =>
    isFields(value) &&
    value['type'] === 'tool-result' &&
    value['callId'] === callId &&
    Array.isArray(value['content']);

export const isListOf =
  (is: EntryCheck): EntryCheck =>
  (value) =>
    Array.isArray(value) && value.every(is);

export const isText: EntryCheck = (value) => typeof value === 'string';

/**
 * One effect as an entry of a journal. A model error is an entry too, so that no engine tries again what the chain has
 * tried, and a replay fails in the same way; only the end of the attempt, and a function with a bug, are the engine's.
 */
export async function journalEntry<T extends object | string>(
  name: string,
  run: () => Promise<T>,
  isValid: EntryCheck,
  journal: EntryIo,
): Promise<T> {
  const kept = await journal.step(name, async () => {
    try {
      return checkSize(asJson(await run()), name, journal.maxBytes);
    } catch (error) {
      return failureEntry(error, journal.signal);
    }
  });
  const failure = isFields(kept) ? errorFromJson(kept['failed']) : undefined;
  if (failure !== undefined) throw failure;
  const value = fromJson<T>(kept);
  if (isValid(value)) return value;
  throw new LlmError(
    'config',
    `the journal is damaged: what it has as "${name}" no such step can have given`,
    {
      path: name,
    },
  );
}

const asJson = (value: object | string): JsonValue => (typeof value === 'string' ? value : toJson(value));

/** Engines handle only instances of `Error` correctly. */
function failureEntry(error: unknown, { aborted }: AbortSignal): JsonValue {
  if (LlmError.is(error) && !aborted) return { failed: errorToJson(error) };
  throw error instanceof Error ? error : new Error(messageOf(error), { cause: error });
}
