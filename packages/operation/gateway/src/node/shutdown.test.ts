import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Shutdown } from './shutdown.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Server that closes when the test calls `finish`, and records the methods that are called. */
function setUp() {
  const log: string[] = [];
  let finish: () => void = () => undefined;
  const server = Object.assign(new EventEmitter(), {
    close(callback: () => void) {
      log.push('close');
      finish = callback;
    },
    closeIdleConnections: () => log.push('closeIdleConnections'),
    closeAllConnections: () => log.push('closeAllConnections'),
  });
  const shutdown = new Shutdown(server as unknown as Server);
  const connect = (name: string, bytesRead: number): EventEmitter => {
    const socket = Object.assign(new EventEmitter(), {
      bytesRead,
      destroy: () => log.push(`destroy ${name}`),
    });
    server.emit('connection', socket);
    return socket;
  };
  const respond = (name: string): EventEmitter => {
    const outgoing = Object.assign(new EventEmitter(), { end: () => log.push(`end ${name}`) });
    server.emit('request', {}, outgoing);
    return outgoing;
  };
  return {
    connect,
    log,
    respond,
    server,
    shutdown,
    finish: () => {
      finish();
    },
  };
}

/** Waits for turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
}

describe('a shutdown', () => {
  it('destroys connections that have sent nothing, and closes idle ones', async () => {
    const { connect, finish, log, shutdown } = setUp();
    connect('silent', 0);
    connect('active', 1);
    connect('gone', 0).emit('close');
    const closed = shutdown.close(10_000);
    await turns(30);
    expect(log).toEqual(['destroy silent', 'close', 'closeIdleConnections']);
    finish();
    await closed;
  });

  it('waits for ten turns of the event loop without a new connection', async () => {
    const { connect, finish, log, shutdown } = setUp();
    const closed = shutdown.close(10_000);
    await turns(8);
    expect(log).toEqual([]);
    connect('late', 0);
    await turns(8);
    expect(log).toEqual([]);
    await turns(4);
    expect(log).toEqual(['destroy late', 'close', 'closeIdleConnections']);
    finish();
    await closed;
  });

  it.each([
    [10_000, 2000],
    [100, 100],
  ])('with graceMs %d waits at most %d ms for new connections', async (graceMs, maxMs) => {
    let now = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    // At the end of the wait no time of the grace may remain, and the connections would be closed after the time of a real timer.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { connect, finish, log, shutdown } = setUp();
    const closed = shutdown.close(graceMs);
    for (let turn = 0; turn < 5; turn++) {
      await turns(5);
      connect('next', 1);
    }
    now = 999 + maxMs;
    await turns(3);
    expect(log).toEqual([]);
    now = 1000 + maxMs;
    await turns(3);
    expect(log).toEqual(['close', 'closeIdleConnections']);
    finish();
    await closed;
  });

  it('closes all connections after graceMs, but not if the server closes before', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(1000);
    for (const isInTime of [false, true]) {
      const { finish, log, shutdown } = setUp();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const closed = shutdown.close(500);
      await turns(30);
      vi.advanceTimersByTime(499);
      expect(log).toEqual(['close', 'closeIdleConnections']);
      if (isInTime) finish();
      vi.advanceTimersByTime(1);
      expect(log.slice(2)).toEqual(isInTime ? [] : ['closeAllConnections']);
      finish();
      await closed;
      vi.useRealTimers();
    }
  });

  it('counts the wait for new connections as part of graceMs', async () => {
    let now = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const { connect, finish, log, shutdown } = setUp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const closed = shutdown.close(5000);
    for (let turn = 0; turn < 5; turn++) {
      await turns(5);
      connect('next', 1);
    }
    now += 2000;
    await turns(3);
    expect(log).toEqual(['close', 'closeIdleConnections']);
    vi.advanceTimersByTime(2999);
    expect(log).toEqual(['close', 'closeIdleConnections']);
    vi.advanceTimersByTime(1);
    expect(log[2]).toBe('closeAllConnections');
    finish();
    await closed;
  });

  it('with graceMs Infinity does not close connections that are in use', async () => {
    const { finish, log, shutdown } = setUp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const closed = shutdown.close(Infinity);
    await turns(30);
    vi.advanceTimersByTime(86_400_000);
    expect(log).toEqual(['close', 'closeIdleConnections']);
    finish();
    await closed;
  });

  it('closes no idle connections while a response is being sent, because Node would truncate it', async () => {
    const { finish, log, respond, shutdown } = setUp();
    const response = Object.assign(respond('large'), { writableEnded: true });
    const closed = shutdown.close(10_000);
    await turns(30);
    expect(log).toEqual(['close']);
    response.emit('close');
    await turns(2);
    expect(log).toEqual(['close', 'closeIdleConnections']);
    finish();
    await closed;
  });

  it('closes idle connections after each response that ends while the server closes', async () => {
    const { finish, log, respond, shutdown } = setUp();
    respond('before').emit('close');
    await turns(2);
    expect(log).toEqual([]);
    const lateResponse = respond('late');
    const closed = shutdown.close(10_000);
    await turns(30);
    log.length = 0;
    lateResponse.emit('close');
    expect(log).toEqual([]);
    await turns(2);
    expect(log).toEqual(['closeIdleConnections']);
    finish();
    await closed;
  });
});
