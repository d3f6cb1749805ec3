import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAdmin, createKeys } from '@majordomo/admin';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createMajordomo } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { describe, expect, it } from 'vitest';
import { world, type RunOutput, type World } from './world.ts';

const SECRET = /^mj_[\w-]{43}\n$/;
const TOKEN = 'correct-horse-battery';

const idOf = ({ err }: RunOutput): string => /key_[0-9a-z]+/.exec(err)?.[0] ?? '';

/** Key stores of the tests: a file, and a running gateway. */
const PLACES: Readonly<
  Record<string, () => Promise<{ cli: World; argv: readonly string[]; end(): Promise<void> }>>
> = {
  'a file': async () => ({ cli: world(), argv: ['--store', 'keys.db'], end: async () => undefined }),
  'a running gateway': async () => {
    const keys = createKeys({ records: memoryRecords() });
    const gateway = createGateway({
      majordomo: createMajordomo({ providers: [] }),
      models: {},
      mounts: [createAdmin({ keys, token: TOKEN })],
    });
    const served = await serve(gateway, { port: 0 });
    return {
      cli: world({ env: { MAJORDOMO_ADMIN_TOKEN: TOKEN } }),
      argv: ['--url', served.url],
      end: () => served.close(0),
    };
  },
};

describe.each(Object.entries(PLACES))('majordomo keys over %s', (name, open) => {
  it('creates, lists, shows, rotates and revokes keys, and prints a secret once', async () => {
    const { cli, argv, end } = await open();
    using _cli = cli;
    const run = (...args: string[]): Promise<RunOutput> => cli.run('keys', ...args, ...argv);
    const limits = ['--usd-per-day', '5', '--calls-per-minute', '60'];
    const created = await run(
      'create',
      'search',
      '--tenant',
      'acme',
      '--expires',
      '90d',
      '--meta',
      'team=s',
      ...limits,
    );
    expect(created).toMatchObject({ code: 0, out: expect.stringMatching(SECRET) });
    const id = idOf(created);
    const list = await run('list');
    expect(list.out).toContain(`${id}  search`);
    expect(list.out).toContain('acme  active  $5/day, 60 calls/minute');
    const details = await run('show', id);
    if (name === 'a file') expect(details.out).toContain('60 calls/minute: 0 used, 60 left');
    const rotated = await run('rotate', id, '--grace', '7d', '--json');
    const { key, secret } = JSON.parse(rotated.out) as {
      key: { id: string; lastFour: string };
      secret: string;
    };
    expect([key.id, secret.slice(-4)]).toEqual([id, key.lastFour]);
    expect((await run('revoke', id)).out).toBe(`revoked ${id}\n`);
    const { keys } = JSON.parse((await run('list', '--status', 'revoked', '--json')).out) as {
      keys: unknown[];
    };
    expect(keys).toMatchObject([{ id, tenant: 'acme', metadata: { team: 's' }, status: 'revoked' }]);
    const all = [list, details, await run('list', '--json'), await run('show', id, '--json')];
    const printed = all.map(({ out, err }) => out + err).join('') + created.err + rotated.err;
    for (const text of [created.out.trim().slice(3), secret.slice(3)]) {
      expect(printed).not.toContain(text);
      if (name === 'a file') expect(readFileSync(join(cli.cwd, 'keys.db'), 'latin1')).not.toContain(text);
    }
    await end();
  });

  it.each<[readonly string[], number, string]>([
    [['create', 'a', '--usd-per-day', 'much'], 2, 'limits[0].max.usd'],
    [['create', 'a', '--calls-per-minute', '0'], 2, '--calls-per-minute'],
    [['create', 'a', '--expires', '2020-01-01'], 2, 'expiresAt'],
    [['create', 'a', '--expires', '2099-02-31'], 2, '--expires'],
    [['create', 'a', '--meta', 'team'], 2, '--meta must be NAME=VALUE'],
    [['create', 'a', '--mcp', 'tracker'], 2, '--mcp must be SERVER=PATTERNS'],
    [['rotate', 'key_0', '--grace', 'soon'], 2, '--grace'],
    [['show', 'key_0'], 1, 'no key'],
    [['revoke', 'key_0'], 1, 'no key'],
  ])('%j ends with %d and the reason "%s"', async (args, code, reason) => {
    const { cli, argv, end } = await open();
    using _cli = cli;
    const result = await cli.run('keys', ...args, ...argv);
    expect(result).toMatchObject({ code, out: '', err: expect.stringContaining(reason) });
    await end();
  });
});

describe('majordomo keys', () => {
  it.each([
    [['set', 'openai'], 'majordomo vault set openai'],
    [['remove', 'openai'], 'majordomo vault remove openai'],
  ])('%j ends with 2 and the new command', async (args, command) => {
    using cli = world();
    expect(await cli.run('keys', ...args)).toMatchObject({
      code: 2,
      err: expect.stringContaining(command),
    });
  });

  it('treats an empty MAJORDOMO_STORE as a missing one', async () => {
    using cli = world({ env: { MAJORDOMO_STORE: '' } });
    expect(await cli.run('keys', 'list')).toMatchObject({ code: 0, err: 'There are no keys.\n' });
  });

  it('needs the token for --url, and reports a gateway that cannot be reached without it', async () => {
    using cli = world();
    expect(await cli.run('keys', 'list', '--url', 'http://127.0.0.1:1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('MAJORDOMO_ADMIN_TOKEN'),
    });
    using other = world({ env: { MAJORDOMO_ADMIN_TOKEN: TOKEN } });
    const result = await other.run('keys', 'list', '--url', 'http://127.0.0.1:1');
    expect([result.code, result.err.includes(TOKEN)]).toEqual([1, false]);
  });

  it('does not print the password of a store that it does not support or reach', async () => {
    using cli = world();
    for (const store of ['redis://u:s3cret@127.0.0.1:1', 'postgres://u:s3cret@127.0.0.1:1/db']) {
      const result = await cli.run('keys', 'list', '--store', store);
      expect(result.code).not.toBe(0);
      expect(result.out + result.err).not.toContain('s3cret');
    }
  });
});
