import { describe, expect, it } from 'vitest';
import type { ChainOptions } from '../types/call-options.ts';
import { mergeTimeouts } from '../util/options.ts';
import { chainSettings, unreadMsOf } from './settings.ts';

const classify = (): undefined => undefined;
const options: ChainOptions = {
  attempts: 5,
  backoff: { baseMs: 1, capMs: 2 },
  retryAfterCapMs: 3,
  timeouts: { idleMs: 4 },
  policy: { auth: { advance: true }, server: { retry: false } },
  afterCommit: 'restart',
  hedgeAfterMs: 5,
  leastCharsPerSecond: 6,
  slowWindowMs: 7,
  whenAllBenched: 'wait',
  classify,
};
const settings = {
  attempts: 5,
  backoffBaseMs: 1,
  backoffCapMs: 2,
  retryAfterCapMs: 3,
  timeouts: { idleMs: 4 },
  policy: { auth: { advance: true }, server: { retry: false } },
  afterCommit: 'restart',
  hedgeAfterMs: 5,
  pace: { charsPerSecond: 6, windowMs: 7 },
  whenAllBenched: 'wait',
  classify,
};

describe('the settings of a chain', () => {
  it('have the documented defaults', () => {
    expect(chainSettings()).toEqual({
      attempts: 2,
      backoffBaseMs: 100,
      backoffCapMs: 8000,
      retryAfterCapMs: 20_000,
      timeouts: {},
      policy: {},
      afterCommit: 'error',
      hedgeAfterMs: Infinity,
      pace: undefined,
      whenAllBenched: 'probe',
      classify: undefined,
    });
  });

  it('are those of the majordomo, overridden by those of the call', () => {
    const callOptions: ChainOptions = {
      ...options,
      attempts: 1,
      afterCommit: 'error',
      whenAllBenched: 'fail',
    };
    expect(chainSettings(options)).toEqual(settings);
    expect(chainSettings({}, options)).toEqual(settings);
    expect(chainSettings(callOptions, options)).toEqual(settings);
    expect(chainSettings(options, callOptions)).toMatchObject({
      attempts: 1,
      afterCommit: 'error',
      whenAllBenched: 'fail',
    });
  });

  it('measure the pace over ten seconds by default, and not at 0', () => {
    expect(chainSettings({ leastCharsPerSecond: 3 }).pace).toEqual({ charsPerSecond: 3, windowMs: 10_000 });
    for (const off of [{ leastCharsPerSecond: 0 }, { leastCharsPerSecond: 3, slowWindowMs: 0 }, {}]) {
      expect(chainSettings(off).pace).toBeUndefined();
    }
    expect(chainSettings({ hedgeAfterMs: 0 }).hedgeAfterMs).toBe(Infinity);
  });

  it('merge backoff and policy field by field', () => {
    const callOptions: ChainOptions = { backoff: { capMs: 9 }, policy: { auth: { retry: true } } };
    expect(chainSettings(options, callOptions)).toMatchObject({
      backoffBaseMs: 1,
      backoffCapMs: 9,
      policy: { auth: { retry: true }, server: { retry: false } },
    });
    const policy = { auth: undefined, server: { retry: undefined, bench: false } } as never;
    expect(
      chainSettings({ policy: { ...options.policy, auth: { advance: true } } }, { policy }),
    ).toMatchObject({
      policy: { auth: { advance: true }, server: { retry: false, bench: false } },
    });
  });

  it('are those of the majordomo for a call that overrides none of them', () => {
    const base = chainSettings(options);
    for (const callOptions of [undefined, {}, { signal: undefined, tenant: 't' }, { attempts: undefined }]) {
      expect(chainSettings(options, callOptions)).toEqual(base);
    }
  });

  it.each<[string, ChainOptions]>(Object.entries(options).map(([name, value]) => [name, { [name]: value }]))(
    'change for a call with its own %s',
    (_, callOptions) => {
      // The window has no effect without a minimum pace.
      const general: ChainOptions = { leastCharsPerSecond: 1 };
      expect(chainSettings(general, callOptions)).not.toEqual(chainSettings(general));
    },
  );
});

describe('timeouts', () => {
  const all = { connectMs: 1, firstContentMs: 2, idleMs: 3, completeMs: 4, totalMs: 5, unreadMs: 6 };
  const later = { connectMs: 0, firstContentMs: 20, idleMs: 30, completeMs: 40, totalMs: 50, unreadMs: 60 };

  it('are merged field by field; later ones override', () => {
    expect(mergeTimeouts(all, later)).toEqual(later);
    expect(mergeTimeouts(all, {})).toEqual(all);
    expect(mergeTimeouts({}, all)).toEqual(all);
    expect(mergeTimeouts(all, { idleMs: undefined })).toEqual(all);
  });

  it('are those of one side if the other has none', () => {
    expect(mergeTimeouts(all, undefined)).toEqual(all);
    expect(mergeTimeouts(undefined, all)).toEqual(all);
    expect(mergeTimeouts(undefined, undefined)).toEqual({});
  });

  it.each([
    [undefined, 300_000],
    [1, 1],
    [0, Infinity],
  ])('with unreadMs %s permit a reader to be away for %d ms', (unreadMs, ms) => {
    expect(unreadMsOf({ unreadMs })).toBe(ms);
  });
});
