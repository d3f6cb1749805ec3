import { createMajordomo, type JsonValue } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { runJournaled, resultFromJson, type RunJournal } from '../src/durable.ts';
import { createAgent } from '../src/index.ts';
import { journalOver } from './support/journal.ts';

/** An engine that keeps text, and tries a step again that fails: three times here, for ever elsewhere. */
function engine(): RunJournal {
  const step = async <T>(_name: string, effect: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++)
      try {
        return JSON.parse(JSON.stringify(await effect())) as T;
      } catch (error) {
        if (tries === 3) throw new Error('tried again and again', { cause: error });
      }
  };
  return { ...journalOver({ step }), toEngineError: (error) => error };
}

const circle: Record<string, unknown> = { type: 'text', text: 'hi' };
circle['self'] = circle;

it.each<[string, unknown]>([
  ['a circle in a part', [circle]],
  ['a number without a JSON word in a part', [{ type: 'text', text: 'hi', note: 1n }]],
])('a tool that gives %s fails as a tool, and the run goes on', async (_what, given) => {
  const turns = [{ toolCalls: [{ id: '1', name: 'odd', args: {} }] }, 'Well.'];
  const provider = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m');
  const odd = {
    name: 'odd',
    description: 'odd',
    parameters: { type: 'object' },
    run: () => given as never,
  } as const;
  const json: JsonValue = await runJournaled(createAgent({ model, tools: [odd] }), 'go', engine());
  const { text, messages } = resultFromJson(json);
  expect(text).toBe('Well.');
  expect(JSON.stringify(messages)).toContain('The tool failed');
});
