import { describe, expect, it } from 'vitest';
import { traitsOf } from '../chat/profile.ts';
import { OPENAI_QUIRKS } from '../chat/quirks.ts';
import { openai } from './openai.ts';

const traits = (id: string): ReturnType<typeof traitsOf> => traitsOf(openai, id);

describe('what is known of a model', () => {
  it.each([
    ['o1-mini', 'system', ['temperature', 'top_p', 'stop'], 'none', 'none', true],
    ['o3', 'developer', ['temperature', 'top_p', 'stop'], 'reasoning_effort', 'low', true],
    ['o4-mini-2025-04-16', 'developer', ['temperature', 'top_p', 'stop'], 'reasoning_effort', 'low', true],
    ['gpt-5', 'developer', ['temperature', 'top_p', 'stop'], 'reasoning_effort', 'minimal', true],
    ['gpt-5-mini', 'developer', ['temperature', 'top_p', 'stop'], 'reasoning_effort', 'minimal', true],
    ['gpt-5.1', 'developer', ['stop'], 'reasoning_effort', 'none', true],
    ['gpt-5.6-sol', 'developer', ['stop'], 'reasoning_effort', 'none', true],
    ['gpt-6-astra', 'developer', ['temperature', 'top_p', 'stop'], 'reasoning_effort', 'low', true],
    ['gpt-6.1-sol', 'developer', ['temperature', 'top_p', 'stop'], 'reasoning_effort', 'low', true],
    [
      'gpt-daybreak-blue-latest',
      'developer',
      ['temperature', 'top_p', 'stop'],
      'reasoning_effort',
      'low',
      true,
    ],
    ['gpt-rosalind-research', 'developer', ['temperature', 'top_p', 'stop'], 'reasoning_effort', 'low', true],
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

  it('is that it sees, does not see, or nothing', () => {
    expect(traits('gpt-4o').capabilities.images).toMatchObject({ maxCount: 500 });
    expect(traits('gpt-4-0613').capabilities.images).toBe(false);
    expect(traits('ft:gpt-4o:acme').capabilities).toEqual({ output: 'native' });
    expect(traits('brand-new').quirks).toEqual(OPENAI_QUIRKS);
  });
});
