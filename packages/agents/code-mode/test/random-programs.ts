import { runInThisContext } from 'node:vm';
import type { JsonObject, JsonValue } from '@majordomo/core';

/** Program as data, from which a test derives its code. */
export type Statement =
  | { readonly type: 'let'; readonly name: string; readonly value: Expression }
  | { readonly type: 'log'; readonly value: Expression }
  | { readonly type: 'if'; readonly value: Expression; readonly then: readonly Statement[] }
  | { readonly type: 'repeat'; readonly times: number; readonly body: readonly Statement[] }
  | { readonly type: 'detach'; readonly args: Expression }
  | { readonly type: 'throw'; readonly text: string }
  | { readonly type: 'return'; readonly value: Expression };

export type Expression =
  | { readonly type: 'value'; readonly value: JsonValue }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'object'; readonly members: readonly (readonly [string, Expression])[] }
  | { readonly type: 'call'; readonly tool: string; readonly args: Expression }
  | { readonly type: 'all' | 'settled'; readonly calls: readonly (readonly [string, Expression])[] }
  | { readonly type: 'attempt'; readonly value: Expression };

export type Tools = Readonly<Record<string, (args: JsonObject) => JsonValue>>;

const VALUES: readonly JsonValue[] = [
  0,
  -0,
  1e21,
  0.1,
  -5,
  '',
  'text',
  '\ud800',
  '😀 "\\\n',
  '__proto__',
  true,
  false,
  null,
];
const KEYS = ['a', '__proto__', 'constructor', 'toJSON', 'then', '1', '日', ''];

/** Returns a program of random statements. `random(n)` returns an integer below `n`. */
export function randomProgram(random: (below: number) => number, tools: readonly string[]): Statement[] {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const times = <T>(most: number, make: () => T): T[] => Array.from({ length: random(most + 1) }, make);
  let names = 0;

  const pure = (depth: number, scope: readonly string[]): Expression => {
    const kind = depth === 0 ? random(2) : random(4);
    if (kind === 1 && scope.length > 0) return { type: 'variable', name: pick(scope) };
    if (kind === 2) return { type: 'list', items: times(3, () => pure(depth - 1, scope)) };
    if (kind === 3) return record(depth - 1, scope);
    return { type: 'value', value: pick(VALUES) };
  };
  const record = (depth: number, scope: readonly string[]): Expression => ({
    type: 'object',
    members: [...new Set(times(3, () => pick(KEYS)))].map((key) => [key, pure(depth, scope)]),
  });
  const expression = (depth: number, scope: readonly string[]): Expression => {
    const kind = depth === 0 ? 0 : random(6);
    if (kind <= 1) return pure(2, scope);
    if (kind === 2) return { type: 'attempt', value: expression(depth - 1, scope) };
    if (kind === 3) {
      const args: Expression = { type: 'object', members: [['n', expression(depth - 1, scope)]] };
      return { type: 'call', tool: pick(tools), args };
    }
    const calls = times(5, () => [pick(tools), record(1, scope)] as const);
    return { type: kind === 4 ? 'all' : 'settled', calls };
  };
  const block = (depth: number, outer: readonly string[]): Statement[] => {
    const scope = [...outer];
    return times(5, (): Statement => {
      const kind = random(depth === 0 ? 6 : 9);
      if (kind === 6) return { type: 'if', value: pure(1, scope), then: block(depth - 1, scope) };
      if (kind === 7) return { type: 'repeat', times: random(4), body: block(depth - 1, scope) };
      if (kind === 4) return { type: 'detach', args: record(1, scope) };
      if (kind === 5 && random(5) === 0) return { type: 'throw', text: `stop ${random(9)}` };
      if (kind === 5 || kind === 8) return { type: 'log', value: expression(2, scope) };
      const value = expression(3, scope);
      const name = `v${names++}`;
      scope.push(name);
      return { type: 'let', name, value };
    });
  };
  return [...block(2, []), ...block(2, []), { type: 'return', value: expression(3, []) }];
}

/** Returns the code of a program. */
export const codeOf = (program: readonly Statement[]): string => program.map(statementCode).join('\n');

function statementCode(statement: Statement): string {
  switch (statement.type) {
    case 'let':
      return `const ${statement.name} = ${expressionCode(statement.value)};`;
    case 'log':
      return `console.log(${expressionCode(statement.value)});`;
    case 'if':
      return `if (${expressionCode(statement.value)}) {\n${codeOf(statement.then)}\n}`;
    case 'repeat':
      return `for (let turn = 0; turn < ${statement.times}; turn++) {\n${codeOf(statement.body)}\n}`;
    case 'detach':
      return `tools.echo(${expressionCode(statement.args)});`;
    case 'throw':
      return `throw new RangeError(${JSON.stringify(statement.text)});`;
    case 'return':
      return `return ${expressionCode(statement.value)};`;
  }
}

function expressionCode(expression: Expression): string {
  switch (expression.type) {
    case 'value':
      return Object.is(expression.value, -0) ? '-0' : JSON.stringify(expression.value);
    case 'variable':
      return expression.name;
    case 'list':
      return `[${expression.items.map(expressionCode).join(', ')}]`;
    case 'object': {
      const members = expression.members.map(
        ([key, value]) => `[${JSON.stringify(key)}]: ${expressionCode(value)}`,
      );
      return `({ ${members.join(', ')} })`;
    }
    case 'call':
      return `(await ${callCode(expression.tool, expression.args)})`;
    case 'all':
    case 'settled': {
      const calls = expression.calls.map(([tool, args]) => callCode(tool, args)).join(', ');
      return expression.type === 'all'
        ? `(await Promise.all([${calls}]))`
        : `(await Promise.allSettled([${calls}])).map((one) => one.status === 'fulfilled' ? one.value : one.reason.message)`;
    }
    case 'attempt':
      return `(await (async () => { try { return ${expressionCode(expression.value)}; } catch (error) { return error.message; } })())`;
  }
}

const callCode = (tool: string, args: Expression): string =>
  `tools[${JSON.stringify(tool)}](${expressionCode(args)})`;

/** Result of a program, or its error, with its output. */
export interface Ending {
  readonly value?: JsonValue | undefined;
  readonly error?: string | undefined;
  readonly output: string;
}

/** Runs a program in this process, without a sandbox. */
export async function endingOf(code: string, tools: Tools): Promise<Ending> {
  let output = '';
  const log = (value: unknown): void => {
    output += `${typeof value === 'string' ? value : JSON.stringify(value)}\n`;
  };
  const entries = Object.entries(tools).map(([name, run]) => [
    name,
    async (args: JsonObject) => copyOf(run(copyOf(args))),
  ]);
  const program = runInThisContext(`(async (tools, console) => {\n${code}\n})`) as (
    tools: object,
    console: object,
  ) => Promise<JsonValue | undefined>;
  try {
    const value = await program(Object.fromEntries(entries) as object, { log });
    return { value: copyOf(value ?? null), output };
  } catch (error) {
    return { error: String(error), output };
  }
}

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
