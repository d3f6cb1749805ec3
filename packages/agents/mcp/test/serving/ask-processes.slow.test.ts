import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { connectMcp, type McpOptions } from '../../src/index.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { run } from '../support/world.ts';

const PROGRAM = new URL('../support/asking-process.ts', import.meta.url).pathname;

/** Connects to the server of a program. The user answers the n-th question with `meal <n>`. */
async function connected(options: Pick<McpOptions, 'place' | 'protocol'>) {
  const questions: string[] = [];
  const box = await connectMcp({
    name: 'meals',
    prefix: '',
    onElicit: ({ message }) => {
      questions.push(message);
      return { action: 'accept', content: { meal: `meal ${questions.length}` } };
    },
    ...options,
  });
  onTestFinished(() => box.close());
  return { box, questions };
}

const textOf = (output: unknown): string => (output as [{ readonly text: string }])[0].text;

it.each(['2025', 'auto'] as const)('`ask` of a program asks clients of %s on stdio', async (protocol) => {
  const place = { command: process.execPath, args: [PROGRAM, 'stdio'], env: COMPILE_CACHE };
  const { box, questions } = await connected({ place, protocol });
  for (const count of [1, 2, 3]) {
    questions.length = 0;
    const meals = ['meal 1', 'meal 2', 'meal 3'].slice(0, count).join();
    expect(textOf(await run(box, 'book', { count }))).toMatch(new RegExp(`: ${meals}$`));
    expect(questions).toHaveLength(count);
  }
});

/** Starts a process that serves over HTTP. Returns its address. */
async function startProcess(): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, 'http'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}/mcp`;
}

it('`ask` continues in another process with the same secret', async () => {
  const addresses = await Promise.all([startProcess(), startProcess()]);
  const calls: number[] = [];
  const fetch: typeof globalThis.fetch = (_input, init) => {
    const isCall = typeof init?.body === 'string' && init.body.includes('"tools/call"');
    if (isCall) calls.push(calls.length % addresses.length);
    return globalThis.fetch(addresses[isCall ? (calls.at(-1) ?? 0) : 0] ?? '', init);
  };
  const { box, questions } = await connected({ place: { url: 'http://127.0.0.1/mcp', fetch } });
  expect(textOf(await run(box, 'book', { count: 3 }))).toMatch(/: meal 1,meal 2,meal 3$/);
  expect(questions).toEqual(['Meal 1?', 'Meal 2?', 'Meal 3?']);
  expect(calls).toEqual([0, 1, 0, 1]);
});
