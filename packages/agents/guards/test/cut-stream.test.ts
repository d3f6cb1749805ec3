import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type ChatModel,
  createMajordomo,
  LlmError,
  type ErrorKind,
  type JsonObject,
  type Provider,
  type StreamEvent,
} from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { createOpenAI } from '@majordomo/provider-openai';
import { forbid, guarded, type GuardOptions } from '../src/index.ts';
import { ask, failureOf, streamed } from './support/calls.ts';
import { chatServer, type Answer, type ChatServer } from './support/chat-server.ts';

const HELD = 'held-secret';
const options: GuardOptions = {
  output: [forbid({ name: 'x', patterns: ['0123456789'] })],
  holdBack: { characters: 3 },
};
const output: JsonObject = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };

const chunk = (delta: unknown, more: object = {}): string =>
  sseEvent(
    JSON.stringify({
      id: 'r',
      object: 'chat.completion.chunk',
      model: 'm',
      choices: [{ index: 0, delta, ...more }],
    }),
  );

/** Ends of a stream whose last piece was held. Most of them quote the answer. */
const ENDS: Readonly<Record<string, Pick<Answer, 'tail' | 'isCut'>>> = {
  'a broken connection': { isCut: true },
  'no finish event': { tail: '' },
  'a chunk that is cut': { tail: chunk({ content: `more ${HELD}` }).slice(0, -20) },
  'a chunk that is not JSON': { tail: `data: ${HELD} {"choices": [\n\n` },
  'a chunk of another type': { tail: chunk({ content: { [HELD]: HELD } }) },
  'a chunk with a list in place of text': { tail: chunk({ content: [HELD] }) },
  'a delta that is a string': { tail: chunk(HELD) },
  'an error event that contains the answer': {
    tail: sseEvent(
      JSON.stringify({
        error: {
          message: 'no valid call',
          code: 'tool_use_failed',
          status_code: 400,
          failed_generation: HELD,
        },
      }),
    ),
  },
};

/** Returns everything that an application can log of an error, including non-enumerable members, causes and attempts. */
function contents(error: unknown): string {
  const visited = new Set<unknown>();
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) texts.push(String(value));
    else if (!visited.has(value)) {
      visited.add(value);
      for (const key of Reflect.ownKeys(value)) {
        texts.push(String(key));
        visit(Reflect.get(value, key));
      }
    }
  };
  visit(error);
  return [...texts, inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error)].join('\n');
}

const textAfterReset = (events: readonly StreamEvent[]): string =>
  events
    .slice(events.findLastIndex(({ type }) => type === 'reset') + 1)
    .map((event) => (event.type === 'text-delta' ? event.text : ''))
    .join('');

/** Returns the model of a chain with two targets at the server. */
function twoTargets({ url }: ChatServer): ChatModel {
  const provider = (id: string) => createOpenAI({ id, api: 'chat', apiKey: 'key', baseURL: url });
  return createMajordomo({ providers: [provider('a'), provider('b')], chain: { attempts: 1 } }).model(
    'a/m,b/m',
  );
}

describe.each(Object.entries(ENDS))('a stream that ends with %s', (_name, end) => {
  const answer: Answer = { pieces: ['shown text, ', `and ${HELD}`], ...end };

  it.each([1, 2])(
    'fails after %i attempts with an error that has only delivered content',
    async (attempts) => {
      const server = await chatServer(() => answer);
      const model = guarded(server.create({ chain: { attempts, backoff: { baseMs: 0 } } }), options);
      const { events, error } = await streamed(model, ask(), { afterCommit: 'restart' });
      const text = textAfterReset(events);
      expect(text).toContain('shown');
      expect(error?.details.partial?.text).toBe(text);
      expect(contents([error, events])).not.toContain('held');
    },
  );

  it('fails with only delivered content after both targets of a chain have failed', async () => {
    const server = await chatServer(() => answer);
    const model = guarded(twoTargets(server), options);
    const { events, error } = await streamed(model, ask(), { afterCommit: 'restart' });
    expect(new Set(error?.details.attempts.map(({ target }) => target))).toEqual(new Set(['a/m', 'b/m']));
    expect(contents([error, events])).not.toContain('held');
  });

  it('fails without any content if requested JSON was held', async () => {
    const server = await chatServer(() => ({ ...answer, pieces: [`{"a": "${HELD}`] }));
    const { text, error } = await streamed(guarded(server.model, options), { ...ask(), output });
    expect(text).toBe('');
    expect(LlmError.is(error)).toBe(true);
    expect(contents(error)).not.toContain('held');
  });
});

describe('an error before the first content', () => {
  const error = {
    message: 'no valid call',
    code: 'tool_use_failed',
    status_code: 400,
    failed_generation: HELD,
  };
  const body = JSON.stringify({ error });

  it.each<[string, Answer]>([
    ['event of a stream', { tail: sseEvent(body) }],
    ['event that is not JSON', { tail: `data: ${HELD} {\n\n` }],
    ['response with status 400', { status: 400, tail: body }],
  ])('does not contain the answer: %s', async (_name, answer) => {
    const server = await chatServer(() => answer);
    const { error: failure } = await streamed(guarded(server.model, options));
    expect(failure?.message).toContain('openai/gpt-');
    expect(contents(failure)).not.toContain('held');
  });

  it.each<[string, Answer]>([
    ['a response with status 400', { status: 400, tail: body }],
    ['a response that is not JSON', { tail: `${HELD} {` }],
  ])('does not contain the answer of a complete call: %s', async (_name, answer) => {
    const server = await chatServer(() => answer);
    for (const model of [server.model, twoTargets(server)])
      expect(contents(await failureOf(guarded(model, options).generate(ask())))).not.toContain('held');
  });
});

const quotingError = new SyntaxError(`no JSON: ${HELD}`);

it.each<[string, { readonly kind: ErrorKind; readonly cause: unknown; readonly hasContent: boolean }]>([
  ['an error after content', { kind: 'network', cause: quotingError, hasContent: true }],
  [
    'an LlmError with a cause after content',
    {
      kind: 'network',
      cause: new LlmError('server', 'failed', {}, { cause: quotingError }),
      hasContent: true,
    },
  ],
  ['an error of the parser', { kind: 'protocol', cause: quotingError, hasContent: false }],
  [
    'an LlmError of the parser',
    {
      kind: 'server',
      cause: new LlmError('protocol', 'no JSON', {}, { cause: quotingError }),
      hasContent: false,
    },
  ],
])('a cause that quotes the answer is removed: %s', async (_name, { kind, cause, hasContent }) => {
  const provider: Provider = {
    spi: 1,
    id: 'p',
    model: (id) => ({
      id,
      families: [],
      capabilities: {},
      async *stream(_request, { target }) {
        yield [{ type: 'start', target, id: undefined }];
        if (hasContent)
          yield [
            { type: 'part-start', index: 0, part: { type: 'text' } },
            { type: 'text-delta', index: 0, text: `shown text, and ${HELD}` },
          ];
        throw new LlmError(kind, `${target}: failed`, { target }, { cause });
      },
    }),
  };
  const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('p/m');
  const { text, error } = await streamed(guarded(model, options));
  expect(error?.kind).toBe(kind);
  expect(error?.details.partial?.text ?? '').toBe(text);
  expect(contents(error)).not.toContain('held');
});
