import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { loadClientStdio } from '../sdk.ts';
import { programTransport } from './program-transport.ts';
import { StderrTail } from './stderr-tail.ts';

const SCRIPT = `
console.error('started');
const params = { args: process.argv.slice(1), env: [process.env.A, process.env.SECRET], cwd: process.cwd() };
console.log(JSON.stringify({ jsonrpc: '2.0', method: 'hi', params }));
process.stdin.resume();
`;

const openPipes = (): number => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;

it.each(['win32', process.platform])(
  'starts the program with its arguments, environment and folder on %s',
  async (platform) => {
    const before = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
    const restore = (): void => {
      Object.defineProperty(process, 'platform', before);
      delete process.env['SECRET'];
    };
    onTestFinished(restore);
    // The SDK reads the platform when it is loaded, and must start the program as on this platform.
    await loadClientStdio();
    process.env['SECRET'] = 'of this process';
    Object.defineProperty(process, 'platform', { ...before, value: platform });
    const cwd = realpathSync(tmpdir());
    const place = { command: process.execPath, args: ['-e', SCRIPT, '--', 'x', 'y'], env: { A: 'b' }, cwd };
    const lines: string[] = [];
    let onLine = (): void => undefined;
    const hasLine = new Promise<void>((resolve) => (onLine = resolve));
    const tail = new StderrTail(
      [],
      (text) => text,
      (line) => {
        lines.push(line);
        onLine();
      },
    );
    const { transport, lastOutput } = await programTransport(place, tail);
    Object.defineProperty(process, 'platform', before);
    const received = new Promise((resolve) => {
      transport.onmessage = resolve;
    });
    const closed = new Promise<void>((resolve) => {
      transport.onclose = resolve;
    });
    const pipes = openPipes();
    await transport.start();
    expect(await received).toEqual({
      jsonrpc: '2.0',
      method: 'hi',
      params: { args: ['x', 'y'], env: ['b', null], cwd },
    });
    await hasLine;
    expect([lines, lastOutput()]).toEqual([['started'], 'started']);
    expect(openPipes()).toBeGreaterThan(pipes);
    await transport.close();
    await closed;
    await expect.poll(openPipes).toBe(pipes);
  },
);
