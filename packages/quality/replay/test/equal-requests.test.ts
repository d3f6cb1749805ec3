import { user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { replay, type Pair, type ReplayDefinition, type ReplayReport } from '../src/index.ts';
import { fakeModels, testFolder } from './support/fixture.ts';
import { experimentOn, recordedCall } from './support/recorded-calls.ts';

const UNITS = 24;
const JUDGE = 'openai/gpt-5.4';

interface Counted {
  readonly definition: ReplayDefinition;
  /** Number of requests without and with a rubric. */
  readonly counts: { answers: number; verdicts: number };
}

/** Experiment whose changed requests are equal, although the recorded answers differ: the candidate gets no question. */
function experiment(judge: ReplayDefinition['judge']): Counted {
  const counts = { answers: 0, verdicts: 0 };
  const { majordomo } = fakeModels((text) => {
    if (!text.startsWith('{')) {
      counts.answers += 1;
      return 'Hello.';
    }
    counts.verdicts += 1;
    const { first, second } = JSON.parse(text) as Record<'first' | 'second', { readonly text: string }>;
    const isSame = first.text.startsWith('answer to') && second.text.startsWith('answer to');
    const isBad = isSame || text.includes('bad');
    const verdict = isBad ? (first.text === 'Hello.' ? 'first' : 'second') : 'tie';
    return JSON.stringify({ reasoning: 'compared', verdict });
  });
  const calls = Array.from({ length: UNITS }, (_, at) => {
    const call = recordedCall(at);
    const text = at % 2 === 0 ? `bad answer ${at}` : `good answer ${at}`;
    return { ...call, response: { ...call.response, parts: [{ type: 'text', text } as const] } };
  });
  return {
    counts,
    definition: experimentOn(majordomo, calls, {
      candidate: {
        spec: 'openai/gpt-5.4-mini',
        change: (request) => ({ ...request, messages: [user('Hi')] }),
      },
      judge,
    }),
  };
}

const isBetter = ({ recorded }: Pair): 'better' | 'equal' =>
  JSON.stringify(recorded.response?.parts).includes('bad') ? 'better' : 'equal';

const betterIn = ({ better }: ReplayReport): number | undefined => better?.value;

it.each<[string, ReplayDefinition['judge'], number]>([
  ['a model', { models: JUDGE, rubric: 'It greets.' }, 2 * UNITS],
  ['a function', isBetter, 0],
])(
  'judges each pair of equal changed requests with its own recorded answer, by %s',
  async (_name, judge, verdicts) => {
    const { definition, counts } = experiment(judge);
    const report = await replay(definition, { folder: testFolder(), concurrency: 8 });
    expect(betterIn(report)).toBeCloseTo(0.5);
    expect(counts).toEqual({ answers: 1, verdicts });
    expect(report).toMatchObject({ missing: 0, lost: { calls: 0, maxNanoUsd: '0' } });
  },
);
