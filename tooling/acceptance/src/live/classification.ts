import { ok as expect } from 'node:assert/strict';
import { emulateClassification } from '@majordomo/classify';
import { createMajordomo, image, LlmError, type Provider, toolResult, user } from '@majordomo/core';

type Model = ReturnType<ReturnType<typeof createMajordomo>['classificationModel']>;

/** Fact about probabilities of a vendor on which the code depends, but which no recording confirms. Throws if the fact is wrong. */
export interface ClassificationCase {
  readonly name: string;
  readonly run: (model: Model) => Promise<void>;
}

const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
  team: {
    type: 'choice',
    instructions: 'Which team answers?',
    choices: { billing: 'Payments and invoices', technical: 'Outages and errors' },
  },
  anger: {
    type: 'score',
    instructions: 'How angry is the customer?',
    levels: ['calm', 'annoyed', 'furious'],
  },
} as const;
const CALM = 'Hello, could you please return the 20 dollars of my last invoice? Thank you!';
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
);

/** Facts about a classification API. */
export const DECISION_CASES: readonly ClassificationCase[] = [
  {
    name: 'a predicate, a choice and a score have a distribution each',
    async run(model) {
      const { answers, usage } = await model.classify({ input: CALM, questions: QUESTIONS });
      expect(answers.refund.probability > 0.8, `the refund has ${answers.refund.probability}`);
      expect(answers.team.choice === 'billing', `the team is ${answers.team.choice}`);
      expect(answers.anger.score < 1, `the anger is ${answers.anger.score}`);
      expect((usage?.input ?? 0) > 0, 'no input tokens are reported');
    },
  },
  {
    name: 'each of 40 questions has the answer with its name',
    async run(model) {
      const numbers = Array.from({ length: 40 }, (_, at) => at);
      const questions = Object.fromEntries(
        numbers.map((at) => [
          `q${at}`,
          { type: 'predicate' as const, instructions: `${at} is an even number.` },
        ]),
      );
      const { answers } = await model.classify({ input: 'Think of arithmetic.', questions });
      const wrong = numbers.filter((at) => (answers[`q${at}`]?.probability ?? NaN) > 0.5 !== (at % 2 === 0));
      expect(wrong.length <= 4, `the answers ${wrong.join()} are wrong`);
    },
  },
  {
    name: 'a conversation with an image, a tool call and its result is accepted',
    async run(model) {
      const input = [
        user('Where is my order?', image(PNG, 'image/png')),
        {
          role: 'assistant' as const,
          parts: [{ type: 'tool-call' as const, id: 'call_1', name: 'find_order', args: { id: 7 } }],
        },
        toolResult({ callId: 'call_1', name: 'find_order', content: 'lost by the carrier' }),
      ];
      const lost = { type: 'predicate' as const, instructions: 'The order is lost.' };
      const { answers } = await model.classify({ input, questions: { lost } });
      expect(answers.lost.probability > 0.5, `the probability is ${answers.lost.probability}`);
    },
  },
];

/** Facts about log probabilities of a chat model. */
export const LOGPROB_CASES: readonly ClassificationCase[] = [
  {
    name: 'the labels have most of the log probabilities of the first token',
    async run(model) {
      const { answers } = await model.classify({ input: CALM, questions: QUESTIONS, bases: ['logprobs'] });
      expect(answers.refund.probability > 0.8, `the refund has ${answers.refund.probability}`);
      expect(answers.team.choice === 'billing', `the team is ${answers.team.choice}`);
    },
  },
  {
    name: 'a question with 20 options is answered',
    async run(model) {
      const options = Array.from({ length: 20 }, (_, at) => [`n${at}`, `The number ${at}`] as const);
      const number = {
        type: 'choice' as const,
        instructions: 'Which number is in the text?',
        choices: Object.fromEntries(options),
      };
      const request = { input: 'seventeen', questions: { number }, bases: ['logprobs'] as const };
      const { answers } = await model.classify(request);
      expect(answers.number.choice === 'n17', `the number is ${answers.number.choice}`);
    },
  },
];

/** Facts about a reasoning model, which reports no log probabilities. */
export const REASONING_CASES: readonly ClassificationCase[] = [
  {
    name: 'a model without log probabilities is recognized, and states numbers if they are accepted',
    async run(model) {
      const request = { input: CALM, questions: QUESTIONS };
      const error: unknown = await model
        .classify({ ...request, bases: ['logprobs'] })
        .catch((thrown: unknown) => thrown);
      expect(LlmError.is(error), 'it answered with log probabilities');
      const { answers } = await model.classify({ ...request, bases: ['logprobs', 'stated'] });
      expect(answers.refund.basis === 'stated', `the basis is ${answers.refund.basis}`);
      expect(answers.refund.probability > 0.8, `the refund has ${answers.refund.probability}`);
    },
  },
];

/** Runs a case at a model of the provider. */
export async function runClassificationCase(
  { run }: ClassificationCase,
  provider: Provider,
  modelId: string,
): Promise<void> {
  const classification = emulateClassification();
  const majordomo = createMajordomo({ providers: [provider], classification, env: process.env });
  await run(majordomo.classificationModel(`${provider.id}/${modelId}`));
}
