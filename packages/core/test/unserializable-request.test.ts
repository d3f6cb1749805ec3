import { describe, expect, it } from 'vitest';
import { assistant, image, toolResult, user, type ChatRequest, type JsonObject } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { world } from './support/world.ts';

/** As a provider tells what its SDK throws before a byte is sent, and what the network does. */
const unreached = () => world({ 'p/m': [{ fail: 'network' }], 'q/m': ['hi'] });

const called = (args: unknown): ChatRequest => ({
  messages: [
    user('a'),
    assistant([{ type: 'tool-call', id: 'x', name: 't', args: args as JsonObject }]),
    toolResult({ callId: 'x', name: 't', content: 'y' }),
  ],
});

const circle: Record<string, unknown> = {};
circle['self'] = circle;
const deep = Array.from({ length: 50_000 }).reduce<object>((inner) => ({ inner }), {});
const failing = {
  toJSON() {
    throw new Error('not me');
  },
};

describe('a request that JSON cannot represent', () => {
  it.each([
    ['a circle', circle],
    ['a bigint', { amount: 1n }],
    ['what is nested too deep', deep],
    ['what throws when it is written', { failing }],
  ])('does not count against its target or advance: %s', async (_, args) => {
    const { majordomo, requestCounts } = unreached();
    const error = await failure(majordomo.model('p/m,q/m').generate(called(args)));
    expect(error).toMatchObject({ kind: 'invalid-request', details: { path: 'messages', target: 'p/m' } });
    expect(error.message).toContain('messages cannot be written as JSON');
    expect(Object.fromEntries(requestCounts)).toEqual({ 'p/m': 1 });
  });

  it('is reported with the path of the value', async () => {
    const { majordomo } = unreached();
    const request = { messages: [user('a')], extra: { scripted: { circle } } } as unknown as ChatRequest;
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
