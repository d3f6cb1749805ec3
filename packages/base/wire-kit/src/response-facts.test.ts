import { expect, it } from 'vitest';
import { EventWriter } from './event-writer.ts';
import { headerFacts } from './rate-limits.ts';
import { otherMembers, servedBy } from './response-facts.ts';

it('finds the id of the request in the header of each vendor', () => {
  for (const name of ['x-request-id', 'request-id', 'x-amzn-requestid', 'cf-ray'])
    expect(headerFacts(new Headers({ [name]: 'r1', date: 'today' }))).toEqual({ requestId: 'r1' });
});

it('prefers the vendor’s id of the request to that of a proxy', () => {
  expect(headerFacts(new Headers({ 'cf-ray': 'c1', 'request-id': 'r1' }))).toEqual({ requestId: 'r1' });
});

it('finds rate limits in headers', () => {
  const headers = new Headers({
    'x-ratelimit-limit-requests': '50',
    'x-ratelimit-remaining-requests': '49',
    'x-ratelimit-reset-requests': '1s',
  });
  expect(headerFacts(headers)).toEqual({
    rateLimits: [{ name: 'requests', limit: 50, remaining: 49, resetMs: 1000 }],
  });
});

it('omits known members and members without a value', () => {
  const known = new Set(['id']);
  expect(otherMembers({ id: '1', provider: 'x', empty: null, absent: undefined }, known)).toEqual({
    provider: 'x',
  });
  expect(otherMembers({ id: '1', empty: null }, known)).toBeUndefined();
});

it('ignores a model and an id that are not strings', () => {
  expect(servedBy('w', { id: 1, model: null })).toEqual({ vendor: { wire: 'w' } });
  expect(servedBy('w', { id: 'r', model: 'm' }, new Headers({ 'x-request-id': 'q' }))).toEqual({
    model: 'm',
    vendor: { wire: 'w', id: 'r', requestId: 'q' },
  });
});

it('writes the last model and the facts into the finish event', () => {
  const writer = new EventWriter('a/m', { collects: true });
  writer.facts({ requestId: 'q' });
  writer.start('r1', 'early');
  writer.text('x');
  writer.model('late');
  writer.model(undefined);
  writer.facts({ wire: 'w', requestId: undefined });
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
  writer.finish('stop', 'end', { ...usage, details: { serviceTier: 'flex' } });
  const events = writer.take();
  expect(events[0]).toEqual({ type: 'start', target: 'a/m', id: 'r1', model: 'early' });
  expect(events.at(-1)).toMatchObject({
    model: 'late',
    vendor: { wire: 'w', id: 'r1', serviceTier: 'flex', requestId: 'q' },
  });
});

it('writes no facts of a wire that reports none', () => {
  const writer = new EventWriter('a/m', { collects: true });
  writer.facts({ requestId: 'q' });
  writer.finish('stop', 'end', undefined);
  expect(Object.keys(writer.take().at(-1) ?? {})).not.toContain('vendor');
});
