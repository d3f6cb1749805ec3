import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualClock, settled } from '../../test/support/manual-clock.ts';
import type { AttemptInfo, Gate, Permit } from '../types/gate.ts';
import { type Attempt, LlmError } from '../types/llm-error.ts';
import { admit, type Permits, type Refusal } from './admit.ts';

const outcome: Attempt = { target: 'a/x', outcome: 'finished', error: undefined, usage: undefined, ms: 5 };

function setUp(...gates: Gate[]) {
  const clock = manualClock();
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = (): number => getEventListeners(signal, 'abort').length;
  const info = { target: 'a/x', attempt: 1, signal } as AttemptInfo;
  const waitUntilPromises: Promise<unknown>[] = [];
  const admission = (): Promise<Permits | Refusal> =>
    admit(gates, info, clock, (promise) => waitUntilPromises.push(promise));
  /** Returns the permits. Throws a denial. */
  const callGates = async (): Promise<Permits> => {
    const answer = await admission();
    if ('denial' in answer) throw answer.denial;
    return answer;
  };
  return { clock, controller, listeners, info, waitUntilPromises, admission, callGates };
}

/** Gate that grants a permit and logs the outcomes with which the permit is settled. */
function grantingGate(log: Attempt[] = [], settle: () => void | Promise<void> = () => undefined): Gate {
  const permit: Permit = {
    settle(of) {
      log.push(of);
      return settle();
    },
  };
  return { name: 'granting', timeoutMs: 50, admit: () => permit };
}

const gateWith = (admitting: Gate['admit'], timeoutMs?: number): Gate => ({
  name: 'g',
  timeoutMs,
  admit: admitting,
});
const never = new Promise<never>(() => undefined);

describe('an admission', () => {
  it('leaves no timer and no listener, whatever the gates answer', async () => {
    const { callGates, clock, listeners } = setUp(
      grantingGate(),
      gateWith(() => undefined, 50),
      gateWith(() => Promise.resolve(undefined)),
      gateWith(() => Promise.resolve(null as never)),
    );
    const admission = callGates();
    expect(listeners()).toBe(1);
    await admission;
    expect([clock.pending(), listeners()]).toEqual([0, 0]);
    const {
      callGates: callRejectingGate,
      clock: other,
      listeners: listenerCount,
    } = setUp(gateWith(() => Promise.reject(new Error('x')), 50));
    await expect(callRejectingGate()).rejects.toThrow();
    expect([other.pending(), listenerCount()]).toEqual([0, 0]);
  });

  it('sets no timer and no listener for gates that answer synchronously', async () => {
    const gates = [grantingGate(), gateWith(() => undefined, 50), gateWith(() => null as never)];
    const { callGates, clock, listeners } = setUp(...gates);
    const admission = callGates();
    expect([clock.pending(), listeners()]).toEqual([0, 0]);
    await admission;
  });

  it('waits for a promise of another realm', async () => {
    const granted: Permit = { settle: () => undefined };
    const thenable = {
      then: (done: (permit: Permit) => void) => {
        done(granted);
      },
    };
    const { callGates, listeners } = setUp(
      gateWith(() => thenable as never),
      grantingGate(),
    );
    await callGates();
    expect(listeners()).toBe(0);
  });

  it.each([
    ['at once', () => undefined, 0],
    [
      'by a throw',
      () => {
        throw new Error('no');
      },
      0,
    ],
    ['later', () => Promise.resolve(), 1],
    ['by a rejection', () => Promise.reject(new Error('no')), 1],
  ])('settles its permits once, %s, and leaves no timer and no listener', async (_, settle, pending) => {
    const log: Attempt[] = [];
    const { callGates, clock, listeners, waitUntilPromises } = setUp(grantingGate(log, settle));
    const admission = await callGates();
    await admission.settle(outcome);
    await admission.settle(outcome);
    expect([log, clock.pending(), listeners(), waitUntilPromises.length]).toEqual([[outcome], 0, 0, pending]);
  });

  it('waits at most a second for a permit and passes the rest to waitUntil', async () => {
    const { callGates, clock, waitUntilPromises } = setUp(
      grantingGate([], () => never),
      grantingGate(),
    );
    let isSettled = false;
    const admission = await callGates();
    void admission.settle(outcome)?.then(() => (isSettled = true));
    await clock.advance(999);
    expect([isSettled, waitUntilPromises.length]).toEqual([false, 1]);
    await clock.advance(1);
    expect(isSettled).toBe(true);
  });

  it('has nothing to settle without permits', async () => {
    const { callGates, clock, waitUntilPromises } = setUp(gateWith(() => undefined));
    void (await callGates()).settle(outcome);
    expect([clock.pending(), waitUntilPromises]).toEqual([0, []]);
  });
});

describe('a denial', () => {
  it('names the gate, the reason and the wait, and settles the earlier permits', async () => {
    const log: Attempt[] = [];
    const { callGates } = setUp(
      grantingGate(log),
      gateWith(() => ({ deny: 'too dear', retryAfterMs: 7 })),
    );
    const error: unknown = await callGates().catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      kind: 'denied',
      message: 'gate "g" denied a/x: too dear',
      details: { target: 'a/x', code: undefined, retryAfterMs: 7 },
    });
    expect(log).toEqual([{ target: 'a/x', outcome: 'skipped', error, usage: undefined, ms: 0 }]);
  });

  it('waits until the earlier permits are settled', async () => {
    const { callGates, clock } = setUp(
      grantingGate([], () => never),
      gateWith(() => ({ deny: 'no' })),
    );
    let isOver = false;
    void callGates().catch(() => (isOver = true));
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
  });

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
  ])('with advance: %s may advance: %s', async (advance, expected) => {
    const { admission } = setUp(gateWith(() => ({ deny: 'no', advance })));
    expect(await admission()).toMatchObject({ denial: { kind: 'denied' }, advance: expected });
  });

  it('passes the code and the public message of a denial on', async () => {
    const denial = { deny: 'tenant b has spent $5', code: 'budget-spent', publicMessage: 'a limit is spent' };
    const { callGates } = setUp(gateWith(() => denial));
    await expect(callGates()).rejects.toMatchObject({
      message: 'gate "g" denied a/x: tenant b has spent $5',
      details: { code: 'budget-spent', publicMessage: 'a limit is spent' },
    });
  });

  it.each<[unknown, string]>([
    [new Error('no database'), 'no database'],
    ['a text', 'a text'],
  ])('wraps what a gate throws: %s', async (thrown, why) => {
    const { callGates } = setUp(gateWith(() => Promise.reject(thrown)));
    await expect(callGates()).rejects.toMatchObject({
      kind: 'denied',
      message: `gate "g" denied a/x: it failed: ${why}`,
      cause: thrown,
    });
  });

  it('wraps what a gate throws synchronously', async () => {
    const log: Attempt[] = [];
    const gate = gateWith(() => {
      throw new Error('no database');
    });
    const { callGates } = setUp(grantingGate(log), gate);
    await expect(callGates()).rejects.toThrow('gate "g" denied a/x: it failed: no database');
    expect(log).toMatchObject([{ outcome: 'skipped' }]);
  });

  it('may be thrown by a gate', async () => {
    const log: Attempt[] = [];
    const denial = new LlmError('denied', 'no such tenant');
    const { admission } = setUp(
      grantingGate(log),
      gateWith(() => Promise.reject(denial)),
    );
    expect(await admission()).toEqual({ denial, advance: false });
    expect(log).toMatchObject([{ outcome: 'skipped', error: denial }]);
  });

  it('does not wrap an LlmError of a gate', async () => {
    const gateError = new LlmError('config', 'no such tenant');
    const { callGates } = setUp(gateWith(() => Promise.reject(gateError)));
    await expect(callGates()).rejects.toBe(gateError);
  });

  it('follows the timeout of a gate, whose later answer is ignored', async () => {
    let rejectLate: (cause: Error) => void = () => undefined;
    const { callGates, clock, listeners } = setUp(
      gateWith(() => new Promise((_, reject) => (rejectLate = reject)), 50),
    );
    const denied = expect(callGates()).rejects.toThrow('gate "g" denied a/x: no answer within 50 ms');
    await clock.advance(50);
    await denied;
    rejectLate(new Error('late'));
    await settled();
    expect(listeners()).toBe(0);
  });

  it.each<[string, Permit | { deny: string } | undefined]>([
    ['a permit', { settle: () => undefined }],
    ['a denial', { deny: 'late' }],
    ['no decision', undefined],
  ])('settles what a gate grants after the timeout: %s', async (_, lateAnswer) => {
    const log: Attempt[] = [];
    let answer: (of: Permit | { deny: string } | undefined) => void = () => undefined;
    const { callGates, clock } = setUp(gateWith(() => new Promise((resolve) => (answer = resolve)), 50));
    const denied = expect(callGates()).rejects.toThrow('no answer');
    await clock.advance(50);
    await denied;
    const isGranted = lateAnswer !== undefined && 'settle' in lateAnswer;
    answer(isGranted ? { settle: (of) => void log.push(of) } : lateAnswer);
    await settled();
    const expectedSettlement = {
      target: 'a/x',
      outcome: 'skipped',
      error: undefined,
      usage: undefined,
      ms: 0,
    };
    expect(log).toEqual(isGranted ? [expectedSettlement] : []);
  });
});

describe('an abort', () => {
  it('rejects with its reason and settles the earlier permits without waiting', async () => {
    const log: Attempt[] = [];
    const { callGates, controller, clock } = setUp(
      grantingGate(log, () => never),
      gateWith(() => never, 50),
    );
    const stopped = callGates();
    await settled();
    const reason = new LlmError('aborted', 'enough');
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    expect(log).toEqual([{ target: 'a/x', outcome: 'skipped', error: reason, usage: undefined, ms: 0 }]);
    expect(clock.pending()).toBe(0);
  });

  it('before the admission rejects with its reason without calling a gate', async () => {
    let gateCalls = 0;
    const { callGates, controller } = setUp(
      gateWith(() => {
        gateCalls++;
        return undefined;
      }),
    );
    controller.abort('enough');
    await expect(callGates()).rejects.toBe('enough');
    expect(gateCalls).toBe(0);
  });
});
