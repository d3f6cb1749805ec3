import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualClock, settled } from '../../test/support/manual-clock.ts';
import type { AttemptInfo, Gate, Permit } from '../types/gate.ts';
import { type Attempt, LlmError } from '../types/llm-error.ts';
import { admit, type Permits } from './admit.ts';

const outcome: Attempt = { target: 'a/x', outcome: 'finished', error: undefined, usage: undefined, ms: 5 };

function setUp(...gates: Gate[]) {
  const clock = manualClock();
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = (): number => getEventListeners(signal, 'abort').length;
  const info = { target: 'a/x', attempt: 1, signal } as AttemptInfo;
  const waited: Promise<unknown>[] = [];
  const asked = (): Promise<Permits> => admit(gates, info, clock, (promise) => waited.push(promise));
  return { clock, controller, listeners, info, waited, asked };
}

/** A gate that grants, and what its permit was settled with. */
function granting(log: Attempt[] = [], settle: () => void | Promise<void> = () => undefined): Gate {
  const permit: Permit = {
    settle(of) {
      log.push(of);
      return settle();
    },
  };
  return { name: 'granting', timeoutMs: 50, admit: () => permit };
}

const answering = (admitting: Gate['admit'], timeoutMs?: number): Gate => ({
  name: 'g',
  timeoutMs,
  admit: admitting,
});
const never = new Promise<never>(() => undefined);

describe('an admission', () => {
  it('leaves no timer and no listener, whatever the gates answer', async () => {
    const { asked, clock, listeners } = setUp(
      granting(),
      answering(() => undefined, 50),
      answering(() => Promise.resolve(undefined)),
    );
    const admission = asked();
    expect(listeners()).toBe(1);
    await admission;
    expect([clock.pending(), listeners()]).toEqual([0, 0]);
    const {
      asked: askedAgain,
      clock: other,
      listeners: left,
    } = setUp(answering(() => Promise.reject(new Error('x')), 50));
    await expect(askedAgain()).rejects.toThrow();
    expect([other.pending(), left()]).toEqual([0, 0]);
  });

  it('of gates that answer at once sets no timer and no listener', async () => {
    const gates = [granting(), answering(() => undefined, 50), answering(() => null as never)];
    const { asked, clock, listeners } = setUp(...gates);
    const admission = asked();
    expect([clock.pending(), listeners()]).toEqual([0, 0]);
    await admission;
  });

  it('waits for a promise of another realm', async () => {
    const granted: Permit = { settle: () => undefined };
    const foreign = {
      then: (done: (permit: Permit) => void) => {
        done(granted);
      },
    };
    const { asked, listeners } = setUp(
      answering(() => foreign as never),
      granting(),
    );
    await asked();
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
  ])('is settled once, %s, and leaves no timer', async (_, settle, pending) => {
    const log: Attempt[] = [];
    const { asked, clock, waited } = setUp(granting(log, settle));
    const admission = await asked();
    await admission.settle(outcome);
    await admission.settle(outcome);
    expect([log, clock.pending(), waited.length]).toEqual([[outcome], 0, pending]);
  });

  it('waits for a permit that is settled for a second, and says what goes on', async () => {
    const { asked, clock, waited } = setUp(
      granting([], () => never),
      granting(),
    );
    let isSettled = false;
    const admission = await asked();
    void admission.settle(outcome)?.then(() => (isSettled = true));
    await clock.advance(999);
    expect([isSettled, waited.length]).toEqual([false, 1]);
    await clock.advance(1);
    expect(isSettled).toBe(true);
  });

  it('without permits has nothing to settle', async () => {
    const { asked, clock, waited } = setUp(answering(() => undefined));
    void (await asked()).settle(outcome);
    expect([clock.pending(), waited]).toEqual([0, []]);
  });
});

describe('a denial', () => {
  it('says which gate, why, and when to ask again; what was granted is settled with it', async () => {
    const log: Attempt[] = [];
    const { asked } = setUp(
      granting(log),
      answering(() => ({ deny: 'too dear', retryAfterMs: 7 })),
    );
    const error: unknown = await asked().catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      kind: 'denied',
      message: 'gate "g" denied a/x: too dear',
      details: { target: 'a/x', code: undefined, retryAfterMs: 7 },
    });
    expect(log).toEqual([{ target: 'a/x', outcome: 'skipped', error, usage: undefined, ms: 0 }]);
  });

  it('waits for what was granted to be settled', async () => {
    const { asked, clock } = setUp(
      granting([], () => never),
      answering(() => ({ deny: 'no' })),
    );
    let isOver = false;
    void asked().catch(() => (isOver = true));
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
  });

  it.each([
    [true, 'advance'],
    [false, undefined],
    [undefined, undefined],
  ])('that says advance: %s has the code %s', async (advance, code) => {
    const { asked } = setUp(answering(() => ({ deny: 'no', advance })));
    await expect(asked()).rejects.toMatchObject({ details: { code } });
  });

  it.each<[unknown, string]>([
    [new Error('no database'), 'no database'],
    ['a text', 'a text'],
  ])('is what a gate throws, and its cause: %s', async (thrown, why) => {
    const { asked } = setUp(answering(() => Promise.reject(thrown)));
    await expect(asked()).rejects.toMatchObject({
      kind: 'denied',
      message: `gate "g" denied a/x: it failed: ${why}`,
      cause: thrown,
    });
  });

  it('is what a gate throws at once', async () => {
    const log: Attempt[] = [];
    const gate = answering(() => {
      throw new Error('no database');
    });
    const { asked } = setUp(granting(log), gate);
    await expect(asked()).rejects.toThrow('gate "g" denied a/x: it failed: no database');
    expect(log).toMatchObject([{ outcome: 'skipped' }]);
  });

  it('is not what a gate throws as an error of its own', async () => {
    const own = new LlmError('config', 'no such tenant');
    const { asked } = setUp(answering(() => Promise.reject(own)));
    await expect(asked()).rejects.toBe(own);
  });

  it('comes from a gate that is too slow, and what it says later changes nothing', async () => {
    let late: (cause: Error) => void = () => undefined;
    const { asked, clock, listeners } = setUp(
      answering(() => new Promise((_, reject) => (late = reject)), 50),
    );
    const denied = expect(asked()).rejects.toThrow('gate "g" denied a/x: no answer within 50 ms');
    await clock.advance(50);
    await denied;
    late(new Error('late'));
    await settled();
    expect(listeners()).toBe(0);
  });

  it.each([
    ['a permit is given back', true],
    ['a denial is nothing', false],
  ])('of a gate that was too slow: %s', async (_, isGranted) => {
    const log: Attempt[] = [];
    let answer: (of: Permit | { deny: string } | undefined) => void = () => undefined;
    const { asked, clock } = setUp(answering(() => new Promise((resolve) => (answer = resolve)), 50));
    const denied = expect(asked()).rejects.toThrow('no answer');
    await clock.advance(50);
    await denied;
    answer(isGranted ? { settle: (of) => void log.push(of) } : { deny: 'late' });
    await settled();
    const given = { target: 'a/x', outcome: 'skipped', error: undefined, usage: undefined, ms: 0 };
    expect(log).toEqual(isGranted ? [given] : []);
  });
});

describe('an abort', () => {
  it('ends the asking with its reason; what was granted is settled, and nobody waits for it', async () => {
    const log: Attempt[] = [];
    const { asked, controller, clock } = setUp(
      granting(log, () => never),
      answering(() => never, 50),
    );
    const stopped = asked();
    await settled();
    const reason = new LlmError('aborted', 'enough');
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    expect(log).toEqual([{ target: 'a/x', outcome: 'skipped', error: reason, usage: undefined, ms: 0 }]);
    expect(clock.pending()).toBe(0);
  });

  it('that came before asks no gate, and is passed on as it is', async () => {
    let asked = 0;
    const { asked: ask, controller } = setUp(
      answering(() => {
        asked++;
        return undefined;
      }),
    );
    controller.abort('enough');
    await expect(ask()).rejects.toBe('enough');
    expect(asked).toBe(0);
  });
});
