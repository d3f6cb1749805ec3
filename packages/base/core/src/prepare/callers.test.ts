import { describe, expect, it } from 'vitest';
import {
  assistant,
  type ChatRequest,
  type Message,
  toolResult,
  type ToolCallPart,
  type ToolSpec,
  user,
} from '../index.ts';
import { fitRequest, type FittedRequest } from './fit-request.ts';
import { validate } from './validate.ts';

const tool = (name: string, callers?: ToolSpec['callers']): ToolSpec => ({
  name,
  description: `does ${name}`,
  parameters: { type: 'object' },
  callers,
});

const { signal } = new AbortController();

function fit(request: ChatRequest, programs?: boolean): Promise<FittedRequest> {
  const model = {
    id: 'x',
    families: ['mine'],
    capabilities: { programs },
    stream: () => expect.unreachable(),
  };
  validate(request);
  return fitRequest(request, { target: 'a/x', providerId: 'a', model, media: undefined, scope: { signal } });
}

describe('callers of tools', () => {
  const tools = [tool('a', ['program']), tool('b', ['model', 'program']), tool('c', ['model']), tool('d')];

  it('reach a model whose vendor runs programs', async () => {
    const { request, warnings } = await fit({ messages: [user('go')], tools }, true);
    expect(request.tools.map(({ callers }) => callers)).toEqual([
      ['program'],
      ['model', 'program'],
      undefined,
      undefined,
    ]);
    expect(warnings).toEqual([]);
  });

  it('are removed with one warning for any other model, and the list of tools stays the same', async () => {
    const { request, warnings } = await fit({ messages: [user('go')], tools });
    expect(request.tools.map((sent) => 'callers' in sent)).toEqual([false, false, false, false]);
    expect(request.tools.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(warnings).toEqual([
      {
        action: 'coerced',
        what: 'callers of a, b',
        why: 'a/x runs no programs that call tools; the model calls the tools itself',
      },
    ]);
    const again = await fit({ messages: [user('go')], tools });
    expect(again.request.tools).toBe(request.tools);
  });

  it('include the model for the tool that the tool choice names, with a warning', async () => {
    const request = { messages: [user('go')], tools, toolChoice: { name: 'a' } } as const;
    const chosen = await fit(request, true);
    expect(chosen.request.tools.map(({ callers }) => callers)).toEqual([
      ['model', 'program'],
      ['model', 'program'],
      undefined,
      undefined,
    ]);
    expect(chosen.warnings).toMatchObject([{ action: 'coerced', what: 'callers of a' }]);
    expect((await fit({ ...request, toolChoice: { name: 'b' } }, true)).warnings).toEqual([]);
    expect((await fit(request)).warnings).toMatchObject([{ what: 'callers of a, b' }]);
  });

  it.each([[[]], [['user']], ['program'], [null]])('reject %j', (callers) => {
    const invalid = { ...tool('a'), callers } as unknown as ToolSpec;
    expect(() => {
      validate({ messages: [user('go')], tools: [invalid] });
    }).toThrow('tools[0].callers');
  });
});

describe('the id of a program', () => {
  const call = (family: string): ToolCallPart => ({
    type: 'tool-call',
    id: '1',
    name: 'a',
    args: {},
    programId: 'p',
    replay: { family, data: { caller: 'p' } },
  });
  const history = (family: string): Message[] => [
    user('go'),
    assistant([{ type: 'vendor', kind: 'program', replay: { family, data: null } }, call(family)]),
    toolResult({ callId: '1', name: 'a', content: '7' }),
  ];

  it('remains for the family of the program, and is removed together with the program for any other', async () => {
    const { request } = await fit({ messages: history('mine') }, true);
    expect(request.messages[1]?.parts).toEqual(history('mine')[1]?.parts);
    const foreign = await fit({ messages: history('other') }, true);
    expect(foreign.request.messages[1]?.parts).toEqual([{ type: 'tool-call', id: '1', name: 'a', args: {} }]);
    expect(foreign.request.messages[2]?.parts).toMatchObject([{ callId: '1' }]);
    expect(foreign.warnings.map(({ what }) => what)).toContain('parts that ran at another vendor');
  });

  it('must be a string', () => {
    const messages = [user('go'), assistant([{ ...call('mine'), programId: 7 as unknown as string }])];
    expect(() => {
      validate({ messages });
    }).toThrow(/programId/);
  });
});
