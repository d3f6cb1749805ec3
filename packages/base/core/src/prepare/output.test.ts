import { describe, expect, it } from 'vitest';
import { user } from '../index.ts';
import type { FinishReason, ModelEvent } from '../types/response.ts';
import type { AssistantPart } from '../types/messages.ts';
import type { Capabilities } from '../types/provider.ts';
import type { ModelRequest } from '../types/request.ts';
import { emulateOutput } from './output.ts';

const schema = { type: 'object' };
const tool = { name: 't', description: 't', parameters: schema };
const request: ModelRequest = {
  messages: [user('hi')],
  system: undefined,
  tools: [],
  output: { name: 'answer', schema },
  extra: {},
};

describe('an output schema', () => {
  it.each<[string, Partial<ModelRequest>, Capabilities]>([
    ['is native', {}, { output: 'native' }],
    ['may be native', {}, {}],
    ['is not required to return JSON', { output: undefined }, { output: 'instruct' }],
  ])('is sent to a model that %s', (_, fields, capabilities) => {
    const fullRequest = { ...request, ...fields };
    expect(emulateOutput(fullRequest, capabilities)).toEqual({ request: fullRequest, warnings: [] });
    expect(emulateOutput(fullRequest, capabilities).request).toBe(fullRequest);
  });

  it('becomes a forced tool', () => {
    const { request: sent, warnings, read } = emulateOutput(request, { output: 'tool' });
    expect(sent).toEqual({
      ...request,
      output: undefined,
      tools: [{ name: 'answer', description: expect.stringContaining('Call it once'), parameters: schema }],
      toolChoice: { name: 'answer' },
    });
    expect(warnings).toEqual([
      { action: 'emulated', what: 'output', why: expect.stringContaining('forced tool call') },
    ]);
    expect(read).toBeTypeOf('function');
  });

  it.each<[string, Partial<ModelRequest>, Capabilities]>([
    ['the caller has tools', { tools: [tool] }, { output: 'tool' }],
    ['the model accepts no tools', {}, { output: 'tool', tools: false }],
    ['the model supports only instructions', {}, { output: 'instruct' }],
  ])('becomes an instruction where %s', (_, fields, capabilities) => {
    const { request: sent, warnings, read } = emulateOutput({ ...request, ...fields }, capabilities);
    expect(sent).toEqual({
      ...request,
      ...fields,
      output: undefined,
      system: expect.stringMatching(/^Answer with JSON only/),
    });
    expect(sent.system).toContain('{"type":"object"}');
    expect(warnings).toEqual([
      {
        action: 'emulated',
        what: 'output',
        why: expect.stringContaining('an instruction replaces the schema'),
      },
    ]);
    expect(read).toBeUndefined();
  });

  it('follows the system text of the caller', () => {
    const { request: sent } = emulateOutput({ ...request, system: 'be brief' }, { output: 'instruct' });
    expect(sent.system).toMatch(/^be brief\n\nAnswer with JSON only/);
  });
});

describe('the call of a forced tool', () => {
  const finish = (reason: FinishReason): ModelEvent => ({
    type: 'finish',
    target: 'a/x',
    reason,
    raw: 'r',
    usage: undefined,
  });
  const call = (extra: Partial<AssistantPart> = {}, name = 'answer'): AssistantPart =>
    ({ type: 'tool-call', id: 'c', name, args: { a: 1 }, ...extra }) as AssistantPart;
  const calling = (part: AssistantPart, index = 0): readonly ModelEvent[] => [
    {
      type: 'part-start',
      index,
      part: { type: 'tool-call', id: 'c', name: (part as { name: string }).name },
    },
    { type: 'args-delta', index, json: '{"a":1}' },
    { type: 'part-end', index, part },
  ];
  const textEvents = (text: string, index = 0): readonly ModelEvent[] => [
    { type: 'part-start', index, part: { type: 'text' } },
    { type: 'text-delta', index, text: '{"a":1}' },
    { type: 'part-end', index, part: { type: 'text', text } },
  ];
  async function read(...steps: readonly (ModelEvent | readonly ModelEvent[])[]): Promise<unknown[]> {
    const emulated = emulateOutput(request, { output: 'tool' });
    const events: unknown[] = [];
    const source = (async function* () {
      yield* steps;
    })();
    for await (const step of emulated.read?.(source) ?? []) events.push(...[step].flat());
    return events;
  }

  it('becomes the text of the answer', async () => {
    expect(await read(calling(call()), finish('tool-calls'))).toEqual([
      ...textEvents('{"a":1}'),
      finish('stop'),
    ]);
  });

  it('with invalid arguments becomes the original text', async () => {
    const broken = call({ args: {}, invalid: { raw: '{"a":' } });
    expect((await read(calling(broken)))[2]).toMatchObject({ part: { type: 'text', text: '{"a":' } });
  });

  it.each<FinishReason>(['length', 'stop', 'content-filter'])(
    'keeps the reason "%s" of a finish',
    async (reason) => {
      expect((await read(calling(call()), finish(reason))).at(-1)).toEqual(finish(reason));
    },
  );

  it('does not affect other events', async () => {
    const events = [...calling(call({}, 'other')), ...textEvents('hm', 1), finish('tool-calls')];
    expect(await read(...events)).toEqual(events);
    expect(await read(calling(call(), 1), textEvents('hm'))).toEqual([
      ...textEvents('{"a":1}', 1),
      ...textEvents('hm'),
    ]);
  });
});

it('the output "json" becomes an instruction unless it is native', () => {
  const any = { ...request, output: { name: 'answer', schema: undefined } };
  expect(emulateOutput(any, { output: 'native' }).request).toBe(any);
  expect(emulateOutput(any, { output: 'tool' }).request).toMatchObject({
    output: undefined,
    tools: [],
    system: 'Answer with JSON only, no prose and no code fence.',
  });
});
