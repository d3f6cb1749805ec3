import { startFileServer, startJobServer, type FileServer } from '@majordomo/conformance';
import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI, openaiCompatible, xai } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';
import { startInteractionServer } from '../../../packages/providers/provider-google/test/interaction-server.ts';
import { DEFERRED_CASES, INTERACTION_CASES, RESPONSES_CASES, runCase } from '../src/live/background.ts';
import { FILE_CASES, runFileCase } from '../src/live/files.ts';

const plan = {
  answer: {
    parts: [
      { type: 'reasoning', text: 'counting' },
      { type: 'text', text: '1 2 3 4 5 6 7 8 9' },
    ],
  },
  looks: 1,
} as const;

describe('the facts about job APIs that `pnpm live background` checks', () => {
  it.each(RESPONSES_CASES)('$name', async (one) => {
    await using server = await startJobServer({ plan: () => plan });
    const provider = createOpenAI({ apiKey: 'any', baseURL: server.baseURL });
    await runCase(one, provider, 'gpt-5-mini', () => Promise.resolve());
  });

  it.each(INTERACTION_CASES)('of interactions: $name', async (one) => {
    const content = [{ type: 'text', text: '1 2 3 4 5 6 7 8 9' }];
    const steps = [{ type: 'model_output', content }];
    await using server = await startInteractionServer({ plan: () => ({ steps }) });
    const provider = createGoogle({ apiKey: 'any', baseURL: server.url, background: true });
    await runCase(one, provider, 'gemini-3-flash-preview', () => Promise.resolve());
  });

  it.each(DEFERRED_CASES)('$name', async (one) => {
    await using server = await startJobServer({ plan: () => plan });
    const provider = openaiCompatible(xai, { apiKey: 'any', baseURL: server.baseURL });
    await runCase(one, provider, 'grok-4', () => Promise.resolve());
  });

  it('fail at a server with another behavior', async () => {
    await using server = await startJobServer({
      plan: () => plan,
      before: ({ step }) => (step === 'cancel' ? { status: 409 } : undefined),
    });
    const provider = createOpenAI({ apiKey: 'any', baseURL: server.baseURL });
    const [cancels] = RESPONSES_CASES.filter(({ name }) => name.includes('cancelled'));
    if (cancels === undefined) throw new Error('no case');
    await expect(runCase(cancels, provider, 'gpt-5-mini', () => Promise.resolve())).rejects.toThrow();
  });
});

describe('the facts about file storage that `pnpm live files` checks', () => {
  const vendors: readonly (readonly [string, string, (server: FileServer) => Provider])[] = [
    ['openai', 'gpt-5-mini', ({ baseURL }) => createOpenAI({ apiKey: 'any', baseURL })],
    ['anthropic', 'claude-haiku-4-5', ({ url }) => createAnthropic({ apiKey: 'any', baseURL: url })],
    ['google', 'gemini-3-flash-preview', ({ url }) => createGoogle({ apiKey: 'any', baseURL: url })],
  ];
  describe.each(vendors)('of %s', (_name, model, provider) => {
    it.each(FILE_CASES)('$name', async (one) => {
      await using server = await startFileServer();
      await runFileCase(one, provider(server), model);
      expect(server.uploads.length).toBeGreaterThan(0);
    });
  });
});
