import { createMajordomo, user, type CallEvent } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { catalogOf } from './catalog-of.ts';
import type { CatalogModel } from './contract.ts';
import { modelsIn } from './model-lookup.ts';
import { modelNotices, noticeOf, type ModelNotice } from './notices.ts';

const DAY_MS = 86_400_000;
const model: CatalogModel = {
  vendor: 'anthropic',
  id: 'claude-sonnet-4-5',
  input: ['text'],
  output: ['text'],
  prices: [],
  retires: '2026-11-30',
  successor: 'claude-sonnet-5-5',
};

describe('noticeOf', () => {
  it.each([
    ['2026-08-31T23:59:59Z', undefined],
    ['2026-09-01T00:00:00Z', 90],
    ['2026-11-29T23:59:59Z', 1],
    ['2026-11-30T12:00:00Z', 0],
    ['2026-12-01T00:00:00Z', -1],
  ])('counts the UTC days from %s', (at, daysLeft) => {
    expect(noticeOf(model, new Date(at))?.daysLeft).toBe(daysLeft);
  });

  it('begins earlier with more days', () => {
    expect(noticeOf(model, new Date('2026-08-31'), 91)).toEqual({
      vendor: 'anthropic',
      id: 'claude-sonnet-4-5',
      retires: '2026-11-30',
      daysLeft: 91,
      successor: 'claude-sonnet-5-5',
      deprecatedSince: undefined,
    });
  });

  it('is undefined for a model without a date', () => {
    expect(noticeOf({ ...model, retires: undefined }, new Date('2026-11-30'))).toBeUndefined();
  });
});

describe('modelNotices', () => {
  const catalog = catalogOf({
    date: '2026-11-10',
    sources: [],
    vendors: ['anthropic'],
    load: async () => modelsIn([model, { ...model, id: 'claude-opus-5-5', retires: undefined }]),
  });

  it('reports each target that retires once per UTC day', async () => {
    const clock = fakeClock(Date.parse('2026-11-20T12:00:00Z'));
    const notices: ModelNotice[] = [];
    const onEvent = modelNotices({ catalog, clock, onNotice: (notice) => notices.push(notice) });
    const models = {
      'claude-sonnet-4-5': [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
      'claude-opus-5-5': [{ text: 'd' }],
      unknown: [{ text: 'e' }],
    };
    const claude = fakeProvider({ id: 'claude', vendor: 'anthropic', models });
    const majordomo = createMajordomo({ providers: [claude], clock, onEvent });
    const call = (id: string) => majordomo.model(`claude/${id}`).generate({ messages: [user('hi')] });
    await call('claude-sonnet-4-5');
    await call('claude-sonnet-4-5');
    await call('claude-opus-5-5');
    await call('unknown');
    expect(notices).toEqual([
      { ...noticeOf(model, new Date('2026-11-20')), target: 'claude/claude-sonnet-4-5' },
    ]);
    await clock.advance(DAY_MS);
    await call('claude-sonnet-4-5');
    await clock.advance(0);
    expect(notices.map(({ daysLeft }) => daysLeft)).toEqual([10, 9]);
  });

  it('ignores other events, and attempts of a provider without a vendor', () => {
    const onEvent = modelNotices({ catalog, onNotice: () => expect.unreachable() });
    const call = { id: '1', spec: 'a/b', tenant: undefined, metadata: {} };
    const result = { target: 'a/b', outcome: 'finished', error: undefined, usage: undefined, ms: 1 } as const;
    const events: readonly CallEvent[] = [
      { type: 'attempt-start', call, target: 'a/b', attempt: 1 },
      { type: 'attempt-end', call, attempt: 1, result },
    ];
    for (const event of events) {
      expect(() => {
        onEvent(event);
      }).not.toThrow();
    }
  });

  it.each([
    [{}, /onNotice is missing/],
    [{ onNotice: () => undefined, withinDays: -1 }, /withinDays/],
  ])('rejects the options %j', (options, message) => {
    expect(() => modelNotices(options as never)).toThrow(message);
  });
});
