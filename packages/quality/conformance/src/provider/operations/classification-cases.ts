import assert from 'node:assert/strict';
import { type Case, testCase } from '../harness.ts';
import { DISTRIBUTIONS, QUESTIONS, TOKENS, USAGE, validAnswers } from './answers.ts';
import { failedWith, onOperation, operationRequest, TEXT } from './bench.ts';

/** Cases of questions that are answered with probabilities. */
export const classificationCases: readonly Case[] = [
  testCase(
    'classification',
    'questions are sent unchanged and in order, and each answer has the probabilities of its question',
    (harness) =>
      onOperation(harness, 'classification', validAnswers('classification'), async ({ call, server }) => {
        const { answers } = await call();
        assert.ok(answers);
        assert.deepEqual(answers.refund, {
          type: 'predicate',
          probability: 0.98,
          basis: 'vendor',
          isCalibrated: false,
        });
        assert.equal(answers.team.choice, 'tech "1"');
        assert.deepEqual(Object.entries(answers.team.probabilities), [
          ['billing', 0.25],
          ['tech "1"', 0.7],
          ['other', 0.05],
        ]);
        assert.equal(answers.severity.score, 1.75);
        assert.deepEqual(answers.severity.probabilities, [0, 0.25, 0.75]);
        const { text, questions, model } = operationRequest(server.requests[0] ?? assert.fail('no request'));
        assert.deepEqual([text, model], [TEXT, harness.models?.classification]);
        assert.deepEqual(questions, SENT);
        assert.equal(server.requests.length, 1);
      }),
  ),
  testCase(
    'classification-invalid',
    'invalid answers fail with invalid-output that names the question, and their usage is recorded',
    async (harness) => {
      for (const [what, name, distribution] of INVALID) {
        const { [name]: _valid, ...others } = DISTRIBUTIONS;
        const distributions = distribution === undefined ? others : { ...others, [name]: distribution };
        const script = () => () => ({ distributions, usage: USAGE });
        await onOperation(harness, 'classification', script, async ({ call }) => {
          const error = await failedWith(call(), what, 'invalid-output');
          assert.equal(error.details.path, `questions.${name}`, what);
          assert.equal(error.details.attempts[0]?.usage?.input, TOKENS.input, `${what}: the usage is lost`);
        });
      }
    },
  ),
  testCase(
    'classification-refusal',
    'a refused question fails with content-filter, and the usage is recorded',
    (harness) => {
      const script = () => () => ({ distributions: DISTRIBUTIONS, refuses: 'team', usage: USAGE });
      return onOperation(harness, 'classification', script, async ({ call }) => {
        const error = await failedWith(call(), 'a refusal', 'content-filter');
        assert.deepEqual([error.details.code, error.details.path], ['refusal', 'questions.team']);
        assert.equal(error.details.attempts[0]?.usage?.input, TOKENS.input);
      });
    },
  ),
];

/** Questions as the server must receive them. */
const SENT = Object.entries(QUESTIONS).map(([name, question]) => ({
  name,
  type: question.type,
  instructions: question.instructions,
  options:
    'choices' in question ? Object.keys(question.choices) : 'levels' in question ? [...question.levels] : [],
}));

/** Answers that must be rejected. `undefined`: the question has no answer. */
const INVALID: readonly (readonly [
  what: string,
  name: string,
  distribution: readonly number[] | undefined,
])[] = [
  ['a missing answer', 'severity', undefined],
  ['a sum of 0.5', 'team', [0.25, 0.2, 0.05]],
  ['a negative probability', 'team', [1.2, -0.2, 0]],
  ['a missing level', 'severity', [0.5, 0.5]],
  ['an additional level', 'severity', [0.25, 0.25, 0.25, 0.25]],
  ['a probability above 1', 'refund', [1.5, -0.5]],
];
