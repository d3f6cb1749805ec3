import { join } from 'node:path';
import { catalog } from '@majordomo/catalog';
import { describeWith, startPostgres } from '@majordomo/services';
import { fakeProvider } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { companyGateway } from '../src/company-gateway.ts';

const TOKEN = 't0ken-of-the-admin-0123456789';
const rates = { input: 1_000_000, output: 10_000_000 };
const prices = [{ from: '2020-01-01', rates, sources: ['contract'], trust: 'override' }] as const;
const own = catalog.with([{ vendor: 'acme', id: 'x', maxOutputTokens: 10, prices }]);
/** Answer that costs ten dollars. */
const dear = {
  text: 'yes',
  usage: { input: 0, output: 1_000_000, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
};

/** Spends the budget of one team's key, and finds the refused request in the log after a restart. */
async function exercise(STORE: string): Promise<void> {
  const acme = fakeProvider({
    id: 'acme',
    vendor: 'acme',
    models: { x: Array.from({ length: 20 }, () => dear) },
  });
  const start = () =>
    companyGateway(
      [acme],
      { smart: 'acme/x' },
      { env: { STORE, ADMIN_TOKEN: TOKEN }, port: 0, catalog: own },
    );
  const send = async (url: string, secret: string): Promise<number> => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ model: 'smart', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
    });
    return response.status;
  };
  let search = '';
  {
    await using gateway = await start();
    const limits = [{ max: { usd: '5' }, per: 'day' }] as const;
    search = (await gateway.keys.create({ name: 'search backend', tenant: 'search', limits })).secret;
    const support = await gateway.keys.create({ name: 'support desk', tenant: 'support' });
    expect(await send(gateway.url, search)).toBe(200);
    // The first response cost ten dollars, which its settlement has recorded by now.
    await expect.poll(() => send(gateway.url, search)).toBe(402);
    expect(await send(gateway.url, support.secret)).toBe(200);
    expect(await send(gateway.url, 'mj_unknown')).toBe(401);
    const page = await fetch(`${gateway.url}/inspector`, { redirect: 'manual' });
    expect(page.status).toBeLessThan(404);
  }
  await using again = await start();
  // A busy database may answer too late, which the gateway reports with 503.
  await expect.poll(() => send(again.url, search)).toBe(402);
  const { calls } = await again.calls.page({ tenant: 'search' });
  expect(calls.filter(({ status }) => status === 402).length).toBeGreaterThan(0);
  expect(calls.some(({ nanoUsd }) => BigInt(nanoUsd ?? 0) === 10_000_000_000n)).toBe(true);
  const admin = await fetch(`${again.url}/admin/v1/spend?by=tenant`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(JSON.stringify(await admin.json())).toContain('search');
}

it('company-gateway runs over a SQLite file', async () => {
  const folder = testFolder();
  await exercise(join(folder, 'gateway.sqlite'));
}, 60_000);

describeWith('postgres', 'company-gateway', () => {
  it('runs over PostgreSQL with another value of one variable', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    await exercise(server.url);
  }, 60_000);
});
