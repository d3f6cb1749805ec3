import { createLedger, type LongWork } from '@majordomo/ledger';
import {
  CONNECTION_CUTS,
  describeWith,
  startCutProxy,
  startPostgres,
  type Postgres,
} from '@majordomo/services';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { postgresStores } from '../src/index.ts';
import { clients } from './support/clients.ts';

const LEASE_MS = 600_000;

describeWith('postgres', 'a connection to PostgreSQL that is cut', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
    const { client, close } = clients.pg(server.url);
    await postgresStores({ client, timeoutMs: 20_000 }).ready();
    await close();
  }, 60_000);
  afterAll(() => server.stop());

  it.each(CONNECTION_CUTS)(
    'holds and loses no amount of long work (%s)',
    async (cut) => {
      const direct = clients.pg(server.url);
      onTestFinished(async () => void (await direct.close()));
      let hasCut = true;
      for (let at = 0; hasCut; at++) {
        await using proxy = await startCutProxy(server.port);
        const { client, close } = clients.pg(server.url.replace(`:${server.port}/`, `:${proxy.port}/`));
        const name = `${cut} ${at}`;
        const limits = [{ name, max: { tokens: 100 }, per: 'ever' }] as const;
        const { ledger: store } = postgresStores({ client, timeoutMs: 20_000 });
        const ledger = createLedger({ store, limits, storeTimeoutMs: 20_000 });
        const until = async (action: () => Promise<unknown>): Promise<void> => {
          for (let tries = 0; tries < 5; tries++) {
            const isDone = await action().then(
              () => true,
              () => false,
            );
            if (isDone) return;
          }
          throw new Error(`the ledger does not recover from a cut at request ${at}`);
        };
        proxy.cutAt(cut, at);
        let billed = 0n;
        const call = { id: name, spec: 'a/m', tenant: undefined, metadata: {} };
        const work: LongWork = { id: name, call, operation: 'batch', target: 'a/m', vendor: 'a', model: 'm' };
        const most = { requests: 1, input: 30, output: 30, nanoUsd: '0' };
        if ((await ledger.reserve(work, most, LEASE_MS)) === undefined) {
          billed = 15n;
          await ledger.renew(work, LEASE_MS);
          const usage = { input: 10, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
          const cost = { nanoUsd: 0n, basis: 'catalogue', missing: [] } as const;
          await until(() => ledger.settle(work, { requests: 1, usage, cost, outcome: 'finished', ms: 1 }));
        }
        await until(() => ledger.flush());
        const { ledger: reader } = postgresStores({ client: direct.client, timeoutMs: 20_000 });
        const [state] = await createLedger({ store: reader, limits }).state();
        expect([name, state?.used, state?.held]).toEqual([name, billed, 0n]);
        ({ hasCut } = proxy);
        await close();
      }
    },
    120_000,
  );
});
