import { deepEqual, equal, ok } from 'node:assert/strict';
import { errorOf, runCode, valueOf, type SandboxCase } from './sandbox.ts';

/** Checks that the message contains each term. */
function has(message: string, ...terms: readonly string[]): void {
  for (const term of terms) ok(message.includes(term), `"${term}" is not in the message: ${message}`);
}

/** Cases for programs without bad intentions. */
export const behaviorCases: readonly SandboxCase[] = [
  {
    name: 'returns the value and the output of a program',
    async run(sandbox) {
      const code =
        'console.log("a", { b: 1 }); console.log("c"); return { list: [1, "x", null], done: true };';
      const { value, output } = await runCode(sandbox, code);
      deepEqual(value, { list: [1, 'x', null], done: true });
      deepEqual(output.trim().split('\n'), ['a {"b":1}', 'c']);
    },
  },
  {
    name: 'returns null for a program that returns nothing',
    async run(sandbox) {
      equal(await valueOf(sandbox, 'const a = 1;'), null);
    },
  },
  {
    name: 'runs tools in parallel, by any name',
    async run(sandbox) {
      let running = 0;
      let most = 0;
      const look = async ({ n }: Readonly<Record<string, unknown>>): Promise<string> => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running--;
        return `seen ${String(n)}`;
      };
      const code = 'return Promise.all(Array.from({ length: 20 }, (_, n) => tools["my-tool.v2"]({ n })));';
      const seen = await valueOf(sandbox, code, { tools: { 'my-tool.v2': look } });
      deepEqual(
        seen,
        Array.from({ length: 20 }, (_, n) => `seen ${n}`),
      );
      ok(most > 1, 'no two calls ran at the same time');
    },
  },
  {
    name: 'throws the error of a tool in the program',
    async run(sandbox) {
      const code =
        'try { await tools.fail({}); } catch (error) { return [error instanceof Error, error.message]; }';
      deepEqual(await valueOf(sandbox, code), [true, 'no entry']);
    },
  },
  {
    name: 'names the tools if the program calls an unknown one',
    async run(sandbox) {
      const message = await errorOf(sandbox, 'return await tools.nothing({});');
      for (const name of ['nothing', 'echo', 'fail']) ok(message.includes(name), message);
    },
  },
  {
    name: 'waits for calls that the program does not await',
    async run(sandbox) {
      const done: unknown[] = [];
      const save = async (args: object): Promise<null> => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        done.push(args);
        return null;
      };
      await runCode(sandbox, 'tools.save({ n: 1 }); tools.save({ n: 2 });', { tools: { save } });
      deepEqual(done, [{ n: 1 }, { n: 2 }]);
    },
  },
  {
    name: 'reports an error of the program with its line',
    async run(sandbox) {
      has(await errorOf(sandbox, '\n\nnull.x;'), 'TypeError', '3');
      has(
        await errorOf(sandbox, 'const a = 1;\nthrow new RangeError("too far");'),
        'RangeError: too far',
        '2',
      );
      has(await errorOf(sandbox, 'throw "only text";'), 'only text');
    },
  },
  {
    name: 'reports code that does not parse',
    async run(sandbox) {
      has(await errorOf(sandbox, 'const x = ;'), 'Syntax');
      has(await errorOf(sandbox, 'if (true) {'), 'Syntax');
    },
  },
  {
    name: 'rejects values that are not JSON, with their path',
    async run(sandbox) {
      has(await errorOf(sandbox, 'const a = {}; a.b = [a]; return a;'), 'b', '0');
      has(await errorOf(sandbox, 'return { a: [1, new Map()] };'), 'a', '1', 'Map');
      has(await errorOf(sandbox, 'return { a: 5n };'), 'a', 'bigint');
      has(await errorOf(sandbox, 'return await tools.echo({ f: () => 1 });'), 'f', 'function');
      has(await errorOf(sandbox, 'return await tools.echo("text");'), 'object');
    },
  },
];
