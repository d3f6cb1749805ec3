import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, startRedis, type Redis as Server } from '@majordomo/services';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { connectMcp } from '@majordomo/mcp';
import { run, tempFolder } from '../../../../packages/agents/mcp/test/support/world.ts';

const PROGRAM = new URL('../../src/mcp/agent-process.ts', import.meta.url).pathname;
const RUNS = 5;

/** Starts a process that serves the agent. Returns its address. */
async function startProcess(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--no-warnings', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}/mcp`;
}

describeWith('redis', 'processes that serve an agent', () => {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  it('continue a run once if both receive the approval at the same time', async () => {
    const file = join(tempFolder(), 'booked');
    const args = [server?.url ?? '', file];
    const addresses = await Promise.all([startProcess(...args), startProcess(...args)]);
    const replies: string[] = [];
    /** Sends each reply to both processes at once. */
    const fetch: typeof globalThis.fetch = async (_input, init) => {
      const [one = '', two = ''] = addresses;
      const isReply = typeof init?.body === 'string' && init.body.includes('"requestState"');
      if (!isReply) return globalThis.fetch(one, init);
      const [first, second] = await Promise.all([globalThis.fetch(one, init), globalThis.fetch(two, init)]);
      replies.push(await first.clone().text(), await second.text());
      return first;
    };
    const box = await connectMcp({
      name: 'c',
      prefix: '',
      place: { url: 'http://127.0.0.1/mcp', fetch },
      onElicit: () => ({ action: 'accept', content: {} }),
    });
    onTestFinished(() => box.close());
    for (let at = 0; at < RUNS; at++) await run(box, 'clerk', { task: 'Book.' }).catch(() => undefined);
    const count = (text: string): number => replies.filter((reply) => reply.includes(text)).length;
    expect([count('Booked.'), count('The run has ended or expired')]).toEqual([RUNS, RUNS]);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(RUNS);
  }, 30_000);
});
