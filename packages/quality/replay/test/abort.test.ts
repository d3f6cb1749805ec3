import { LlmError, type CallOptions, type ChatModel, type ChatRequest } from '@majordomo/core';
import { expect, it } from 'vitest';
import { replay, type ReplayDefinition } from '../src/index.ts';
import { answerTo, fakeModels, testFolder } from './support/fixture.ts';
import { experimentOn, recordedCalls } from './support/recorded-calls.ts';

const UNITS = 20;

function experiment(more: Partial<ReplayDefinition>): ReplayDefinition {
  const { majordomo } = fakeModels((text) => `${answerTo(text)}, and more`);
  return experimentOn(majordomo, recordedCalls(UNITS), { judge: undefined, ...more });
}

/** Function that never ends while it is blocked. */
class Blocked<T> {
  readonly called: Promise<void>;
  private isBlocked = true;
  private start: () => void = () => undefined;

  constructor() {
    this.called = new Promise((resolve) => {
      this.start = resolve;
    });
  }

  run(value: T): Promise<T> {
    this.start();
    return this.isBlocked ? new Promise<never>(() => undefined) : Promise.resolve(value);
  }

  free(): void {
    this.isBlocked = false;
  }
}

it.each<[string, (blocked: Blocked<unknown>) => Partial<ReplayDefinition>]>([
  ['a judge', (blocked) => ({ judge: async () => (await blocked.run('worse')) as 'worse' })],
  [
    'a check',
    (blocked) => ({
      checks: { short: async ({ text }) => (await blocked.run(text.endsWith('and more') ? 0 : 1)) as number },
    }),
  ],
])('ends at once while %s of the application hangs, and stores no result of it', async (_name, moreOf) => {
  const folder = testFolder();
  const blocked = new Blocked<unknown>();
  const definition = experiment(moreOf(blocked));
  const abort = new AbortController();
  const running = replay(definition, { folder, signal: abort.signal });
  await blocked.called;
  abort.abort();
  await expect(running).rejects.toSatisfy((error) => LlmError.is(error, 'aborted'));
  blocked.free();
  const report = await replay(definition, { folder });
  expect(report.quality?.value).toBe(0);
});

it('continues if a wrapped model aborts one of its calls, which has no result', async () => {
  const folder = testFolder();
  let calls = 0;
  const wrap = (model: ChatModel): ChatModel => ({
    ...model,
    stream: ((request: ChatRequest, options: CallOptions) => {
      calls += 1;
      return model.stream(request, calls === 3 ? { ...options, signal: AbortSignal.abort() } : options);
    }) as ChatModel['stream'],
  });
  const definition = experiment({ judge: () => 'worse', candidate: { spec: 'openai/gpt-5.4-mini', wrap } });
  const report = await replay(definition, { folder });
  expect(report).toMatchObject({ missing: 1, lost: { calls: 0 } });
  expect(report.warnings.join()).toContain('the next run sends again: 1 of kind aborted');
  expect(await replay(definition, { folder })).toMatchObject({ missing: 0 });
  expect(calls).toBe(UNITS + 1);
});
