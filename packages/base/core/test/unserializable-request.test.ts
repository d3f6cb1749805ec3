import { describe, expect, it } from 'vitest';
import { assistant, image, toolResult, user, type ChatRequest, type JsonObject } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { world } from './support/world.ts';

/** Returns a world whose first target fails as if its SDK had thrown before it sent a byte. */
const unreached = () => world({ 'p/m': [{ fail: 'network' }], 'q/m': ['hi'] });

const requestWithArgs = (args: unknown): ChatRequest => ({
  messages: [
    user('a'),
    assistant([{ type: 'tool-call', id: 'x', name: 't', args: args as JsonObject }]),
    toolResult({ callId: 'x', name: 't', content: 'y' }),
  ],
});

const circular: Record<string, unknown> = {};
circular['self'] = circular;
const deep = Array.from({ length: 50_000 }).reduce<object>((inner) => ({ inner }), {});
const failing = {
  toJSON() {
    throw new Error('not me');
  },
};

describe('a request that JSON cannot represent', () => {
  it.each([
    ['a circular value', circular],
    ['a bigint', { amount: 1n }],
    ['a value that is nested too deeply', deep],
    ['a value that throws during serialization', { failing }],
  ])('does not count against its target or advance: %s', async (_, args) => {
    const { majordomo, requestCounts } = unreached();
    const error = await failure(majordomo.model('p/m,q/m').generate(requestWithArgs(args)));
    expect(error).toMatchObject({ kind: 'invalid-request', details: { path: 'messages', target: 'p/m' } });
    expect(error.message).toContain('messages cannot be written as JSON');
    expect(Object.fromEntries(requestCounts)).toEqual({ 'p/m': 1 });
  });

  it('is reported with the path of the value', async () => {
    const { majordomo } = unreached();
    const request = {
      messages: [user('a')],
      extra: { scripted: { circle: circular } },
    } as unknown as ChatRequest;
    expect(await failure(majordomo.model('p/m').generate(request))).toMatchObject({
      kind: 'invalid-request',
      details: { path: 'extra' },
    });
  });

  it('differs from a network failure, with or without bytes', async () => {
    const { majordomo, clock } = unreached();
    const answer = majordomo.model('p/m').generate({ messages: [user('look', image(Uint8Array.of(1, 2)))] });
    const error = failure(answer);
    await clock.advance(60_000);
    expect((await error).kind).toBe('network');
  });
});
