import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelEvent } from '../types/response.ts';
import { toolResult } from '../types/messages.ts';
import type { ModelRequest } from '../types/request.ts';
import { fitToolNames } from './tools.ts';

const request = (names: readonly string[], rest: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [],
  tools: names.map((name) => ({ name, description: '', parameters: { type: 'object' } })),
  output: undefined,
  extra: {},
  system: undefined,
  ...rest,
});

const namesOf = (names: readonly string[]): string[] =>
  fitToolNames(request(names)).request.tools.map(({ name }) => name);

describe('tool names', () => {
  it('that are valid do not change the request', () => {
    const fits = request(['read_file', '_x', 'a-1']);
    expect(fitToolNames(fits)).toEqual({ request: fits, warnings: [] });
    expect(fitToolNames(fits).request).toBe(fits);
  });

  it.each([
    ['files.read', 'files_read'],
    ['a/b:c', 'a_b_c'],
    ['7zip', '_7zip'],
    ['-x', '_-x'],
    ['größe', 'gr__e'],
  ])('%s is sent as %s', (name, expected) => {
    expect(namesOf([name])).toEqual([expected]);
  });

  it('stay unique and are reported by a warning', () => {
    const names = namesOf(['a_b', 'a.b', 'a/b', 'x'.repeat(70)]);
    expect(new Set(names).size).toBe(4);
    expect(names[0]).toBe('a_b');
    expect(fitToolNames(request(['a.b'])).warnings).toMatchObject([
      { action: 'coerced', what: 'name of tool "a.b"' },
    ]);
  });

  it('are replaced in the choice and the history; other messages stay the same objects', () => {
    const call = { type: 'tool-call', id: '1', name: 'a.b', args: {} } as const;
    const text = { role: 'assistant', parts: [{ type: 'text', text: 'a.b' }] } as const;
    const result = toolResult({ callId: '1', name: 'a.b', content: 'ok' });
    const messages = [text, { role: 'assistant', parts: [call] } as const, result];
    const { request: out } = fitToolNames(request(['a.b'], { messages, toolChoice: { name: 'a.b' } }));
    expect(out.toolChoice).toEqual({ name: 'a_b' });
    expect(out.messages[0]).toBe(text);
    expect(out.messages.slice(1)).toMatchObject([{ parts: [{ name: 'a_b' }] }, { parts: [{ name: 'a_b' }] }]);
  });

  it('are restored in the response', async () => {
    const events: readonly ModelEvent[] = [
      { type: 'part-start', index: 0, part: { type: 'tool-call', id: '1', name: 'a_b' } },
      { type: 'args-delta', index: 0, json: '{}' },
      { type: 'part-end', index: 0, part: { type: 'tool-call', id: '1', name: 'a_b', args: {} } },
    ];
    const { read } = fitToolNames(request(['a.b']));
    const receivedSteps: unknown[] = [];
    const steps = (async function* () {
      await Promise.resolve();
      yield events;
    })();
    for await (const step of read?.(steps) ?? []) receivedSteps.push(step);
    expect(receivedSteps).toMatchObject([
      [{ part: { name: 'a.b' } }, { json: '{}' }, { part: { name: 'a.b' } }],
    ]);
  });

  it('are unique and valid for random names', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 80 }), { maxLength: 8 }), (names) => {
        const out = namesOf(names);
        expect(new Set(out).size).toBe(names.length);
        for (const name of out) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/);
      }),
      { seed: 20_261_120 },
    );
  });
});
