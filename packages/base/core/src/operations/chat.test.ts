import { describe, expect, it } from 'vitest';
import type { PreparedCall } from '../call/contract.ts';
import { world } from '../../test/support/world.ts';
import { type AttemptInfo, type Model, type ModelRequest, type Recovery, user } from '../index.ts';
import type { Target } from '../resolve/resolve.ts';
import type { ChatResponse, ModelEvent } from '../types/response.ts';
import type { ModelContext } from '../types/provider.ts';
import { chatOperation } from '../client/chat-model.ts';

const request = { messages: [user('hi')], maxTokens: 9 };
const target = { key: 'a/x', provider: { id: 'a' }, modelId: 'x' } as Target;
const scope = { signal: new AbortController().signal };
const capabilities = { maxOutputTokens: 5 };
const timeouts = { idleMs: 7 };
const recovery: Recovery = {
  id: 'r',
  what: 'maxTokens dropped',
  apply: (it) => ({ ...it, maxTokens: undefined }),
};

/** Requests that the model has received. */
const received: [ModelRequest, ModelContext][] = [];

async function prepare(
  isStreamed = true,
  extra: Partial<Model> = {},
): Promise<PreparedCall<ModelEvent, ChatResponse>> {
  const model: Model = {
    id: 'x',
    families: [],
    capabilities,
    timeouts,
    async *stream(sent, context) {
      received.push([sent, context]);
      yield await Promise.resolve([]);
    },
    ...extra,
  };
  return chatOperation(request, { isStreamed, media: undefined, modelAt: () => model }).prepare(
    target,
    scope,
  );
}

describe('a prepared chat', () => {
  it('exposes the request and the capabilities of the target', async () => {
    const prepared = await prepare();
    expect(prepared).toMatchObject({ capabilities, timeouts, isNonStreaming: false, payload: undefined });
    expect(prepared.request).toMatchObject({ messages: request.messages, maxTokens: 5 });
    expect(
      chatOperation(request, {
        isStreamed: true,
        media: undefined,
        modelAt: () => {
          throw new Error('not called');
        },
      }).type,
    ).toBe('chat');
  });

  it.each([
    ['the caller reads a stream', true, true, false],
    ['the caller reads no stream, and the model requires one', false, true, true],
    ['the caller reads no stream, and the model requires none', false, false, false],
  ])('is non-streaming if %s: %s', async (_, isStreamed, isRequired, isNonStreaming) => {
    expect((await prepare(isStreamed, { isNonStreaming: () => isRequired })).isNonStreaming).toBe(
      isNonStreaming,
    );
  });

  it('has a key for the cache of the vendor that depends on the tenant of the call', async () => {
    const keys: (string | undefined)[] = [];
    const gate = {
      name: 'spy',
      admit: ({ request: { cache } }: Pick<AttemptInfo, 'request'>) => void keys.push(cache?.key),
    };
    const { majordomo } = world({ 'a/x': ['a'] }, { gates: [gate] });
    for (const tenant of ['a', 'b', 'a', undefined])
      await majordomo.model('a/x').generate({ ...request, cache: 'auto' }, { tenant });
    expect(keys[0]).toMatch(/^mj-/);
    expect([keys[2] === keys[0], new Set(keys).size]).toEqual([true, 3]);
  });

  it('is changed by a recovery and adds a warning', async () => {
    const prepared = await prepare();
    const changed = prepared.withRecovery(recovery, 'a/x said no');
    expect([prepared.request.maxTokens, changed.request.maxTokens, changed.isNonStreaming]).toEqual([
      5,
      undefined,
      false,
    ]);
    const { warnings } = changed.newAnswer().result({ spec: 's', attempts: [] });
    expect(warnings).toMatchObject([
      { action: 'coerced', what: 'maxTokens' },
      { action: 'repaired', what: 'maxTokens dropped', why: 'a/x said no' },
    ]);
  });

  it('is non-streaming after a recovery that requires it', async () => {
    const changed = (await prepare()).withRecovery({ ...recovery, delivery: 'complete' }, 'no stream');
    expect([changed.isNonStreaming, changed.withRecovery(recovery, 'and').isNonStreaming]).toEqual([
      true,
      true,
    ]);
  });

  it('sends the prepared request', async () => {
    const prepared = await prepare();
    const context = { target: 'a/x' } as ModelContext;
    await prepared.open(context).next();
    expect(received.at(-1)).toEqual([prepared.request, context]);
    expect(prepared.newAnswer().result({ spec: 's', attempts: [] }).target).toBe('a/x');
  });
});
