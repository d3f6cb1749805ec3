import { describeWith, startPostgres, startRedis } from '@majordomo/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder } from './built.ts';
import { started, startVendor, type Started } from './started.ts';
import { lab } from './world.ts';

const TOKEN = 't0ken-of-the-admin-0123456789';
const CONFIG = { aliases: { fast: 'lab/gpt-4o' }, gateway: { store: '${STORE}', keys: true } };

/** Starts two gateways over one store. */
async function twoGateways(
  store: string,
  script?: Parameters<typeof startVendor>[0],
): Promise<{
  readonly urls: readonly [string, string];
  readonly gateways: readonly Started[];
  run(...argv: readonly string[]): Promise<string>;
}> {
  const vendor = await startVendor(script);
  const cwd = folder({ 'majordomo.config.json': JSON.stringify(CONFIG) });
  const env = { ...lab(vendor), STORE: store, MAJORDOMO_ADMIN_TOKEN: TOKEN };
  const gateways = [0, 1].map(() => started(['serve', '--port', '0'], { cwd, env }));
  const [first = '', second = ''] = await Promise.all(
    gateways.map((gateway) => gateway.outputMatching(/Serving .* at (\S+)/)),
  );
  return {
    urls: [first, second],
    gateways,
    async run(...argv) {
      const running = started(argv, { cwd, env });
      expect([await running.exitCode, running.err().replaceAll(/key_\S+.*\n/g, '')]).toEqual([0, '']);
      return running.out().trim();
    },
  };
}

const send = (url: string, secret: string, body: object): Promise<Response> =>
  fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify({ model: 'fast', ...body }),
  });

/** Creates a key, uses it at both gateways, and revokes it. Returns the ids of the responses. */
async function exercise({ urls, run }: Awaited<ReturnType<typeof twoGateways>>): Promise<void> {
  const secret = await run('keys', 'create', 'app', '--tenant', 'acme', '--calls-per-minute', '1000');
  const [first, second] = urls;
  const { id } = (await (await send(first, secret, { input: 'hi' })).json()) as { readonly id: string };
  const continued = await send(second, secret, { input: 'again', previous_response_id: id });
  expect(continued.status).toBe(200);
  const { keys } = JSON.parse(await run('keys', 'list', '--json')) as { keys: readonly { id: string }[] };
  const key = keys[0]?.id ?? '';
  expect(await run('keys', 'show', key)).toMatch(/calls\/minute: \d used/);
  await run('keys', 'revoke', key);
  // The watching connection reports the revocation to both gateways within a second.
  await expect
    .poll(
      async () =>
        (await Promise.all(urls.map((url) => send(url, secret, { input: 'hi' })))).map(
          ({ status }) => status,
        ),
      {
        timeout: 20_000,
      },
    )
    .toEqual([401, 401]);
}

describeWith('postgres', 'majordomo serve over PostgreSQL', () => {
  it('shares keys, limits, calls and responses among two gateways', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const world = await twoGateways(server.url);
    await exercise(world);
    for (const gateway of world.gateways) expect(await gateway.stop()).toBe(130);
  }, 120_000);

  it('books the cost of a call if the database restarts while the gateway is stopped', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const { urls, gateways, run } = await twoGateways(server.url, () => {
      void server.kill();
      return 'Hello.';
    });
    const secret = await run('keys', 'create', 'app');
    expect((await send(urls[0], secret, { input: 'hi', store: false })).status).toBe(200);
    await Promise.all([gateways[0]?.stop(), server.start()]);
    const spent = await fetch(`${urls[1]}/admin/v1/spend`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await spent.json()).toMatchObject({ rows: [{ attempts: 1 }] });
  }, 120_000);
});

describeWith('redis', 'majordomo serve over Redis', () => {
  it('shares keys, limits and responses, and reports that there is no call log', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const world = await twoGateways(server.url);
    await exercise(world);
    const [gateway] = world.gateways;
    expect(gateway?.err()).toContain('The call log is off: Redis has no store for it');
    const calls = await fetch(`${world.urls[0]}/admin/v1/calls`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(calls.status).toBe(404);
  }, 120_000);
});

describe('majordomo serve', () => {
  it('reports a store that does not respond without its password', async () => {
    for (const store of ['postgres://u:s3cret@127.0.0.1:1/db', 'redis://:s3cret@127.0.0.1:1']) {
      const running = started(['serve', '--models', 'lab/x', '--port', '0', '--keys', '--store', store], {
        env: { LLM_LAB: 'openai+http://127.0.0.1:9/v1' },
      });
      expect(await running.exitCode).toBe(2);
      expect(running.err()).toMatch(/does not respond \(.*ECONNREFUSED 127\.0\.0\.1:1\)/);
      expect(running.out() + running.err()).not.toContain('s3cret');
    }
  }, 120_000);
});
