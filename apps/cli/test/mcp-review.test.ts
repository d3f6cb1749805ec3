import { createAdmin } from '@majordomo/admin';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { world, type RunOutput } from './world.ts';

const TOKEN = 'correct-horse-battery';
const tool = (name: string, hash: string) => ({
  server: 'tracker',
  tool: name,
  hash,
  definition: `["${name}"]`,
  at: '2026-11-23T12:00:00.000Z',
});

/** Command for a running gateway with these changed tools. */
async function setUp(...tools: ReturnType<typeof tool>[]) {
  let changed = tools;
  const mcp = {
    servers: () => Promise.resolve([]),
    changedTools: () => Promise.resolve(changed),
    approve: (approved: readonly { readonly hash: string }[]) => {
      const hashes = approved.map(({ hash }) => hash);
      const before = changed.length;
      changed = changed.filter(({ hash }) => !hashes.includes(hash));
      return Promise.resolve(before - changed.length);
    },
  };
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [] }),
    models: {},
    mounts: [createAdmin({ mcp, token: TOKEN })],
  });
  const served = await serve(gateway, { port: 0 });
  const cli = world({ env: { MAJORDOMO_ADMIN_TOKEN: TOKEN } });
  onTestFinished(async () => {
    cli[Symbol.dispose]();
    await served.close(0);
  });
  return (...args: string[]): Promise<RunOutput> => cli.run('mcp', ...args, '--url', served.url);
}

describe('majordomo mcp', () => {
  it('lists changed tools, and approves those whose hashes are named', async () => {
    const run = await setUp(tool('search', 'aaaabbbbcccc='), tool('delete', 'ddddeeeeffff='));
    expect((await run('changed')).out).toBe(
      'aaaabbbbcccc=  tracker__search  2026-11-23T12:00:00.000Z  ["search"]\n' +
        'ddddeeeeffff=  tracker__delete  2026-11-23T12:00:00.000Z  ["delete"]\n',
    );
    expect(await run('approve', 'aaaabbbbcccc=')).toMatchObject({
      code: 0,
      out: 'approved tracker__search\n',
    });
    expect(JSON.parse((await run('changed', '--json')).out)).toMatchObject({
      changedTools: [{ tool: 'delete' }],
    });
    await run('approve', 'ddddeeeeffff=');
    expect(await run('changed')).toMatchObject({ out: '', err: 'No tool waits for an approval.\n' });
  });

  it.each(['', 'aaaabbbb', 'aaaabbbbcccc'])(
    'approves nothing for "%s", the start of a hash',
    async (hash) => {
      const run = await setUp(tool('search', 'aaaabbbbcccc='), tool('delete', 'aaaabbbbdddd='));
      const { code, err } = await run('approve', hash);
      expect([code, err]).toEqual([
        1,
        expect.stringContaining(`no changed definition has the hash "${hash}"`) as string,
      ]);
      expect(JSON.parse((await run('changed', '--json')).out)).toMatchObject({ changedTools: [{}, {}] });
    },
  );

  it('reads the store of the configuration', async () => {
    const config = { gateway: { mcp: { servers: { tracker: { url: 'https://mcp.example/' } } } } };
    using cli = world({ files: { 'majordomo.config.json': JSON.stringify(config) } });
    expect(await cli.run('mcp', 'changed', '--store', 'gateway.db')).toMatchObject({
      code: 0,
      err: 'No tool waits for an approval.\n',
    });
    using other = world();
    expect((await other.run('mcp', 'changed', '--store', 'gateway.db')).err).toContain('gateway.mcp.servers');
  });
});
