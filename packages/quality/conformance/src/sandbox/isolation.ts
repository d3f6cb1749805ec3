import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import type { JsonObject } from '@majordomo/core';
import { ESCAPES, type Escape } from './escapes.ts';
import { runCode, valueOf, sandboxCase, type SandboxCase, type TestedSandbox } from './sandbox.ts';

/** Part of every secret. A program that returns or prints it has escaped. */
const SECRET = 'canary-of-the-host';
const NAME = 'SANDBOX_CANARY';

/** Creates secrets of the host: a file, two variables, and a server that counts requests. `fill` writes their places into code. */
async function withSecrets(work: (fill: (code: string) => string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const file = join(folder, 'secret.mjs');
  await writeFile(file, `export default '${SECRET}-file';`);
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end(`export default '${SECRET}-server';`);
  });
  server.on('upgrade', (_request, socket) => {
    requests += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret.mjs`;
  env[NAME] = `${SECRET}-environment`;
  Object.assign(globalThis, { [NAME]: `${SECRET}-global` });
  try {
    await work((code) =>
      code.replaceAll('secret:file', file).replaceAll('secret:url', url).replaceAll('secret:name', NAME),
    );
    equal(requests, 0, 'the program reached a server');
  } finally {
    Reflect.deleteProperty(env, NAME);
    Reflect.deleteProperty(globalThis, NAME);
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  }
}

/** Returns the names of the members of built-in objects of the host, to which a program that has escaped could add members. */
const hostObjects = (): readonly string[] =>
  [globalThis, Object, Object.prototype, Array.prototype, Promise.prototype, Function.prototype, Error].map(
    (object) => Reflect.ownKeys(object).map(String).join(),
  );

const escapeCase = ({ name, code }: Escape): SandboxCase =>
  sandboxCase(`keeps the host out of reach of ${name}`, async (sandbox) => {
    const before = hostObjects();
    await withSecrets(async (fill) => {
      const [ending] = await Promise.allSettled([runCode(sandbox, fill(code))]);
      const text =
        ending.status === 'fulfilled' ? JSON.stringify(ending.value) : String(ending.reason as unknown);
      ok(!text.includes(SECRET), `the program found a secret: ${text.slice(0, 300)}`);
    });
    deepEqual(hostObjects(), before, 'the program changed objects of the host');
  });

const POLLUTION = `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "a": {"__proto__": {"polluted": 1}}}`;

/** Cases for what programs share with the host and with each other. */
export const isolationCases: readonly SandboxCase[] = [
  ...ESCAPES.map(escapeCase),
  sandboxCase('passes only JSON to tools, without prototypes of the program', async (sandbox) => {
    const received: JsonObject[] = [];
    const take = (args: JsonObject): null => {
      received.push(args);
      return null;
    };
    await runCode(sandbox, `await tools.take(JSON.parse('${POLLUTION}'));`, { tools: { take } });
    equal(({} as { polluted?: number }).polluted, undefined);
    equal(received.length, 1);
    ok([Object.prototype, null].includes(Object.getPrototypeOf(received[0]) as object | null));
    const { a } = received[0] as { readonly a: object };
    ok([Object.prototype, null].includes(Object.getPrototypeOf(a) as object | null));
  }),
  sandboxCase('returns only JSON of the host', async (sandbox) => {
    const value = await valueOf(sandbox, `return [JSON.parse('${POLLUTION}'), [1], { b: {} }];`);
    equal(({} as { polluted?: number }).polluted, undefined);
    ok(Array.isArray(value));
    for (const item of value)
      ok([Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(item) as object | null));
  }),
  sandboxCase('passes a copy of the result of a tool', async (sandbox) => {
    const result = { list: [1] };
    const tools = { get: () => result };
    await runCode(sandbox, 'const got = await tools.get({}); got.list.push(2); got.x = 1;', { tools });
    deepEqual(result, { list: [1] });
  }),
  sandboxCase('shares nothing between programs', async (sandbox) => {
    const change = `
        const changes = [
          () => { globalThis.left = 'here'; }, () => { Object.prototype.left = 'here'; }, () => { Array.prototype.left = 'here'; },
          () => { JSON.parse = () => 'here'; }, () => { Promise.left = 'here'; }, () => { tools.left = 'here'; }, () => { console.left = 'here'; },
        ];
        for (const each of changes) try { each(); } catch {}
        await tools.wait({});`;
    const look = `await tools.wait({}); return [globalThis.left, ({}).left, [].left, Promise.left, console.left, JSON.parse('1')].map((value) => value ?? null);`;
    const untouched = [null, null, null, null, null, 1];
    await Promise.allSettled([runWaiting(sandbox, change)]);
    deepEqual((await runWaiting(sandbox, look)).value, untouched);
    const [, second] = await Promise.allSettled([runWaiting(sandbox, change), runWaiting(sandbox, look)]);
    deepEqual(second.status === 'fulfilled' ? second.value.value : second.reason, untouched);
  }),
  sandboxCase('gives a program only its own tools', async (sandbox) => {
    const secret = (): string => 'secret';
    const [first] = await Promise.all([
      valueOf(sandbox, 'return Object.keys(tools);', { tools: { own: () => null } }),
      runCode(sandbox, 'return tools.secret({});', { tools: { secret } }),
    ]);
    ok(!JSON.stringify(first).includes('secret'));
  }),
];

/** Runs code whose `tools.wait` takes 20 ms, so that programs overlap. */
const runWaiting = (sandbox: TestedSandbox, code: string): ReturnType<TestedSandbox['run']> =>
  runCode(sandbox, code, {
    tools: { wait: () => new Promise((resolve) => setTimeout(resolve, 20, null)) },
  });
