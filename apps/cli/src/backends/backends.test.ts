import { readFileSync } from 'node:fs';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import type { Settings } from '../config/settings.ts';
import { BACKENDS } from './backends.ts';
import { createBackend } from './create-backend.ts';
import { loadPackage, locatePackage } from '../program/load-package.ts';
import { configuredIds } from './configured.ts';
import { outline } from './outline.ts';

const folder = import.meta.dirname;
const installed = BACKENDS.filter((backend) => locatePackage(backend.package, folder) !== undefined);

it.each(installed.map((backend) => [backend.id, backend] as const))(
  'the package of %s creates a provider of that id, which serves the schemes of the table',
  async (id, backend) => {
    const provider = createBackend(backend, await loadPackage(backend.package, folder, id), PLACES);
    expect([provider.id, provider.spi]).toEqual([id, 1]);
    expect(Object.keys(provider.schemes ?? {})).toEqual(expect.arrayContaining([...(backend.schemes ?? [])]));
  },
);

const PLACES = { AZURE_OPENAI_ENDPOINT: 'https://r.openai.azure.com/' };

/** Backends whose token comes from the login of another program, so that no variable is documented. */
const UNDOCUMENTED = ['codex'];

it('every profile of the compatible vendors has an entry', async () => {
  const exported: unknown[] = Object.values(await import('@majordomo/provider-openai'));
  const ids = exported.flatMap((value) =>
    typeof value === 'object' && value !== null && 'id' in value ? [String(value.id)] : [],
  );
  const knownIds = [...BACKENDS.map(({ id }) => id), ...UNDOCUMENTED];
  expect(ids.filter((id) => !knownIds.includes(id))).toEqual([]);
});

it('reports the name of a package whose export is missing', () => {
  expect(() => createBackend(BACKENDS[0]!, {}, {})).toThrow('provider-openai does not export createOpenAI');
});

it('the packages read every variable of the table', () => {
  const envExample = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');
  expect(
    installed.flatMap(({ keyEnv }) => keyEnv).filter((name) => !envExample.includes(`\n${name}=`)),
  ).toEqual([]);
});

const settings = {
  aliases: { a: 'openai/x,b', b: 'lab/y' },
  env: { LLM_LAB: 'ollama+http://h', OPENAI_API_KEY: '', GROQ_API_KEY: 'x', LLM_MODEL: 'gpt' },
  resolvers: [(name: string) => (name === 'best' ? 'own/z' : undefined)],
  providers: [fakeProvider({ id: 'own', models: {} })],
} as unknown as Settings;

const requiredPackages = async (spec: string, env = settings.env): Promise<readonly string[]> => {
  const { majordomo, needed } = outline({ ...settings, env });
  await majordomo.resolve(spec);
  return [...needed].map(({ id }) => id);
};

it.each([
  ['a,best', {}, ['openai', 'ollama']],
  ['own/z', {}, []],
  ['openai/x', { LLM_OPENAI: 'foreman://t@h' }, ['ollama']],
  ['openai/x', { LLM_OPENAI: 'gpt-5.4' }, ['openai']],
  ['lab_2/x,lab-2/x', { LLM_LAB_2: 'OpenAI+HTTP://h' }, ['openai']],
  ['azure/mine', {}, ['azure']],
])('%s requires the packages of %j: %j', async (spec, env, expected) => {
  expect(await requiredPackages(spec, { ...settings.env, ...env })).toEqual(expected);
});

it.each([
  ['nope/x', 'unknown provider "nope"'],
  ['opnai/x', 'did you mean "openai"?'],
  ['odd/x', 'serves the scheme "opnai" (served: openai, openai-responses, anthropic,'],
])('%s is rejected with the error of core: %s', async (spec, expected) => {
  await expect(requiredPackages(spec, { LLM_ODD: 'opnai://h' })).rejects.toThrow(expected);
});

it('counts a vendor with a key, a DSN or a provider as configured', async () => {
  expect(await configuredIds(settings)).toEqual(['own', 'groq', 'lab']);
});
