import { classificationCheck, classificationScore } from '@majordomo/classify';
import { user, type ClassificationRequest } from '@majordomo/core';
import type { Check as EvalCheck } from '@majordomo/evals';
import type { Check as GuardCheck } from '@majordomo/guards';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { type LabeledMail, learn, queueOf, routeAnswers, supportDesk } from '../src/support-mail.ts';

/** Simulated vendor. A mail about money is probably a refund, and a mail about an outage is severe. */
function vendor(id: string, model: string, certainty: number, fails = false) {
  const turn = ({ input, questions }: ClassificationRequest) => {
    if (fails) return { fail: 'server' as const };
    const text = JSON.stringify(input);
    const yes = text.includes('money') ? certainty : 1 - certainty;
    const all: Readonly<Record<string, readonly number[]>> = {
      refund: [yes, 1 - yes],
      team: text.includes('outage') ? [0.1, 0.8, 0.1] : [0.8, 0.1, 0.1],
      severity: text.includes('outage') ? [0.05, 0.05, 0.9] : [0.8, 0.1, 0.1],
      answer: text.includes('outage') ? [0.1, 0.9] : [0.9, 0.1],
    };
    const names = Object.keys(questions);
    return { distributions: Object.fromEntries(names.map((name) => [name, all[name] ?? []])) };
  };
  const texts = { 'gpt-6-astra': ['A strong answer.'], 'llama-3.3-70b-versatile': ['A quick answer.'] };
  return fakeProvider({
    id,
    models: texts,
    classifications: { [model]: Array.from({ length: 200 }, () => turn) },
  });
}

const mails = Array.from({ length: 60 }, (_, at): LabeledMail => ({
  input: at % 2 === 0 ? `Give me my money ${at}` : `There is an outage ${at}`,
  labels: { refund: at % 2 === 0, team: at % 2 === 0 ? 'billing' : 'tech', severity: at % 2 === 0 ? 0 : 2 },
}));

const desk = (fails = false) =>
  supportDesk([vendor('openai', 'gpt-6-luna', 0.7, fails), vendor('groq', 'llama-3.3-70b-versatile', 0.99)]);

it('sends a mail to the same queue on both targets, because the threshold applies to calibrated probabilities', async () => {
  const { calibration } = await learn(desk(), mails);
  for (const majordomo of [desk(), desk(true)]) {
    expect(await queueOf(majordomo, calibration, 'Give me my money')).toBe('refunds');
    expect(await queueOf(majordomo, calibration, 'Another outage!')).toBe('urgent');
  }
});

it('answers hard mails with the stronger model', async () => {
  const majordomo = desk();
  routeAnswers(majordomo);
  const answer = majordomo.model('answer');
  expect((await answer.generate({ messages: [user('Why is there an outage?')] })).text).toBe(
    'A strong answer.',
  );
  expect((await answer.generate({ messages: [user('Thanks')] })).text).toBe('A quick answer.');
});

it('checks and scores have the types of guards and evaluations', () => {
  const model = desk().classificationModel('openai/gpt-6-luna');
  const question = { type: 'predicate', instructions: 'The text is rude.' } as const;
  const rule = {
    name: 'rude',
    model,
    question,
    when: ({ probability }: { probability: number }) => probability > 0.9,
  };
  const check: GuardCheck = classificationCheck(rule);
  const score: EvalCheck = classificationScore(rule);
  expect([check.name, typeof score]).toEqual(['rude', 'function']);
});
