import { describeWith, startPostgres, until } from '@majordomo/services';
import { laneAttempt, laneCases, leaveLane, requestLane } from '@majordomo/services/features';
import { describe, expect, it, onTestFinished } from 'vitest';
import { postgresStores, type LanesOptions } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'lanes', () => {
  const { pair } = onPostgres();

  it.each(laneCases)(
    '$name',
    async ({ run }) => {
      const [mine, theirs] = pair();
      await run([mine.lanes, theirs.lanes]);
    },
    60_000,
  );

  describe('without PostgreSQL', () => {
    /** Admits an attempt, and kills the server. */
    async function setUpOutage(options: Partial<LanesOptions>) {
      const server = await startPostgres();
      const { client, close } = clients.pg(server.url);
      onTestFinished(async () => {
        await close();
        await server.stop();
      });
      const { ready, lanes } = postgresStores({ client });
      await ready();
      const gate = lanes({ name: 'gpu', most: 8, leaseMs: 60_000, ...options });
      const earlier = requestLane(gate);
      await until(() => earlier.outcome === 'admitted');
      await server.kill();
      // The server ends the processes of its connections shortly after itself.
      await until(() =>
        ready().then(
          () => false,
          () => true,
        ),
      );
      return { gate, earlier, server };
    }

    it('allow a share of the attempts, including those admitted earlier, and all when PostgreSQL responds again', async () => {
      const { gate, earlier, server } = await setUpOutage({ whenDown: { share: 0.5 } });
      const all = [earlier, ...Array.from({ length: 10 }, () => requestLane(gate))];
      const inside = () => all.filter(({ outcome }) => outcome === 'admitted');
      await until(() => inside().length === 4);
      await leaveLane(inside()[0]!).catch(() => undefined);
      await until(() => inside().length === 5);
      await server.start();
      // Attempts that were admitted during the outage have no reservation in PostgreSQL.
      await until(() => inside().length >= 8);
    });

    it('deny with whenDown "deny", with the time of a retry', async () => {
      const { gate } = await setUpOutage({ whenDown: 'deny' });
      expect(await gate.admit(laneAttempt())).toEqual({
        deny: 'PostgreSQL does not answer',
        retryAfterMs: 1000,
      });
    });
  });
});
