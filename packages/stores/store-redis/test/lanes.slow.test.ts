import { setTimeout } from 'node:timers/promises';
import type { AttemptInfo, Gate, Permit } from '@majordomo/core';
import { LlmError } from '@majordomo/core';
import { describeWith, startRedis } from '@majordomo/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisStores, type LanesOptions } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { onRedis } from './support/stores.ts';
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

describeWith('redis', 'lanes', () => {
  const { stores } = onRedis();

  it('admit their maximum over all processes, and the next attempt when one has ended', async () => {
    const prefix = 'lanes of two';
    const gates = [stores({ prefix }), stores({ prefix }, 'node-redis with defaults')].map((processStores) =>
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
    const gate = stores().lanes({ name: 'long', most: 1, leaseMs });
    const attemptState = { isLapsed: false };
    const running = requestAdmission(gate, attemptState);
    await until(() => running.outcome === 'admitted');
    const second = requestAdmission(gate);
    await setTimeout(3 * leaseMs);
    expect(second.outcome).toBeUndefined();
    attemptState.isLapsed = true;
    await until(() => second.outcome === 'admitted');
    expect(running.outcome).toBe('admitted');
  });

  describe('without Redis', () => {
    async function setUpOutage(options: Partial<LanesOptions>) {
      const server = await startRedis();
      const { client, close } = clients['ioredis without an offline queue']!(server.url);
      const gate = redisStores({ client }).lanes({ name: 'gpu', most: 8, leaseMs: 60_000, ...options });
      onTestFinished(async () => {
        close();
        await server.stop();
      });
      const earlier = requestAdmission(gate);
      await until(() => earlier.outcome === 'admitted');
      await server.kill();
      return { gate, before: earlier, server };
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
        const { gate, before: earlier, server } = await setUpOutage(options);
        const all = [earlier, ...Array.from({ length: 10 }, () => requestAdmission(gate))];
        const inside = () => all.filter(({ outcome }) => outcome === 'admitted');
        await until(() => inside().length === most);
        // Longer than an admission waits for Redis: an extra one would have been admitted by now.
        await setTimeout(300);
        expect(inside()).toHaveLength(most);
        await inside()[0]!
          .permit?.settle(OUTCOME)
          ?.catch(() => undefined);
        if (most < 11) await until(() => inside().length === most + 1);
        await server.start();
        // Attempts that were admitted during the outage have no reservation in Redis.
        await until(() => inside().length >= 8);
      },
    );

    it('deny with whenDown "deny", with the time of a retry', async () => {
      const { gate } = await setUpOutage({ whenDown: 'deny' });
      expect(await gate.admit(attempt())).toEqual({ deny: 'Redis does not answer', retryAfterMs: 1000 });
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

  it.each([
    [{ client: {} }, 'client'],
    [{ subscriber: {} }, 'subscriber'],
    [{ prefix: '' }, 'prefix'],
    [{ prefix: 'a{b}' }, 'prefix'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ keepRecordsMs: 1 }, 'keepRecordsMs'],
  ])('reject %j for the stores', (options, path) => {
    expect(() => stores(options)).toThrow(
      expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
    );
  });
});
