import { memoryFiles } from '@majordomo/files';
import { memoryRecords } from '@majordomo/records';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { systemClock } from '@majordomo/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KEY, startGateway } from './support/test-gateway.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const HEAD = ['POST /v1/chat/completions HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked'];
const head = (key: string): string => [...HEAD, `Authorization: Bearer ${key}`, '', ''].join('\r\n');

interface Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  readonly received: () => string;
}

function connectTo(url: string): Client {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (data: string) => (text += data));
  socket.on('error', () => undefined);
  return { socket, closed: new Promise((resolve) => socket.once('close', resolve)), received: () => text };
}

describe('a body without an end', () => {
  it.each([
    ['of an unknown key', 'unknown', 401],
    ['above maxBodyBytes', KEY, 413],
  ])('%s is answered first, and then discarded up to 32 MiB', async (_, key, status) => {
    const maxBodyBytes = 4_000_000;
    await using testGateway = await startGateway({ gateway: { maxBodyBytes } });
    const { socket, closed, received } = connectTo(testGateway.url);
    socket.write(head(key));
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    while (!socket.destroyed) {
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), closed]).catch(() => undefined);
    }
    await closed;
    expect(received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received()).toMatch(/\r\nconnection: close\r\n/i);
    // Before the response, an authorized body is read up to the limit. Buffers of both ends may contain a few megabytes.
    expect(socket.bytesWritten).toBeLessThan(maxBodyBytes + 33_554_432 + 16_000_000);
  });

  it('that is slow ends after 5 s', async () => {
    await using testGateway = await startGateway();
    const timer = vi.spyOn(systemClock, 'timer');
    const { socket, closed, received } = connectTo(testGateway.url);
    socket.write(head('unknown'));
    socket.write('1\r\nx\r\n');
    await expect.poll(received).toMatch(/^HTTP\/1\.1 401 /);
    socket.write('1\r\nx\r\n');
    const [, endTime] = timer.mock.calls.find(([ms]) => ms === 5000) ?? [];
    endTime?.();
    await closed;
  });

  it('that ends in time keeps the response, and closes the connection', async () => {
    await using testGateway = await startGateway();
    const { socket, closed, received } = connectTo(testGateway.url);
    socket.write(head('unknown'));
    await expect.poll(received).toMatch(/^HTTP\/1\.1 401 /);
    socket.write('1\r\nx\r\n0\r\n\r\n');
    await closed;
    expect(socket.readableEnded).toBe(true);
  });

  it('is received to its end if its first part is refused', async () => {
    await using testGateway = await startGateway();
    const { socket, closed, received } = connectTo(testGateway.url);
    const failure = vi.fn();
    socket.on('error', failure);
    const items = Buffer.from(`{"model":"fast","messages":[${'{},'.repeat(3_000_000)}`);
    const length = `Content-Length: ${items.length}`;
    socket.write([HEAD[0], HEAD[1], length, `Authorization: Bearer ${KEY}`, '', ''].join('\r\n'));
    const CHUNK = 65_536;
    for (let at = 0; at < items.length; at += CHUNK) {
      if (!socket.write(items.subarray(at, at + CHUNK)))
        await Promise.race([once(socket, 'drain'), closed]).catch(() => undefined);
    }
    await closed;
    expect(failure).not.toHaveBeenCalled();
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('is not read after a response that needs no body', async () => {
    await using testGateway = await startGateway();
    const timer = vi.spyOn(systemClock, 'timer');
    const { socket, closed, received } = connectTo(testGateway.url);
    socket.write(['GET /health HTTP/1.1', ...HEAD.slice(1), '', ''].join('\r\n'));
    await expect.poll(received).toMatch(/^HTTP\/1\.1 200 /);
    socket.write('1\r\nx\r\n');
    const [, endTime] = timer.mock.calls.find(([ms]) => ms === 5000) ?? [];
    endTime?.();
    await closed;
  });
});

it('answers an upload that the quota refuses before its file is read', async () => {
  const files = { store: memoryFiles(), records: memoryRecords(), maxTotalBytes: 1000 };
  await using testGateway = await startGateway({ gateway: { files } });
  const body = new FormData();
  body.set('purpose', 'user_data');
  body.set('file', new Blob([new Uint8Array(2_000_000)]), 'a.pdf');
  const headers = { authorization: `Bearer ${KEY}` };
  const response = await fetch(`${testGateway.url}/v1/files`, { method: 'POST', headers, body });
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('files')]);
});
