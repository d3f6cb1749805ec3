import { fakeClock } from '@majordomo/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { rejection } from '../../test/support/world.ts';
import { connectMcp } from '../connect-mcp.ts';
import { Session } from './session.ts';

const { signal } = new AbortController();
const lost = Object.assign(new Error('gone'), { code: 'NOT_CONNECTED' });

/** Session with a client, and a log of what happens to it. */
function sessionOf(client: object = {}) {
  const log: string[] = [];
  const close = async () => void log.push('client closed');
  const transport = {
    close: async () => void log.push('transport closed'),
    lastOutput: () => 'last words',
    mask: (text: string) => text.replace('gone', '***'),
  };
  const io = {
    label: 'mcp "x"',
    closed: (_session: unknown, last: string) => log.push(`lost: ${last}`),
  };
  const session = new Session({ close, ...client } as never, transport as never, io as never);
  return { session, log };
}

it('is closed when its last call has ended after the connection was lost', async () => {
  const { session, log } = sessionOf();
  let finish = (): void => undefined;
  const other = session.use('b', signal, () => new Promise<void>((resolve) => (finish = resolve)));
  await expect(session.use('a', signal, () => Promise.reject(lost))).rejects.toMatchObject({
    kind: 'network',
    message: 'a: ***; last words',
  });
  expect([session.isOpen, log]).toEqual([false, ['lost: last words']]);
  finish();
  await other;
  await session.close();
  expect(log.slice(0, 2)).toEqual(['lost: last words', 'transport closed']);
  expect(log.filter((entry) => entry === 'transport closed')).toHaveLength(1);
  expect(log).toContain('client closed');
});

it('remains open after another failure, and after a result', async () => {
  const { session, log } = sessionOf();
  const invalid = Object.assign(new Error('bad'), { code: -32_602 });
  await expect(session.use('a', signal, () => Promise.reject(invalid))).rejects.toMatchObject({
    kind: 'invalid-request',
    message: 'a: bad',
  });
  expect(await session.use('a', signal, () => Promise.resolve(1))).toBe(1);
  expect([session.isOpen, log]).toEqual([true, []]);
});

it('is closed once, also if closing fails', async () => {
  const failing = () => Promise.reject(new Error('bug'));
  const { session, log } = sessionOf({ close: failing });
  await session.close();
  session.markLost();
  expect([session.isOpen, log]).toEqual([false, ['lost: last words', 'transport closed']]);
});

it.each([
  [undefined, undefined, undefined, undefined],
  [{ name: 'sky', version: '2' }, 'sky 2', 'Be kind.', 'Be kind.'],
])('names the server %o, and has its instructions', (version, server, instructions, text) => {
  const { session } = sessionOf({
    getServerVersion: () => version,
    getInstructions: () => instructions,
  });
  expect([session.server, session.instructions]).toEqual([server, text]);
});

it('truncates instructions to 20,000 characters', () => {
  const instructionsOf = (length: number) =>
    sessionOf({ getInstructions: () => 'x'.repeat(length) }).session.instructions;
  expect(instructionsOf(20_000)).toBe('x'.repeat(20_000));
  expect(instructionsOf(20_001)?.length).toBeLessThanOrEqual(20_000);
});

it('has no time limit of the SDK while it connects', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const requests: unknown[] = [];
  const fetch = (url: unknown): Promise<Response> => {
    requests.push(url);
    return new Promise(() => undefined);
  };
  const clock = fakeClock();
  const place = { url: 'http://x.internal', fetch };
  const outcome = rejection(connectMcp({ name: 'x', place, clock, connectMs: 500_000 }));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  while (requests.length === 0) await turn();
  vi.advanceTimersByTime(400_000);
  for (let turns = 0; turns < 20; turns++) await turn();
  await clock.advance(500_000);
  expect(await outcome).toMatchObject({
    kind: 'timeout',
    message: 'mcp "x": connecting: no result within 500000 ms; raise totalMs or connectMs',
  });
});
