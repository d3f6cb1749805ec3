import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { McpEvent, McpOptions, McpToolbox } from '../src/index.ts';
import { COMPILE_CACHE } from './support/compile-cache.ts';
import { run, testToolbox } from './support/world.ts';

const SCRIPT = new URL('support/serving-process.ts', import.meta.url).pathname;

async function connected(options: Partial<McpOptions> = {}): Promise<McpToolbox> {
  return testToolbox({
    name: 'calc',
    prefix: '',
    place: { command: process.execPath, args: [SCRIPT], env: COMPILE_CACHE },
    ...options,
  });
}

describe.each([['2025'], ['auto']] as const)('a server of ours over stdio, for clients of %s', (protocol) => {
  it('responds, and ends when the client is gone', async () => {
    const events: McpEvent[] = [];
    const onEvent = (event: McpEvent): void => void events.push(event);
    const box = await connected({ protocol, onEvent });
    expect(await run(box, 'add', { a: 1, b: 2 })).toEqual([{ type: 'text', text: '3' }]);
    await box.close();
    expect(events.map(({ detail }) => detail)).toContain('the client is gone');
  });

  it('asks the person behind the client', async () => {
    const answers = [{ action: 'accept', content: {} }, { action: 'decline' }] as const;
    let asked = 0;
    const box = await connected({ protocol, onElicit: () => answers[asked++] ?? { action: 'cancel' } });
    expect(await run(box, 'wipe')).toEqual([{ type: 'text', text: 'wiped' }]);
    await expect(run(box, 'wipe')).rejects.toThrow('did not approve');
    expect(asked).toBe(2);
  });
});

it('a served program ends after a message above its limit, even if the client stays', async () => {
  const server = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'ignore', 'pipe'] });
  onTestFinished(() => void server.kill());
  let said = '';
  server.stderr.on('data', (text: Buffer) => (said += text.toString()));
  server.stdin.on('error', () => undefined);
  server.stdin.write('x'.repeat(11 * 2 ** 20));
  const [code] = (await once(server, 'close')) as [number];
  expect([code, said]).toEqual([0, expect.stringContaining('the client is gone')]);
});
