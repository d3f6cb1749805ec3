import { describe, expect, it } from 'vitest';
import { assistant, LlmError, toolResult, user, type ChatRequest, type Message } from '../index.ts';
import { hash128 } from '../util/bytes.ts';
import { toModelTools } from '../schema/to-json-schema.ts';
import { toModelCache } from './cache.ts';
import { mergeSystem } from './output.ts';
import { validate } from './validate.ts';

const tools = [{ name: 't', description: 'd', parameters: { type: 'object' } }];
const question: readonly Message[] = [user('hi')];
const chat: readonly Message[] = [user('hi'), assistant('yes'), user('and?')];

function cacheOf(request: ChatRequest, tenant?: string) {
  const mergedSystem = mergeSystem(request);
  return toModelCache(request, { ...mergedSystem, tools: toModelTools(request.tools ?? []), tenant });
}

const keyOf = (request: Omit<ChatRequest, 'cache'>, tenant?: string): string | undefined =>
  cacheOf({ ...request, cache: 'auto' }, tenant)?.key;

describe('a cache setting', () => {
  it.each<[string, ChatRequest, object | undefined]>([
    ['is absent by default', { messages: chat }, undefined],
    ['none', { messages: chat, cache: 'none' }, { prefix: 'none', messages: 'none', after: 0 }],
    ['short', { messages: question, cache: 'short' }, { prefix: 'short', messages: 'short', after: 0 }],
    ['long', { messages: question, cache: 'long' }, { prefix: 'long', messages: 'long', after: 0 }],
    ['auto, a question', { messages: question, cache: 'auto' }, { prefix: 'short', messages: 'none' }],
    ['auto, a conversation', { messages: chat, cache: 'auto' }, { prefix: 'short', messages: 'short' }],
    ['auto with tools', { messages: question, tools, cache: 'auto' }, { messages: 'short' }],
    [
      'a plan',
      { messages: chat, cache: { prefix: 'long', messages: 'none', after: 1, key: 'k' } },
      { prefix: 'long', messages: 'none', after: 1, key: 'k' },
    ],
  ])('%s', (_name, request, expected) => {
    if (expected === undefined) expect(cacheOf(request)).toBeUndefined();
    else expect(cacheOf(request)).toMatchObject(expected);
  });

  it('counts the messages that the provider receives', () => {
    const call = (id: string) => ({ type: 'tool-call', id, name: 't', args: {} }) as const;
    const result = (callId: string) => toolResult({ callId, name: 't', content: 'r' });
    const messages: readonly Message[] = [
      { role: 'system', parts: [{ type: 'text', text: 's' }] },
      user('document'),
      assistant([call('a'), call('b')]),
      result('a'),
      result('b'),
      user('question'),
    ];
    expect(cacheOf({ messages, cache: { after: 2 } })?.after).toBe(1);
    expect(cacheOf({ messages, cache: { after: 5 } })?.after).toBe(3);
    expect(cacheOf({ messages, cache: { after: 99 } })?.after).toBe(4);
  });

  it.each<[string, unknown]>([
    ['cache', 'weekly'],
    ['cache', 7],
    ['cache', null],
    ['cache.ttl', { ttl: '1h' }],
    ['cache.prefix', { prefix: 'auto' }],
    ['cache.messages', { messages: true }],
    ['cache.after', { after: -1 }],
    ['cache.after', { after: 0.5 }],
    ['cache.key', { key: '' }],
    ['cache.key', { key: 'k'.repeat(65) }],
  ])('with an invalid value is rejected at %s: %j', (path, cache) => {
    const check = (): void => {
      validate({ messages: question, cache } as ChatRequest);
    };
    expect(check).toThrow(LlmError);
    expect(check).toThrow(
      expect.objectContaining({ kind: 'invalid-request', details: expect.objectContaining({ path }) }),
    );
  });

  it('is rejected with its valid forms if it is a string of another value', () => {
    expect(() => {
      validate({ messages: question, cache: 'weekly' } as unknown as ChatRequest);
    }).toThrow('cache must be none, short, long, auto or a plan such as { prefix: "long" }');
  });

  it('accepts a key of 64 characters', () => {
    expect(() => {
      validate({ messages: question, cache: { key: 'k'.repeat(64) } });
    }).not.toThrow();
  });
});

describe('the routing key', () => {
  it('is equal over the turns of a conversation', () => {
    const later = [...chat, assistant('no'), user('why?')];
    expect(keyOf({ messages: chat, system: 's', tools })).toBe(
      keyOf({ messages: later, system: 's', tools }),
    );
  });

  it('is equal in every process', () => {
    const request = { messages: structuredClone(chat), system: 's', tools: structuredClone(tools) };
    expect(keyOf(request, 'acme')).toBe(keyOf({ messages: chat, system: 's', tools }, 'acme'));
    expect(keyOf(request, 'acme')).toMatchInlineSnapshot(`"mj-63c4d2db82ef6d36da9d6f607686e16f"`);
  });

  it('is equal for questions with the same system text', () => {
    expect(keyOf({ messages: [user('a')], system: 's' })).toBe(keyOf({ messages: [user('b')], system: 's' }));
  });

  it.each<[string, Omit<ChatRequest, 'cache'>, string?]>([
    ['another tenant', { messages: chat, system: 's' }, 'b'],
    ['no tenant', { messages: chat, system: 's' }],
    ['another system text', { messages: chat, system: 't' }, 'a'],
    ['tools', { messages: chat, system: 's', tools }, 'a'],
    ['another first message', { messages: [user('ho'), ...chat.slice(1)], system: 's' }, 'a'],
  ])('differs for %s', (_name, request, tenant) => {
    expect(keyOf(request, tenant)).not.toBe(keyOf({ messages: chat, system: 's' }, 'a'));
  });
});

describe('hash128', () => {
  it('differs for 20,000 strings that differ in a single character or in length', () => {
    const inputs = Array.from({ length: 10_000 }, (_, at) => [`text ${at}`, '\0'.repeat(at)]).flat();
    expect(new Set(inputs.map(hash128)).size).toBe(inputs.length);
  });

  it('changes about half of its bits with one bit of the text', () => {
    const bits = (hash: string): string[] => BigInt(`0x${hash}`).toString(2).padStart(128, '0').split('');
    for (const [one, other] of [
      ['a', 'c'],
      ['prefix 0', 'prefix 1'],
      ['0 suffix', '1 suffix'],
    ] as const) {
      const otherBits = bits(hash128(other));
      const changed = bits(hash128(one)).filter((bit, at) => bit !== otherBits[at]).length;
      expect(changed).toBeGreaterThan(40);
      expect(changed).toBeLessThan(88);
    }
  });
});
