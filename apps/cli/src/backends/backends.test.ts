import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BACKENDS, backendForScheme } from './backends.ts';
import { createBackend } from './create-backend.ts';
import { loadPackage, locatePackage } from './load-package.ts';
import { backendsFor, configuredIds, expand } from './wanted.ts';

const here = import.meta.dirname;
const installed = BACKENDS.filter((backend) => locatePackage(backend.package, here) !== undefined);

it.each(installed.map((backend) => [backend.id, backend] as const))(
  'the package of %s creates a provider of that id, which serves the schemes of the table',
  async (id, backend) => {
    const provider = createBackend(backend, await loadPackage(backend.package, here, id), PLACES);
    expect([provider.id, provider.spi]).toEqual([id, 1]);
    expect(Object.keys(provider.schemes ?? {})).toEqual(expect.arrayContaining([...(backend.schemes ?? [])]));
  },
);

const PLACES = { AZURE_OPENAI_ENDPOINT: 'https://r.openai.azure.com/' };

/** Its token comes from a login of another program, and no variable is documented for it. */
const LEFT_OUT = ['codex'];

it('every profile of the compatible vendors has a row', async () => {
  const exported: unknown[] = Object.values(await import('@majordomo/provider-openai'));
  const ids = exported.flatMap((value) =>
    typeof value === 'object' && value !== null && 'id' in value ? [String(value.id)] : [],
  );
  const known = [...BACKENDS.map(({ id }) => id), ...LEFT_OUT];
  expect(ids.filter((id) => !known.includes(id))).toEqual([]);
});

it('a package that has changed is said by name', () => {
  expect(() => createBackend(BACKENDS[0]!, {}, {})).toThrow('@majordomo/provider-openai has no createOpenAI');
});

it('every variable of the table is one that the packages read', () => {
  const listed = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');
  expect(installed.flatMap(({ keyEnv }) => keyEnv).filter((name) => !listed.includes(`\n${name}=`))).toEqual(
    [],
  );
});

const parse = (spec: string) =>
  spec
    .split(',')
    .map((text) => ({ kind: text.includes('/') ? ('target' as const) : ('name' as const), text, offset: 0 }));
const known = {
  parse,
  meaning: (name: string) => (({ a: 'openai/x,b', b: 'a,lab/y' }) as Partial<Record<string, string>>)[name],
  env: { LLM_LAB: 'ollama+http://h' },
  providers: ['own'],
};

it('expands aliases in place, each target once, whatever circle they make', async () => {
  expect(await expand('a,own/z,c', known)).toEqual(['openai/x', 'lab/y', 'own/z', 'c']);
});

it('loads the backends of ids and of DSN schemes, and no other', () => {
  expect(backendsFor(['openai', 'lab', 'own'], known).map(({ id }) => id)).toEqual(['openai', 'ollama']);
  const env = { LLM_OPENAI: 'ollama://h', LLM_ODD: 'gopher://h' };
  expect(backendsFor(['openai', 'odd'], { ...known, env }).map(({ id }) => id)).toEqual(['ollama']);
  expect(() => backendsFor(['nope'], known)).toThrow('no provider is called "nope", and LLM_NOPE is not set');
});

it.each([
  ['foreman://t@h', 'ollama'],
  ['OpenAI+HTTP://h', 'openai'],
  ['gopher://h', undefined],
  ['', undefined],
])('the scheme of %j is served by %s', (dsn, id) => {
  expect(backendForScheme(dsn)?.id).toBe(id);
});

it('configured is what has a key, a DSN or a provider', () => {
  const env = { GROQ_API_KEY: 'x', OPENAI_API_KEY: '', LLM_LAB: 'openai://h', LLM_MODEL: 'gpt' };
  expect(configuredIds(BACKENDS, { env, providers: ['own'] })).toEqual(['own', 'groq', 'lab']);
});
