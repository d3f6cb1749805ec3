import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  describeWith,
  missingServices,
  startPostgres,
  startRedis,
  startRestate,
  type Server,
} from '../src/index.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Tests the lifecycle that all services have in common. */
function testLifecycle(start: () => Promise<Server>): void {
  it('starts two separate servers, and leaves no process and no folder after their end', async () => {
    const both = await Promise.all([start(), start()]);
    const alive = (): boolean[] => both.map(({ pid, folder }) => isAlive(pid) && existsSync(folder));
    expect(alive()).toEqual([true, true]);
    await both[0].stop();
    expect(alive()).toEqual([false, true]);
    await Promise.all(both.map((server) => server.stop()));
    expect(both.map(({ folder }) => existsSync(folder))).toEqual([false, false]);
    expect(alive()).toEqual([false, false]);
  }, 60_000);

  it('restarts after a kill, and stops while it is paused', async () => {
    await using server = await start();
    const { pid } = server;
    await server.kill();
    expect(isAlive(pid)).toBe(false);
    await server.start();
    expect(isAlive(server.pid)).toBe(true);
    server.pause();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  }, 60_000);
}

describe('the services of the tests', () => {
  describeWith('redis', 'Redis', () => {
    testLifecycle(startRedis);

    it('retains writes with an append-only file and loses them without one', async () => {
      for (const append of ['always', undefined] as const) {
        await using redis = await startRedis({ append });
        expect(await sendCommand(redis.port, 'SET a 1')).toBe('+OK');
        await redis.kill();
        await redis.start();
        expect(await sendCommand(redis.port, 'EXISTS a')).toBe(append === undefined ? ':0' : ':1');
      }
    });
  });
  describeWith('postgres', 'PostgreSQL', () => testLifecycle(startPostgres));
  describeWith('restate', 'Restate', () => testLifecycle(startRestate));
});

describe('missing services', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [undefined, 'are skipped'],
    ['', 'are skipped'],
    ['true', 'fail in CI'],
  ])('are listed in one line with CI=%s, with the effect on their tests', (ci, effect) => {
    vi.stubEnv('CI', ci);
    vi.stubEnv('WITHOUT_SERVICES', 'redis,postgres,pgbouncer,restate,chromium,miniflare,temporal');
    expect(missingServices()).toBe(
      'Not installed: redis, postgres, pgbouncer, restate, chromium, miniflare, temporal. ' +
        `Their tests ${effect}. ` +
        'Install: node tooling/services/install.ts redis postgres pgbouncer restate chromium miniflare temporal',
    );
  });
});

async function sendCommand(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString().trim();
}
