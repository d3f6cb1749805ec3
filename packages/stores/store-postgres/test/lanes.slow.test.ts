import type { AttemptInfo, Gate, Permit } from '@majordomo/core';
import { LlmError } from '@majordomo/core';
import { describeWith, startPostgres, type Postgres } from '@majordomo/services';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { postgresStores, type LanesOptions } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';
import { until } from './support/until.ts';

let calls = 0;

/** Creates an attempt whose properties a test can change. */
const attempt = (options: object = {}): AttemptInfo =>
  Object.assign(options, {
    call: { id: `call ${calls++}` },
    target: 'a/x',
    attempt: 1,
    signal: new AbortController().signal,
    ...options,
  }) as unknown as AttemptInfo;

const OUTCOME = {} as Parameters<Permit['settle']>[0];

/** Requests admission and records the result when it is known. */
function requestAdmission(gate: Gate, options: object = {}) {
  const admission: { outcome?: 'admitted' | 'denied' | 'aborted'; permit?: Permit } = {};
  void Promise.resolve(gate.admit(attempt(options))).then(
    (answer) => {
      const isPermit = answer !== undefined && 'settle' in answer;
      admission.outcome = isPermit ? 'admitted' : 'denied';
      if (isPermit) admission.permit = answer;
    },
    () => (admission.outcome = 'aborted'),
  );
  return admission;
}

describeWith('postgres', 'lanes', () => {
  const { stores } = onPostgres();

  it('admit their maximum over all processes, and the next attempt when one has ended', async () => {
    const schema = 'lanes_of_two';
    const gates = [stores({ schema }), stores({ schema }, 'postgres')].map((processStores) =>
      processStores.lanes({ name: 'gpu', most: 3 }),
    );
    const all = Array.from({ length: 8 }, (_, number) => requestAdmission(gates[number % 2]!));
    const ended = new Set<(typeof all)[number]>();
    while (ended.size < 8) {
      const inside = () =>
        all.filter((admission) => admission.outcome === 'admitted' && !ended.has(admission));
      await until(() => inside().length === Math.min(3, 8 - ended.size));
      const [first] = inside();
      await first!.permit?.settle(OUTCOME);
      ended.add(first!);
    }
  }, 60_000);

  it.each([
    [{ each: 'provider' }, ['a/x', 'b/x', 'a/y'], ['admitted', 'admitted', 'aborted']],
    [{ each: 'target' }, ['a/x', 'a/y', 'a/x'], ['admitted', 'admitted', 'aborted']],
    [{}, ['a/x', 'b/y'], ['admitted', 'aborted']],
  ] as const)(
    'with %j admit or queue the attempts %j, and release a queued one when it is aborted',
    async (options, targets, expected) => {
      const gate = stores().lanes({ name: 'one', most: 1, ...options });
      const controller = new AbortController();
      const admissions = targets.map((target) =>
        requestAdmission(gate, { target, signal: controller.signal }),
      );
      const haveOutcome = (count: number): boolean =>
        admissions.filter(({ outcome }) => outcome !== undefined).length === count;
      await until(() => haveOutcome(expected.length - 1));
      controller.abort(new LlmError('aborted', 'enough'));
      await until(() => haveOutcome(expected.length));
      expect(admissions.map(({ outcome }) => outcome).toSorted()).toEqual(expected.toSorted());
    },
  );

  it('of different names are separate', async () => {
    const processStores = stores();
    const both = ['one', 'two'].map((name) => requestAdmission(processStores.lanes({ name, most: 1 })));
    await until(() => both.every(({ outcome }) => outcome !== undefined));
    expect(both.map(({ outcome }) => outcome)).toEqual(['admitted', 'admitted']);
  });

  it('are reserved while an attempt runs, and are released one lease after it has lapsed', async () => {
    const leaseMs = 300;
    const { ledger, lanes } = stores();
    const gate = lanes({ name: 'long', most: 1, leaseMs });
    const attemptState = { isLapsed: false };
    const running = requestAdmission(gate, attemptState);
    await until(() => running.outcome === 'admitted');
    const second = requestAdmission(gate);
    // This reservation is not renewed. It begins later and ends earlier.
    const claim = {
      counter: 'witness',
      max: 1n,
      amount: 1n,
      resetsInMs: undefined,
      whenLapsed: 'free',
    } as const;
    await ledger.reserve('witness', [claim], leaseMs);
    await until(async () => (await ledger.counters('witness'))[0]?.held === 0n);
    expect(second.outcome).toBeUndefined();
    attemptState.isLapsed = true;
    await until(() => second.outcome === 'admitted');
    expect(running.outcome).toBe('admitted');
  });

  describe('without PostgreSQL', () => {
    // One server for all outages, because creating its files takes most of the time.
    let server: Postgres;
    let outages = 0;
    beforeAll(async () => {
      server = await startPostgres();
    }, 60_000);
    afterAll(() => server.stop(), 60_000);

    /** Admits an attempt and kills the server, which runs again after the test. */
    async function setUpOutage(options: Partial<LanesOptions>) {
      const { client, close } = clients.pg(server.url);
      const { ready, lanes } = postgresStores({ client, schema: `outage_${outages++}` });
      await ready();
      const gate = lanes({ name: 'gpu', most: 8, leaseMs: 60_000, ...options });
      let isRunning = true;
      const restart = async (): Promise<void> => {
        if (!isRunning) await server.start();
        isRunning = true;
      };
      onTestFinished(async () => {
        await close();
        await restart();
      });
      const earlier = requestAdmission(gate);
      await until(() => earlier.outcome === 'admitted');
      await server.kill();
      isRunning = false;
      // The server ends the processes of its connections shortly after itself.
      await until(() =>
        ready().then(
          () => false,
          () => true,
        ),
      );
      return { gate, before: earlier, restart };
    }

    it.each([
      [{}, 1],
      [{ whenDown: { share: 0.5 } }, 4],
      [{ whenDown: { share: 0.1 } }, 1],
      [{ whenDown: { share: 1 } }, 8],
      [{ whenDown: 'admit' }, 11],
    ] as const)(
      '%j allows %d attempts of a process, including those admitted earlier',
      async (options, most) => {
        const { gate, before: earlier, restart } = await setUpOutage(options);
        const all = [earlier, ...Array.from({ length: 10 }, () => requestAdmission(gate))];
        const inside = () => all.filter(({ outcome }) => outcome === 'admitted');
        await until(() => inside().length === most);
        await inside()[0]!
          .permit?.settle(OUTCOME)
          ?.catch(() => undefined);
        if (most < 11) await until(() => inside().length > most);
        expect(inside()).toHaveLength(Math.min(11, most + 1));
        await restart();
        // Attempts that were admitted during the outage have no reservation in PostgreSQL.
        await until(() => inside().length >= 8);
      },
    );

    it('deny with whenDown "deny", with the time of a retry', async () => {
      const { gate } = await setUpOutage({ whenDown: 'deny' });
      expect(await gate.admit(attempt())).toEqual({ deny: 'PostgreSQL does not answer', retryAfterMs: 1000 });
    });
  });

  it.each([
    [{ name: '', most: 1 }, 'name'],
    [{ name: 'a', most: 0 }, 'most'],
    [{ name: 'a', most: 1.5 }, 'most'],
    [{ name: 'a', most: 1, each: 'tenant' as never }, 'each'],
    [{ name: 'a', most: 1, leaseMs: 0 }, 'leaseMs'],
    [{ name: 'a', most: 1, whenDown: 'never' as never }, 'whenDown'],
    [{ name: 'a', most: 1, whenDown: { share: 2 } }, 'whenDown'],
  ])('reject %j with the name of the field', (options, path) => {
    expect(() => stores().lanes(options)).toThrow(
      expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
    );
  });
});
