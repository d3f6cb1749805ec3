import { answers } from '@majordomo/test-support';
import type OpenAI from 'openai';
import { expect, it } from 'vitest';
import { openaiClient } from './support/clients.ts';
import { startWithVendor } from './support/operations.ts';

const PROBABILITIES = [
  { value: 'billing', probability: 0.25 },
  { value: 'tech', probability: 0.75 },
];
const VENDOR_ANSWER = {
  model: 'gpt-6-luna',
  answers: [
    { type: 'predicate', name: 'refund', probability: 0.98 },
    {
      type: 'choice',
      name: 'q1',
      choice: 'tech',
      confidence: 0.1,
      probabilities: PROBABILITIES,
    },
    {
      type: 'score',
      name: 'severity',
      score: 7,
      confidence: 0.1,
      probabilities: [
        { label: 'low: harmless', value: 0, probability: 0.5 },
        { label: 'high', value: 1, probability: 0.5 },
      ],
    },
  ],
  usage: {
    input_tokens: 41,
    input_tokens_details: { cached_tokens: 8, cache_write_tokens: 0 },
    output_tokens: 3,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 44,
  },
};

const REQUEST = {
  model: 'triage',
  input: 'Refund me!',
  questions: [
    { type: 'predicate', name: 'refund', instructions: 'The customer asks for money back.' },
    {
      type: 'choice',
      instructions: [{ type: 'input_text', text: 'Which team?' }],
      choices: [{ value: 'billing', description: 'Payments' }, { value: 'tech' }],
    },
    {
      type: 'score',
      name: 'severity',
      instructions: 'How severe?',
      levels: [{ label: 'low', description: 'harmless' }, { label: 'high' }],
    },
  ],
} as const;

const startTriage = (body: object = VENDOR_ANSWER) =>
  startWithVendor(answers(body), { models: { triage: 'openai/gpt-6-luna' } });

it('answers decisions of the SDK in order, with the names of the client', async () => {
  await using server = await startTriage();
  const { data, response } = await openaiClient(server)
    .decisions.create(REQUEST as unknown as OpenAI.DecisionCreateParams)
    .withResponse();
  expect(data).toEqual({
    model: 'triage',
    answers: [
      { type: 'predicate', name: 'refund', probability: 0.98 },
      { type: 'choice', name: null, choice: 'tech', confidence: 0.5, probabilities: PROBABILITIES },
      {
        type: 'score',
        name: 'severity',
        score: 0.5,
        confidence: 0,
        probabilities: [
          { label: 'low', value: 0, probability: 0.5 },
          { label: 'high', value: 1, probability: 0.5 },
        ],
      },
    ],
    usage: VENDOR_ANSWER.usage,
  });
  expect(response.headers.get('x-majordomo-target')).toBe('openai/gpt-6-luna');
  expect(server.vendor.requests[0]?.body['questions']).toMatchObject([
    { name: 'refund' },
    { name: 'q1', instructions: 'Which team?' },
    { name: 'severity', levels: [{ label: 'low: harmless' }, { label: 'high' }] },
  ]);
});

it('passes messages, images and calls with their outputs to the vendor', async () => {
  await using server = await startTriage();
  const url = `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').toString('base64')}`;
  const input = [
    { role: 'developer', content: 'Shop' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look' },
        { type: 'input_image', image_url: url },
      ],
    },
    { type: 'function_call', call_id: '1', name: 'find', arguments: '{"id":7}' },
    { type: 'function_call_output', call_id: '1', output: 'lost' },
    { role: 'assistant', content: [{ type: 'output_text', text: 'It is lost.' }] },
  ];
  await openaiClient(server).post('/decisions', { body: { ...REQUEST, input } });
  expect(server.vendor.requests[0]?.body['input']).toEqual([
    { role: 'system', content: [{ type: 'input_text', text: 'Shop' }] },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look' },
        { type: 'input_image', image_url: url },
      ],
    },
    { type: 'function_call', call_id: '1', name: 'find', arguments: '{"id":7}' },
    { type: 'function_call_output', call_id: '1', output: [{ type: 'input_text', text: 'lost' }] },
    { role: 'assistant', content: [{ type: 'output_text', text: 'It is lost.' }] },
  ]);
});

const [PREDICATE, CHOICE] = REQUEST.questions;

it.each([
  [{ input: undefined }, 'input'],
  [{ input: [] }, 'input'],
  [{ questions: [] }, 'questions'],
  [{ questions: [{ ...PREDICATE, type: 'bool' }] }, 'questions[0].type'],
  [{ questions: [PREDICATE, PREDICATE] }, 'questions[1].name'],
  [{ questions: [{ ...PREDICATE, criteria: {} }] }, 'questions[0].criteria'],
  [
    { questions: [{ ...CHOICE, choices: [{ value: true }, { value: 'x' }] }] },
    'questions[0].choices[0].value',
  ],
  [{ questions: [{ ...CHOICE, choices: [{ value: 'x' }, { value: 'x' }] }] }, 'questions[0].choices'],
  [{ input: [{ type: 'function_call_output', call_id: '1', output: 'x' }] }, 'input[0].call_id'],
  [
    { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://x.example/a.png' }] }] },
    'input[0].content[0].image_url',
  ],
])('refuses %j with 400 at its path, before a call', async (change, path) => {
  await using server = await startTriage();
  const failure = openaiClient(server).post('/decisions', { body: { ...REQUEST, ...change } });
  await expect(failure).rejects.toMatchObject({ status: 400, message: expect.stringContaining(path) });
  expect(server.vendor.requests).toEqual([]);
});

it('fails with 400 if the model refuses a question', async () => {
  await using server = await startTriage({
    ...VENDOR_ANSWER,
    answers: [{ type: 'refusal', name: 'refund' }],
  });
  const failure = openaiClient(server).post('/decisions', { body: REQUEST });
  await expect(failure).rejects.toMatchObject({ status: 400, message: expect.stringContaining('refund') });
});
