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

const payingAgent = (more: Partial<Tool>): Agent =>
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

/** Whether the agents are replaced with agents that need no approval for payments, as after a deployment. */
let isRedeployed = false;
function changingAgent(): Agent {
  const [before, after] = [payingAgent({ approval: true }), payingAgent({})];
  return { ...before, drive: (state, effects) => (isRedeployed ? after : before).drive(state, effects) };
}

describeWith('restate', 'a run on Restate whose agent changes', () => {
  const connections = new Set<ServerHttp2Session>();
  let server: Http2Server;
  beforeAll(async () => {
    const services = ['ends', 'tries', 'back'].map((name) => restateAgent(name, changingAgent()));
    server = createServer(createEndpointHandler({ services }))
      .on('session', (session) => connections.add(session))
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());
  /** Simulates a new process at the address, so that its runs start again. */
  const deploy = (isNew: boolean): void => {
    isRedeployed = isNew;
    for (const connection of connections) connection.destroy();
  };

  describe.each([
    { behavior: 'that ends such runs', protocol7: true, name: 'ends' },
    { behavior: 'that retries such runs without a limit', protocol7: false, name: 'tries' },
  ])('by a server $behavior', ({ protocol7, name }) => {
    let restate: Restate;
    const runsOf = (serviceName: string): RestateAgentClient =>
      restateAgentClient(serviceName, {
        ingress: restate.ingress,
        ...(!protocol7 && { admin: restate.admin }),
      });
    beforeAll(async () => {
      restate = await startRestate({ protocol7 });
      await restate.register(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    }, 60_000);
    afterAll(() => restate.stop());

    it('rejects with the executed step, the stored step, and the remedy', async () => {
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
      it('continues when the old agent is deployed again', async () => {
        const runs = runsOf('back');
        deploy(false);
        await runs.start("it's 2", 'go');
        await runs.awaiting("it's 2");
        deploy(true);
        await expect(runs.result("it's 2")).rejects.toMatchObject({ kind: 'config' });
        deploy(false);
        await runs.decide("it's 2", { callId: 'p', approve: true });
        // The admin API still reports the mismatch until Restate has retried the run.
        const ingressClient = restateAgentClient('back', { ingress: restate.ingress });
        expect((await ingressClient.result("it's 2")).text).toBe('Paid.');
      }, 30_000);
  });
});
