import { describe, expect, it } from 'vitest';
import {
  createMajordomo,
  type Gate,
  image,
  LlmError,
  type MajordomoOptions,
  type ModerationBackend,
  type ModerationModel,
  type ModerationRequest,
  type ModerationResult,
  type Provider,
  type Usage,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { NO_CHAT } from './support/other-models.ts';
import { usageOf } from './support/usage.ts';

const usageFor = (moderation: number): Usage => usageOf({ details: { units: { moderation } } });

type Values = ModerationRequest['values'];
type Moderator = Provider & { readonly requests: Values[] };

const verdictOf = (value: Values[number]): ModerationResult => {
  const name = typeof value === 'string' ? value : `image of ${value.bytes.length}`;
  return {
    flagged: name.includes('bad'),
    categories: { [name]: name.includes('bad') },
    scores: { [name]: 0.5 },
  };
};

/** Provider that flags values that contain "bad". `damage` changes the results of a request. */
function moderator(
  id: string,
  facts: Partial<ModerationBackend> = {},
  damage: (results: readonly ModerationResult[], request: number) => unknown = (results) => results,
): Moderator {
  const requests: Values[] = [];
  return {
    ...NO_CHAT,
    id,
    requests,
    moderationModel: (modelId) => ({
      id: modelId,
      async moderate({ values }, { target }) {
        requests.push(values);
        const results = damage(values.map(verdictOf), requests.length) as ModerationResult[];
        return { results, target, usage: usageFor(values.length), warnings: [] };
      },
      ...facts,
    }),
  };
}

const modelOf = (providers: readonly Provider[], options: Partial<MajordomoOptions> = {}): ModerationModel =>
  createMajordomo({ providers, ...options, chain: { attempts: 1, ...options.chain } }).moderationModel(
    providers.map(({ id }) => `${id}/m`).join(','),
  );

const PNG = image(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), 'image/png');
const LARGER = image(new Uint8Array([...PNG.bytes, 0, 0]), 'image/png');

const NO_VALUE = 'must be a string or an image, and not empty';

describe('moderation', () => {
  it('returns a result for each value, in order', async () => {
    const provider = moderator('a');
    const response = await modelOf([provider]).moderate({ values: ['fine', 'bad'] });
    expect(response).toMatchObject({
      results: [verdictOf('fine'), verdictOf('bad')],
      target: 'a/m',
      spec: 'a/m',
      usage: usageFor(2),
      warnings: [],
      attempts: [{ target: 'a/m', outcome: 'finished', usage: usageFor(2) }],
    });
    expect(provider.requests).toEqual([['fine', 'bad']]);
  });

  it('sends the strings in one request and each image separately', async () => {
    const provider = moderator('a');
    const values = ['one', PNG, 'bad', LARGER];
    const { results, usage } = await modelOf([provider]).moderate({ values });
    expect(provider.requests).toEqual([['one', 'bad'], [PNG], [LARGER]]);
    expect(results).toEqual(values.map(verdictOf));
    expect(usage).toEqual(usageFor(4));
  });

  it('splits strings by the limit of the target, and calls gates once', async () => {
    const provider = moderator('a', { maxValues: 2 });
    const admitted: unknown[] = [];
    const gate: Gate = {
      name: 'record',
      admit: ({ operation, payload }) => void admitted.push([operation, payload]),
    };
    const values = ['1', '2', '3', 'bad', '5'];
    const { results, attempts } = await modelOf([provider], { gates: [gate] }).moderate({ values });
    expect(provider.requests).toEqual([['1', '2'], ['3', 'bad'], ['5']]);
    expect(results.map(({ flagged }) => flagged)).toEqual([false, false, false, true, false]);
    expect(attempts).toHaveLength(1);
    expect(admitted).toEqual([['moderation', { values }]]);
  });

  it('returns the warnings of all requests, each once', async () => {
    const warning = { action: 'dropped', what: 'extra.mode', why: 'not supported' } as const;
    const provider = moderator('a', {
      maxValues: 1,
      moderate: ({ values }, { target }) =>
        Promise.resolve({ results: values.map(verdictOf), target, usage: undefined, warnings: [warning] }),
    });
    const { warnings } = await modelOf([provider]).moderate({ values: ['1', '2'] });
    expect(warnings).toEqual([warning]);
  });

  it.each([
    ['too few results', (results: readonly ModerationResult[]) => results.slice(1)],
    ['too many results', (results: readonly ModerationResult[]) => [...results, ...results]],
    ['no list', () => ({ results: [] })],
  ])('rejects %s as protocol, and tries the next target', async (_, damage) => {
    const request = { values: ['one', 'two'] };
    const error = await failure(modelOf([moderator('a', {}, damage)]).moderate(request));
    expect([error.kind, error.details.path, error.details.partial?.usage]).toEqual([
      'protocol',
      'results',
      usageFor(2),
    ]);
    expect(error.message).toBe('a/m: results: expected an array of 2 results');
    const { target } = await modelOf([moderator('a', {}, damage), moderator('b')]).moderate(request);
    expect(target).toBe('b/m');
  });

  it('counts the usage of the requests before a failed one', async () => {
    const provider = moderator('a', { maxValues: 1 }, (results, request) => {
      if (request === 3) throw new LlmError('server', 'out of order');
      return results;
    });
    const error = await failure(modelOf([provider]).moderate({ values: ['1', '2', '3'] }));
    expect([error.kind, error.details.attempts[0]?.usage]).toEqual(['server', usageFor(2)]);
  });

  it.each([
    ['values', 'must not be empty', { values: [] }],
    ['values', 'must be an array, not a string', { values: 'one' }],
    ['values[1]', NO_VALUE, { values: ['one', ' '] }],
    ['values[0]', NO_VALUE, { values: [7] }],
    ['values[1]', NO_VALUE, { values: ['one', { ...PNG, bytes: new Uint8Array() }] }],
    ['values[0]', NO_VALUE, { values: [{ ...PNG, bytes: 'AAAA' }] }],
    ['values[0]', NO_VALUE, { values: [{ type: 'audio', bytes: PNG.bytes }] }],
    ['values[0]', NO_VALUE, { values: [null] }],
    ['input', 'is not a member of a request; did you mean "values"?', { input: 'x' }],
    ['texts', 'is not a member of a request; did you mean "values"?', { texts: ['one'] }],
  ])('rejects a request if %s %s, before anything is sent', async (path, why, request) => {
    const provider = moderator('a');
    const error = await failure(modelOf([provider]).moderate(request as unknown as ModerationRequest));
    expect([error.kind, error.details.path]).toEqual(['invalid-request', path]);
    expect(error.message).toBe(`${path} ${why}`);
    expect(provider.requests).toEqual([]);
  });

  it('skips a target for strings if a value is an image, and one without moderation models', async () => {
    const { moderationModel: _none, ...chatOnly } = moderator('chat');
    const strings = moderator('strings', { images: false });
    const { target, attempts } = await modelOf([chatOnly, strings, moderator('b')]).moderate({
      values: ['x', PNG],
    });
    expect(target).toBe('b/m');
    expect(attempts.map(({ error }) => [error?.kind, error?.message, error?.details.path])).toEqual([
      ['unsupported', 'chat/m does not classify content', undefined],
      ['unsupported', 'strings/m does not classify images', 'values'],
      [undefined, undefined, undefined],
    ]);
    expect(strings.requests).toEqual([]);
    expect((await modelOf([strings]).moderate({ values: ['x'] })).target).toBe('strings/m');
  });

  it('keeps the usage of answered requests if the call is aborted during a later request', async () => {
    const controller = new AbortController();
    const provider: Provider = {
      ...moderator('a'),
      moderationModel: (modelId) => ({
        id: modelId,
        maxValues: 1,
        moderate: async (request, { target }) => {
          if (request.values[0] !== 'three')
            return { results: request.values.map(verdictOf), target, usage: usageFor(1), warnings: [] };
          controller.abort();
          return new Promise(() => undefined);
        },
      }),
    };
    const { signal } = controller;
    const error = await failure(
      modelOf([provider]).moderate({ values: ['one', 'two', 'three'] }, { signal }),
    );
    expect([error.kind, error.details.attempts[0]?.usage]).toEqual(['aborted', usageFor(2)]);
  });

  it('fits each image alone to the limits of the target', async () => {
    const limits = { mediaTypes: ['image/png'], maxBytes: 9, maxCount: 1, maxTotalBytes: 9 };
    const provider = moderator('a', { images: limits });
    const warning = { action: 'coerced', what: 'image', why: 'too large' } as const;
    const model = modelOf([provider], {
      media: {
        fit: (part, { maxBytes, maxCount }, _signal, warn) => {
          if (part.bytes.length <= maxBytes) return Promise.resolve(part);
          warn?.({ ...warning, why: `count ${String(maxCount)}` });
          return Promise.resolve({ ...part, bytes: part.bytes.slice(0, maxBytes) });
        },
      },
    });
    const { warnings } = await model.moderate({ values: [PNG, 'x', LARGER] });
    expect(
      provider.requests.slice(1).map(([part]) => (typeof part === 'object' ? part.bytes.length : 0)),
    ).toEqual([8, 9]);
    expect(warnings).toEqual([{ ...warning, what: 'image 2', why: 'count undefined' }]);
    const error = await failure(modelOf([provider]).moderate({ values: [LARGER] }));
    expect(error.kind).toBe('unsupported');
  });
});
