import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { world } from './world.ts';

const QUESTIONS = { refund: { type: 'predicate', instructions: 'The customer asks for money back.' } };
const EXAMPLES = Array.from({ length: 40 }, (_, at) => ({
  input: at % 2 === 0 ? `money ${at}` : `outage ${at}`,
  labels: { refund: at % 2 === 0 ? at % 10 !== 0 : at % 9 === 0 },
}));
const FILES = {
  'questions.json': JSON.stringify(QUESTIONS),
  'examples.jsonl': `${EXAMPLES.map((example) => JSON.stringify(example)).join('\n')}\n\n`,
};
const ARGUMENTS = ['calibrate', 'openai/gpt-6-luna', '--questions', 'questions.json', '--examples'] as const;

const startVendor = () =>
  testServer((response, { body }) => {
    const probability = String(body['input']).includes('money') ? 0.99 : 0.01;
    const answers = [{ type: 'predicate', name: 'refund', probability }];
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ model: 'gpt-6-luna', answers, usage: { input_tokens: 1, output_tokens: 1 } }),
    );
  });

it('majordomo calibrate writes the curves to a file, and their quality to standard error', async () => {
  await using vendor = await startVendor();
  const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${vendor.origin}/v1` };
  using cli = world({ env, files: FILES });
  const result = await cli.run(...ARGUMENTS, 'examples.jsonl', '-o', 'calibration.json');
  expect([result.code, result.out]).toEqual([0, '']);
  expect(result.err).toMatch(
    /^refund at openai\/gpt-6-luna · vendor · 40 labels · accuracy 0\.\d\d · error 0\.\d{3} → /,
  );
  const written = JSON.parse(readFileSync(join(cli.cwd, 'calibration.json'), 'utf8')) as object;
  expect(written).toMatchObject({
    version: 1,
    questions: { refund: { targets: { 'openai/gpt-6-luna': { basis: 'vendor', n: 40 } } } },
  });
  expect(JSON.parse((await cli.run(...ARGUMENTS, 'examples.jsonl')).out)).toEqual(written);
  expect(vendor.requests).toHaveLength(80);
});

it.each([
  ['missing.jsonl', {}, 'missing.jsonl cannot be read'],
  ['.', {}, '. cannot be read: '],
  [
    'bad.jsonl',
    { 'bad.jsonl': '{"input":"x","labels":{}}\n{' },
    'bad.jsonl:2 cannot be read: it is not valid JSON',
  ],
  [
    'few.jsonl',
    { 'few.jsonl': '{"input":"x","labels":{"refund":true}}' },
    'must have at least 20 labels of "refund"',
  ],
])(
  'majordomo calibrate rejects the examples %s with exit code 2, before a request',
  async (file, files, message) => {
    await using vendor = await startVendor();
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${vendor.origin}/v1` };
    using cli = world({ env, files: { ...FILES, ...files } });
    const result = await cli.run(...ARGUMENTS, file);
    expect([result.code, vendor.requests.length]).toEqual([2, 0]);
    expect(result.err).toContain(message);
  },
);
