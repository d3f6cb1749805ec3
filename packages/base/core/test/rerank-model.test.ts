import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  createMajordomo,
  type Gate,
  LlmError,
  type MajordomoOptions,
  type Provider,
  type RerankBackend,
  type RerankModel,
  type RerankRequest,
  type RerankResult,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { NO_CHAT } from './support/other-models.ts';
import { usageOf } from './support/usage.ts';

const USAGE = usageOf({ details: { units: { search: 1 } } });

type Ranker = Provider & { readonly requests: RerankRequest[] };

/** Provider whose rerank models return the same results, in any form, for each request. */
function ranker(id: string, results: unknown, facts: Partial<RerankBackend> = {}): Ranker {
  const requests: RerankRequest[] = [];
  return {
    ...NO_CHAT,
    id,
    requests,
    rerankModel: (modelId) => ({
      id: modelId,
      rerank(request, { target }) {
        requests.push(request);
        if (results instanceof LlmError) return Promise.reject(results);
        return Promise.resolve({ results: results as RerankResult[], target, usage: USAGE, warnings: [] });
      },
      ...facts,
    }),
  };
}

const modelOf = (providers: readonly Provider[], options: Partial<MajordomoOptions> = {}): RerankModel =>
  createMajordomo({ providers, ...options, chain: { attempts: 1, ...options.chain } }).rerankModel(
    providers.map(({ id }) => `${id}/m`).join(','),
  );

const scores = (...list: readonly number[]): RerankResult[] => list.map((score, index) => ({ index, score }));
const REQUEST = { query: 'capital of France', documents: ['Berlin', 'Paris', 'Rome'] };

const NOT_FINITE = 'is not a finite number';
const indexProblem = (index: number | undefined): string => `${String(index)} is invalid or repeated`;

describe('rerank', () => {
  it('returns the results best first, with equal scores by index', async () => {
    const response = await modelOf([ranker('a', scores(-3.5, 7, -3.5))]).rerank(REQUEST);
    expect(response).toMatchObject({
      results: [
        { index: 1, score: 7 },
        { index: 0, score: -3.5 },
        { index: 2, score: -3.5 },
      ],
      target: 'a/m',
      spec: 'a/m',
      usage: USAGE,
      warnings: [],
      attempts: [{ target: 'a/m', outcome: 'finished', usage: USAGE }],
    });
  });

  it('cuts the results that a server returns beyond topN, after sorting', async () => {
    const provider = ranker('a', scores(0.1, 0.9, 0.5));
    const { results } = await modelOf([provider]).rerank({ ...REQUEST, topN: 2 });
    expect(results.map(({ index }) => index)).toEqual([1, 2]);
    expect(provider.requests).toEqual([{ ...REQUEST, topN: 2 }]);
  });

  it('accepts a topN above the number of documents, and topN results alone', async () => {
    expect(
      (await modelOf([ranker('a', scores(1, 2, 3))]).rerank({ ...REQUEST, topN: 9 })).results,
    ).toHaveLength(3);
    expect(
      (await modelOf([ranker('a', [{ index: 2, score: 1 }])]).rerank({ ...REQUEST, topN: 1 })).results,
    ).toEqual([{ index: 2, score: 1 }]);
  });

  it('orders any scores, each document once', async () => {
    const list = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(list, fc.integer({ min: 1, max: 50 }), async (values, topN) => {
        const documents = values.map((value) => `text ${value}`);
        const shuffled = scores(...values).toSorted((a, b) => (a.index % 3) - (b.index % 3));
        const { results } = await modelOf([ranker('a', shuffled)]).rerank({ query: 'q', documents, topN });
        expect(results).toEqual(
          scores(...values)
            .sort((a, b) => b.score - a.score || a.index - b.index)
            .slice(0, topN),
        );
      }),
      { numRuns: 200, seed: 20_261_123 },
    );
  });

  it.each([
    [
      'an index beyond the documents',
      [...scores(1, 2), { index: 3, score: 3 }],
      '[2].index',
      indexProblem(3),
    ],
    ['a negative index', [...scores(1, 2), { index: -1, score: 3 }], '[2].index', indexProblem(-1)],
    ['a fractional index', [...scores(1, 2), { index: 1.5, score: 3 }], '[2].index', indexProblem(1.5)],
    ['an index twice', [...scores(1, 2), { index: 1, score: 3 }], '[2].index', indexProblem(1)],
    ['a score that is not a number', [...scores(1, 2), { index: 2, score: '3' }], '[2].score', NOT_FINITE],
    ['a score that is not finite', scores(1, 2, Infinity), '[2].score', NOT_FINITE],
    ['a score that is NaN', scores(1, NaN, 3), '[1].score', NOT_FINITE],
    ['too few results', scores(1, 2), '', 'expected an array of 3 results'],
    ['no list', { results: [] }, '', 'expected an array of 3 results'],
    ['an entry that is not an object', [...scores(1, 2), null], '[2].index', indexProblem(undefined)],
  ])('rejects %s as protocol, and tries the next target', async (_, results, member, problem) => {
    const error = await failure(modelOf([ranker('a', results)]).rerank(REQUEST));
    const path = `results${member}`;
    expect([error.kind, error.details.path, error.details.partial?.usage]).toEqual(['protocol', path, USAGE]);
    expect(error.message).toBe(`a/m: ${path}: ${problem}`);
    const response = await modelOf([ranker('a', results), ranker('b', scores(1, 2, 3))]).rerank(REQUEST);
    expect(response.target).toBe('b/m');
    expect(response.attempts).toMatchObject([
      { target: 'a/m', outcome: 'failed', usage: USAGE },
      { target: 'b/m', outcome: 'finished' },
    ]);
  });

  it.each([
    ['query', 'must not be empty', { query: ' ' }],
    ['query', 'must be a string, not a number', { query: 7 }],
    ['documents', 'must not be empty', { documents: [] }],
    ['documents', 'must be an array, not a string', { documents: 'Paris' }],
    ['documents[1]', 'must not be empty', { documents: ['Berlin', '', 'Rome'] }],
    ['documents[2]', 'must be a string, not an object', { documents: ['Berlin', 'Paris', { text: 'Rome' }] }],
    ['topN', 'must be an integer of 1 or more, not 0', { topN: 0 }],
    ['topN', 'must be an integer of 1 or more, not 1.5', { topN: 1.5 }],
    ['top_n', 'is not a member of a request; did you mean "topN"?', { top_n: 1 }],
    ['top_k', 'is not a member of a request; did you mean "topN"?', { top_k: 1 }],
    ['topK', 'is not a member of a request; did you mean "topN"?', { topK: 1 }],
    ['texts', 'is not a member of a request; did you mean "documents"?', { texts: ['Berlin'] }],
  ])('rejects a request if %s %s, before anything is sent', async (path, why, change) => {
    const provider = ranker('a', scores(1, 2, 3));
    const error = await failure(modelOf([provider]).rerank({ ...REQUEST, ...change } as RerankRequest));
    expect([error.kind, error.details.path]).toEqual(['invalid-request', path]);
    expect(error.message).toBe(`${path} ${why}`);
    expect(provider.requests).toEqual([]);
  });

  it('skips a target without rerank models, and one that takes fewer documents', async () => {
    const { rerankModel: _none, ...chatOnly } = ranker('chat', []);
    const small = ranker('small', scores(1, 2, 3), { maxDocuments: 2 });
    const { target, attempts } = await modelOf([chatOnly, small, ranker('b', scores(1, 2, 3))]).rerank(
      REQUEST,
    );
    expect(target).toBe('b/m');
    expect(attempts.map(({ outcome, error }) => [outcome, error?.kind])).toEqual([
      ['skipped', 'unsupported'],
      ['skipped', 'unsupported'],
      ['finished', undefined],
    ]);
    expect(attempts[0]?.error?.message).toBe('chat/m does not rerank documents');
    expect(attempts[1]?.error).toMatchObject({
      message: 'small/m accepts at most 2 documents, not 3',
      details: { code: 'too-large', path: 'documents' },
    });
    expect(small.requests).toEqual([]);
  });

  it('sends as many documents as the target takes at most', async () => {
    const exact = ranker('a', scores(1, 2, 3), { maxDocuments: 3 });
    expect((await modelOf([exact]).rerank(REQUEST)).results).toHaveLength(3);
  });

  it('passes gates the operation and the payload, and settles with the usage', async () => {
    const admitted: unknown[] = [];
    const settled: unknown[] = [];
    const gate: Gate = {
      name: 'record',
      admit({ operation, payload, call }) {
        admitted.push([operation, payload, call.operation, call.tenant]);
        return { settle: ({ outcome, usage }) => void settled.push([outcome, usage]) };
      },
    };
    const events: CallEvent['type'][] = [];
    const model = modelOf([ranker('a', scores(1, 2, 3))], { gates: [gate] });
    await model.rerank(REQUEST, { tenant: 't', onEvent: ({ type }) => events.push(type) });
    expect(admitted).toEqual([['rerank', REQUEST, 'rerank', 't']]);
    expect(settled).toEqual([['finished', USAGE]]);
    expect(events).toEqual(['call-start', 'attempt-start', 'committed', 'attempt-end', 'call-end']);
  });

  it('fails over, benches a target and ends with exhausted', async () => {
    const down = new LlmError('overloaded', 'busy');
    const failingProvider = ranker('a', down);
    const model = modelOf([failingProvider, ranker('b', scores(1, 2, 3))]);
    for (let call = 0; call < 20; call++) expect((await model.rerank(REQUEST)).target).toBe('b/m');
    expect((await model.rerank(REQUEST)).attempts[0]).toMatchObject({ target: 'a/m', outcome: 'skipped' });
    expect(failingProvider.requests.length).toBeLessThan(20);
    expect((await failure(modelOf([ranker('a', down), ranker('b', down)]).rerank(REQUEST))).kind).toBe(
      'exhausted',
    );
  });

  it('ends as aborted when the caller aborts', async () => {
    const controller = new AbortController();
    const never = ranker('a', [], {
      rerank: (_request, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
          controller.abort();
        }),
    });
    const error = await failure(modelOf([never]).rerank(REQUEST, { signal: controller.signal }));
    expect(error.kind).toBe('aborted');
  });

  it('throws config for a spec that cannot be parsed', () => {
    expect(() => createMajordomo({ providers: [] }).rerankModel('a/')).toThrow(/no model after the slash/);
  });
});
