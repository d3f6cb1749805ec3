import { lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { world } from './world.ts';

const SECRET = 'sk-secret-of-mine';
const person = { terminal: true, stdin: { kind: 'terminal' } } as const;

it('writes a configuration for the vendors whose keys exist, without printing a key', async () => {
  using place = world({ env: { OPENAI_API_KEY: SECRET, ANTHROPIC_API_KEY: SECRET } });
  const ran = await place.run('init');
  expect(ran.code).toBe(0);
  const file = readdirSync(place.cwd).find((name) => name.startsWith('majordomo')) ?? '';
  const written = readFileSync(join(place.cwd, file), 'utf8');
  expect(written).toContain("main: 'openai/gpt-5.4,anthropic/claude-sonnet-5'");
  expect(ran.err).toContain('openai: OPENAI_API_KEY is set');
  expect(ran.out + ran.err + written).not.toContain(SECRET);
});

it('prompts for vendors and models, and reports missing keys', async () => {
  using place = world({
    ...person,
    env: { OPENAI_API_KEY: SECRET },
    answers: ['google openai', 'gemini-x', ''],
  });
  const ran = await place.run('init', '--dry-run');
  expect([ran.code, readdirSync(place.cwd)]).toEqual([0, []]);
  expect(ran.out).toContain("main: 'google/gemini-x,openai/gpt-5.4'");
  expect(ran.err).toContain('google: set GOOGLE_API_KEY or GEMINI_API_KEY');
});

it('writes nothing if the user cancels', async () => {
  for (const answers of [[], ['google']]) {
    using place = world({ ...person, answers });
    expect([(await place.run('init')).code, readdirSync(place.cwd)]).toEqual([130, []]);
  }
});

it('does not overwrite files or follow links', async () => {
  using place = world({
    env: { OPENAI_API_KEY: SECRET },
    files: { 'majordomo.config.json': '{}' },
    trusted: false,
  });
  const ran = await place.run('init');
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('majordomo.config.json already exists')]);
  expect(readdirSync(place.cwd)).toEqual(['majordomo.config.json']);
  using linked = world({ env: { OPENAI_API_KEY: SECRET } });
  const file = join(linked.cwd, `majordomo.config.${process.features.typescript === false ? 'mjs' : 'ts'}`);
  symlinkSync(join(linked.cwd, 'elsewhere'), file);
  const refused = await linked.run('init');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('the file already exists')]);
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readdirSync(linked.cwd)).toHaveLength(1);
});

it.each<[string, string[], string]>([
  ['no vendor and no key', [], 'init --vendor openai'],
  ['a vendor that is not known', ['--vendor', 'opnai'], 'did you mean "openai"?'],
  ['a vendor whose models it does not know', ['--vendor', 'groq'], 'init --model groq/<model>'],
  ['a spec that means nothing', ['--model', 'nowhere/x'], 'unknown provider "nowhere"'],
])('%s is a usage error', async (_name, flags, expected) => {
  using place = world();
  const ran = await place.run('init', ...flags);
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(expected)]);
  expect(readdirSync(place.cwd)).toEqual([]);
});
