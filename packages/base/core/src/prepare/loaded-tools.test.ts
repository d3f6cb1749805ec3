import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assistant,
  type ChatRequest,
  LlmError,
  type Message,
  toolResult,
  type ToolSpec,
  user,
} from '../index.ts';
import { firstLoads, toolsToSend } from './tools.ts';
import { fitRequest } from './fit-request.ts';
import { validate } from './validate.ts';

const tool = (name: string, deferred?: boolean): ToolSpec => ({
  name,
  description: `does ${name}`,
  parameters: { type: 'object' },
  ...(deferred === undefined ? {} : { deferred }),
});

/** Returns a turn that searches, and its result. */
const searchAndResult = (id: string, loads: readonly string[], isError?: boolean): readonly Message[] => [
  assistant([{ type: 'tool-call', id, name: 'search', args: {} }]),
  toolResult({ callId: id, name: 'search', content: 'found', loads, isError }),
];

const signal = new AbortController().signal;

/** Returns the tools that a provider receives. */
async function sentTools(request: ChatRequest) {
  const model = { id: 'x', families: [], capabilities: {}, stream: () => expect.unreachable() };
  validate(request);
  return (
    await fitRequest(request, { target: 'a/x', providerId: 'a', model, media: undefined, scope: { signal } })
  ).request;
}

const namesOf = (tools: readonly { readonly name: string }[]): string[] => tools.map(({ name }) => name);

describe('deferred tools', () => {
  const tools = [tool('a', true), tool('search'), tool('b', true), tool('c', true), tool('plain', false)];

  it('are not sent until a result loads them, and then follow the others in order of loading', async () => {
    expect(namesOf((await sentTools({ messages: [user('go')], tools })).tools)).toEqual(['search', 'plain']);
    const messages = [
      user('go'),
      ...searchAndResult('1', ['c', 'gone']),
      ...searchAndResult('2', ['a', 'c']),
    ];
    const sent = await sentTools({ messages, tools });
    expect(sent.tools.map(({ name, deferred }) => [name, deferred])).toEqual([
      ['search', undefined],
      ['plain', undefined],
      ['c', true],
      ['a', true],
    ]);
  });

  it('are not loaded by a failed result, or by a result without its call', async () => {
    const failed = [user('go'), ...searchAndResult('1', ['a'], true)];
    expect(namesOf((await sentTools({ messages: failed, tools })).tools)).toEqual(['search', 'plain']);
    const orphan = [user('go'), toolResult({ callId: '1', name: 'search', content: '', loads: ['a'] })];
    expect(namesOf((await sentTools({ messages: orphan, tools })).tools)).toEqual(['search', 'plain']);
  });

  it('do not change requests without them: the array of the caller is used', () => {
    const plain = [tool('a'), tool('b', false)];
    expect(toolsToSend(plain, searchAndResult('1', ['a']))).toBe(plain);
  });

  it('result in the same array while the same tools are sent', async () => {
    const messages = [user('go'), ...searchAndResult('1', ['b'])];
    const first = await sentTools({ messages, tools });
    const second = await sentTools({ messages: [...messages, ...searchAndResult('2', ['b'])], tools });
    expect(second.tools).toBe(first.tools);
    const third = await sentTools({ messages: [...messages, ...searchAndResult('2', ['a'])], tools });
    expect(namesOf(third.tools)).toEqual(['search', 'plain', 'b', 'a']);
  });

  it('have the same routing key of the prompt cache before and after they are loaded', async () => {
    const cache = 'auto';
    const before = await sentTools({ messages: [user('go')], tools, cache });
    const after = await sentTools({
      messages: [user('go'), ...searchAndResult('1', ['a', 'b'])],
      tools,
      cache,
    });
    expect(after.cache?.key).toBe(before.cache?.key);
    const other = await sentTools({ messages: [user('go')], tools: [...tools, tool('more')], cache });
    expect(other.cache?.key).not.toBe(before.cache?.key);
  });

  it('have names that every wire accepts, in the results that load them too, and do not rename earlier tools', async () => {
    const named = [tool('search'), tool('a.b'), tool('x.y', true), tool('a_b', true)];
    const before = await sentTools({
      messages: [user('go'), ...searchAndResult('1', ['x.y'])],
      tools: named,
    });
    expect(namesOf(before.tools)).toEqual(['search', 'a_b', 'x_y']);
    expect(before.messages.at(-1)).toMatchObject({ parts: [{ loads: ['x_y'] }] });
    const messages = [user('go'), ...searchAndResult('1', ['x.y']), ...searchAndResult('2', ['a_b'])];
    const after = await sentTools({ messages, tools: named });
    expect(namesOf(after.tools).slice(0, 3)).toEqual(['search', 'a_b', 'x_y']);
    expect(after.messages.at(-1)).toMatchObject({ parts: [{ loads: [after.tools[3]?.name] }] });
    expect(new Set(namesOf(after.tools)).size).toBe(4);
  });

  it.each<[string, Partial<ChatRequest>]>([
    [
      'tools[0].deferred must be a boolean, not a string',
      { tools: [{ ...tool('a'), deferred: 'yes' as never }] },
    ],
    [
      'messages[2].parts[0].loads[0] must be a string, not a number',
      { messages: [user('go'), ...searchAndResult('1', [5 as never])] },
    ],
    ['toolChoice.name "a" is deferred, and no tool result loads it', { tools, toolChoice: { name: 'a' } }],
    ['toolChoice "required" needs tools', { tools: [tool('a', true)], toolChoice: 'required' }],
  ])('are rejected: %s', (message, request) => {
    const messages = [user('go')];
    expect(() => {
      validate({ messages, ...request });
    }).toThrow(expect.objectContaining({ kind: 'invalid-request', message }) as LlmError);
  });

  it('may be forced once they are loaded', () => {
    const messages = [user('go'), ...searchAndResult('1', ['a'])];
    expect(() => {
      validate({ messages, tools, toolChoice: { name: 'a' } });
    }).not.toThrow();
  });

  it('are named by their position in the request if they have no schema', async () => {
    const broken = { ...tool('b', true), parameters: { '~standard': { vendor: 'v' } } as never };
    const messages = [user('go'), ...searchAndResult('1', ['b'])];
    await expect(sentTools({ messages, tools: [tool('a', true), tool('search'), broken] })).rejects.toThrow(
      'tools[2].parameters',
    );
  });

  it('only extend the list of tools while a transcript grows', () => {
    const all = Array.from({ length: 12 }, (_, at) => tool(`t${at}`, at > 3));
    const loads = fc.array(fc.constantFrom(...namesOf(all), 'gone'), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(loads, { maxLength: 8 }), (searches) => {
        let sent = namesOf(toolsToSend(all, []));
        for (let at = 0; at <= searches.length; at++) {
          const messages = searches.slice(0, at).flatMap((names, id) => searchAndResult(String(id), names));
          const next = namesOf(toolsToSend(all, messages));
          expect(next.slice(0, sent.length)).toEqual(sent);
          expect(new Set(next).size).toBe(next.length);
          sent = next;
        }
      }),
      { seed: 20_261_123 },
    );
  });

  it('are not read from invalid messages', () => {
    const invalid = [
      null,
      { role: 'tool' },
      { role: 'tool', parts: [null, { loads: 'ab' }, { loads: [1] }] },
    ];
    expect([...firstLoads(invalid as never)]).toEqual([]);
  });
});
