import {
  classificationRoute,
  emulateClassification,
  learnCalibration,
  type Calibration,
  type Labeled,
} from '@majordomo/classify';
import { createMajordomo, type Majordomo, type Provider } from '@majordomo/core';

/** Questions about each mail. A change of a text requires a new calibration. */
export const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
  team: {
    type: 'choice',
    instructions: 'Which team answers the mail?',
    choices: { billing: 'Payments', tech: 'Bugs and outages', other: '' },
  },
  severity: {
    type: 'score',
    instructions: 'How severe is it?',
    levels: ['cosmetic', 'annoying', 'blocks work'],
  },
} as const;

export type LabeledMail = Labeled<typeof QUESTIONS>;

/** The API of a vendor first, then a chat model. */
const SPEC = 'openai/gpt-6-luna,groq/llama-3.3-70b-versatile';

/** Creates the majordomo of the support desk. Chat models answer by emulation. */
export const supportDesk = (providers: readonly Provider[]): Majordomo =>
  createMajordomo({ providers, env: process.env, classification: emulateClassification() });

/** Learns the curves of both targets from labeled mails. Store the calibration with the code. */
export const learn = (majordomo: Majordomo, examples: readonly LabeledMail[]) =>
  learnCalibration({ majordomo, spec: SPEC, questions: QUESTIONS, examples });

/** Returns the queue of a mail. The threshold is the same on every target that may answer. */
export async function queueOf(majordomo: Majordomo, calibration: Calibration, mail: string): Promise<string> {
  const model = majordomo.classificationModel(SPEC);
  const { answers } = await model.classify({ input: mail, questions: QUESTIONS, calibration });
  if (answers.severity.score > 1.5) return 'urgent';
  return answers.refund.probability > 0.8 ? 'refunds' : answers.team.choice;
}

/** Registers the route `answer`, which sends hard mails to a stronger model. */
export function routeAnswers(majordomo: Majordomo): void {
  const model = majordomo.classificationModel(SPEC);
  const choices = { easy: '', hard: 'needs several steps' };
  const specs = { easy: 'groq/llama-3.3-70b-versatile', hard: 'openai/gpt-6-astra' };
  const route = {
    name: 'answer',
    model,
    instructions: 'How hard is the mail?',
    choices,
    specs,
    otherwise: specs.hard,
  };
  majordomo.resolver(classificationRoute(route));
}
