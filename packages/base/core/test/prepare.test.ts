import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assistant,
  type AssistantPart,
  type Capabilities,
  type ChatRequest,
  file,
  image,
  type ImagePart,
  LlmError,
  type MediaFitter,
  type Message,
  toolResult,
  type TurnMessage,
  user,
} from '../src/index.ts';
import { repairHistory } from '../src/prepare/history.ts';
import { fitRequest, type FittedRequest } from '../src/prepare/fit-request.ts';
import { dropForeignReplay } from '../src/prepare/replay.ts';

const signal = new AbortController().signal;

async function prepared(
  request: ChatRequest,
  capabilities: Capabilities = {},
  media?: Parameters<typeof fitRequest>[1]['media'],
): Promise<FittedRequest> {
  const model = {
    id: 'x',
    wire: 'wire',
    families: ['own', 'shared'],
    capabilities,
    stream: () => {
      throw new Error('not called');
    },
  };
  return fitRequest(request, { target: 'a/x', providerId: 'a', model, media, scope: { signal } });
}

const kindOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (LlmError.is(error) ? `${error.kind}: ${error.message}` : String(error)),
  );

const call = (id: string, extra: Partial<AssistantPart> = {}): AssistantPart =>
  ({ type: 'tool-call', id, name: 't', args: {}, ...extra }) as AssistantPart;
const png = (size = 3): ImagePart => image(new Uint8Array(size));

const tool = (name: string): NonNullable<ChatRequest['tools']>[number] => ({
  name,
  description: name,
  parameters: { type: 'object' },
});

describe('prepare', () => {
  it.each<[string, Partial<ChatRequest>, Capabilities, string]>([
    ['tools', { tools: [tool('t')] }, { tools: false }, 'a/x does not accept tools'],
    ['images', { messages: [user(png())] }, { images: false }, 'a/x does not accept images'],
  ])('rejects %s for a model without support', async (_, request, capabilities, message) => {
    expect(await kindOf(prepared({ messages: [user('hi')], ...request }, capabilities))).toContain(
      `unsupported: ${message}`,
    );
  });

  it('accepts all requests if the capabilities are not known', async () => {
    const request = {
      messages: [user('hi', png(), file(new Uint8Array(1), 'x/y'))],
      tools: [tool('t')],
      output: { type: 'object' },
    };
    const { warnings, request: sent } = await prepared(request);
    expect(warnings).toEqual([]);
    expect(sent.messages).toBe(request.messages);
  });

  it('reuses the stripped object of a turn at each call, per target', () => {
    const turn = assistant([{ type: 'reasoning', text: 'r', replay: { family: 'a', data: 1 } }, call('1')]);
    const [a, b] = [['a'], ['b']];
    const turnFor = (
      families: readonly string[],
      more: readonly TurnMessage[] = [],
    ): TurnMessage | undefined => dropForeignReplay([user('q'), turn, ...more], families, 't').messages[1];
    expect(turnFor(b)).toEqual(assistant([call('1')]));
    expect(turnFor(b, [user('and')])).toBe(turnFor(b));
    expect(turnFor(a)).toBe(turn);
    expect(turnFor(['c'])).not.toBe(turnFor(b));
  });

  it('passes all other settings', async () => {
    const settings = {
      toolChoice: 'auto',
      maxTokens: 1,
      temperature: 0,
      topP: 0.5,
      stop: ['x'],
      seed: 0,
      reasoning: 'low',
    } as const;
    const cache = { prefix: 'long', messages: 'none', after: 1, key: 'k' } as const;
    const readable: AssistantPart = { type: 'text', text: 't', replay: { family: 'shared', data: 1 } };
    const turns = [user('q'), assistant([readable]), user('and')];
    const systemMessage: Message = { role: 'system', parts: [{ type: 'text', text: 'x' }] };
    const { request } = await prepared({
      messages: [...turns, systemMessage],
      system: 's',
      ...settings,
      cache,
    });
    expect(request).toEqual({
      messages: turns,
      system: 's\n\nx',
      ...settings,
      cache,
      tools: [],
      output: undefined,
      extra: {},
    });
    const { request: shaped } = await prepared({ messages: [user('hi')], output: { type: 'object' } });
    expect(shaped.output).toEqual({ name: 'answer', schema: { type: 'object' } });
  });

  it('returns all warnings, in the order of the changes', async () => {
    const otherFamilyReplay = { family: 'other', data: 'o' };
    const fitter: MediaFitter = {
      fit: (part, _limits, _signal, warn) => {
        warn?.({ action: 'coerced', what: 'image', why: 'smaller' });
        return Promise.resolve({ ...part });
      },
    };
    const { request, warnings } = await prepared(
      {
        messages: [
          user(png()),
          assistant([{ type: 'reasoning', text: 'r', replay: otherFamilyReplay }, call('1')]),
        ],
        maxTokens: 9,
        reasoning: 'high',
        output: { type: 'object' },
      },
      {
        images: { mediaTypes: [], maxBytes: 9 },
        maxOutputTokens: 5,
        reasoning: false,
        output: 'instruct',
      },
      fitter,
    );
    const what = ['replay of foreign reasoning', 'history', 'image', 'maxTokens', 'reasoning', 'output'];
    expect(warnings.map((warning) => warning.what)).toEqual(what);
    expect(request).toMatchObject({ maxTokens: 5, reasoning: undefined, output: undefined });
    expect(request.system).toContain('JSON');
  });

  it('merges extra: the wire first, then the provider, and no others', async () => {
    const { request } = await prepared({
      messages: [user('hi')],
      extra: { a: { b: 2 }, wire: { a: 1, b: 1 }, other: { c: 3 } },
    });
    expect(request.extra).toEqual({ a: 1, b: 2 });
  });

  it('fits each image once from the original, with the limits for that many images', async () => {
    const one = png();
    const observedCalls: unknown[] = [];
    const { request } = await prepared(
      { messages: [user(one, png(5)), assistant('ok'), user(one)] },
      {
        images: {
          mediaTypes: ['image/png'],
          maxBytes: 9,
          maxEdge: 8000,
          rules: [{ whenCountAbove: 2, maxEdge: 2000 }],
        },
      },
      {
        fit: (part, limits) => {
          observedCalls.push([part.bytes.length, limits.maxEdge]);
          return Promise.resolve({ ...part, bytes: new Uint8Array(1) });
        },
      },
    );
    expect(observedCalls).toEqual([
      [3, 2000],
      [5, 2000],
    ]);
    expect(request.messages[2]).toEqual(user({ ...one, bytes: new Uint8Array(1) }));
    expect(one.bytes.length).toBe(3);
  });

  it('gives each image an equal share if all are too large together', async () => {
    const limits = { mediaTypes: ['image/png'], maxBytes: 9, maxTotalBytes: 8 };
    const shrink = (part: ImagePart, maxBytes: number): ImagePart =>
      part.bytes.length <= maxBytes ? part : { ...part, bytes: new Uint8Array(maxBytes) };
    const fitter = {
      fit: (part: ImagePart, { maxBytes }: { readonly maxBytes: number }) =>
        Promise.resolve(shrink(part, maxBytes)),
    };
    const { request } = await prepared({ messages: [user(png(6), png(6))] }, { images: limits }, fitter);
    expect(request.messages[0]?.parts.map((part) => (part.type === 'image' ? part.bytes.length : 0))).toEqual(
      [4, 4],
    );
  });

  it('numbers the images in its warnings', async () => {
    const fitter: MediaFitter = {
      fit: (part, limits, _signal, warn) => {
        if (part.bytes.length > limits.maxBytes) {
          warn?.({ action: 'coerced', what: 'image', why: `to ${limits.maxBytes} bytes` });
        }
        return Promise.resolve({ ...part, bytes: part.bytes.slice(0, limits.maxBytes) });
      },
    };
    const warningsFor = async (images: ImagePart[], maxTotalBytes?: number): Promise<unknown> =>
      (
        await prepared(
          { messages: [user(images)] },
          { images: { mediaTypes: [], maxBytes: 9, maxTotalBytes } },
          fitter,
        )
      ).warnings;
    const [small, large] = [png(8), png(10)];
    expect(await warningsFor([large])).toEqual([{ action: 'coerced', what: 'image', why: 'to 9 bytes' }]);
    expect(await warningsFor([small, large, large])).toEqual([
      { action: 'coerced', what: 'image 2', why: 'to 9 bytes' },
    ]);
    expect(await warningsFor([small, large], 14)).toEqual([
      { action: 'coerced', what: 'image 1', why: 'to 7 bytes' },
      { action: 'coerced', what: 'image 2', why: 'to 7 bytes' },
    ]);
  });

  it('never modifies its input and accepts frozen requests', async () => {
    const request = deepFreeze({
      system: 's',
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'x' }] },
        user('q'),
        assistant([call('1'), { type: 'reasoning', text: 'r' }]),
      ] as Message[],
      tools: [tool('t')],
      maxTokens: 99,
    });
    const before = JSON.stringify(request);
    await prepared(request, { maxOutputTokens: 5 });
    expect(JSON.stringify(request)).toBe(before);
  });

  it('returns the same tools array for the same specs', async () => {
    const tools = [tool('t')];
    const one = await prepared({ messages: [user('a')], tools });
    const two = await prepared({ messages: [user('b')], tools });
    expect(one.request.tools).toBe(two.request.tools);
  });
});

describe('history repair', () => {
  it('returns the same objects for the same turns', () => {
    const one = toolResult({ callId: '1', name: 't', content: 'one' });
    const two = toolResult({ callId: '2', name: 't', content: 'two' });
    const history = [user('q'), assistant([call('1'), call('2')]), one, two, assistant([call('3')])];
    const first = repairHistory(history).messages;
    const later = repairHistory([...history, toolResult({ callId: '3', name: 't', content: '3' })]).messages;
    expect(later).toHaveLength(5);
    expect(later.slice(0, 4).map((message, at) => message === first[at])).toEqual([true, true, true, true]);
    expect(later[4]).not.toEqual(first[4]);
  });

  it('is idempotent, returns exactly one result per call, and preserves prefixes', () => {
    const id = fc.constantFrom('1', '2', '3', '1_2');
    const message: fc.Arbitrary<TurnMessage> = fc.oneof(
      fc.constant(user('u')),
      fc
        .array(id, { maxLength: 3 })
        .map((ids) => assistant([{ type: 'text', text: 'a' }, ...ids.map((one) => call(one))])),
      fc
        .array(id, { maxLength: 3 })
        .map((ids) => toolResult(ids.map((callId) => ({ callId, name: 't', content: 'r' })))),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (history) => {
        const repairedOnce = repairHistory(history).messages;
        expect(repairHistory(repairedOnce).messages).toEqual(repairedOnce);
        const ids = new Set<string>();
        repairedOnce.forEach((turn, at) => {
          if (turn.role === 'tool') expect(repairedOnce[at - 1]?.role).toBe('assistant');
          if (turn.role !== 'assistant') return;
          const calls = turn.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
          for (const one of calls) {
            expect(ids.has(one)).toBe(false);
            ids.add(one);
          }
          const next = repairedOnce[at + 1];
          if (calls.length > 0)
            expect(next?.role === 'tool' ? next.parts.map(({ callId }) => callId) : undefined).toEqual(calls);
        });
        const grown = repairHistory([...repairedOnce, user('next')]).messages;
        expect(grown.slice(0, repairedOnce.length)).toEqual(repairedOnce);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 200 : 2000, seed: 20_261_120 },
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
