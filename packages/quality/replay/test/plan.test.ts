import { LlmError, systemClock, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { planReplay, readReplay, replay, type RecordedCall, type ReplayDefinition } from '../src/index.ts';
import { answerTo, fakeModels, testFolder } from './support/fixture.ts';
import {
  experimentOn,
  questionAt,
  recordedCall,
  recordedCalls,
  trafficOf,
} from './support/recorded-calls.ts';

const experiment = (all: readonly RecordedCall[], more: Partial<ReplayDefinition> = {}): ReplayDefinition =>
  experimentOn(fakeModels(answerTo).majordomo, all, { sample: 20, ...more });

it('excludes calls that are not valid chats', async () => {
  const { request, response, ...rest } = recordedCall(100);
  const bad = [
    { ...rest, id: 'messages', response, request: { messages: [] } },
    { ...rest, id: 'parts', request, response: { ...response, parts: undefined } },
    {
      ...rest,
      id: 'tools',
      response,
      request: { ...request, tools: [{ name: 'a', description: 'b', parameters: null }] },
    },
  ] as unknown as readonly RecordedCall[];
  const { sample } = await planReplay(experiment([...recordedCalls(20), ...bad]), { folder: testFolder() });
  expect(sample).toMatchObject({
    represented: 20,
    excluded: {
      'the stored request or answer is invalid': 2,
      'the request is invalid: messages must not be empty': 1,
    },
  });
});

it('does not represent calls that its source excludes', async () => {
  const all = recordedCalls(30);
  const traffic: ReplayDefinition['traffic'] = {
    ...trafficOf(all),
    async *list() {
      yield { excluded: 'not recorded', calls: 70 };
      for (const { id } of all) yield { id };
    },
  };
  const { sample } = await planReplay(experiment(all, { traffic }), { folder: testFolder() });
  expect(sample).toMatchObject({ traffic: 100, represented: 30, excluded: { 'not recorded': 70 } });
});

it.each<readonly [candidate: ReplayDefinition['candidate']]>([
  [{ spec: 'openai/gpt-5.4-mini' }],
  [{ change: (request) => ({ ...request, system: 'Be brief.' }) }],
])('warns about a judge that compares its own recorded answers: %#', async (candidate) => {
  const all = recordedCalls(30).map((call) => ({ ...call, name: 'openai/gpt-5.4' }));
  const judge = { models: 'openai/gpt-5.4', rubric: 'The answer is correct.' };
  const { warnings } = await planReplay(experiment(all, { candidate, judge }), { folder: testFolder() });
  expect(warnings).toContain('openai/gpt-5.4 judges its own answers; use a judge of another vendor');
});

it('warns about a sample that is larger than asked, because it has many kinds', async () => {
  const definition = experiment(recordedCalls(100), { kind: ({ id }) => id.slice(-1) });
  const { warnings } = await planReplay(definition, { folder: testFolder() });
  expect(warnings).toContain(
    'the sample has 100 calls instead of 20, because each of its 10 kinds has at least 20; use fewer kinds for a smaller sample',
  );
});

describe('a sample after 30 days', () => {
  const DAY_MS = 86_400_000;
  const warningsAfter = async (days: number): Promise<readonly (readonly string[])[]> => {
    const folder = testFolder();
    const now = Date.now();
    const at = new Date(now - DAY_MS).toISOString();
    const definition = experiment(recordedCalls(20).map((call) => ({ ...call, at })));
    await planReplay(definition, { folder, clock: { ...systemClock, now: () => now } });
    const clock = { ...systemClock, now: () => now + days * DAY_MS };
    const planned = await planReplay(definition, { folder, clock });
    const run = await replay(definition, { folder, clock });
    const read = await readReplay('next', { folder, clock });
    return [planned.warnings, run.warnings, read.warnings];
  };

  it('has a warning in each command', async () => {
    for (const warnings of await warningsAfter(32))
      expect(warnings).toEqual([
        'the newest recorded call is 33 days old, so the traffic may have changed',
        'the sample was drawn 32 days ago, and its file contains calls of users; delete it with `majordomo replay remove next` if it is not needed any more',
      ]);
  });

  it('has no warning before', async () => {
    for (const warnings of await warningsAfter(29)) expect(warnings).toEqual([]);
  });
});

it('includes the rubric in the maximum cost', async () => {
  const maximum = async (rubric: string): Promise<number> => {
    const judge = { models: 'openai/gpt-5.4', rubric };
    const plan = await planReplay(experiment(recordedCalls(20), { judge }), { folder: testFolder() });
    return Number(plan.maxNanoUsd);
  };
  expect(await maximum('x'.repeat(100_000))).toBeGreaterThan(await maximum('x'));
});

it('spends no more than its budget for verdicts that are repaired', async () => {
  const usage = { input: 1000, output: 4000, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
  const { majordomo } = fakeModels((text) =>
    text.startsWith('a question')
      ? { text: 'An answer.', usage: { ...usage, output: 100 } }
      : { text: 'no JSON', usage },
  );
  const all = Array.from({ length: 20 }, (_, at) =>
    recordedCall(at, { request: { messages: [user(`a question ${questionAt(at)}`)], maxTokens: 100 } }),
  );
  const judge = { models: 'openai/gpt-5.4', rubric: 'The answer is correct.' };
  const options = { folder: testFolder(), concurrency: 1 };
  const report = await replay(experiment(all, { majordomo, judge, budgetUsd: '1.7' }), options);
  expect(report.warnings.join()).toContain('the budget is spent');
  expect(BigInt(report.spentNanoUsd)).toBeGreaterThan(1_000_000_000n);
  expect(BigInt(report.spentNanoUsd)).toBeLessThanOrEqual(1_700_000_000n);
});

it('refuses a budget that would end before the last verdict, and names the smallest that does not', async () => {
  const { majordomo } = fakeModels((text) =>
    text.startsWith('a question') ? 'An answer.' : '{"reasoning":"","verdict":"tie"}',
  );
  const all = Array.from({ length: 20 }, (_, at) =>
    recordedCall(at, { request: { messages: [user(`a question ${questionAt(at)}`)], maxTokens: 100 } }),
  );
  const judge = { models: 'openai/gpt-5.4', rubric: 'The answer is correct.' };
  const folder = testFolder();
  const planned = experiment(all, { majordomo, judge });
  const { likelyNanoUsd, maxCallNanoUsd } = await planReplay(planned, { folder });
  expect(Number(likelyNanoUsd)).toBeLessThan(Number(maxCallNanoUsd));
  const small = { ...planned, budgetUsd: (Number(likelyNanoUsd) / 1e9).toFixed(9) };
  const refusal: unknown = await replay(small, { folder }).catch((error: unknown) => error);
  if (!LlmError.is(refusal, 'denied')) throw refusal;
  const budgetUsd = (Number(BigInt(likelyNanoUsd) + BigInt(maxCallNanoUsd)) / 1e9).toFixed(9);
  expect(refusal.message).toContain(`raise \`budgetUsd\` to at least ${budgetUsd}`);
  expect(await replay({ ...planned, budgetUsd }, { folder })).toMatchObject({ missing: 0 });
});
