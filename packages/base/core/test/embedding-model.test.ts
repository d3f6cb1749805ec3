import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  createMajordomo,
  type EmbeddingBackend,
  type EmbeddingModel,
  type EmbeddingRequest,
  type ErrorKind,
  type Gate,
  LlmError,
  type Majordomo,
  type MajordomoOptions,
  type Provider,
  type Usage,
} from '../src/index.ts';
import { splitValues } from '../src/operations/embedding.ts';
import { failure } from './support/failure.ts';
import { NO_CHAT } from './support/other-models.ts';
import { usageOf } from './support/usage.ts';

const USAGE = usageOf({ input: 7, output: 0 });

/** Returns the vector of a string, which depends on its length. */
const vectorOf = (value: string, size = 4): Float32Array =>
  Float32Array.from({ length: size }, (_, at) => (at === 0 ? 1 : value.length + at));

interface Script {
  readonly facts?: Partial<EmbeddingBackend> | undefined;
  /** Returns the kind of the failure of a request. `@default no failure` */
  readonly fail?: (values: readonly string[], requestNumber: number) => ErrorKind | undefined;
  readonly vectors?: (request: EmbeddingRequest) => readonly Float32Array[];
  readonly usage?: (requestNumber: number) => Usage | undefined;
}

interface Vectorizer extends Provider {
  readonly requests: EmbeddingRequest[];
  maxConcurrent: number;
}

function vectorizer(id: string, { facts, fail, vectors, usage = () => USAGE }: Script = {}): Vectorizer {
  const requests: EmbeddingRequest[] = [];
  let runningRequests = 0;
  const provider: Vectorizer = {
    ...NO_CHAT,
    id,
    requests,
    maxConcurrent: 0,
    embeddingModel: (modelId) => ({
      id: modelId,
      space: 'words',
      async embed(request, { target }) {
        const requestNumber = requests.push(request);
        provider.maxConcurrent = Math.max(provider.maxConcurrent, ++runningRequests);
        await Promise.resolve();
        await Promise.resolve();
        runningRequests--;
        const kind = fail?.(request.values, requests.length);
        if (kind !== undefined) throw new LlmError(kind, `${target} reported ${kind}`, { target });
        const returnedVectors = vectors?.(request) ?? request.values.map((value) => vectorOf(value));
        return { vectors: returnedVectors, target, usage: usage(requestNumber), warnings: [] };
      },
      ...facts,
    }),
  };
  return provider;
}

const make = (providers: readonly Provider[], options: Partial<MajordomoOptions> = {}): Majordomo =>
  createMajordomo({ providers, ...options, chain: { backoff: { baseMs: 0 }, ...options.chain } });

const modelOf = (providers: readonly Provider[], options?: Partial<MajordomoOptions>): EmbeddingModel =>
  make(providers, options).embeddingModel(providers.map(({ id }) => `${id}/m`).join(','));

const words = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => 'x'.repeat(at + 1));

describe('embedding', () => {
  it('returns a vector per value and the target', async () => {
    const { vectors, target, spec, usage, attempts, warnings } = await modelOf([vectorizer('a')]).embed({
      values: ['one', 'fourth'],
      purpose: 'query',
    });
    expect(vectors).toEqual([vectorOf('one'), vectorOf('fourth')]);
    expect([target, spec, warnings]).toEqual(['a/m', 'a/m', []]);
    expect(usage).toEqual({ ...USAGE });
    expect(attempts).toMatchObject([{ target: 'a/m', outcome: 'finished' }]);
  });

  it('has each warning of the vendor once', async () => {
    const warning = { action: 'dropped', what: 'purpose', why: 'unknown' } as const;
    const facts: Partial<EmbeddingBackend> = {
      maxValues: 1,
      embed: ({ values }, { target }) =>
        Promise.resolve({
          vectors: values.map((value) => vectorOf(value)),
          target,
          usage: USAGE,
          warnings: [warning],
        }),
    };
    const { warnings } = await modelOf([vectorizer('a', { facts })]).embed({ values: ['one', 'two'] });
    expect(warnings).toEqual([warning]);
  });

  it('of no values sends no request', async () => {
    const a = vectorizer('a');
    const { vectors, target } = await modelOf([a]).embed({ values: [] });
    expect([vectors, target, a.requests]).toEqual([[], 'a/m', []]);
  });

  it.each<[string, string, unknown]>([
    ['values[1]', 'must not be empty', { values: ['one', ' '] }],
    ['values[0]', 'must be a string, not a number', { values: [3] }],
    ['values', 'must be an array, not a string', { values: 'one' }],
    ['values[0]', 'is missing; it must be a string', { values: Array(2) }],
    ['the request', 'must be an object', undefined],
    [
      'dimension',
      'is not a member of a request; did you mean "dimensions"?',
      { values: ['one'], dimension: 3 },
    ],
    ['input', 'is not a member of a request; did you mean "values"?', { input: ['one'] }],
    ['texts', 'is not a member of a request; did you mean "values"?', { texts: ['one'] }],
    ['tenant', 'is an option of the call; pass it in the second argument', { values: ['one'], tenant: 'a' }],
    ['dimensions', 'must be an integer of 1 or more, not 0', { values: ['one'], dimensions: 0 }],
    [
      'purpose',
      'must be one of query, document, similarity, classification, clustering',
      { values: ['one'], purpose: 'constructor' },
    ],
  ])('rejects a request if %s %s, before any request', async (path, why, request) => {
    const a = vectorizer('a');
    const error = await failure(modelOf([a]).embed(request as EmbeddingRequest));
    expect([error.kind, error.details.path, a.requests]).toEqual(['invalid-request', path, []]);
    expect(error.message).toBe(`${path} ${why}`);
  });

  it.each(['query', 'document', 'similarity', 'classification', 'clustering'] as const)(
    'accepts the purpose %s',
    async (purpose) => {
      const a = vectorizer('a');
      await modelOf([a]).embed({ values: ['one'], purpose });
      expect(a.requests).toEqual([{ values: ['one'], purpose }]);
    },
  );

  it('sends no part if a value of a later part certainly exceeds the token limit', async () => {
    const small = vectorizer('a', { facts: { maxTokens: 10, maxValues: 1 } });
    const values = ['short', 'x'.repeat(161)];
    const error = await failure(modelOf([small]).embed({ values }));
    expect([error.kind, error.details.path]).toEqual(['context-overflow', 'values[1]']);
    expect(small.requests).toEqual([]);
  });

  it('skips a target whose token limit a value certainly exceeds, with its index', async () => {
    const small = vectorizer('a', { facts: { maxTokens: 10 } });
    const model = make([small, vectorizer('b')]);
    const values = ['short', 'x'.repeat(161)];
    expect((await model.embeddingModel('a/m,b/m').embed({ values })).target).toBe('b/m');
    const error = await failure(model.embeddingModel('a/m').embed({ values }));
    expect([error.kind, error.details.path, error.details.target]).toEqual([
      'context-overflow',
      'values[1]',
      'a/m',
    ]);
    expect(error.message).toBe('values[1] is too long for a/m; split it into values of at most 10 tokens');
    expect(small.requests).toEqual([]);
    await model.embeddingModel('a/m').embed({ values: ['x'.repeat(160)] });
    expect(small.requests).toHaveLength(1);
  });

  it('has the line of the application in its error', async () => {
    const error = await failure(modelOf([vectorizer('a')]).embed({ values: [''] }));
    expect(error.stack).toContain('embedding-model.test.ts');
  });
});

describe('vectors of two spaces', () => {
  it('are never mixed: the call fails with both names before any request', async () => {
    const a = vectorizer('a');
    const majordomo = make([a, vectorizer('b', { facts: { space: 'other' } })]);
    const error = await failure(majordomo.embeddingModel('a/m,b/n').embed({ values: ['one'] }));
    expect([error.kind, error.details.code]).toEqual(['config', 'mixed-spaces']);
    expect(error.message).toContain('a/m uses the space "words", b/n uses "other"');
    expect(a.requests).toEqual([]);
  });

  it('do not include a target without embeddings, which is skipped', async () => {
    const { embeddingModel: _none, ...chatOnly } = vectorizer('b');
    const majordomo = make([chatOnly, vectorizer('a')]);
    const { target, attempts } = await majordomo.embeddingModel('b/n,a/m').embed({ values: ['one'] });
    expect(target).toBe('a/m');
    const error = { kind: 'unsupported', message: 'b/n does not create embeddings' };
    expect(attempts[0]).toMatchObject({ target: 'b/n', outcome: 'skipped', error });
  });
});

describe('a long list of values', () => {
  it('is sent in parts, four at a time, and joined in order', async () => {
    const a = vectorizer('a', { facts: { maxValues: 3 } });
    const values = words(20);
    const { vectors, usage, attempts } = await modelOf([a]).embed({ values });
    expect(vectors).toEqual(values.map((value) => vectorOf(value)));
    expect(a.requests.map(({ values: part }) => part.length)).toEqual([3, 3, 3, 3, 3, 3, 2]);
    expect([a.maxConcurrent, usage?.input, attempts.length]).toEqual([4, 49, 7]);
  });

  it('retries and moves only the part that failed', async () => {
    const a = vectorizer('a', {
      facts: { maxValues: 2 },
      fail: ([first]) => (first === 'xxx' ? 'overloaded' : undefined),
    });
    const b = vectorizer('b', { facts: { maxValues: 2 } });
    const values = words(6);
    const { vectors } = await modelOf([a, b], { health: { threshold: 99 } }).embed({ values });
    expect(vectors).toEqual(values.map((value) => vectorOf(value)));
    expect(a.requests.map(({ values: [first] }) => first).sort()).toEqual(['x', 'xxx', 'xxx', 'xxxxx']);
    expect(b.requests.map(({ values: part }) => part)).toEqual([['xxx', 'xxxx']]);
  });

  it('is sent in several requests to a target with lower limits, only for missing vectors', async () => {
    const a = vectorizer('a', { fail: () => 'quota' });
    const b = vectorizer('b', {
      facts: { maxValues: 2 },
      fail: (_values, requestNumber) => (requestNumber === 2 ? 'overloaded' : undefined),
    });
    const values = words(5);
    const { vectors, attempts } = await modelOf([a, b]).embed({ values });
    expect(vectors).toEqual(values.map((value) => vectorOf(value)));
    expect(b.requests.map(({ values: part }) => part[0]?.length)).toEqual([1, 3, 3, 5]);
    // The requests before the failure are billed.
    expect(attempts.map(({ usage }) => usage?.input)).toEqual([undefined, 7, 14]);
  });

  it.each([
    ['none of its requests', () => undefined],
    ['one of its requests', (requestNumber: number) => (requestNumber === 2 ? undefined : USAGE)],
  ])('has no usage, and not zero, where the vendor reports none for %s', async (_, usage) => {
    const a = vectorizer('a', { facts: { maxValues: 2 }, usage });
    const response = await modelOf([a]).embed({ values: words(6) });
    expect(response.usage).toBeUndefined();
    expect(response.attempts.some((attempt) => attempt.usage === undefined)).toBe(true);
  });

  it('keeps the usage of a response whose vectors are invalid', async () => {
    const a = vectorizer('a', { vectors: () => [] });
    const error = await failure(modelOf([a], { chain: { attempts: 1 } }).embed({ values: ['x'] }));
    expect(error.details.attempts.map(({ usage }) => usage)).toEqual([USAGE]);
    expect(error.message).toBe('a/m: vectors: expected an array of 1 vectors, got 0');
    const partial = { id: undefined, target: 'a/m', parts: [], text: '', usage: USAGE };
    expect(error.details.attempts[0]?.error?.details.partial).toEqual(partial);
  });

  it('keeps the usage of answered requests if the call is aborted during a later request', async () => {
    const controller = new AbortController();
    const a = vectorizer('a', { fail: () => 'quota' });
    const facts: Partial<EmbeddingBackend> = {
      maxValues: 1,
      embed: async ({ values }, { target }) => {
        if (values[0] !== 'xxx')
          return { vectors: values.map((value) => vectorOf(value)), target, usage: USAGE, warnings: [] };
        controller.abort();
        return new Promise(() => undefined);
      },
    };
    const b = vectorizer('b', { facts });
    const work = modelOf([a, b]).embed({ values: words(3) }, { signal: controller.signal });
    const { kind, details } = await failure(work);
    expect([kind, details.attempts.map(({ usage }) => usage?.input)]).toEqual(['aborted', [undefined, 14]]);
  });

  it('has the received vectors in the error after a failure, but not in logs', async () => {
    const a = vectorizer('a', {
      facts: { maxValues: 1 },
      fail: ([first]) => (first === 'xx' ? 'invalid-request' : undefined),
    });
    const error = await failure(modelOf([a]).embed({ values: words(9) }));
    expect(error.kind).toBe('invalid-request');
    const { vectors = [] } = error.details;
    expect([vectors.length, vectors[1], vectors[8]]).toEqual([9, undefined, undefined]);
    expect([vectors[0], vectors[2]]).toEqual([vectorOf('x'), vectorOf('xxx')]);
    expect(JSON.stringify(error)).not.toContain('vectors');
  });

  it('is one call for observers and gates, with unique attempt numbers', async () => {
    const events: CallEvent[] = [];
    const reserved: string[] = [];
    const payloads: unknown[] = [];
    const gate: Gate = {
      name: 'spy',
      admit: ({ call, target, attempt, operation, payload }) => {
        payloads.push(payload);
        const count = payload && 'values' in payload ? payload.values.length : 0;
        reserved.push(`${call.id} ${target} ${attempt} ${String(operation)} ${count}`);
        return undefined;
      },
    };
    const a = vectorizer('a', { facts: { maxValues: 2 } });
    await modelOf([a], { gates: [gate], onEvent: (event) => events.push(event) }).embed({
      values: words(5),
      purpose: 'query',
      dimensions: 4,
    });
    const id = events[0]?.call?.id;
    expect(reserved.sort()).toEqual([
      `${id} a/m 1 embedding 2`,
      `${id} a/m 2 embedding 2`,
      `${id} a/m 3 embedding 1`,
    ]);
    expect(payloads[0]).toEqual({ values: words(2), purpose: 'query', dimensions: 4 });
    const types = events.map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual(['call-start', 'call-end']);
    expect(types.filter((type) => type === 'call-start' || type === 'call-end')).toHaveLength(2);
    expect(types.filter((type) => type === 'attempt-end')).toHaveLength(3);
  });

  it('ends at once on an abort, with the received vectors', async () => {
    const controller = new AbortController();
    const a = vectorizer('a', {
      facts: { maxValues: 1 },
      fail: ([first]) => {
        if (first === 'xxxxxx') controller.abort();
        return undefined;
      },
    });
    const error = await failure(modelOf([a]).embed({ values: words(50) }, { signal: controller.signal }));
    expect(error.kind).toBe('aborted');
    expect(error.details.vectors?.filter((vector) => vector !== undefined).length).toBeGreaterThan(2);
    expect(a.requests.length).toBeLessThan(12);
  });
});

describe('invalid vectors', () => {
  it.each<[string, unknown, string, string]>([
    ['too few', [vectorOf('a')], 'vectors', 'expected an array of 2 vectors, got 1'],
    ['too many', words(3).map((word) => vectorOf(word)), 'vectors', 'expected an array of 2 vectors, got 3'],
    ['not in an array', 'none', 'vectors', 'expected an array of 2 vectors, got a value of type string'],
    [
      'with different lengths',
      [vectorOf('a'), vectorOf('b', 5)],
      'vectors[1]',
      'expected 4 dimensions, got 5',
    ],
    [
      'without a number',
      [new Float32Array(), new Float32Array()],
      'vectors[0]',
      'expected 0 dimensions, got 0',
    ],
    [
      'not numbers',
      [Float32Array.of(1, NaN), vectorOf('b', 2)],
      'vectors[0]',
      'contains values that are not finite',
    ],
    [
      'with an infinite value',
      [vectorOf('a', 2), Float32Array.of(1, Infinity)],
      'vectors[1]',
      'contains values that are not finite',
    ],
    ['not a Float32Array', [[1, 2], vectorOf('b', 2)], 'vectors[0]', 'expected a Float32Array'],
  ])('%s are a protocol error, and the next target is tried', async (_, vectors, path, why) => {
    const a = vectorizer('a', { vectors: () => vectors as readonly Float32Array[] });
    const { target, attempts } = await modelOf([a, vectorizer('b')]).embed({ values: ['one', 'two'] });
    expect(target).toBe('b/m');
    expect(attempts[0]?.error).toMatchObject({
      kind: 'protocol',
      message: `a/m: ${path}: ${why}`,
      details: { path, target: 'a/m' },
    });
  });

  it('of another length in another part are a protocol error', async () => {
    const a = vectorizer('a', {
      facts: { maxValues: 1 },
      vectors: ({ values: [value = ''] }) => [vectorOf(value, value === 'two' ? 5 : 4)],
    });
    const error = await failure(modelOf([a]).embed({ values: ['one', 'two'] }));
    expect([error.kind, error.details.vectors]).toEqual(['protocol', [vectorOf('one'), undefined]]);
  });

  it.each([
    ['too many dimensions are cut and normalized', [3, 4, 12], '0.60 0.80'],
    ['length 1 are not changed', [0.6, 0.8], '0.60 0.80'],
    ['the requested dimensions are normalized', [0.3, 0.4], '0.60 0.80'],
    ['only zeros are not changed', [0, 0], '0.00 0.00'],
  ])('with %s', async (_name, vector, expected) => {
    const a = vectorizer('a', { vectors: () => [Float32Array.from(vector)] });
    const { vectors } = await modelOf([a]).embed({ values: ['one'], dimensions: 2 });
    expect(vectors.map((values) => [...values].map((value) => value.toFixed(2)).join(' '))).toEqual([
      expected,
    ]);
  });

  it('with too few dimensions are a protocol error', async () => {
    const a = vectorizer('a');
    const error = await failure(modelOf([a]).embed({ values: ['one'], dimensions: 5 }));
    expect(error.kind).toBe('protocol');
  });

  it('with unsupported dimensions fail before the request', async () => {
    const a = vectorizer('a', { facts: { dimensions: 4 } });
    const error = await failure(modelOf([a]).embed({ values: ['one'], dimensions: 5 }));
    expect([error.kind, a.requests]).toEqual(['unsupported', []]);
    expect(error.message).toBe('a/m creates vectors of up to 4 dimensions, not 5');
    const { vectors } = await modelOf([a]).embed({ values: ['one'], dimensions: 4 });
    expect(vectors[0]).toHaveLength(4);
  });
});

describe('the parts of a list', () => {
  it('are filled up to the token limit', () => {
    const values = ['abc', 'def', 'ghi', 'jkl', 'mno'];
    expect(splitValues(values, { maxRequestTokens: 2 })).toEqual([['abc', 'def'], ['ghi', 'jkl'], ['mno']]);
  });

  it('count a token for every three characters of ASCII text', () => {
    const values = ['twelve chars', 'twelve chars'];
    expect(splitValues(values, { maxRequestTokens: 7 })).toHaveLength(2);
    expect(splitValues(values, { maxRequestTokens: 8 })).toHaveLength(1);
  });

  it('count more tokens for text that is not ASCII', () => {
    const values = ['äöü', 'äöü', 'abc'];
    expect(splitValues(values, { maxRequestTokens: 8 })).toEqual([['äöü', 'äöü'], ['abc']]);
    expect(splitValues(values, { maxRequestTokens: 9 })).toEqual([values]);
  });

  it('contain all values in order, each part within the limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' })),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (values, maxValues, maxRequestTokens) => {
          const parts = splitValues(values, { maxValues, maxRequestTokens });
          expect(parts.flat()).toEqual(values);
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(maxValues);
            const characters = part.reduce((sum, { length }) => sum + length, 0);
            if (part.length > 1) expect(characters / 3).toBeLessThanOrEqual(maxRequestTokens);
          }
        },
      ),
    );
  });
});
