import { createMajordomo, type JsonValue } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { runJournaled, resultFromJson, type RunJournal } from '../src/durable.ts';
import { createAgent } from '../src/index.ts';
import { journalOver } from './support/journal.ts';

/** Returns an engine that stores JSON text and repeats a failed step up to three times. Real engines repeat it without a limit. */
function engine(): RunJournal {
  const step = async <T>(_name: string, effect: () => Promise<T>): Promise<T> => {
    for (let attempts = 1; ; attempts++)
      try {
        return JSON.parse(JSON.stringify(await effect())) as T;
      } catch (error) {
        if (attempts === 3) throw new Error('all attempts failed', { cause: error });
      }
  };
  return { ...journalOver({ step }), toEngineError: (error) => error };
}

const circular: Record<string, unknown> = { type: 'text', text: 'hi' };
circular['self'] = circular;

it.each<[string, unknown]>([
  ['a part with a circular value', [circular]],
  ['a part with a bigint', [{ type: 'text', text: 'hi', note: 1n }]],
])('a tool that returns %s produces an error result, and the run continues', async (_kind, returned) => {
  const turns = [{ toolCalls: [{ id: '1', name: 'odd', args: {} }] }, 'Well.'];
  const provider = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m');
  const oddTool = {
    name: 'odd',
    description: 'odd',
    parameters: { type: 'object' },
    run: () => returned as never,
  } as const;
  const json: JsonValue = await runJournaled(createAgent({ model, tools: [oddTool] }), 'go', engine());
  const { text, messages } = resultFromJson(json);
  expect(text).toBe('Well.');
  expect(JSON.stringify(messages)).toContain('The tool failed');
});
