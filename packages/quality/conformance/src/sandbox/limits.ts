import { equal, ok } from 'node:assert/strict';
import { errorOf, runCode, sandboxCase, type SandboxCase } from './sandbox.ts';

/** Maximum time to stop a program, in milliseconds. */
const MAX_STOP_MS = 10_000;
/** Maximum growth of the host's memory, in bytes. The programs allocate 1 GB or more. */
const MAX_HOST_BYTES = 600 * 2 ** 20;
/** Maximum length of an output or a message, in characters. The programs create 10 MB. */
const MAX_TEXT_CHARS = 1_000_000;

/** Programs that do not end. Each calls `begin` first. */
const ENDLESS: Readonly<Record<string, string>> = {
  'a loop': 'for (;;) {}',
  'a loop that catches errors': 'for (;;) try { for (;;) {} } catch {}',
  'a loop of promises': 'for (;;) await null;',
  'a loop of calls': 'for (;;) await tools.echo({});',
  'a loop of calls that it does not await': 'for (;;) { void tools.echo({}); await null; }',
  'a promise that never settles': 'await new Promise(() => {});',
  'a regular expression': '/^(a+)+$/.test("a".repeat(60) + "b");',
  'a getter of the result': 'return { get a() { for (;;) {} } };',
  'toJSON of the result': 'return { toJSON() { for (;;) {} } };',
  'a proxy as the result': 'return new Proxy({}, { ownKeys() { for (;;) {} } });',
  'a thenable as the result': 'return { then() { for (;;) {} } };',
  'the message of an error': 'throw { get message() { for (;;) {} }, toString() { for (;;) {} } };',
};

const endlessCase = ([what, code]: readonly [string, string]): SandboxCase =>
  sandboxCase(`stops ${what} when the signal aborts, without blocking the host`, async (sandbox) => {
    const controller = new AbortController();
    let ticks = 0;
    let calls = 0;
    let begun: () => void = () => undefined;
    const begin = new Promise<void>((resolve) => (begun = resolve));
    const ticking = setInterval(() => (ticks += 1), 1);
    try {
      const tools = {
        begin: () => {
          begun();
          return null;
        },
        echo: (args: object) => {
          calls += 1;
          return args as never;
        },
      };
      const run = errorOf(sandbox, `await tools.begin({}); ${code}`, { tools, signal: controller.signal });
      await begin;
      ticks = 0;
      await new Promise((resolve) => setTimeout(resolve, 50));
      ok(ticks > 0, 'the program blocked the host');
      const aborted = performance.now();
      controller.abort(new Error('stopped by the host'));
      await run;
      ok(performance.now() - aborted < MAX_STOP_MS, `did not stop within ${MAX_STOP_MS} ms`);
      const before = calls;
      await new Promise((resolve) => setTimeout(resolve, 50));
      equal(calls, before, 'the program called a tool after it was stopped');
    } finally {
      clearInterval(ticking);
    }
  });

/**
 * Sources that take some parsers exponential time, because they may be JavaScript or TypeScript. They are long enough for a test, and
 * short enough for a sandbox that does not pass it.
 */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'generic arrow functions': `${'async<T>(a = '.repeat(17)}1${')'.repeat(17)}`,
  'type assertions': `${'<a>('.repeat(17)}b${')'.repeat(17)}`,
  'type arguments': `${'a<'.repeat(1_000)}a`,
};
/** Maximum time between two ticks of the host's timer, in milliseconds. */
const MAX_BLOCK_MS = 400;

const parseCase = ([what, code]: readonly [string, string]): SandboxCase =>
  sandboxCase(`parses nested ${what} without blocking the host`, async (sandbox) => {
    // The first program loads the parser, which is not measured.
    await runCode(sandbox, 'return 1;');
    let longest = 0;
    let last = performance.now();
    const tick = (): void => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const ticking = setInterval(tick, 1);
    await Promise.allSettled([runCode(sandbox, `${code};`)]);
    clearInterval(ticking);
    tick();
    ok(longest < MAX_BLOCK_MS, `blocked the host for ${Math.round(longest)} ms`);
  });

/** Programs that allocate without end. */
const HUNGRY: Readonly<Record<string, string>> = {
  'an array of 1 GB': 'const all = new Array(1e8).fill(0).map((_, n) => n + 0.5); return all.length;',
  'strings of 1 GB':
    'const all = []; for (let n = 0; n < 1000; n++) all.push(String(n).repeat(1e6)); return all.length;',
  'buffers of 1 GB':
    'const all = []; for (let n = 0; n < 100; n++) all.push(new Uint8Array(1e7).fill(n)); return all.length;',
  'a map of 1 GB': 'const all = new Map(); for (let n = 0; ; n++) all.set(n, { n });',
};

const hungryCase = ([what, code]: readonly [string, string]): SandboxCase =>
  sandboxCase(`ends a program that allocates ${what}, without the memory of the host`, async (sandbox) => {
    const before = process.memoryUsage.rss();
    const message = await errorOf(sandbox, code);
    ok(message.length < MAX_TEXT_CHARS);
    ok(process.memoryUsage.rss() - before < MAX_HOST_BYTES, 'the host used too much memory');
    equal((await runCode(sandbox, 'return 1;')).value, 1);
  });

/** Cases for programs that use more than their share. */
export const limitCases: readonly SandboxCase[] = [
  ...Object.entries(ENDLESS).map(endlessCase),
  ...Object.entries(HUNGRY).map(hungryCase),
  ...Object.entries(AMBIGUOUS).map(parseCase),
  sandboxCase('rejects without running the program if the signal has aborted', async (sandbox) => {
    let calls = 0;
    const tools = { echo: () => (calls += 1) };
    await errorOf(sandbox, 'await tools.echo({});', {
      tools,
      signal: AbortSignal.abort(new Error('over')),
    });
    equal(calls, 0);
  }),
  sandboxCase('bounds 10 MB of output', async (sandbox) => {
    const code = 'for (let n = 0; n < 1000; n++) console.log("x".repeat(10_000)); return 1;';
    const [ending] = await Promise.allSettled([runCode(sandbox, code)]);
    const text = ending.status === 'fulfilled' ? ending.value.output : String(ending.reason as unknown);
    ok(text.length > 0 && text.length < MAX_TEXT_CHARS, `${text.length} characters`);
  }),
  sandboxCase('bounds values, arguments and messages of 10 MB', async (sandbox) => {
    for (const code of [
      'return "x".repeat(1e7);',
      'return await tools.echo({ text: "x".repeat(1e7) });',
      'throw new Error("x".repeat(1e7));',
      'throw "x".repeat(1e7);',
    ])
      ok((await errorOf(sandbox, code)).length < MAX_TEXT_CHARS, code);
  }),
  sandboxCase('ends a program whose recursion has no end', async (sandbox) => {
    await errorOf(sandbox, 'const deep = () => deep() + 1; return deep();');
    await errorOf(
      sandbox,
      'let a = {}; const top = a; for (let n = 0; n < 1e5; n++) a = a.a = {}; return top;',
    );
    equal((await runCode(sandbox, 'return 1;')).value, 1);
  }),
  sandboxCase('runs other programs while one does not end', async (sandbox) => {
    const controller = new AbortController();
    let begun: () => void = () => undefined;
    const begin = new Promise<void>((resolve) => (begun = resolve));
    const tools = {
      begin: () => {
        begun();
        return null;
      },
    };
    const endless = errorOf(sandbox, 'await tools.begin({}); for (;;) {}', {
      tools,
      signal: controller.signal,
    });
    await begin;
    equal((await runCode(sandbox, 'return 1;')).value, 1);
    controller.abort(new Error('over'));
    await endless;
  }),
];
