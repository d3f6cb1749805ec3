import { describe, expect, it } from 'vitest';
import { lanes, type AttemptInfo, type Gate } from '../src/index.ts';
import { settled } from './support/manual-clock.ts';
import { hi, world } from './support/world.ts';

describe('a lane whose attempt was lost with its context', () => {
  /** Returns the attempt of a call whose timers and promises never run again. */
  const lapsedAttempt = (target: string): AttemptInfo => ({
    call: { id: '1', spec: target, tenant: undefined, metadata: {} },
    target,
    attempt: 1,
    request: { ...hi, system: undefined, messages: [], tools: [], output: undefined, extra: {} },
    capabilities: {},
    signal: new AbortController().signal,
    isLapsed: true,
  });

  it('admits the next attempt, and a late settlement releases no other place', async () => {
    const gate = lanes({ 'a/': 1 });
    const latePermit = await gate.admit(lapsedAttempt('a/x'));
    const { majordomo } = world({ 'a/x': [{ text: 'a', stall: true }] }, { gates: [gate] });
    const first = majordomo.model('a/x').stream(hi)[Symbol.asyncIterator]();
    expect((await first.next()).value).toMatchObject({ type: 'start' });
    if (latePermit !== undefined && 'settle' in latePermit)
      await latePermit.settle({
        target: 'a/x',
        outcome: 'failed',
        error: undefined,
        usage: undefined,
        ms: 0,
      });
    let isIn = false;
    const second = majordomo.model('a/x').stream(hi)[Symbol.asyncIterator]();
    const read = second.next().then(() => (isIn = true));
    await settled();
    expect(isIn).toBe(false);
    await first.return?.();
    await read;
    await second.return?.();
  });

  it('skips attempts that lapsed while they waited', async () => {
    const gate = lanes({ 'a/': 1 });
    const alive = { ...lapsedAttempt('a/x'), isLapsed: false };
    const holder = await gate.admit(alive);
    void gate.admit(lapsedAttempt('a/x'));
    const waiting = gate.admit({ ...alive });
    if (holder !== undefined && 'settle' in holder)
      await holder.settle({ target: 'a/x', outcome: 'failed', error: undefined, usage: undefined, ms: 0 });
    expect(await waiting).toMatchObject({});
  });
});

describe('an attempt', () => {
  const spy = (attempts: AttemptInfo[]): Gate => ({
    name: 'spy',
    admit: (attempt) => void attempts.push(attempt),
  });

  it('has lapsed after its limits and its reader’s time', async () => {
    const attempts: AttemptInfo[] = [];
    const { majordomo, clock } = world({ 'a/x': [{ text: 'a', stall: true }] }, { gates: [spy(attempts)] });
    const timeouts = { idleMs: 1000, unreadMs: 5000 };
    const reader = majordomo.model('a/x').stream(hi, { timeouts })[Symbol.asyncIterator]();
    await reader.next();
    // The idle time, the unread time, and a second by which clocks of different machines may differ.
    await clock.advance(7000);
    expect(attempts[0]?.isLapsed).toBe(false);
    await clock.advance(1);
    expect(attempts[0]?.isLapsed).toBe(true);
  });

  it('has lapsed if the gates take longer than 15 minutes', async () => {
    const attempts: AttemptInfo[] = [];
    const stuck: Gate = { name: 'stuck', admit: () => new Promise(() => undefined) };
    const { majordomo, clock } = world({ 'a/x': ['a'] }, { gates: [spy(attempts), stuck] });
    const controller = new AbortController();
    const call = majordomo.model('a/x').generate(hi, { signal: controller.signal, timeouts: { totalMs: 0 } });
    // Clocks of different machines may differ by a second.
    await clock.advance(15 * 60_000 + 1000);
    expect(attempts[0]?.isLapsed).toBe(false);
    await clock.advance(1);
    expect(attempts[0]?.isLapsed).toBe(true);
    controller.abort();
    await expect(call).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('shows the model and the alias to gates and in records', async () => {
    const gateAttempts: AttemptInfo[] = [];
    const aliases = { fast: 'small,b/y', small: 'a/x' };
    const { majordomo } = world(
      { 'a/x': [{ fail: 'not-found' }], 'b/y': ['b'] },
      { gates: [spy(gateAttempts)], aliases },
    );
    const { attempts } = await majordomo.model('fast').generate(hi);
    const names = [gateAttempts, attempts].map((each) => each.map(({ model, name }) => [model, name]));
    expect(names).toEqual([
      [
        ['x', 'small'],
        ['y', 'fast'],
      ],
      [
        ['x', 'small'],
        ['y', 'fast'],
      ],
    ]);
    expect(gateAttempts.map(({ delivery }) => delivery)).toEqual(['deltas', 'deltas']);
  });
});

describe('waitUntil', () => {
  it('receives work that continues after the response; the option of the call overrides the general one', async () => {
    const promises: Promise<unknown>[] = [];
    let settle: (() => void) | undefined;
    const gate: Gate = {
      name: 'ledger',
      admit: () => ({ settle: () => new Promise((done) => (settle = done)) }),
    };
    const { majordomo, clock } = world(
      { 'a/x': ['a'] },
      {
        gates: [gate],
        waitUntil: () => {
          throw new Error('not this one');
        },
      },
    );
    const answer = majordomo.model('a/x').generate(hi, { waitUntil: (promise) => promises.push(promise) });
    await clock.advance(1000);
    expect((await answer).text).toBe('a');
    let isDone = false;
    const all = Promise.all(promises).then(() => (isDone = true));
    await settled();
    expect(isDone).toBe(false);
    settle?.();
    await all;
  });

  it('that throws changes nothing', async () => {
    const gate: Gate = { name: 'ledger', admit: () => ({ settle: () => undefined }) };
    const waitUntil = (): void => {
      throw new Error('the context is gone');
    };
    const { majordomo } = world({ 'a/x': ['a'] }, { gates: [gate], waitUntil });
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('a');
  });
});

it('an empty text is a response if the policy accepts it', async () => {
  const { majordomo } = world({ 'a/x': [''] });
  const policy = { empty: { accept: true } };
  expect((await majordomo.model('a/x').generate(hi, { policy })).text).toBe('');
});
