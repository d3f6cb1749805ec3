import { open } from 'node:fs/promises';
import { fromJson, LlmError, type Message } from '@majordomo/core';
import { loadError, type StoredError } from '@majordomo/evals/internal';
import type { Answer, AnswerContent, Pair, RecordedCall } from '../traffic/answer.ts';
import type { JournalIndex } from './journal-index.ts';
import { readLine } from './journal.ts';
import type { AnswerLine, UnitLine } from './lines.ts';

/** Yields the pairs of units of a journal, without those that have no answer. */
export async function* readPairs(
  file: string,
  index: JournalIndex,
  ids: readonly string[],
): AsyncGenerator<Pair> {
  const handle = await open(file, 'r');
  try {
    for (const id of ids) {
      const unit = index.units.get(id);
      const result = index.lastResult(unit?.copyOf ?? id, 'candidate');
      const place = result && index.answers.get(result.answer);
      if (unit === undefined || place === undefined) continue;
      const call = fromJson<RecordedCall>((await readLine<UnitLine>(handle, unit.place)).call);
      const candidate = answerOf(await readLine<AnswerLine>(handle, place));
      yield { call, recorded: recordedAnswer(call), candidate };
    }
  } finally {
    await handle.close();
  }
}

export const recordedAnswer = ({ response, steps, ms, firstMs, nanoUsd }: RecordedCall): Answer => ({
  response,
  steps,
  ms,
  firstMs,
  nanoUsd,
});

/** Returns a stored answer. Times and cost include the steps before it. */
export function answerOf({ response, error, ms, firstMs, nanoUsd, earlier }: AnswerLine): Answer {
  const failure = error === undefined ? undefined : loadError(error as unknown as StoredError);
  const content = response === undefined ? undefined : fromJson<AnswerContent>(response);
  const answer = { response: content, error: LlmError.is(failure) ? failure : undefined };
  if (earlier === undefined) return { ...answer, ms, firstMs, nanoUsd };
  return {
    ...answer,
    steps: fromJson<readonly Message[]>(earlier.messages),
    ms: ms === undefined ? undefined : earlier.ms + ms,
    firstMs: firstMs === undefined ? undefined : earlier.ms + firstMs,
    nanoUsd: String(BigInt(earlier.nanoUsd) + BigInt(nanoUsd)),
  };
}
