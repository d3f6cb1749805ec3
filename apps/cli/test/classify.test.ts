import { testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { world } from './world.ts';

const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
  team: { type: 'choice', instructions: 'Which team?', choices: { billing: 'Payments', other: '' } },
  severity: { type: 'score', instructions: 'How severe?', levels: ['cosmetic', 'blocks work'] },
};
const ANSWERS = [
  { type: 'predicate', name: 'refund', probability: 0.98 },
  {
    type: 'choice',
    name: 'team',
    probabilities: [
      { value: 'billing', probability: 0.9 },
      { value: 'other', probability: 0.1 },
    ],
  },
  { type: 'score', name: 'severity', probabilities: [{ probability: 0.75 }, { probability: 0.25 }] },
];
const FILES = {
  'questions.json': JSON.stringify(QUESTIONS),
  'list.json': '[]',
  'bad.json': '{',
  'stale.json': JSON.stringify({ version: 1, questions: { refund: { hash: 'other', targets: {} } } }),
};
const SPEC = 'openai/gpt-6-luna';
const ASK = ['classify', SPEC, 'Refund me!', '--questions', 'questions.json'] as const;

const startVendor = (answers: readonly object[] = ANSWERS) =>
  testServer((response) => {
    response.setHeader('content-type', 'application/json');
    const usage = { input_tokens: 41, output_tokens: 3 };
    response.end(JSON.stringify({ model: 'gpt-6-luna', answers, usage }));
  });
const envOf = (origin: string) => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${origin}/v1` });

it('majordomo classify prints the answer to each question, and the target', async () => {
  await using vendor = await startVendor();
  using cli = world({ env: envOf(vendor.origin), files: FILES });
  const { code, out, err } = await cli.run(...ASK);
  expect([code, out]).toEqual([
    0,
    'refund: 0.98\nteam: billing (billing 0.90, other 0.10)\nseverity: 0.25 (cosmetic 0.75, blocks work 0.25)\n',
  ]);
  expect(err).toMatch(/^openai\/gpt-6-luna · (?:\$\S+ · )?\d+\.\d s\n$/);
  expect(vendor.requests[0]?.body).toMatchObject({ input: 'Refund me!' });
});

it('majordomo classify --json prints the response, and reads the text from standard input', async () => {
  await using vendor = await startVendor();
  const stdin = { kind: 'pipe', text: 'Refund me!' } as const;
  using cli = world({ env: envOf(vendor.origin), files: FILES, stdin });
  const { out } = await cli.run('classify', SPEC, '--questions', 'questions.json', '--json');
  expect(JSON.parse(out)).toMatchObject({
    target: SPEC,
    answers: { refund: { probability: 0.98, basis: 'vendor', isCalibrated: false } },
    attempts: [{ outcome: 'finished' }],
  });
  expect(vendor.requests[0]?.body).toMatchObject({ input: 'Refund me!' });
});

it('majordomo classify applies the calibration that majordomo calibrate wrote', async () => {
  await using vendor = await startVendor(ANSWERS.slice(0, 1));
  const examples = Array.from({ length: 40 }, (_, at) =>
    JSON.stringify({ input: `mail ${at}`, labels: { refund: at % 2 === 0 } }),
  );
  const files = {
    'one.json': JSON.stringify({ refund: QUESTIONS.refund }),
    'examples.jsonl': examples.join('\n'),
  };
  using cli = world({ env: envOf(vendor.origin), files });
  const learn = ['calibrate', SPEC, '--questions', 'one.json', '--examples', 'examples.jsonl'] as const;
  expect((await cli.run(...learn, '-o', 'curves.json')).code).toBe(0);
  const ask = ['classify', SPEC, 'mail', '--questions', 'one.json', '--calibration', 'curves.json'] as const;
  const { answers } = JSON.parse((await cli.run(...ask, '--json')).out) as {
    answers: { refund: { probability: number; isCalibrated: boolean } };
  };
  expect(answers.refund.isCalibrated).toBe(true);
  expect(answers.refund.probability).toBeCloseTo(0.5, 1);
});

it.each([
  ['bad.json cannot be read: it is not valid JSON', ['classify', SPEC, 'hi', '--questions', 'bad.json']],
  ['none.json cannot be read', ['classify', SPEC, 'hi', '--questions', 'none.json']],
  ['questions must be', ['classify', SPEC, 'hi', '--questions', 'list.json']],
  ['bases[0]', [...ASK, '--basis', 'guess']],
  ['calibration.questions', [...ASK, '--calibration', 'stale.json']],
  ['no model is named; run majordomo classify', ['classify', 'hi there', '--questions', 'questions.json']],
])('majordomo classify reports "%s" with exit code 2, before a request', async (message, argv) => {
  await using vendor = await startVendor();
  using cli = world({ env: envOf(vendor.origin), files: FILES });
  const { code, err } = await cli.run(...argv);
  expect([code, vendor.requests.length, err]).toEqual([2, 0, expect.stringContaining(message)]);
});
