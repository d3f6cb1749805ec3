import { modelSuggestions } from '@majordomo/catalog';
import { anthropicMessages, openaiResponses, startWireServer } from '@majordomo/conformance';
import { createMajordomo, systemClock, user, type LlmError } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { afterAll, describe, expect, it } from 'vitest';

const script = () => ({ failure: 'not-found' }) as const;
/** Day on which the models of these tests have not retired. */
const clock = { ...systemClock, now: () => Date.parse('2026-11-26') };

describe('the error of an unknown model', async () => {
  const openai = await startWireServer({ wire: openaiResponses, script });
  const anthropic = await startWireServer({ wire: anthropicMessages, script });
  afterAll(() => Promise.all([openai.close(), anthropic.close()]));
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'k', baseURL: openai.baseURL }),
      createAnthropic({ apiKey: 'k', baseURL: anthropic.baseURL }),
    ],
    suggestModel: modelSuggestions({ clock }),
  });
  const errorOf = (spec: string): Promise<LlmError> =>
    majordomo
      .model(spec)
      .generate({ messages: [user('hi')] })
      .then(
        () => expect.fail('the call must fail'),
        (error: unknown) => error as LlmError,
      );

  it.each([
    ['openai/gpt-5.4-mni', 'openai/gpt-5.4-mini'],
    ['anthropic/claude-sonet-5', 'anthropic/claude-sonnet-5'],
  ])('of %s suggests %s, as the vendor answers with 404', async (spec, suggestion) => {
    const { kind, message } = await errorOf(spec);
    expect([kind, message]).toEqual([
      'not-found',
      expect.stringContaining(`; did you mean "${suggestion}"?`),
    ]);
  });

  it('of a name that the catalog contains has no suggestion', async () => {
    const { kind, message } = await errorOf('openai/gpt-5.4');
    expect([kind, message]).toEqual(['not-found', expect.not.stringContaining('did you mean')]);
  });

  it.each([
    ['gpt-5.4', 'openai/gpt-5.4'],
    ['claude-sonnet-5', 'anthropic/claude-sonnet-5'],
    ['claude-sonet-5', 'anthropic/claude-sonnet-5'],
  ])('of the name %s without a provider suggests %s', async (name, suggestion) => {
    const { kind, message } = await errorOf(name);
    expect([kind, message]).toEqual(['config', expect.stringContaining(`; did you mean "${suggestion}"?`)]);
  });
});
