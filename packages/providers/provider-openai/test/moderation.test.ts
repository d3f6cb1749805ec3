import {
  createMajordomo,
  image,
  type ModerationRequest,
  type ModerationResponse,
  type Provider,
} from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { azureResponses, createOpenAI, mistral, openaiCompatible } from '../src/index.ts';

interface Sent {
  readonly url: string;
  readonly body: { readonly model: string; readonly input: readonly unknown[] };
}

/** `fetch` that records requests and returns `answer(body)`. */
function fetchOf(answer: (body: Sent['body']) => unknown): { fetch: typeof globalThis.fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const body = JSON.parse(String(init?.body)) as Sent['body'];
    sent.push({ url: String(input), body });
    return Promise.resolve(Response.json(answer(body)));
  };
  return { fetch, sent };
}

const moderate = (
  provider: Provider,
  values: ModerationRequest['values'],
  model: string,
): Promise<ModerationResponse> =>
  createMajordomo({ providers: [provider] })
    .moderationModel(`${provider.id}/${model}`)
    .moderate({ values });

const PNG = image(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), 'image/png');

it('sends strings to OpenAI in one request and each image separately, and leaves out null categories', async () => {
  const { fetch, sent } = fetchOf(({ input }) => ({
    id: 'modr-1',
    model: 'omni-moderation-latest',
    results: input.map((value) => ({
      flagged: value === 'bad' || typeof value !== 'string',
      categories: { violence: value === 'bad', illicit: null },
      category_scores: { violence: 0.5, illicit: null },
      category_applied_input_types: { violence: ['text'] },
    })),
  }));
  const { results, usage } = await moderate(
    createOpenAI({ apiKey: 'k', fetch }),
    ['fine', PNG, 'bad'],
    'omni-moderation-latest',
  );
  expect(results.map(({ flagged }) => flagged)).toEqual([false, true, true]);
  expect(results[2]).toEqual({ flagged: true, categories: { violence: true }, scores: { violence: 0.5 } });
  expect(usage?.details?.units).toEqual({ moderation: 3 });
  expect(sent.map(({ url }) => url)).toEqual(Array(2).fill('https://api.openai.com/v1/moderations'));
  expect(sent.map(({ body }) => body)).toEqual([
    { model: 'omni-moderation-latest', input: ['fine', 'bad'] },
    {
      model: 'omni-moderation-latest',
      input: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
    },
  ]);
});

it('flags a value of Mistral if any category applies, and reports no usage', async () => {
  const { fetch, sent } = fetchOf(({ input }) => ({
    results: input.map((value) => ({
      categories: { pii: value === 'bad', law: false },
      category_scores: { pii: 0.9, law: 0 },
    })),
  }));
  const provider = openaiCompatible(mistral, { apiKey: 'k', fetch });
  const { results, usage } = await moderate(provider, ['fine', 'bad'], 'mistral-moderation-latest');
  expect(results).toEqual([
    { flagged: false, categories: { pii: false, law: false }, scores: { pii: 0.9, law: 0 } },
    { flagged: true, categories: { pii: true, law: false }, scores: { pii: 0.9, law: 0 } },
  ]);
  expect([usage, sent[0]?.url]).toEqual([undefined, 'https://api.mistral.ai/v1/moderations']);
});

it.each([
  ['no list', {}, 'results'],
  ['no categories', { results: [{ flagged: true }] }, 'results[0].categories'],
  [
    'a category that is not a boolean',
    { results: [{ categories: { a: 'yes' } }] },
    'results[0].categories.a',
  ],
  [
    'a score that is not a number',
    { results: [{ categories: {}, category_scores: { a: '1' } }] },
    'results[0].category_scores.a',
  ],
  [
    'a decision that is not a boolean',
    { results: [{ flagged: 'no', categories: {} }] },
    'results[0].flagged',
  ],
  ['too few results', { results: [] }, 'results'],
])('rejects %s as protocol', async (_, answer, path) => {
  const { fetch } = fetchOf(() => answer);
  const error = await failureOf(moderate(createOpenAI({ apiKey: 'k', fetch }), ['a'], 'm'));
  expect(error).toMatchObject({ kind: 'protocol', details: { path } });
});

it('skips models for text if a value is an image, and Azure, which has no moderation models', async () => {
  const { fetch, sent } = fetchOf(() => ({}));
  for (const provider of [
    createOpenAI({ apiKey: 'k', fetch }),
    openaiCompatible(azureResponses({ resource: 'r' }), { apiKey: 'k', fetch }),
  ]) {
    expect((await failureOf(moderate(provider, [PNG], 'text-moderation-latest'))).kind).toBe('unsupported');
  }
  expect(sent).toEqual([]);
});
