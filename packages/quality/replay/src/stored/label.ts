import { type ChatRequest, LlmError, systemClock } from '@majordomo/core';
import { checkOptions, seededRandom } from '@majordomo/core/toolkit';
import type { Answer } from '../traffic/answer.ts';
import { checkName, DEFAULT_FOLDER, type ReplayOptions, seedOf } from '../experiment/definition.ts';
import { Journal, journalFile } from '../journal/journal.ts';
import type { JournalIndex } from '../journal/journal-index.ts';
import { readPairs } from '../journal/pairs.ts';
import { shuffled } from '../sample/draw.ts';

/** Number of clear verdicts that a person also decides, to measure the judge. */
const CLEAR_PAIRS = 20;

/** Pair that a person decides, without the names of the models. */
export interface LabeledPair {
  readonly id: string;
  readonly request: ChatRequest;
  readonly first: Answer;
  readonly second: Answer;
  /** Position of the pair, from 1. */
  readonly position: number;
  /** Number of pairs. */
  readonly total: number;
  /** Stores the better answer. `by`: name of the person. */
  write(label: 'first' | 'second' | 'equal', by: string): Promise<void>;
}

/**
 * Yields pairs without a label, in random order and without the names of the models: all doubtful pairs, and at most 20 pairs with a
 * clear verdict of a judge, which measure the judge. A label replaces the score of its pair. Rejects with `config` while a process
 * runs the experiment, and with `not-found` if no such experiment exists.
 */
export async function* labelReplay(
  name: string,
  options: Pick<ReplayOptions, 'folder' | 'clock'> = {},
): AsyncGenerator<LabeledPair> {
  checkName(name);
  checkOptions('labelReplay', options, { folder: 'string', clock: 'object with now' });
  const { folder = DEFAULT_FOLDER, clock = systemClock } = options;
  const journal = await Journal.openExisting(folder, name);
  if (journal === undefined)
    throw new LlmError('not-found', `replay ${name}: ${folder} has no such experiment; run it first`);
  try {
    const random = seededRandom(seedOf(name));
    const ids = pairsToLabel(journal.index, random);
    let position = 0;
    for await (const { call, recorded, candidate } of readPairs(
      journalFile(folder, name),
      journal.index,
      ids,
    )) {
      position += 1;
      const isSwapped = random() < 0.5;
      yield {
        id: call.id,
        request: call.request,
        first: isSwapped ? candidate : recorded,
        second: isSwapped ? recorded : candidate,
        position,
        total: ids.length,
        async write(choice, by) {
          // The label is 1 if the candidate is better, and -1 if the recorded answer is better.
          const better = { first: isSwapped ? 1 : -1, second: isSwapped ? -1 : 1, equal: 0 };
          const at = new Date(clock.now()).toISOString();
          // `readPairs` yields only pairs whose unit has a result.
          const answerKey = journal.index.lastResult(call.id, 'candidate')?.answer ?? '';
          await journal.append({
            type: 'label',
            unit: call.id,
            answer: answerKey,
            label: better[choice],
            by,
            at,
          });
        },
      };
    }
  } finally {
    await journal.close();
  }
}

/**
 * Returns the ids of the doubtful pairs and of some clear pairs, in random order. Omits pairs that have a label, and near
 * duplicates, which share the label of their original.
 */
function pairsToLabel(index: JournalIndex, random: () => number): readonly string[] {
  const results = [...index.units.values()].flatMap(({ id, copyOf }) => {
    const result = copyOf === undefined ? index.lastResult(id, 'candidate') : undefined;
    return result === undefined || index.labelOf(id) !== undefined ? [] : [result];
  });
  const doubtful = results.filter(({ isDoubtful }) => isDoubtful);
  const clear = results.filter(({ isDoubtful, by }) => by === 'judge' && !isDoubtful);
  const measured = shuffled(clear, random).slice(0, CLEAR_PAIRS);
  return shuffled([...doubtful, ...measured], random).map(({ unit }) => unit);
}
