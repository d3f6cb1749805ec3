import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { folder } from './built.ts';
import { started } from './started.ts';
import { trustConfigs, world } from './world.ts';

const env = { OPENAI_API_KEY: 'sk-test', ANTHROPIC_API_KEY: 'sk-ant-test' };
const config = (aliases: object): Readonly<Record<string, string>> => ({
  'majordomo.config.json': JSON.stringify({ aliases }),
});

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-26T12:00:00Z'), toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('lists the names of models that retire, with the successor and a command that tests it', async () => {
  using cli = world({
    env,
    files: config({ fast: 'openai/gpt-5', smart: 'openai/gpt-5,openai/gpt-6.1-sol' }),
  });
  const { code, out } = await cli.run('models', '--replaceable');
  expect(code).toBe(1);
  expect(out).toContain('openai/gpt-5  (fast, smart)\n  retires on 2026-12-11, in 15 days\n');
  expect(out).toContain('  test it: majordomo ping openai/gpt-6.1-sol\n');
  expect(out).toMatch(/1 of 2 models can be replaced, by the catalog of \d{4}-\d{2}-\d{2}\.\n$/);
});

it('lists a model whose vendor has a cheaper equal, without a failure', async () => {
  using cli = world({ env, files: config({ claude: 'anthropic/claude-sonnet-4-6' }) });
  const { code, out } = await cli.run('models', '--replaceable');
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(
      /^anthropic\/claude-sonnet-4-6 {2}\(claude\)\n {2}anthropic\/claude-sonnet-5\S* has the same abilities for \$[\d.]+ in, \$[\d.]+ out instead of \$3.00 in, \$15.00 out per million tokens\n {2}test it: majordomo ping anthropic\/claude-sonnet-5/,
    ),
  ]);
});

it('prints one JSON document, and names models that the catalog does not contain', async () => {
  using cli = world({ env, files: config({ fast: 'openai/gpt-5', own: 'openai/ft-mine' }) });
  const { code, out } = await cli.run('models', '--replaceable', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    models: [
      {
        names: ['fast'],
        target: 'openai/gpt-5',
        retires: '2026-12-11',
        daysLeft: 15,
        successor: 'openai/gpt-6.1-sol',
      },
    ],
    unknown: ['openai/ft-mine'],
  });
});

it.each([
  [{}, [], /the configuration names no model; add "model" or "aliases"/],
  [{ a: 'openai/gpt-5' }, ['openai'], /--replaceable reads the configuration; remove the provider/],
])('rejects %j with the arguments %j', async (aliases, args, message) => {
  using cli = world({ env, files: config(aliases) });
  const { code, err } = await cli.run('models', ...args, '--replaceable');
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
});

const TOKEN = 't0ken-of-the-admin-0123456789';

it('lists the names of a running gateway, also after its configuration has changed', async () => {
  const cwd = folder(config({ served: 'openai/gpt-5' }));
  const gateway = started(['serve', '--port', '0', '--keys'], {
    cwd,
    env: { ...env, MAJORDOMO_ADMIN_TOKEN: TOKEN },
  });
  const url = await gateway.outputMatching(/Serving .* at (\S+)/);
  using cli = world({ env: { MAJORDOMO_ADMIN_TOKEN: TOKEN } });
  const before = await cli.run('models', '--replaceable', '--url', url);
  expect([before.code, before.out]).toEqual([1, expect.stringContaining('openai/gpt-5  (served)\n')]);
  const changed = config({ other: 'openai/gpt-5' })['majordomo.config.json'] ?? '';
  writeFileSync(join(cwd, 'majordomo.config.json'), changed);
  trustConfigs(cwd, ['majordomo.config.json']);
  await gateway.outputMatching(/configuration reloaded: (1) models/);
  const after = await cli.run('models', '--replaceable', '--url', url);
  expect(after.out).toContain('openai/gpt-5  (other)\n');
  using stranger = world({ env: { MAJORDOMO_ADMIN_TOKEN: 'another token of the admin' } });
  const { code, err } = await stranger.run('models', '--replaceable', '--url', url);
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/returned the status 401; check MAJORDOMO_ADMIN_TOKEN/),
  ]);
});

it.each([
  [['--url', 'http://127.0.0.1:1'], /--url needs --replaceable/],
  [['--replaceable', '--url', 'other'], /--url must be the address of a gateway/],
  [['--replaceable', '--url', 'http://127.0.0.1:1'], /did not respond with JSON; check --url/],
])('rejects the arguments %j', async (args, message) => {
  using cli = world({ env: { MAJORDOMO_ADMIN_TOKEN: TOKEN } });
  const { code, err } = await cli.run('models', ...args);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
});
