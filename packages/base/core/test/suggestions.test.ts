import { describe, expect, it } from 'vitest';
import { createMajordomo, LlmError, user, type SuggestModel } from '../src/index.ts';
import { scripted } from './support/scripted.ts';
import { manualClock } from './support/manual-clock.ts';

const SCRIPTS = {
  'a/gtp': [{ fail: 'not-found' }],
  'b/ok': ['hi'],
  'a/down': [{ fail: 'billing' }],
} as const;

function make(suggestModel?: SuggestModel, clock = manualClock()) {
  const providers = ['a', 'b'].map((id) => ({
    ...scripted(id, SCRIPTS, new Map(), clock),
    vendor: `vendor-${id}`,
  }));
  return createMajordomo({ providers, clock, suggestModel });
}

async function errorOf(spec: string, suggestModel?: SuggestModel): Promise<LlmError> {
  const call = make(suggestModel)
    .model(spec)
    .generate({ messages: [user('hi')] });
  const error: unknown = await call.catch((cause: unknown) => cause);
  if (!LlmError.is(error)) throw error;
  return error;
}

describe('suggestModel', () => {
  it('adds the similar model to the error and its stack, and keeps the details', async () => {
    const plain = await errorOf('a/gtp');
    const error = await errorOf('a/gtp', (vendor, id) =>
      vendor === 'vendor-a' && id === 'gtp' ? 'gpt' : 'no',
    );
    expect(error.message).toBe(`${plain.message}; did you mean "a/gpt"?`);
    expect(error.stack).toContain('did you mean "a/gpt"?');
    expect(error.details.target).toBe('a/gtp');
  });

  it.each<[string, SuggestModel]>([
    ['returns the same model', (_, id) => id],
    ['returns nothing', () => undefined],
    ['throws', () => expect.fail('broken')],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('does not change the error if it %s', async (_, suggestModel) => {
    expect((await errorOf('a/gtp', suggestModel)).message).toBe((await errorOf('a/gtp')).message);
  });

  it.each(['a/gtp', 'name'])('does not wait for a suggestion for %s without end', async (spec) => {
    const clock = manualClock();
    const call = make(() => new Promise(() => undefined), clock)
      .model(spec)
      .generate({ messages: [user('hi')] }, { timeouts: { totalMs: 0 } })
      .catch((cause: unknown) => cause);
    while (await clock.fireNext());
    expect(await call).toHaveProperty('message', (await errorOf(spec)).message);
  });

  it.each(['a/gtp', 'a/gtp,b/ok'])('does not delay the end of an aborted call to %s', async (spec) => {
    const controller = new AbortController();
    const call = make(() => {
      controller.abort();
      return new Promise(() => undefined);
    })
      .model(spec)
      .generate({ messages: [user('hi')] }, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('is called only for unknown models and names', async () => {
    const fail: SuggestModel = () => 'gpt';
    expect((await errorOf('a/down', fail)).message).not.toContain('did you mean');
    const { text } = await make(fail)
      .model('a/gtp,b/ok')
      .generate({ messages: [user('hi')] });
    expect(text).toBe('hi');
  });

  it.each<[string, string]>([
    ['exact', 'b/exact'],
    ['similar', 'a/similar-a'],
  ])('completes the name %s to the target %s', async (name, target) => {
    const suggest: SuggestModel = (vendor, id) =>
      id === 'exact' && vendor === 'vendor-b' ? id : `similar-${vendor.slice(-1)}`;
    const { kind, message } = await errorOf(name, suggest);
    expect([kind, message]).toEqual(['config', expect.stringContaining(`; did you mean "${target}"?`)]);
  });
});
