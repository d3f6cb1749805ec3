import { expect, it } from 'vitest';
import { nameTable, packageOf, subpathOf } from './specifier.ts';

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

it.each([
  ['ai', 'ai', ''],
  ['npm:ai@5', 'ai', ''],
  ['ai/rsc', 'ai', 'rsc'],
  ['ai/main', 'ai', 'main'],
  ['npm:@langchain/core@1/langchain/core', '@langchain/core', 'langchain/core'],
  ['../node_modules/openai/openai', 'openai', 'openai'],
])('the subpath of %s after %s is "%s"', (specifier, name, subpath) => {
  expect(subpathOf(specifier, name)).toBe(subpath);
});

it('prefers a name to a family, and finds a family by its prefix', () => {
  const find = nameTable([{ name: '@house/*' }, { name: '@house/llm' }, { name: 'ai' }]);
  expect(find('@house/llm')?.name).toBe('@house/llm');
  expect(find('@house/other')?.name).toBe('@house/*');
  expect(find('ai')?.name).toBe('ai');
  expect(find('aid')).toBeUndefined();
  expect(find('@houses/llm')).toBeUndefined();
});
