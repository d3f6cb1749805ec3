import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AgentStream, ToolOutput } from '@majordomo/agent';
import { image, LlmError, user } from '@majordomo/core';
import { UIMessageStreamDecoder } from 'assistant-stream';
import { describe, expect, it, test } from 'vitest';
import {
  uiMessageChunks,
  uiMessageResponse,
  type UiEnd,
  type UiEvents,
  type UiMessageChunk,
  type UiResponseOptions,
} from '../src/index.ts';
import { AI, openPage, VERSIONS, type Page, type Version } from './support/page.ts';
import { agentOf, collectChunks, chain, tool } from './support/world.ts';

const pageOf = (version: Version, events: () => UiEvents, options: UiResponseOptions = {}): Page =>
  openPage(version, (request) =>
    Promise.resolve(uiMessageResponse(events(), { aiSdk: version, signal: request.signal, ...options })),
  );

const chatRequest = { messages: [user('hi')] };
const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const weather = tool('weather', ({ city }) => ({ city, degrees: 21 }));
const broken = tool('broken', () => {
  throw new Error('no connection');
});

function richStream(): AgentStream {
  const calls = [
    { id: 'c1', name: 'weather', args: { city: 'Oslo' } },
    { id: 'c2', name: 'broken', args: {} },
  ];
  const first = { reasoning: 'A city.', text: 'One moment.', toolCalls: calls, usage };
  const citations = [
    { url: 'https://example.org/a', title: 'A', start: 0, end: 2, quote: 'q' },
    { document: 1, title: 'Report' },
    { url: 'https://example.org/a' },
  ];
  const second = { text: 'It is 21 degrees.', chunks: 4, citations, usage };
  return agentOf([weather, broken], [first, second]).stream('hi');
}

describe.each(VERSIONS)('useChat of version %i', (version) => {
  it('shows text, reasoning, tools, steps, sources and metadata', async () => {
    const page = pageOf(version, richStream, { messageId: 'answer' });
    await page.chat.sendMessage({ text: 'hi' });
    expect(page.chat).toMatchObject({ status: 'ready', error: undefined });
    expect(page.chat.messages).toHaveLength(2);
    expect(page.last()).toMatchObject({ id: 'answer', role: 'assistant' });
    expect(page.parts()).toMatchObject([
      { type: 'step-start' },
      { type: 'reasoning', text: 'A city.', state: 'done' },
      { type: 'text', text: 'One moment.', state: 'done' },
      {
        type: 'tool-weather',
        toolCallId: 'c1',
        state: 'output-available',
        input: { city: 'Oslo' },
        output: { city: 'Oslo', degrees: 21 },
      },
      {
        type: 'tool-broken',
        toolCallId: 'c2',
        state: 'output-error',
        errorText: expect.stringContaining('no connection') as string,
      },
      { type: 'step-start' },
      { type: 'text', text: 'It is 21 degrees.', state: 'done' },
      { type: 'source-url', url: 'https://example.org/a', title: 'A' },
      { type: 'source-document', title: 'Report' },
    ]);
    expect(page.last().metadata).toEqual({
      majordomo: {
        targets: ['a/m'],
        usage: { ...usage, input: 20, output: 10 },
        finish: 'stop',
        attempts: 2,
      },
    });
  });

  it('accepts every chunk', async () => {
    const chunks = await collectChunks(uiMessageChunks(richStream(), { aiSdk: version }));
    const schema = AI[version].uiMessageChunkSchema();
    for (const chunk of chunks)
      expect(await schema.validate(chunk), JSON.stringify(chunk)).toMatchObject({ success: true });
    expect(chunks.at(-1)?.type).toBe('finish');
  });

  it('never shows text twice if the next target continues the response', async () => {
    const { model } = chain([{ fail: 'network', after: 'The answer is' }], [' 42.']);
    const page = pageOf(version, () => model.stream(chatRequest, { afterCommit: 'continue' }));
    await page.chat.sendMessage({ text: 'hi' });
    expect(page.parts().filter(({ type }) => type === 'text')).toHaveLength(1);
    expect(page.screens.filter((screen) => !'The answer is 42.'.startsWith(screen))).toEqual([]);
    expect(page.screens.at(-1)).toBe('The answer is 42.');
  });

  it('shows the message and kind of a failure', async () => {
    const { model } = chain([{ fail: 'rate-limit', message: 'slow down', retryAfterMs: 3_600_000 }]);
    const page = pageOf(version, () => model.stream(chatRequest));
    await page.chat.sendMessage({ text: 'hi' });
    expect(page.chat.status).toBe('error');
    expect(page.chat.error?.message).toContain('slow down');
    // The rest of the hour when the chain gave up, on the real clock.
    const { majordomo } = page.last().metadata as {
      majordomo: { error: { kind: string; retryAfterMs: number } };
    };
    expect(majordomo.error.kind).toBe('rate-limit');
    expect(majordomo.error.retryAfterMs).toBeGreaterThan(3_590_000);
    expect(majordomo.error.retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });
});

describe('reset', () => {
  const scripts = [
    [{ toolCalls: [{ id: 'c1', name: 'weather', args: {} }] }, { fail: 'network' as const, after: 'It rai' }],
    [{ text: 'Sunny.', chunks: 2 }],
  ];
  const stream = () => agentOf([weather], ...scripts).stream('hi', { afterCommit: 'restart' });

  it('removes the content of its step from a page of version 7', async () => {
    const page = pageOf(7, stream);
    await page.chat.sendMessage({ text: 'hi' });
    expect(page.chat.status).toBe('ready');
    expect(page.parts().map(({ type }) => type)).toEqual([
      'step-start',
      'tool-weather',
      'step-start',
      'text',
    ]);
    expect(page.screens).toContain('It rai');
    expect(
      page.screens.filter((screen) => !'It rai'.startsWith(screen) && !'Sunny.'.startsWith(screen)),
    ).toEqual([]);
    expect(page.screens.at(-1)).toBe('Sunny.');
  });

  it.each([5, 6] as const)(
    'is an error on a page of version %i, and aborts the request to the next target',
    async (version) => {
      const { model, providers } = chain(
        [{ fail: 'network', after: 'It rai' }],
        [{ text: 'Sunny.', hang: true, after: 'Sun' }],
      );
      const ends: UiEnd[] = [];
      const page = pageOf(version, () => model.stream(chatRequest, { afterCommit: 'restart' }), {
        onEnd: (end) => void ends.push(end),
      });
      await page.chat.sendMessage({ text: 'hi' });
      expect(page.chat.status).toBe('error');
      expect(page.screens.filter((screen) => !'It rai'.startsWith(screen))).toEqual([]);
      expect(page.screens.at(-1)).toBe('It rai');
      expect(providers[1]?.requests.every(({ signal }) => signal.aborted)).toBe(true);
      expect(ends[0]).toMatchObject({
        outcome: 'failed',
        messages: [{ role: 'assistant', parts: [{ text: 'It rai' }] }],
      });
    },
  );

  it('is not an error on version 6 if the page has not received content', async () => {
    const partStart = { type: 'part-start', index: 0, part: { type: 'reasoning' } };
    const delta = { type: 'reasoning-delta', index: 0, text: 'Hm.' };
    const reset = { type: 'reset', target: 'a/m', error: new LlmError('network', 'cut') };
    const steps = [partStart, delta, reset].map((event) => ({ type: 'model', event }));
    const source = events({ type: 'step-start', step: 1 }, ...steps);
    const chunks = await collectChunks(uiMessageChunks(source, { aiSdk: 6, reasoning: false }));
    expect(chunks.map(({ type }) => type)).toEqual(['start', 'start-step', 'finish-step', 'finish']);
  });
});

describe('tool results', () => {
  async function output(result: ToolOutput): Promise<UiMessageChunk | undefined> {
    const turns = [{ toolCalls: [{ id: 'c1', name: 't', args: {} }] }, 'Done.'];
    const chunks = await collectChunks(
      uiMessageChunks(agentOf([tool('t', () => result)], turns).stream('hi')),
    );
    return chunks.find(({ type }) => type === 'tool-output-available');
  }

  it.each([
    ['an object', { a: [1] }, { a: [1] }],
    ['an array', [1, 2], [1, 2]],
    ['JSON text', '{"a": 1}', { a: 1 }],
    ['text', 'plain', 'plain'],
    ['text that starts like JSON', '[draft] text', '[draft] text'],
    ['a number', 5, '5'],
  ])('are sent as output: %s', async (_, result, expected) => {
    expect((await output(result))?.['output']).toEqual(expected);
  });

  it('with images contain base64 data', async () => {
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47]);
    expect((await output([{ type: 'text', text: 'a' }, image(png)]))?.['output']).toEqual({
      type: 'content',
      value: [
        { type: 'text', text: 'a' },
        { type: 'image-data', mediaType: 'image/png', data: 'iVBORw==' },
      ],
    });
  });
});

async function* events(...list: object[]) {
  for (const event of list) yield await Promise.resolve(event as never);
}

describe('uiMessageChunks', () => {
  const model = (event: object) => ({ type: 'model', event });

  it('reports a call with invalid arguments', async () => {
    const call = { type: 'tool-call', id: 'c', name: 't' };
    const partEnd = { ...call, args: {}, invalid: { raw: '{"a' } };
    const chunks = await collectChunks(
      uiMessageChunks(
        events(
          { type: 'step-start', step: 1 },
          model({ type: 'part-start', index: 0, part: call }),
          model({ type: 'part-end', index: 0, part: partEnd }),
        ),
      ),
    );
    expect(chunks).toContainEqual(
      expect.objectContaining({ type: 'tool-input-error', toolCallId: 'c', input: '{"a' }),
    );
  });

  it('assigns different ids to two calls of a step that have the same id', async () => {
    const call = { type: 'tool-call', id: 'c', name: 't' };
    const parts = [0, 1].flatMap((index) => [
      model({ type: 'part-start', index, part: call }),
      model({ type: 'part-end', index, part: { ...call, args: { index } } }),
    ]);
    const chunks = await collectChunks(uiMessageChunks(events({ type: 'step-start', step: 1 }, ...parts)));
    const inputs = chunks.filter(({ type }) => type === 'tool-input-available');
    expect(inputs.map(({ toolCallId }) => toolCallId)).toEqual(['c', 'c_2']);
  });

  it('sends vendor parts as data, and tokens only with `replay`', async () => {
    const stream = () =>
      chain([{ text: 'x', vendorParts: [{ kind: 'search', text: 'q', data: { id: 7 } }] }]).model.stream(
        chatRequest,
      );
    const vendor = async (replay: boolean) =>
      (await collectChunks(uiMessageChunks(stream(), { replay }))).find(
        ({ type }) => type === 'data-majordomo-vendor',
      )?.['data'];
    expect(await vendor(true)).toEqual({
      kind: 'search',
      text: 'q',
      replay: { family: 'fake/a', data: { id: 7 } },
    });
    expect(await vendor(false)).toEqual({ kind: 'search', text: 'q' });
  });

  it('omits reasoning and sources on request', async () => {
    const chunks = await collectChunks(uiMessageChunks(richStream(), { reasoning: false, sources: false }));
    expect(chunks.filter(({ type }) => /^(?:reasoning|source)/.test(type))).toEqual([]);
    expect(chunks.filter((chunk) => 'citations' in chunk)).toEqual([]);
  });

  it('sends citations at the end of a text part for version 7 only', async () => {
    const textEnd = async (aiSdk: Version) =>
      (await collectChunks(uiMessageChunks(richStream(), { aiSdk }))).findLast(
        ({ type }) => type === 'text-end',
      );
    expect((await textEnd(7))?.['citations']).toMatchObject([
      {
        source: { sourceType: 'url', url: 'https://example.org/a' },
        startIndex: 0,
        endIndex: 2,
        citedText: 'q',
      },
      { source: { sourceType: 'document', title: 'Report' } },
      { source: { sourceType: 'url' } },
    ]);
    expect(await textEnd(6)).not.toHaveProperty('citations');
  });

  it('rejects version 4', () => {
    expect(() => uiMessageChunks(richStream(), { aiSdk: 4 as never })).toThrow(
      expect.objectContaining({ kind: 'config' }) as Error,
    );
  });

  it('sends an error chunk for a stream that was read before', async () => {
    const stream = chain(['x']).model.stream(chatRequest);
    await collectChunks(uiMessageChunks(stream));
    expect((await collectChunks(uiMessageChunks(stream))).at(-1)?.type).toBe('error');
  });
});

/** Reads the types from the schema in the installed package. */
function chunkTypes(version: Version): string[] {
  const name = version === 7 ? 'ai' : `ai-${version}`;
  const bundle = readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8');
  const [, schema = ''] =
    /uiMessageChunkSchema = lazy\w+\(([\s\S]*?)\n(?:\)|var|const|function)/.exec(bundle) ?? [];
  return [...schema.matchAll(/type: z[\d$]*\.literal\("([\w-]+)"\)/g)].map(([, type = '']) => type);
}

test('each chunk type of `ai` is either used or known to be unused', () => {
  const usedTypes = [
    'abort',
    'error',
    'finish',
    'finish-step',
    'message-metadata',
    'reasoning-delta',
    'reasoning-end',
    'reasoning-start',
    'source-document',
    'source-url',
    'start',
    'start-step',
    'text-delta',
    'text-end',
    'text-start',
    'tool-approval-request',
    'tool-input-available',
    'tool-input-delta',
    'tool-input-error',
    'tool-input-start',
    'tool-output-available',
    'tool-output-denied',
    'tool-output-error',
    'reset-step',
  ];
  const unusedTypes = {
    file: 'chat models return no files',
    'reasoning-file': 'chat models return no files',
    custom: 'vendor parts are data parts, which all versions have',
    text: 'a part in a steering-message',
    'steering-message': 'an agent emits no event for steering',
    'tool-approval-response': 'the page creates it',
  };
  for (const version of VERSIONS) {
    const types = chunkTypes(version);
    expect(types.length).toBeGreaterThan(15);
    expect(types.filter((type) => !usedTypes.includes(type) && !(type in unusedTypes))).toEqual([]);
    if (version === 7) expect(usedTypes.filter((type) => !types.includes(type))).toEqual([]);
  }
});

test('the decoder of assistant-ui reads a response to its end', async () => {
  const { body } = uiMessageResponse(richStream(), { aiSdk: 6 });
  const stream = body?.pipeThrough(new UIMessageStreamDecoder());
  let text = '';
  for await (const chunk of stream ?? []) if (chunk.type === 'text-delta') text += chunk.textDelta;
  expect(text).toContain('It is 21 degrees.');
});

describe('failures', () => {
  it('of the application are not sent to the page', async () => {
    const errors: unknown[] = [];
    const failing = {
      async *[Symbol.asyncIterator]() {
        yield await Promise.reject(new Error('password=1'));
      },
    };
    const chunks = await collectChunks(
      uiMessageChunks(failing as never, { onError: (error) => void errors.push(error) }),
    );
    expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'The server failed.' });
    expect(errors).toMatchObject([{ message: 'password=1' }]);
  });

  it('have the message that `onError` returns', async () => {
    const { model } = chain([{ fail: 'overloaded' }]);
    const chunks = await collectChunks(
      uiMessageChunks(model.stream(chatRequest), { onError: () => 'Please wait.' }),
    );
    expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'Please wait.' });
  });

  it('of `metadata` result in error chunks', async () => {
    const metadata = () => {
      throw new Error('no');
    };
    const chunks = await collectChunks(uiMessageChunks(chain(['x']).model.stream(chatRequest), { metadata }));
    expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'The server failed.' });
  });
});

describe('onEnd', () => {
  const input = { messages: [user('hi')], run: [user('hi')], decisions: [], messageId: undefined, steps: 0 };

  it('receives the transcript before the last chunk is sent', async () => {
    const order: string[] = [];
    const onEnd = async ({ outcome, messages }: UiEnd): Promise<void> => {
      await Promise.resolve();
      order.push(outcome, ...messages.map(({ role }) => role));
    };
    const chunks = uiMessageChunks(chain(['x']).model.stream(chatRequest), { input, onEnd });
    for await (const { type } of chunks) order.push(type);
    expect(order.slice(-4)).toEqual(['finished', 'user', 'assistant', 'finish']);
  });

  it('that rejects results in an error chunk', async () => {
    const onEnd = () => Promise.reject(new LlmError('overloaded', 'the store is down'));
    const chunks = await collectChunks(uiMessageChunks(chain(['x']).model.stream(chatRequest), { onEnd }));
    expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'the store is down' });
  });

  it('receives the state of an agent that waits', async () => {
    const ends: UiEnd[] = [];
    const turns = [{ text: 'Wait.', toolCalls: [{ id: 'c1', name: 'pay', args: {} }] }];
    const agent = agentOf([tool('pay', () => 'paid', { approval: true })], turns);
    await collectChunks(uiMessageChunks(agent.stream('hi'), { onEnd: (end) => void ends.push(end) }));
    expect(ends).toMatchObject([
      { outcome: 'awaiting', state: { pending: [{ id: 'c1' }] }, error: undefined },
    ]);
  });

  it.each(['chat', 'agent'])(
    'receives the text that was sent if the reader of a %s disconnects',
    async (kind) => {
      const ends: UiEnd[] = [];
      const script = [{ hang: true, after: 'Once upon' } as const];
      const { model, providers } = chain(script);
      const agent = agentOf([], script);
      const source = kind === 'chat' ? model.stream(chatRequest) : agent.stream('hi');
      const chunks = uiMessageChunks(source, { input, onEnd: (end) => void ends.push(end) });
      for await (const { type } of chunks) if (type === 'text-delta') break;
      expect(ends).toMatchObject([
        {
          outcome: 'stopped',
          error: { kind: 'aborted' },
          messages: [{ role: 'user' }, { role: 'assistant', parts: [{ text: 'Once upon' }] }],
        },
      ]);
      if (kind === 'chat') expect(providers[0]?.requests[0]?.signal.aborted).toBe(true);
      else expect(ends[0]?.state).toBeDefined();
    },
  );

  it('runs if the reader disconnects without reading', async () => {
    const ends: UiEnd[] = [];
    await uiMessageChunks(chain(['x']).model.stream(chatRequest), {
      input,
      onEnd: (end) => void ends.push(end),
    }).return?.();
    expect(ends).toMatchObject([{ outcome: 'stopped', messages: [{ role: 'user' }] }]);
  });

  it('receives the text that was sent before a failure', async () => {
    const ends: UiEnd[] = [];
    const turns = [
      { toolCalls: [{ id: 'c1', name: 'weather', args: {} }] },
      { fail: 'network' as const, after: 'It ra' },
    ];
    await collectChunks(
      uiMessageChunks(agentOf([weather], turns).stream('hi'), { onEnd: (end) => void ends.push(end) }),
    );
    expect(ends[0]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(ends[0]).toMatchObject({ outcome: 'failed', state: { steps: 1 } });
    expect(ends[0]?.messages.at(-1)?.parts).toEqual([{ type: 'text', text: 'It ra' }]);
  });
});
