import type { Majordomo } from '@majordomo/core';
import { createMajordomo } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import { createOpenAI } from '@majordomo/provider-openai';

/** Models of the company and of the experiment. */
export const PRESENT = 'openai/gpt-5.4';
export const CANDIDATE = 'openai/gpt-5.4-mini';
export const JUDGE = 'openai/gpt-4.1';

/** Shares of the calls that the candidate answers wrong: invoices in German, and searches of orders. */
export const PLANTED = { extract: 0.3, agent: 0.25 } as const;

export const createCompany = (baseURL: string, ledger: Ledger): Majordomo =>
  createMajordomo({
    providers: [createOpenAI({ api: 'chat', baseURL })],
    gates: [ledger.gate],
    env: { OPENAI_API_KEY: 'sk-test' },
  });

/** Call of a client: the model name of the gateway and the text of the user. */
export interface ClientCall {
  readonly model: 'extract' | 'chat' | 'agent';
  readonly text: string;
}

const GERMAN = 'Bitte lies die Werte, und nicht mehr als das';
const ENGLISH = 'Please read the values, and not more than that';

/** Returns the calls of the company: three kinds in two languages. */
export function callsOf(count: number, random: () => number): readonly ClientCall[] {
  const models = ['extract', 'chat', 'agent'] as const;
  return Array.from({ length: count }, (_, at): ClientCall => {
    const word = (): string => Math.floor(random() * 2 ** 40).toString(36);
    const model = models[at % 3] ?? 'chat';
    return {
      model,
      text: `${model} ${word()}: ${at % 2 === 0 ? GERMAN : ENGLISH}, ${word()} ${word()} ${word()}`,
    };
  });
}

/** Whether the candidate answers a text wrong. */
export function isWrong(text: string): boolean {
  const chance = shareOf(wordOf(text));
  if (text.startsWith('extract')) return text.includes('Bitte') && chance < PLANTED.extract;
  return text.startsWith('agent') && chance < PLANTED.agent;
}

export const wordOf = (text: string): string => text.split(' ')[1]?.replace(':', '') ?? '';

/** Returns a number from 0 to 1 that depends on a word only. */
function shareOf(word: string): number {
  let value = 0x811c9dc5;
  for (const letter of word) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193);
  return ((value ^ (value >>> 15)) >>> 0) / 2 ** 32;
}
