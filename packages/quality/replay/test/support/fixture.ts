import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMajordomo, type Majordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type FakeProvider, type Turn } from '@majordomo/testing';
import { onTestFinished } from 'vitest';

/** Returns a new folder that is removed after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const USAGE = { input: 1000, output: 100, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

/** Returns fake models that answer each call with this function. The catalog has prices for their usage. */
export function fakeModels(answer: (text: string, request: ModelRequest) => Turn): {
  readonly provider: FakeProvider;
  readonly majordomo: Majordomo;
} {
  const turn = (request: ModelRequest): Turn => {
    const last = request.messages.at(-1)?.parts ?? [];
    const result = answer(last.map((part) => ('text' in part ? part.text : '')).join(''), request);
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
  return { provider, majordomo };
}

export const answerTo = (text: string): string => `answer to ${text}`;
