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
    // A pipe that does not belong to the program may close, too.
    await expect.poll(openPipes).toBeLessThanOrEqual(pipes);
  },
);

/** Starts a Node.js script, and returns its transport with the messages, the errors and the number of closings. */
async function started(script: string) {
  const tail = new StderrTail(
    [],
    (text) => text,
    () => undefined,
  );
  const place = { command: process.execPath, args: ['-e', script] };
  const { transport } = await programTransport(place, tail);
  const [messages, errors]: [unknown[], Error[]] = [[], []];
  let closings = 0;
  transport.onmessage = (message) => messages.push(message);
  transport.onerror = (error) => errors.push(error);
  transport.onclose = () => closings++;
  await transport.start();
  onTestFinished(() => transport.close());
  return { transport, messages, errors, closings: () => closings };
}
const line = (params: object): string => JSON.stringify({ jsonrpc: '2.0', method: 'hi', params });

it('reports lines that are not messages', async () => {
  const { messages, errors } = await started(`console.log('Listening\\n${line({ a: 1 })}')`);
  await expect.poll(() => messages.length).toBe(1);
  expect([errors.length, messages]).toEqual([1, [{ jsonrpc: '2.0', method: 'hi', params: { a: 1 } }]]);
});

it('rejects messages after the end of the program', async () => {
  const { transport, closings } = await started('');
  await expect.poll(closings).toBe(1);
  await expect(transport.send({ jsonrpc: '2.0', method: 'hi' })).rejects.toMatchObject({
    message: 'the connection is closed',
    code: 'NOT_CONNECTED',
  });
  await transport.close();
  expect(closings()).toBe(1);
});

it('does not wait for another process that keeps the output open', async () => {
  const pipes = openPipes();
  const { transport, messages, closings } = await started(`
    const options = { detached: true, stdio: 'inherit' };
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], options);
    child.unref();
    console.log(JSON.stringify({ jsonrpc: '2.0', method: 'hi', params: { pid: child.pid } }));
    process.stdin.resume();
  `);
  await expect.poll(() => messages.length).toBe(1);
  const [{ params }] = messages as [{ params: { pid: number } }];
  onTestFinished(() => {
    process.kill(params.pid, 'SIGKILL');
  });
  await transport.close();
  expect(closings()).toBe(1);
  await expect.poll(openPipes).toBeLessThanOrEqual(pipes);
});

it('leaves no timer when it is closed', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const { transport } = await started('process.stdin.resume()');
  await transport.close();
  expect(timers()).toBeLessThanOrEqual(before);
});
