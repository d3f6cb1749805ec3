import { LlmError, type JsonValue } from '@majordomo/core';
import { expect, it } from 'vitest';
import { errorFromJson, journaled, runJournaled, type RunJournal } from '../src/durable.ts';
import type { RunResult } from '../src/index.ts';
import { journalOver } from './support/journal.ts';
import { plain } from './support/tools.ts';
import { cost, usage } from './support/usage.ts';
import { call, runError, world } from './support/world.ts';

/** Returns the journal of an engine that limits the size of entries, and its entries. */
function engine(maxBytes: number): { readonly journal: RunJournal; readonly entries: Map<string, unknown> } {
  const entries = new Map<string, unknown>();
  const step = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
    const value = entries.get(name) ?? (await effect());
    entries.set(name, value);
    return value as T;
  };
  return { entries, journal: { ...journalOver({ step }), maxBytes, toEngineError: (error) => error } };
}

const failure = (run: Promise<unknown>): Promise<unknown> => run.catch((error: unknown) => error);

it('ends a run if an entry is too large for the engine, also when the journal is replayed', async () => {
  let toolRuns = 0;
  const { agent } = world([call('look'), 'Done.'], {
    tools: [plain('look', () => `${++toolRuns}${'x'.repeat(5000)}`)],
  });
  const { journal, entries } = engine(4096);
  for (let life = 0; life < 2; life++) {
    const error = await failure(runJournaled(agent, 'go', journal));
    expect(error).toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/"tool r\/1\/call_1_0" is \d\.\d MiB as JSON, more than the maximum of/),
    });
  }
  const entry = entries.get('tool r/1/call_1_0') as { readonly failed: JsonValue };
  expect([toolRuns, errorFromJson(entry.failed)?.kind]).toEqual([1, 'config']);
});

it('ends a run if its result is too large, although its entries are not', async () => {
  const large = 'x'.repeat(3000);
  const { agent } = world([call('look'), call('look'), 'Done.'], { tools: [plain('look', () => large)] });
  const error = await failure(runJournaled(agent, 'go', engine(5000).journal));
  expect(LlmError.is(error, 'config') && error.message).toContain('"result" is');
});

it('keeps the usage of a response and a tool call whose entries are too large, also when the journal is replayed', async () => {
  const large = 'x'.repeat(5000);
  const spending = plain('look', (_args, { spend }) => {
    spend(usage(30));
    return large;
  });
  const turns = [{ toolCalls: [{ name: 'look', args: {} }], usage: usage(5) }];
  const worlds = [
    world([{ text: large, usage: usage(20) }], { cost }),
    world(turns, { cost, tools: [spending] }),
  ];
  for (const [at, { agent }] of worlds.entries()) {
    const { journal } = engine(4096);
    for (let life = 0; life < 2; life++) {
      const error = await runError(agent.drive(agent.begin('go'), journaled(agent, journal)));
      const { state } = error;
      expect([error.kind, state.usage.input, state.spent?.tokens]).toEqual([
        'config',
        ...[
          [20, 21],
          [35, 37],
        ][at]!,
      ]);
    }
  }
});

it('counts bytes, not characters', async () => {
  const { agent } = world(['ä'.repeat(3000)]);
  expect(await failure(runJournaled(agent, 'go', engine(5000).journal))).toMatchObject({ kind: 'config' });
});

it('throws an error of onEnd unchanged to the engine, so that a successful run does not fail permanently', async () => {
  const late = new LlmError('timeout', 'the store did not answer');
  let ends = 0;
  const onEnd = (): Promise<void> => (++ends === 1 ? Promise.reject(late) : Promise.resolve());
  const { agent } = world(['Done.']);
  const journal = { ...engine(Infinity).journal, onEnd };
  expect([await failure(runJournaled(agent, 'go', journal)), ends]).toEqual([late, 1]);
  expect(await runJournaled(agent, 'go', journal)).toMatchObject({ text: 'Done.' });
});

it('stores the transcript of a result only once', async () => {
  const { agent } = world(['A word in the transcript']);
  const result = (await runJournaled(agent, 'go', engine(Infinity).journal)) as unknown as RunResult;
  expect(JSON.stringify(result).split('A word in the transcript')).toHaveLength(3);
});
