import { createCallLog, memoryCallStore } from '@majordomo/admin';
import { createMajordomo, user } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished, vi } from 'vitest';
import { replaceModel } from '../src/replace-model.ts';

const CALLS = 100;
const USAGE = { input: 300, output: 40, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
const answers = (text: string): readonly Turn[] =>
  Array.from({ length: 200 }, () => ({ text, usage: USAGE }));

it('replace-model', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  onTestFinished(() => print.mockRestore());
  const folder = testFolder();
  const log = createCallLog({ store: memoryCallStore(), contentOf: () => 'complete' });
  const openai = fakeProvider({
    id: 'openai',
    vendor: 'openai',
    models: { 'gpt-5.4-mini': answers('It is at the neighbor.') },
  });
  const google = fakeProvider({
    id: 'google',
    vendor: 'google',
    models: { 'gemini-3-flash-preview': answers('It is  at the neighbor.') },
  });
  const anthropic = fakeProvider({ id: 'anthropic', vendor: 'anthropic' });
  const majordomo = createMajordomo({ providers: [openai, google, anthropic] });
  const random = seededRandom(1);
  for (let at = 0; at < CALLS; at++) {
    const word = (): string => Math.floor(random() * 1e9).toString(36);
    const request = { messages: [user(`Where is ${word()} ${word()} ${word()}?`)], maxTokens: 100 };
    const recorded = majordomo.with({ onEvent: (event) => log.onEvent(event, request) });
    await recorded.model('openai/gpt-5.4-mini').generate(request, { metadata: { conversation: `c${at}` } });
  }
  await log.flush();

  const models = {
    present: 'openai/gpt-5.4-mini',
    candidate: 'google/gemini-3-flash-preview',
    judge: 'anthropic/claude-sonnet-5',
  };
  const { text, isAsGood } = await replaceModel({ log, majordomo, folder, ...models });
  expect(isAsGood).toBe(true);
  expect(text).toContain('100');
  expect(google.requests).toHaveLength(60);
  expect(anthropic.requests).toHaveLength(0);
  expect(print).toHaveBeenCalledWith(expect.stringMatching(/^60 calls, ± \d+\.\d %, likely \$0\.\d+$/));
});
