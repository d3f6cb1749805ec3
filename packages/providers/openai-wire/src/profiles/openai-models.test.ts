import { describe, expect, it } from 'vitest';
import { chatTraits, responsesTraits } from '../profile.ts';
import { OPENAI_QUIRKS } from '../chat/quirks.ts';
import { openaiResponses } from './openai-responses.ts';
import { openai } from './openai.ts';

const traits = (id: string): ReturnType<typeof chatTraits> => chatTraits(openai, id);

const UNSAMPLED = ['temperature', 'top_p', 'stop', 'frequency_penalty', 'presence_penalty', 'logprobs'];

it.each([
  ['o3', 'low medium high'],
  ['gpt-5-mini', 'minimal low medium high'],
  ['gpt-5-pro', 'high'],
  ['gpt-5.1', 'low medium high'],
  ['gpt-5.1-codex-max', 'low medium high xhigh'],
  ['gpt-5.2-2025-12-11', 'low medium high xhigh'],
  ['gpt-5.4-pro', 'medium high xhigh'],
  ['gpt-5.6-sol', 'low medium high xhigh max'],
  ['gpt-6.1-sol', 'low medium high xhigh max'],
  ['gpt-unheard-of', 'minimal low medium high xhigh max'],
])('%s accepts the efforts %s on both wires', (id, efforts) => {
  expect(traits(id).quirks.efforts.join(' ')).toBe(efforts);
  expect(responsesTraits(openaiResponses, id).quirks.efforts.join(' ')).toBe(efforts);
});

describe('capabilities of a model', () => {
  it.each([
    ['o1-mini', 'system', UNSAMPLED, 'none', 'none', true],
    ['o3', 'developer', UNSAMPLED, 'reasoning_effort', 'low', true],
    ['o4-mini-2025-04-16', 'developer', UNSAMPLED, 'reasoning_effort', 'low', true],
    ['gpt-5', 'developer', UNSAMPLED, 'reasoning_effort', 'minimal', true],
    ['gpt-5-mini', 'developer', UNSAMPLED, 'reasoning_effort', 'minimal', true],
    ['gpt-5.1', 'developer', ['stop'], 'reasoning_effort', 'none', true],
    ['gpt-5.6-sol', 'developer', ['stop'], 'reasoning_effort', 'none', true],
    ['gpt-6-astra', 'developer', UNSAMPLED, 'reasoning_effort', 'low', true],
    ['gpt-6.1-sol', 'developer', UNSAMPLED, 'reasoning_effort', 'low', true],
    ['gpt-daybreak-blue-latest', 'developer', UNSAMPLED, 'reasoning_effort', 'low', true],
    ['gpt-rosalind-research', 'developer', UNSAMPLED, 'reasoning_effort', 'low', true],
    ['chatgpt-4o-latest', 'system', [], 'none', 'none', undefined],
    ['gpt-5-chat-latest', 'system', [], 'none', 'none', undefined],
    ['gpt-5.2-chat-latest', 'system', [], 'none', 'none', undefined],
    ['gpt-4o-mini', 'system', [], 'none', 'none', undefined],
    ['gpt-4.1', 'system', [], 'none', 'none', undefined],
    ['gpt-3.5-turbo', 'system', [], 'none', 'none', undefined],
  ])('%s', (id, systemRole, refuses, reasoningRequest, reasoningOff, reasoning) => {
    const { quirks, capabilities } = traits(id);
    expect(quirks).toMatchObject({ systemRole, refuses, reasoningRequest, reasoningOff });
    expect(capabilities.reasoning).toBe(reasoning);
  });

  it('state images, no images, or nothing', () => {
    expect(traits('gpt-4o').capabilities.images).toMatchObject({ maxCount: 500 });
    expect(traits('gpt-4-0613').capabilities.images).toBe(false);
    expect(traits('ft:gpt-4o:acme').capabilities).toEqual({ output: 'native' });
    expect(traits('brand-new').quirks).toEqual(OPENAI_QUIRKS);
  });
});
