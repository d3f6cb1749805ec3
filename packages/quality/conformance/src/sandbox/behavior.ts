import { deepEqual, equal, ok } from 'node:assert/strict';
import { errorOf, runCode, valueOf, sandboxCase, type SandboxCase } from './sandbox.ts';

/** Checks that the message contains each term. */
function has(message: string, ...terms: readonly string[]): void {
  for (const term of terms) ok(message.includes(term), `"${term}" is not in the message: ${message}`);
}

/** Cases for programs without bad intentions. */
export const behaviorCases: readonly SandboxCase[] = [
  sandboxCase('returns the value and the output of a program', async (sandbox) => {
    const code = 'console.log("a", { b: 1 }); console.log("c"); return { list: [1, "x", null], done: true };';
    const { value, output } = await runCode(sandbox, code);
    deepEqual(value, { list: [1, 'x', null], done: true });
    deepEqual(output.trim().split('\n'), ['a {"b":1}', 'c']);
  }),
  sandboxCase('returns null for a program that returns nothing', async (sandbox) => {
    equal(await valueOf(sandbox, 'const a = 1;'), null);
  }),
  sandboxCase('runs tools in parallel, by any name', async (sandbox) => {
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
  }),
  sandboxCase('throws the error of a tool in the program', async (sandbox) => {
    const code =
      'try { await tools.fail({}); } catch (error) { return [error instanceof Error, error.message]; }';
    deepEqual(await valueOf(sandbox, code), [true, 'no entry']);
    has(await errorOf(sandbox, 'const a = 1;\nawait tools.fail({ a });'), 'no entry', 'line 2');
  }),
  sandboxCase('names the tools if the program calls an unknown one', async (sandbox) => {
    const message = await errorOf(sandbox, 'return await tools.nothing({});');
    for (const name of ['nothing', 'echo', 'fail']) ok(message.includes(name), message);
  }),
  sandboxCase('waits for calls that the program does not await', async (sandbox) => {
    const done: unknown[] = [];
    const save = async (args: object): Promise<null> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      done.push(args);
      return null;
    };
    await runCode(sandbox, 'tools.save({ n: 1 }); tools.save({ n: 2 });', { tools: { save } });
    deepEqual(done, [{ n: 1 }, { n: 2 }]);
  }),
  sandboxCase('waits for calls that follow a call that the program does not await', async (sandbox) => {
    const done: unknown[] = [];
    const save = async (args: object): Promise<null> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push(args);
      return null;
    };
    const later = 'for (let turn = 0; turn < 20; turn++) await null;';
    const code = `(async () => { ${later} await tools.save({ n: 1 }); ${later} await tools.save({ n: 2 }); })(); return 1;`;
    equal(await valueOf(sandbox, code, { tools: { save } }), 1);
    deepEqual(done, [{ n: 1 }, { n: 2 }]);
  }),
  sandboxCase('reports calls that fail without being awaited', async (sandbox) => {
    const { value, output } = await runCode(sandbox, 'tools.fail({}); return 1;');
    equal(value, 1);
    has(output, 'fail', 'no entry');
  }),
  sandboxCase('prints any value', async (sandbox) => {
    const code = `
        const itself = Object.create(null);
        itself.itself = itself;
        const failing = { toJSON() { throw new Error("x"); }, toString() { throw new Error("x"); } };
        console.log(NaN, 5n, undefined, Symbol("s"), itself, failing, tools);
        return 1;`;
    const { value, output } = await runCode(sandbox, code);
    equal(value, 1);
    has(output, 'NaN 5 undefined Symbol(s)');
  }),
  sandboxCase('assigns each property, or reports that it cannot', async (sandbox) => {
    for (const key of ['valueOf', 'toString', 'constructor', 'hasOwnProperty']) {
      const code = `const object = {}; object.${key} = 5; return object.${key};`;
      const [ending] = await Promise.allSettled([runCode(sandbox, code)]);
      if (ending.status === 'fulfilled') equal(ending.value.value, 5, key);
      else has(String(ending.reason), 'TypeError', key);
    }
  }),
  sandboxCase('reports an error of the program with its line', async (sandbox) => {
    has(await errorOf(sandbox, '\n\nnull.x;'), 'TypeError', '3');
    has(await errorOf(sandbox, 'const a = 1;\nthrow new RangeError("too far");'), 'RangeError: too far', '2');
    has(await errorOf(sandbox, 'throw "only text";'), 'only text');
    has(await errorOf(sandbox, 'throw new Error("out of memory");'), 'out of memory', '1');
    for (const code of [
      'const error = new Error("x"); error.message = Symbol("m"); throw error;',
      'throw new Proxy({}, { getPrototypeOf() { throw new Error("x"); } });',
      'if (true) {',
    ]) {
      const [, line] = /line (\d+)/.exec(await errorOf(sandbox, code)) ?? [];
      ok(line === undefined || line === '1', `${code} has no line ${String(line)}`);
    }
  }),
  sandboxCase('reports code that does not parse', async (sandbox) => {
    has(await errorOf(sandbox, 'const x = ;'), 'Syntax');
    has(await errorOf(sandbox, 'if (true) {'), 'Syntax');
  }),
  sandboxCase('rejects values that are not JSON, with their path', async (sandbox) => {
    has(await errorOf(sandbox, 'const a = {}; a.b = [a]; return a;'), 'b', '0');
    has(await errorOf(sandbox, 'return { a: [1, new Map()] };'), 'a', '1', 'Map');
    has(await errorOf(sandbox, 'return { a: 5n };'), 'a', 'bigint');
    has(await errorOf(sandbox, 'return await tools.echo({ f: () => 1 });'), 'f', 'function');
    has(await errorOf(sandbox, 'return { toJSON() {} };'), 'result', 'JSON');
    has(await errorOf(sandbox, 'return await tools.echo("text");'), 'object');
  }),
  sandboxCase('passes strings and nested values of any kind', async (sandbox) => {
    // The last two need almost the 262,144 characters of JSON that code mode permits, with escapes and with three bytes each.
    const texts = ['\u0000\u001f\u2028', '\ud800 alone', '"'.repeat(130_000), '語'.repeat(260_000)];
    for (const text of texts) {
      const code = `console.log('"'.repeat(16_000)); return (await tools.echo({ text: ${JSON.stringify(text)} })).text;`;
      equal(await valueOf(sandbox, code), text);
    }
    const nest = 'let value = 1; for (let level = 0; level < LEVELS; level++) value = [value]; ';
    const code = nest.replace('LEVELS', '400') + 'return (await tools.echo({ value })).value;';
    ok(JSON.stringify(await valueOf(sandbox, code)).startsWith('['.repeat(400)));
    for (const rest of ['return value;', 'return await tools.echo({ value });'])
      has(await errorOf(sandbox, nest.replace('LEVELS', '600') + rest), 'levels', '500');
  }),
];
