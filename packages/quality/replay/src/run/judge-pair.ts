import { abortable } from '@majordomo/core/toolkit';
import { digest } from '@majordomo/evals/internal';
import type { Answer, Pair } from '../traffic/answer.ts';
import type { Judging, Verdict } from '../experiment/definition.ts';
import { requestToJudge, type JudgedPair } from '../experiment/judge-request.ts';
import type { UnitSetup } from './unit-setup.ts';

/** Mean of the verdicts on a pair. */
export interface Judged {
  /** Score from -1 (worse) to 1 (better). */
  readonly score: number;
  /** Whether verdicts contradict each other or are missing. */
  readonly isDoubtful: boolean;
}

/** Pair with the key of the answer that is judged. */
export interface KeyedPair extends Pair {
  readonly key: string;
}

const SCORES = { better: 1, equal: 0, worse: -1 } as const;
/** Verdicts on the candidate by the answer of the judge, for both orders. */
const ORDERS = [
  { first: 'better', second: 'worse', tie: 'equal' },
  { first: 'worse', second: 'better', tie: 'equal' },
] as const;

/** Returns the verdicts on a pair: the stored ones, and new ones. Returns `undefined` if a call of a judge has no result. */
export async function judgePair(
  judging: Judging,
  pair: KeyedPair,
  { journal, calls, signal }: Pick<UnitSetup, 'journal' | 'calls' | 'signal'>,
): Promise<Judged | undefined> {
  if (typeof judging === 'function') return judgeByFunction(judging, pair, { journal, signal });
  const scores: number[] = [];
  let isDoubtful = false;
  let isComplete = true;
  for (const model of [judging.models].flat()) {
    const verdicts: (Verdict | undefined)[] = [];
    for (const order of [0, 1] as const) {
      const key = digest([pair.key, pair.call.id, 'judge', model, judging.rubric, order]);
      if (!journal.index.verdicts.has(key)) {
        const request = requestToJudge(judging.rubric, inOrder(pair, order));
        const isJudged = await calls.judge({
          key,
          unit: pair.call.id,
          spec: model,
          request,
          verdicts: ORDERS[order],
        });
        // The other orders are requested, too, so that one batch contains all of them.
        isComplete &&= isJudged;
      }
      verdicts.push(journal.index.verdicts.get(key)?.verdict);
    }
    const known = verdicts.flatMap((verdict) => (verdict === undefined ? [] : [SCORES[verdict]]));
    scores.push(mean(known));
    isDoubtful ||= verdicts[0] === undefined || verdicts[0] !== verdicts[1];
  }
  return isComplete ? { score: mean(scores), isDoubtful } : undefined;
}

async function judgeByFunction(
  judging: (pair: Pair) => Verdict | undefined | Promise<Verdict | undefined>,
  { key: answer, ...pair }: KeyedPair,
  { journal, signal }: Pick<UnitSetup, 'journal' | 'signal'>,
): Promise<Judged> {
  const key = digest([answer, pair.call.id, 'judge']);
  const { verdicts } = journal.index;
  if (!verdicts.has(key)) {
    // The function may not know of the signal.
    const verdict = await abortable(Promise.resolve(judging(pair)), signal);
    await journal.append({ type: 'verdict', key, verdict });
  }
  const verdict = verdicts.get(key)?.verdict;
  return { score: verdict === undefined ? 0 : SCORES[verdict], isDoubtful: verdict === undefined };
}

function inOrder({ call, recorded, candidate }: Pair, order: 0 | 1): JudgedPair {
  const [first, second] = order === 0 ? [candidate, recorded] : [recorded, candidate];
  return { request: call.request, first: judgedAnswer(first), second: judgedAnswer(second) };
}

/** Returns the content of an answer. A failed answer was decided before a judge is asked. */
function judgedAnswer({ response, steps }: Answer): JudgedPair['first'] {
  if (response === undefined) throw new Error('a failed answer is not judged');
  return { parts: response.parts, steps };
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
