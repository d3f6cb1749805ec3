import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createAgent, type Agent, type Tool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { describeWith, startRestate, type Restate } from '@majordomo/services';
import { fakeProvider } from '@majordomo/testing';
import { createEndpointHandler } from '@restatedev/restate-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restateAgent, restateAgentClient, type RestateAgentClient } from '../src/index.ts';

const turns = [{ toolCalls: [{ id: 'p', name: 'pay', args: {} }] }, 'Paid.'];

const paying = (more: Partial<Tool>): Agent =>
  createAgent({
    model: createMajordomo({ providers: [fakeProvider({ id: 'f', models: { m: turns } })] }).model('f/m'),
    tools: [
      {
        name: 'pay',
        description: 'pays',
        parameters: { type: 'object' },
        effect: 'once',
        run: () => 'paid',
        ...more,
      },
    ],
  });

/** The same agent without the approval of payments, as after a deployment. */
let isDeployedAnew = false;
function changing(): Agent {
  const [before, after] = [paying({ approval: true }), paying({})];
  return { ...before, drive: (state, effects) => (isDeployedAnew ? after : before).drive(state, effects) };
}

describeWith('restate', 'a run on Restate whose agent changes', () => {
  const connections = new Set<ServerHttp2Session>();
  let server: Http2Server;
  beforeAll(async () => {
    const services = ['ends', 'tries', 'back'].map((name) => restateAgent(name, changing()));
    server = createServer(createEndpointHandler({ services }))
      .on('session', (session) => connections.add(session))
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());
  /** Replaces the process at the address, so that its runs start again. */
  const deploy = (isNew: boolean): void => {
    isDeployedAnew = isNew;
    for (const connection of connections) connection.destroy();
  };

  describe.each([
    { which: 'that ends such runs', protocol7: true, name: 'ends' },
    { which: 'that tries such runs for ever', protocol7: false, name: 'tries' },
  ])('by a server $which', ({ protocol7, name }) => {
    let restate: Restate;
    const runsOf = (of: string): RestateAgentClient =>
      restateAgentClient(of, {
        ingress: restate.ingress,
        ...(!protocol7 && { admin: restate.admin }),
      });
    beforeAll(async () => {
      restate = await startRestate({ protocol7 });
      await restate.register(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    }, 60_000);
    afterAll(() => restate.stop());

    it('rejects with the executed step, the one in its journal, and the remedy', async () => {
      const runs = runsOf(name);
      deploy(false);
      await runs.start('it is "1"', 'go');
      await runs.awaiting('it is "1"');
      deploy(true);
      await expect(runs.result('it is "1"')).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringMatching(
          /executes "claim it is "1"\/1\/p", .* contains "approval 1 p".*another address/,
        ),
      });
    }, 30_000);

    if (!protocol7)
      it('rejects an admin address without an admin API', async () => {
        const { ingress } = restate;
        const runs = restateAgentClient('tries', { ingress, admin: ingress });
        await expect(runs.awaiting('nobody')).rejects.toMatchObject({
          kind: 'config',
          details: { path: 'admin' },
        });
      });

    if (!protocol7)
      it('continues when the old agent is back', async () => {
        const runs = runsOf('back');
        deploy(false);
        await runs.start("it's 2", 'go');
        await runs.awaiting("it's 2");
        deploy(true);
        await expect(runs.result("it's 2")).rejects.toMatchObject({ kind: 'config' });
        deploy(false);
        await runs.decide("it's 2", { callId: 'p', approve: true });
        // Until Restate has tried it again, it still says what was wrong.
        const patient = restateAgentClient('back', { ingress: restate.ingress });
        expect((await patient.result("it's 2")).text).toBe('Paid.');
      }, 30_000);
  });
});
