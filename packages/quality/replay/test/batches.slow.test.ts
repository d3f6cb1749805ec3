import { createBatches, type BatchItem } from '@majordomo/batch';
import { startBatchServer, type BatchServer } from '@majordomo/conformance';
import { createMajordomo, systemClock, type ChatModel, type Clock } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { expect, it } from 'vitest';
import {
  planReplay,
  removeReplay,
  replay,
  type ReplayDefinition,
  type ReplayProgress,
} from '../src/index.ts';
import { testFolder } from './support/fixture.ts';
import { experimentOn, questionAt, recordedCall } from './support/recorded-calls.ts';

const USAGE = { input: 100, output: 20, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
const UNITS = 30;

const calls = Array.from({ length: UNITS }, (_, at) => {
  const call = recordedCall(at, {}, `answer to ${questionAt(at)}${at < 10 ? ', and more' : ''}`);
  return { ...call, response: { ...call.response, usage: USAGE } };
});

/** @param isInMemory whether the jobs are known to be lost at the end of the process */
function experiment(server: BatchServer, isInMemory = false): ReplayDefinition {
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ api: 'chat', baseURL: server.baseURL }),
      createAnthropic({ baseURL: server.url }),
    ],
    env: { OPENAI_API_KEY: 'sk-test', ANTHROPIC_API_KEY: 'sk-test' },
  });
  return experimentOn(majordomo, calls, {
    judge: { models: 'anthropic/claude-haiku-4-5', rubric: 'The answer is complete.' },
    batches: { ...createBatches({ majordomo }), ...(isInMemory ? {} : { isInMemory }) },
  });
}

/** Answers like the recorded calls, and judges the longer answer to be better. */
function answer({ text }: { readonly text: string }): string {
  if (!text.startsWith('{')) return `answer to ${text}`;
  const { first, second } = JSON.parse(text) as Record<'first' | 'second', { readonly text: string }>;
  const verdict = first.text.length > second.text.length ? 'first' : 'second';
  return JSON.stringify({ reasoning: 'by length', verdict });
}

/** Batches whose vendor reports neither usage nor cost. */
const UNREPORTED = {
  submit: async ({ key, items }: { readonly key: string; readonly items: readonly BatchItem[] }) => ({
    key,
    poll: async () => ({ state: 'done' }),
    async *results() {
      for (const { id } of items)
        yield {
          id,
          response: {
            parts: [{ type: 'text', text: 'another answer' }],
            finish: 'stop',
            target: 'openai/gpt-5.4-mini',
          },
        };
    },
  }),
} as unknown as ReplayDefinition['batches'];

/** Clock whose timers end at once. */
function skippingClock(): Clock {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    timer(ms, run) {
      skipped += ms;
      const timer = setTimeout(run, 1);
      return () => clearTimeout(timer);
    },
    sleep: systemClock.sleep,
  };
}

it('answers and judges by batches, at the batch price', async () => {
  await using server = await startBatchServer({ answer });
  const report = await replay(experiment(server), { folder: testFolder(), clock: skippingClock() });
  expect(report.missing).toBe(0);
  expect(report.worse?.value).toBeCloseTo(1 / 3);
  expect(report.judge).toMatchObject({ pairs: 10, agreed: 10 });
  expect(report.latency).toBeUndefined();
  expect(server.batches).toHaveLength(2);
  expect(server.requests.filter(({ path }) => path === '/v1/chat/completions')).toHaveLength(0);
});

it('reports the units with a result while batches run', async () => {
  await using server = await startBatchServer({ answer, looks: 1 });
  const done: number[] = [];
  const onProgress = (progress: ReplayProgress): void => {
    if (progress.step !== 'answer') return;
    expect(progress.total).toBe(UNITS);
    done.push(progress.done);
  };
  await replay(experiment(server), { folder: testFolder(), clock: skippingClock(), onProgress });
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect([...new Set(done)]).toEqual(Array.from({ length: UNITS + 1 }, (_, at) => at));
});

it('ends after waitMs, and the next run continues the same batches', async () => {
  await using server = await startBatchServer({ answer, looks: Infinity });
  const folder = testFolder();
  const definition = experiment(server);
  const first = await replay(definition, { folder, waitMs: 0 });
  expect(first).toMatchObject({ verdict: 'incomplete', missing: UNITS });
  expect(first.warnings.join()).toContain(
    'the time of `waitMs` is over, and batches are still running; run again',
  );
  server.endAll();
  const second = await replay(definition, { folder, waitMs: 0 });
  expect(second.missing).toBe(10);
  server.endAll();
  const third = await replay(definition, { folder, waitMs: 0 });
  expect(third.missing).toBe(0);
  expect(server.batches).toHaveLength(2);
});

it('divides calls into several batches if the budget does not cover the maximum of all at once', async () => {
  await using server = await startBatchServer({ answer });
  const folder = testFolder();
  const report = await replay(
    { ...experiment(server), budgetUsd: '0.3' },
    { folder, clock: skippingClock() },
  );
  expect(report).toMatchObject({ missing: 0, judge: { pairs: 10 } });
  expect(report.warnings.join()).not.toContain('the run stopped early');
  expect(server.batches.length).toBeGreaterThan(2);
  const poor = { ...experiment(server), batches: UNREPORTED, name: 'poor', budgetUsd: '0.0483' };
  const stopped = await replay(poor, { folder, clock: skippingClock() });
  expect(stopped.missing).toBeGreaterThan(0);
  expect(stopped.warnings.join()).toContain('the budget does not cover the maximum cost of the next call');
});

it('refuses a wrapped candidate', async () => {
  await using server = await startBatchServer({ answer });
  const definition = experiment(server);
  const wrapped = {
    ...definition,
    candidate: { ...definition.candidate, wrap: (model: ChatModel) => model },
  };
  await expect(replay(wrapped, { folder: testFolder() })).rejects.toThrow(
    '`candidate.wrap` applies to live calls only',
  );
});

it('refuses jobs that are lost when the process ends', async () => {
  await using server = await startBatchServer({ answer });
  await expect(replay(experiment(server, true), { folder: testFolder() })).rejects.toThrow(
    'replay next: `batches` keeps its jobs in memory',
  );
  expect(server.requests).toHaveLength(0);
});

it('sends no live calls while batches of the experiment run', async () => {
  await using server = await startBatchServer({ answer, looks: Infinity });
  const folder = testFolder();
  const definition = experiment(server);
  await replay(definition, { folder, waitMs: 0 });
  await expect(replay({ ...definition, batches: undefined }, { folder })).rejects.toThrow(
    'replay next: `batches` is missing, and 1 batch jobs of this experiment have no stored results',
  );
  expect(server.requests.filter(({ path }) => path === '/v1/chat/completions')).toHaveLength(0);
});

it('forgets a job that a crash and a changed candidate left unsubmitted', async () => {
  await using server = await startBatchServer({ answer });
  const folder = testFolder();
  const definition = experiment(server);
  const { batches } = definition;
  const broken = { ...batches, submit: () => Promise.reject(new Error('killed')) } as NonNullable<
    typeof batches
  >;
  await expect(replay({ ...definition, batches: broken }, { folder })).rejects.toThrow('killed');
  const changed = { ...definition, candidate: { ...definition.candidate, version: '2' } };
  const report = await replay(changed, { folder, clock: skippingClock() });
  expect(report.missing).toBe(0);
  expect(server.batches).toHaveLength(2);
});

it('does not use the jobs of a removed experiment with the same name', async () => {
  await using server = await startBatchServer({ answer });
  const folder = testFolder();
  const definition = experiment(server);
  await replay(definition, { folder, clock: skippingClock() });
  await removeReplay('next', { folder });
  const changed = { ...definition, candidate: { ...definition.candidate, version: '2' } };
  const report = await replay(changed, { folder, clock: skippingClock() });
  expect(report.missing).toBe(0);
  expect(server.batches).toHaveLength(4);
});

it('books the maximum of an answer whose cost the vendor does not report', async () => {
  await using server = await startBatchServer({ answer });
  const folder = testFolder();
  const definition = experiment(server);
  const own = { ...definition, batches: UNREPORTED, judge: (): 'equal' => 'equal' };
  const plan = await planReplay(own, { folder });
  const report = await replay(own, { folder });
  expect(report).toMatchObject({ missing: 0, spentNanoUsd: plan.maxNanoUsd });
});
