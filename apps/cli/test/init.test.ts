import { lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { world } from './world.ts';

const SECRET = 'sk-secret-of-mine';
const person = { terminal: true, stdin: { kind: 'terminal' } } as const;

it('writes a configuration for the vendors whose keys exist, without printing a key', async () => {
  using cli = world({ env: { OPENAI_API_KEY: SECRET, ANTHROPIC_API_KEY: SECRET } });
  const result = await cli.run('init');
  expect(result.code).toBe(0);
  const file = readdirSync(cli.cwd).find((name) => name.startsWith('majordomo')) ?? '';
  const config = readFileSync(join(cli.cwd, file), 'utf8');
  expect(config).toContain("main: 'openai/gpt-5.4,anthropic/claude-sonnet-5'");
  expect(result.err).toContain('openai: OPENAI_API_KEY is set');
  expect(result.out + result.err + config).not.toContain(SECRET);
});

it('prompts for vendors and models, and reports missing keys', async () => {
  using cli = world({
    ...person,
    env: { OPENAI_API_KEY: SECRET },
    answers: ['google openai', 'gemini-x', ''],
  });
  const result = await cli.run('init', '--dry-run');
  expect([result.code, readdirSync(cli.cwd)]).toEqual([0, []]);
  expect(result.out).toContain("main: 'google/gemini-x,openai/gpt-5.4'");
  expect(result.err).toContain('google: set GOOGLE_API_KEY or GEMINI_API_KEY');
});

it('writes nothing if the user cancels', async () => {
  for (const answers of [[], ['google']]) {
    using cli = world({ ...person, answers });
    expect([(await cli.run('init')).code, readdirSync(cli.cwd)]).toEqual([130, []]);
  }
});

it('does not overwrite files or follow links', async () => {
  using cli = world({
    env: { OPENAI_API_KEY: SECRET },
    files: { 'majordomo.config.json': '{}' },
    trusted: false,
  });
  const result = await cli.run('init');
  expect([result.code, result.err]).toEqual([
    2,
    expect.stringContaining('majordomo.config.json already exists'),
  ]);
  expect(readdirSync(cli.cwd)).toEqual(['majordomo.config.json']);
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
  using cli = world();
  const result = await cli.run('init', ...flags);
  expect([result.code, result.err]).toEqual([2, expect.stringContaining(expected)]);
  expect(readdirSync(cli.cwd)).toEqual([]);
});
