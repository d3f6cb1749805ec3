import { fromJson, LlmError, messageOf, toJson, type JsonValue } from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import { checkSize } from './entry-size.ts';
import { errorFromJson, errorToJson } from '../state/failure.ts';
import type { Journal } from './journal.ts';
import { isMessage } from '../state/messages-from.ts';
import { failedWorkOf, recordFailedWork, type FailedWork } from '../loop/spending.ts';

/** Function that returns whether a journal value is a valid result of an effect. */
export type EntryCheck = (value: unknown) => boolean;

export const isAnswer: EntryCheck = (value) =>
  isRecord(value) &&
  typeof value['target'] === 'string' &&
  typeof value['finish'] === 'string' &&
  Array.isArray(value['warnings']) &&
  isMessage(value['message']) &&
  value['message'].role === 'assistant';

export const isOutcomeOf =
  (callId: string): EntryCheck =>
  (value) =>
    isRecord(value) &&
    value['type'] === 'tool-result' &&
    value['callId'] === callId &&
    Array.isArray(value['content']);

export const isListOf =
  (is: EntryCheck): EntryCheck =>
  (value) =>
    Array.isArray(value) && value.every(is);

export const isText: EntryCheck = (value) => typeof value === 'string';

/**
 * Returns the result of an effect as a journal entry. A model error also becomes an entry, so the engine does not retry the call
 * and a replay fails in the same way. Throws any other error, such as an abort, to the engine.
 */
export async function journalEntry<T extends object | string>(
  name: string,
  run: () => Promise<T>,
  isValid: EntryCheck,
  journal: Pick<Journal, 'signal' | 'maxBytes' | 'step'>,
): Promise<T> {
  const storedResult = await journal.step(name, async () => {
    let result: T | undefined;
    try {
      result = await run();
      return checkSize(asJson(result), name, journal.maxBytes);
    } catch (error) {
      const { usage, spent } = asRecord(result) as FailedWork;
      // The effect succeeded, but its result cannot be stored, such as a too large one. What it has spent still counts.
      if (result !== undefined) recordFailedWork(error, { usage, spent });
      return failureEntry(error, journal.signal);
    }
  });
  const { failed, work } = asRecord(storedResult);
  const failure = errorFromJson(failed);
  if (failure !== undefined) {
    recordFailedWork(failure, fromJson<FailedWork | undefined>(work));
    throw failure;
  }
  const value = fromJson<T>(storedResult);
  if (isValid(value)) return value;
  throw new LlmError(
    'config',
    `journal entry "${name}": the value is not a valid result of this step, so the journal is damaged; start the run again under another id`,
    { path: name },
  );
}

const asJson = (value: object | string): JsonValue => (typeof value === 'string' ? value : toJson(value));

/** Returns a model error as an entry. Throws any other value as an `Error`, because engines do not support other thrown values. */
function failureEntry(error: unknown, { aborted }: AbortSignal): JsonValue {
  if (LlmError.is(error) && !aborted) {
    const work = failedWorkOf(error);
    return { failed: errorToJson(error), ...(work && { work: toJson(work) }) };
  }
  throw error instanceof Error ? error : new Error(messageOf(error), { cause: error });
}
