import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMajordomo, user, type Majordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type FakeProvider, type Turn } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { expect } from 'vitest';
import type { EvalDefinition } from '../../src/index.ts';

export { testFolder };

export const recordingsOf = (folder: string, name = 'demo'): string =>
  readFileSync(join(folder, `${name}.recordings.jsonl`), 'utf8');

const USAGE = { input: 1000, output: 100, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

/** Matches an error of kind `config` with this message. */
export const config = (message: RegExp): Error =>
  expect.objectContaining({ kind: 'config', message: expect.stringMatching(message) }) as Error;

/** Returns fake models that answer each call with this function. The catalog has prices for their usage. */
export function fakeModels(answer: (text: string, request: ModelRequest) => Turn): {
  /** Temporary folder of the test. It is created when this member is read, because only a test can have one. */
  readonly folder: string;
  readonly provider: FakeProvider;
  readonly majordomo: Majordomo;
} {
  const turn = (request: ModelRequest): Turn => {
    const result = answer(textOf(request), request);
    return typeof result === 'string' ? { text: result, usage: USAGE } : result;
  };
  const turns = Array.from({ length: 500 }, () => turn);
  const provider = fakeProvider({
    id: 'openai',
    vendor: 'openai',
    models: { 'gpt-5.4-mini': turns, 'gpt-5.4': turns },
  });
  const majordomo = createMajordomo({
    providers: [provider],
    aliases: { fast: 'openai/gpt-5.4-mini' },
    chain: { attempts: 1, whenAllBenched: 'try-soonest' },
  });
  return {
    get folder() {
      return testFolder();
    },
    provider,
    majordomo,
  };
}

/** Returns the text of the last message. */
export const textOf = ({ messages }: ModelRequest): string =>
  (messages.at(-1)?.parts ?? []).map((part) => ('text' in part ? part.text : '')).join('');

/** Evaluation whose subject sends the input to a model. */
export const echo = (
  majordomo: Majordomo,
  members: Partial<EvalDefinition<string, string>> = {},
): EvalDefinition<string, string> => ({
  name: 'demo',
  majordomo,
  cases: ['a', 'b', 'c'].map((id) => ({ id, input: `question ${id}`, expected: `answer to question ${id}` })),
  subject: (input, { model }) => model('fast').generate({ system: 'Be brief.', messages: [user(input)] }),
  ...members,
});

export const answerTo = (text: string): string => `answer to ${text}`;
