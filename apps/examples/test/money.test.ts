import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { catalog } from '@majordomo/catalog';
import { user } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createTenants, server } from '../src/multi-tenant-server.ts';
import { nightlyReport } from '../src/nightly-report.ts';

const rates = { input: 1_000_000, output: 10_000_000 };
const prices = [{ from: '2020-01-01', rates, sources: ['contract'], trust: 'override' }] as const;
const own = catalog.with([{ vendor: 'acme', id: 'x', maxOutputTokens: 1_000_000, prices }]);
/** Provider whose calls cost fifteen dollars each. */
const dear = {
  text: 'yes',
  usage: { input: 0, output: 1_500_000, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
};
const acme = () => fakeProvider({ id: 'acme', vendor: 'acme', models: { x: [dear, dear, dear] } });

describe('money', () => {
  it('multi-tenant-server', async () => {
    const rooms = createTenants(acme(), { catalog: own });
    const listening = server(rooms, 'acme/x', ({ headers }) => headers['x-tenant']?.toString()).listen(
      0,
      '127.0.0.1',
    );
    await once(listening, 'listening');
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const ask = (path: string, tenant?: string): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        body: 'hi',
        headers: tenant === undefined ? {} : { 'x-tenant': tenant },
      });
    try {
      expect((await ask('/')).status).toBe(401);
      expect(await (await ask('/', 'a')).text()).toBe('yes');
      await rooms.ledger.flush();
      expect(await (await ask('/budget', 'a')).json()).toMatchObject([
        { limit: 'month', left: '5000000000' },
        { limit: 'pace', left: '59' },
      ]);
      expect(await (await ask('/', 'a')).text()).toBe('yes');
      await rooms.ledger.flush();
      const refused = await ask('/', 'a');
      expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
      expect((await ask('/', 'b')).status).toBe(200);
    } finally {
      listening.close();
    }
  });

  it('nightly-report', async () => {
    const { majordomo, ledger } = createTenants(acme(), { catalog: own });
    await majordomo.model('acme/x').generate({ messages: [user('hi')], maxTokens: 10 }, { tenant: 'a' });
    await ledger.flush();
    const text = await nightlyReport(ledger, new Date(Date.now() + 1000), 2);
    expect(text).toMatch(/^Per day\n {2}\d{4}-\d\d-\d\d {8}0 calls \$0\.00, p95 0 ms\n/);
    expect(text).toMatch(/Most expensive tenants\n {2}a {17}1 calls \$15\.00, p95 \d+ ms/);
  });
});
