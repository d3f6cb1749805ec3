import { expect, it } from 'vitest';
import { nameTable, packageOf } from './specifier.ts';

it.each([
  ['openai', 'openai'],
  ['openai/resources/chat', 'openai'],
  ['@anthropic-ai/sdk', '@anthropic-ai/sdk'],
  ['@anthropic-ai/sdk/core', '@anthropic-ai/sdk'],
  ['npm:openai@7.55.0/core', 'openai'],
  ['npm:@google/genai@3', '@google/genai'],
  ['https://esm.sh/openai@7', 'openai'],
  ['https://esm.sh/v135/@anthropic-ai/sdk@1', '@anthropic-ai/sdk'],
  ['https://cdn.jsdelivr.net/npm/groq-sdk/+esm', 'groq-sdk'],
  ['https://deno.land/x/openai@v4.69.0/mod.ts', 'openai'],
  ['ai-utils', 'ai-utils'],
  ['./openai', undefined],
  ['../ai', undefined],
  ['/srv/openai', undefined],
  ['#openai', undefined],
  ['node:fs', undefined],
  ['https://example.org/openai', undefined],
  ['data:text/javascript,openai', undefined],
])('the package of %s is %s', (specifier, name) => {
  expect(packageOf(specifier)).toBe(name);
});

it('prefers a name to a family, and finds a family by its prefix', () => {
  const find = nameTable([{ name: '@house/*' }, { name: '@house/llm' }, { name: 'ai' }]);
  expect(find('@house/llm')?.name).toBe('@house/llm');
  expect(find('@house/other')?.name).toBe('@house/*');
  expect(find('ai')?.name).toBe('ai');
  expect(find('aid')).toBeUndefined();
  expect(find('@houses/llm')).toBeUndefined();
});
