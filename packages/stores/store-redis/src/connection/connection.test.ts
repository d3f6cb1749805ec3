import { systemClock, type Clock } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { clientOf } from './client.ts';
import { Connection } from './connection.ts';
import { script } from './script.ts';

/** Connection over a client of ioredis with this function for scripts. */
function connectionOver(evalsha: () => unknown, clock: Clock = systemClock): Connection {
  const client = {
    status: 'ready',
    evalsha,
    on: () => undefined,
    off: () => undefined,
  };
  return new Connection(clientOf(client, 'client'), clock, 10_000);
}

it.each([
  ['OOM command not allowed', 'server', 'Redis failed: OOM command not allowed'],
  ['READONLY You cannot write', 'server', 'Redis failed: READONLY You cannot write'],
  [
    'command timed out',
    'timeout',
    'Redis did not answer within the timeout of its client; check its load or raise the timeout of commands',
  ],
  ["Stream isn't writeable", 'network', "the connection to Redis failed: Stream isn't writeable"],
  ['Connection is closed.', 'network', 'the connection to Redis failed: Connection is closed.'],
  ['write EPIPE', 'network', 'the connection to Redis failed: write EPIPE'],
])('a command that fails with "%s" is a failure of kind %s', async (reason, kind, message) => {
  const cause = new Error(reason);
  const result = connectionOver(() => Promise.reject(cause)).run(script('return 1'), [], []);
  await expect(result).rejects.toMatchObject({ kind, message, cause });
});

it('reports a client that throws synchronously as a failed connection', async () => {
  const connection = connectionOver(() => {
    throw new Error('no socket');
  });
  await expect(connection.run(script('return 1'), [], [])).rejects.toMatchObject({ kind: 'network' });
});

it('leaves no timer after a command', async () => {
  const clock = fakeClock();
  await connectionOver(() => Promise.resolve(1), clock).run(script('return 1'), [], []);
  expect(clock.pending).toBe(0);
});

it('sends calls again as soon as Redis has answered a test call, also with an error', async () => {
  const clock = fakeClock();
  const answers = [new Error('command timed out'), new Error('OOM command not allowed')];
  const connection = connectionOver(() => {
    const error = answers.shift();
    return error === undefined ? Promise.resolve(1) : Promise.reject(error);
  }, clock);
  const run = () => connection.run(script('return 1'), [], []);
  await expect(run()).rejects.toMatchObject({ kind: 'timeout' });
  await expect(run()).rejects.toThrow('Redis does not respond');
  await clock.advance(1000);
  await expect(run()).rejects.toMatchObject({ kind: 'server' });
  expect(await run()).toBe(1);
});
