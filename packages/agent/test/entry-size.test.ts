import { LlmError, type JsonValue } from '@majordomo/core';
import { expect, it } from 'vitest';
import { errorFromJson, runJournaled, type RunJournal } from '../src/durable.ts';
import type { RunResult } from '../src/index.ts';
import { journalOver } from './support/journal.ts';
import { plain } from './support/tools.ts';
import { call, world } from './support/world.ts';

/** Returns an engine with a limit for entries, and its entries. */
function engine(maxBytes: number): { readonly journal: RunJournal; readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  const step = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
    const value = kept.get(name) ?? (await effect());
    kept.set(name, value);
    return value as T;
  };
  return { kept, journal: { ...journalOver({ step }), maxBytes, toEngineError: (error) => error } };
}

const failure = (run: Promise<unknown>): Promise<unknown> => run.catch((error: unknown) => error);

it('ends a run whose entry is too large for its engine, once and for all', async () => {
  let ran = 0;
  const { agent } = world([call('look'), 'Done.'], {
    tools: [plain('look', () => `${++ran}${'x'.repeat(5000)}`)],
  });
  const { journal, kept } = engine(4096);
  for (let life = 0; life < 2; life++) {
    const error = await failure(runJournaled(agent, 'go', journal));
    expect(error).toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/"tool r\/1\/call_1_0" is \d\.\d MiB as JSON, more than the maximum of/),
    });
  }
  const entry = kept.get('tool r/1/call_1_0') as { readonly failed: JsonValue };
  expect([ran, errorFromJson(entry.failed)?.kind]).toEqual([1, 'config']);
});

it('ends a run whose result is too large, though its entries were not', async () => {
  const large = 'x'.repeat(3000);
  const { agent } = world([call('look'), call('look'), 'Done.'], { tools: [plain('look', () => large)] });
  const error = await failure(runJournaled(agent, 'go', engine(5000).journal));
  expect(LlmError.is(error, 'config') && error.message).toContain('"result" is');
});

it('counts bytes, not characters', async () => {
  const { agent } = world(['ä'.repeat(3000)]);
  expect(await failure(runJournaled(agent, 'go', engine(5000).journal))).toMatchObject({ kind: 'config' });
});

it('keeps the transcript of a result once', async () => {
  const { agent } = world(['A word in the transcript']);
  const result = (await runJournaled(agent, 'go', engine(Infinity).journal)) as unknown as RunResult;
  expect(JSON.stringify(result).split('A word in the transcript')).toHaveLength(3);
});
