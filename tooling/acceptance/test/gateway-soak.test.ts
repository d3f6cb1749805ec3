import { serve } from '@majordomo/gateway/node';
import { startWireServer } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { gatewayCallers } from '../soak/gateway-callers.ts';
import { gatewayBefore } from '../soak/gateway-chain.ts';
import { CHAIN, soakScript } from '../soak/script.ts';

/** Number of streams. With SOAK=1, as in the nightly run, 300. */
const STREAMS = process.env['SOAK'] === undefined ? 30 : 300;

it(`all ${STREAMS} streams through a gateway end completely or with an error`, async () => {
  const servers = await Promise.all(
    CHAIN.map(({ wire }, at) => startWireServer({ wire, script: soakScript(at), split: 'event' })),
  );
  const served = await serve(gatewayBefore(servers.map(({ baseURL }) => baseURL)), { port: 0 });
  const { ends, broken } = await gatewayCallers(served.url, STREAMS / 3, (calls) => calls >= STREAMS);
  await served.close(0);
  await Promise.all(servers.map((server) => server.close()));
  expect(broken).toEqual([]);
  expect(ends.complete).toBeGreaterThan(0);
  expect(servers.flatMap(({ requests }) => requests).filter(({ outcome }) => outcome === 'open')).toEqual([]);
}, 300_000);
