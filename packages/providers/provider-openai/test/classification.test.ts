import {
  assistant,
  type ClassificationRequest,
  type ClassificationResponse,
  createMajordomo,
  image,
  type Provider,
  toolResult,
  user,
} from '@majordomo/core';
import { failureOf, testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { azureResponses, createOpenAI, openaiCompatible, openrouter, typesafe } from '../src/index.ts';

/** Starts a vendor that answers every request with `answer`. */
async function startVendor(answer: unknown, status = 200) {
  const server = await testServer((response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  return Object.assign(server, {
    openai: createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` }),
    openrouter: openaiCompatible(openrouter, { apiKey: 'k', baseURL: `${server.origin}/api/v1` }),
  });
}

const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
  team: { type: 'choice', instructions: 'Which team?', choices: { billing: 'Payments', other: '' } },
  severity: { type: 'score', instructions: 'How severe?', levels: ['cosmetic', 'blocks work'] },
} as const;

const classify = (
  provider: Provider,
  model: string,
  input: ClassificationRequest['input'] = 'Refund me!',
): Promise<ClassificationResponse<typeof QUESTIONS>> =>
  createMajordomo({ providers: [provider], chain: { backoff: { baseMs: 0 } } })
    .classificationModel(`${provider.id}/${model}`)
    .classify({ input, questions: QUESTIONS });

const REFUND = { type: 'predicate', name: 'refund', probability: 0.98 };
const TEAM = {
  type: 'choice',
  name: 'team',
  choice: 'billing',
  confidence: 0.9,
  probabilities: [
    { value: 'other', probability: 0.1 },
    { value: 'billing', probability: 0.9 },
  ],
};
const SEVERITY = {
  type: 'score',
  name: 'severity',
  score: 77,
  confidence: 0.2,
  probabilities: [
    { label: 'cosmetic', value: 0, probability: 0.75 },
    { label: 'blocks work', value: 1, probability: 0.25 },
  ],
};
const USAGE = {
  input_tokens: 41,
  input_tokens_details: { cached_tokens: 8, cache_write_tokens: 0 },
  output_tokens: 3,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 44,
};
const bodyOf = (...answers: readonly object[]): object => ({ model: 'gpt-6-luna', answers, usage: USAGE });

const PNG = image(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), 'image/png');
const TOOL_HISTORY = [
  user('Where is my order?', PNG),
  {
    role: 'assistant',
    parts: [
      { type: 'text', text: 'Let me look.' },
      { type: 'tool-call', id: 'call_1', name: 'find', args: { id: 7 } },
    ],
  },
  toolResult({ callId: 'call_1', name: 'find', content: 'lost' }),
  assistant('It is lost.'),
] as const;

it('sends questions with their names to the Decisions API, and reads the three types of answers', async () => {
  await using vendor = await startVendor(bodyOf(REFUND, TEAM, SEVERITY));
  const { answers, usage, model } = await classify(vendor.openai, 'gpt-6-luna');
  expect(vendor.requests[0]?.path).toBe('/v1/decisions');
  expect(vendor.requests[0]?.body).toEqual({
    model: 'gpt-6-luna',
    input: 'Refund me!',
    questions: [
      { type: 'predicate', name: 'refund', instructions: 'The customer asks for money back.' },
      {
        type: 'choice',
        name: 'team',
        instructions: 'Which team?',
        choices: [{ value: 'billing', description: 'Payments' }, { value: 'other' }],
      },
      {
        type: 'score',
        name: 'severity',
        instructions: 'How severe?',
        levels: [{ label: 'cosmetic' }, { label: 'blocks work' }],
      },
    ],
  });
  expect(answers.refund).toMatchObject({ probability: 0.98, basis: 'vendor', isCalibrated: false });
  expect(answers.team).toMatchObject({ choice: 'billing', probabilities: { billing: 0.9, other: 0.1 } });
  expect(answers.severity).toMatchObject({ score: 0.25, probabilities: [0.75, 0.25] });
  expect(usage).toEqual({ input: 41, output: 3, cacheRead: 8, cacheWrite: 0, reasoning: 0 });
  expect(model).toBe('gpt-6-luna');
});

it('sends a conversation with images and tool results as items of the Decisions API', async () => {
  await using vendor = await startVendor(bodyOf(REFUND, TEAM, SEVERITY));
  const system = { role: 'system', parts: [{ type: 'text', text: 'Shop' }] } as const;
  await classify(vendor.openai, 'gpt-6-luna', [system, ...TOOL_HISTORY]);
  expect(vendor.requests[0]?.body['input']).toEqual([
    { role: 'system', content: [{ type: 'input_text', text: 'Shop' }] },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Where is my order?' },
        { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
      ],
    },
    { role: 'assistant', content: [{ type: 'output_text', text: 'Let me look.' }] },
    { type: 'function_call', call_id: 'call_1', name: 'find', arguments: '{"id":7}' },
    { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'lost' }] },
    { role: 'assistant', content: [{ type: 'output_text', text: 'It is lost.' }] },
  ]);
});

it('assigns answers by name, and answers without a name by position', async () => {
  await using reordered = await startVendor(bodyOf(SEVERITY, REFUND, TEAM));
  const { answers } = await classify(reordered.openai, 'gpt-6-luna');
  expect(answers).toMatchObject({ refund: { probability: 0.98 }, severity: { score: 0.25 } });
  await using unnamed = await startVendor(
    bodyOf({ ...REFUND, name: null }, { ...TEAM, name: null }, { ...SEVERITY, name: null }),
  );
  const response = await classify(unnamed.openai, 'gpt-6-luna');
  expect(response.answers).toMatchObject({ refund: { probability: 0.98 }, severity: { score: 0.25 } });
});

it('assigns the probabilities of levels by their labels', async () => {
  const probabilities = SEVERITY.probabilities.toReversed();
  await using vendor = await startVendor(bodyOf(REFUND, TEAM, { ...SEVERITY, probabilities }));
  const { answers } = await classify(vendor.openai, 'gpt-6-luna');
  expect(answers.severity).toMatchObject({ score: 0.25, probabilities: [0.75, 0.25] });
});

it.each([
  ['a missing answer', [REFUND, TEAM], 'severity'],
  ['a duplicate answer', [REFUND, REFUND, TEAM, SEVERITY], 'refund'],
  ['an answer to no question', [REFUND, TEAM, SEVERITY, { ...REFUND, name: 'spam' }], 'spam'],
  ['an answer of another type', [REFUND, { ...REFUND, name: 'team' }, SEVERITY], 'team'],
  [
    'an unknown choice',
    [REFUND, { ...TEAM, probabilities: [{ value: 'x', probability: 1 }] }, SEVERITY],
    'team',
  ],
  [
    'a boolean choice',
    [REFUND, { ...TEAM, probabilities: [{ value: true, probability: 1 }] }, SEVERITY],
    'team',
  ],
  [
    'an unknown level',
    [REFUND, TEAM, { ...SEVERITY, probabilities: [{ label: 'x', probability: 1 }] }],
    'severity',
  ],
  ['a probability that is not a number', [{ ...REFUND, probability: '1' }, TEAM, SEVERITY], 'refund'],
  ['a choice without probabilities', [REFUND, { ...TEAM, probabilities: undefined }, SEVERITY], 'team'],
])(
  'rejects %s as invalid-output with the name of the question, and records the usage',
  async (_, answers, name) => {
    await using vendor = await startVendor(bodyOf(...answers));
    const error = await failureOf(classify(vendor.openai, 'gpt-6-luna'));
    expect([error.kind, error.details.path]).toEqual(['invalid-output', `questions.${name}`]);
    expect(error.details.attempts[0]?.usage?.input).toBe(41);
  },
);

it('reports a refused question as content-filter with the code refusal, and records the usage', async () => {
  await using vendor = await startVendor(bodyOf(REFUND, { type: 'refusal', name: 'team' }, SEVERITY));
  const error = await failureOf(classify(vendor.openai, 'gpt-6-luna'));
  expect([error.kind, error.details.code, error.details.path]).toEqual([
    'content-filter',
    'refusal',
    'questions.team',
  ]);
  expect(error.details.attempts[0]?.usage?.input).toBe(41);
});

it('does not retry a 504 of the Decisions API', async () => {
  await using vendor = await startVendor({ error: { message: 'gateway' } }, 504);
  const error = await failureOf(classify(vendor.openai, 'gpt-6-luna'));
  expect([error.kind, vendor.requests.length]).toEqual(['timeout', 1]);
});

it('skips models without a classification API, and Azure', async () => {
  await using vendor = await startVendor({});
  const azure = openaiCompatible(azureResponses({ resource: 'r' }), { apiKey: 'k', baseURL: vendor.origin });
  expect((await failureOf(classify(vendor.openai, 'gpt-5.4'))).kind).toBe('unsupported');
  expect((await failureOf(classify(azure, 'gpt-6-luna'))).kind).toBe('unsupported');
  expect(vendor.requests).toEqual([]);
});

const SYSTEM_ONE = {
  answers: {
    severity: { type: 'score', score: 1.9, probabilities: { 0: 0.75, 1: 0.25 } },
    refund: { type: 'noul', noul: 0.98 },
    team: { type: 'choice', choice: 'billing', probabilities: { other: 0.1, billing: 0.9 }, confidence: 0.8 },
  },
  usage: { input_tokens: 41, output_tokens: 3, cost: 0.000123 },
};

it('sends questions in the form of System One to OpenRouter, and reports the cost', async () => {
  await using vendor = await startVendor(SYSTEM_ONE);
  const { answers, usage } = await classify(vendor.openrouter, 'typesafe/jev');
  expect(vendor.requests[0]?.path).toBe('/api/v1/systemone');
  expect(vendor.requests[0]?.body).toEqual({
    model: 'typesafe/jev',
    state: 'Refund me!',
    questions: {
      refund: { type: 'noul', instructions: 'The customer asks for money back.' },
      team: { type: 'choice', instructions: 'Which team?', criteria: { billing: 'Payments', other: null } },
      severity: { type: 'score', instructions: 'How severe?', criteria: ['cosmetic', 'blocks work'] },
    },
  });
  expect(answers.refund.probability).toBe(0.98);
  expect(answers.team.probabilities).toEqual({ billing: 0.9, other: 0.1 });
  expect(answers.severity.score).toBe(0.25);
  expect(usage).toMatchObject({ input: 41, output: 3, details: { reportedNanoUsd: '123000' } });
});

it('sends images to OpenRouter as parts before the state', async () => {
  await using vendor = await startVendor(SYSTEM_ONE);
  await classify(vendor.openrouter, 'typesafe/jev', TOOL_HISTORY);
  expect(vendor.requests[0]?.body['state']).toEqual([
    { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
    [
      { role: 'user', content: ['Where is my order?', '[image 1]'] },
      { role: 'assistant', content: ['Let me look.', { call: 'find', id: 'call_1', arguments: { id: 7 } }] },
      { role: 'tool', content: [{ result_of: 'call_1', content: ['lost'] }] },
      { role: 'assistant', content: ['It is lost.'] },
    ],
  ]);
});

it('sends images to TypeSafe as assets, with the header that permits them', async () => {
  await using vendor = await startVendor(SYSTEM_ONE);
  const provider = openaiCompatible(typesafe, { apiKey: 'k', baseURL: `${vendor.origin}/v1` });
  const { answers } = await classify(provider, 'jev-latest', TOOL_HISTORY);
  const [request] = vendor.requests;
  expect(request?.path).toBe('/v1/systemone');
  expect(request?.headers['typesafe-danger-zone-images']).toBe('true');
  expect(request?.body).toMatchObject({
    model: 'jev-latest',
    assets: { '<image-1>': { type: 'image', format: 'png', data_base64: 'iVBORw0KGgo=' } },
  });
  expect((request?.body['state'] as readonly unknown[])[0]).toBe('<image-1>');
  expect(answers.refund.probability).toBe(0.98);
  await classify(provider, 'jev-latest');
  expect(vendor.requests[1]?.headers).not.toHaveProperty('typesafe-danger-zone-images');
});

it('rejects an answer of System One without a distribution as invalid-output', async () => {
  const score = { type: 'score', score: 1 };
  await using vendor = await startVendor({
    ...SYSTEM_ONE,
    answers: { ...SYSTEM_ONE.answers, severity: score },
  });
  const error = await failureOf(classify(vendor.openrouter, 'typesafe/jev'));
  expect([error.kind, error.details.path]).toEqual(['invalid-output', 'questions.severity']);
});
