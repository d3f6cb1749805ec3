import { expect, it } from 'vitest';
import { KnownProtocol } from './known-protocol.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

it('is protocol 2025 for seven days after a probe', () => {
  const protocol = new KnownProtocol();
  expect(protocol.isLegacy(0)).toBe(false);
  protocol.learn({ isLegacy: true, hasTimedOut: false }, 5);
  expect([protocol.isLegacy(5 + 7 * DAY_MS - 1), protocol.isLegacy(5 + 7 * DAY_MS)]).toEqual([true, false]);
  expect(protocol.storable).toBe(5);
});

it('is used but not stored if the server did not respond in time', () => {
  const protocol = new KnownProtocol();
  protocol.learn({ isLegacy: true, hasTimedOut: true }, 5);
  expect([protocol.isLegacy(6), protocol.storable]).toEqual([true, undefined]);
});

it('is forgotten when the server supports a later protocol', () => {
  const protocol = new KnownProtocol();
  protocol.restore(5);
  expect([protocol.isLegacy(6), protocol.storable]).toEqual([true, 5]);
  protocol.learn({ isLegacy: false, hasTimedOut: false }, 6);
  expect([protocol.isLegacy(7), protocol.storable]).toEqual([false, undefined]);
});
