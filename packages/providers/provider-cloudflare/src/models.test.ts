import { describe, expect, it } from 'vitest';
import { modelFacts } from './models.ts';

describe('capabilities of a model', () => {
  it.each([
    [
      '@cf/openai/gpt-oss-120b',
      { tools: true, reasoning: true },
      { reasoning: 'reasoning_effort', stop: true },
    ],
    ['@cf/moonshotai/kimi-k2.5', { tools: true, reasoning: true }, { toolChoice: true }],
    ['@cf/meta/llama-4-scout-17b-16e-instruct', { tools: true }, { stop: true, toolChoice: true }],
    ['@cf/meta/llama-3.1-8b-instruct', { images: false, reasoning: false }, {}],
    ['@cf/new/model', { files: false }, {}],
  ])('%s', (id, capabilities, quirks) => {
    expect(modelFacts(id)).toMatchObject({ capabilities, quirks });
  });

  it('claims no files, and permits tools for an unknown model', () => {
    expect(modelFacts('@cf/openai/gpt-oss-20b').capabilities.files).toBe(false);
    expect(modelFacts('@cf/new/model').capabilities.tools).toBeUndefined();
  });
});
