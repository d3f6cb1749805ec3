import { anthropicMessages, openaiResponses, startWireServer, type WireServer } from '@majordomo/conformance';
import ts from 'typescript';
import { afterEach, expect, test, vi } from 'vitest';
import { fencesOf } from '../../src/documents.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('the first program of the README fails over from one vendor to the next', async () => {
  await using first = await startWireServer({
    wire: openaiResponses,
    script: [{ failure: 'overloaded' }, { failure: 'overloaded' }],
  });
  await using second = await startWireServer({ wire: anthropicMessages, script: ['Rayleigh scattering.'] });
  sendTo({ 'api.openai.com': first, 'api.anthropic.com': second });

  const printed = await play('README.md', { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o' });

  expect(printed).toEqual([['anthropic/claude-sonnet-5', 'Rayleigh scattering.']]);
  expect(first.requests.map(({ model }) => model)).toEqual(['gpt-5.4', 'gpt-5.4']);
});

test('the first programs of the tutorial print an answer and the attempts, without a key', async () => {
  const file = 'apps/docs/getting-started.md';
  expect(await play(file, {})).toEqual([['Because of Rayleigh scattering.']]);
  expect(await play(file, {}, 1)).toEqual([
    ['Because of Rayleigh scattering.', 'second/model'],
    ['first/model', 'overloaded'],
    ['first/model', 'overloaded'],
    ['second/model', 'answered'],
  ]);
  expect((await play(file, {}, 2)).at(-1)).toEqual(['fake/model']);
});

test('the programs with real models in the tutorial answer with a key of OpenAI', async () => {
  await using server = await startWireServer({
    wire: openaiResponses,
    script: [
      'Rayleigh scattering.',
      '{"title":"Soup","minutes":20,"ingredients":["tomatoes","salt"]}',
      { toolCalls: [{ name: 'look_into_pantry', args: { ingredient: 'flour' } }] },
      'Yes.',
      'Rayleigh scattering.',
      'The path is longer.',
    ],
  });
  sendTo({ 'api.openai.com': server });

  const printed = [];
  for (const at of [3, 4, 5, 6])
    printed.push(...(await play('apps/docs/getting-started.md', { OPENAI_API_KEY: 'o' }, at)));

  expect(printed).toEqual([
    ['Rayleigh scattering.', 'openai/gpt-5.4'],
    ['$0.00011'],
    ['Soup', 20, 'tomatoes, salt'],
    ['Yes.', 4],
    ['Rayleigh scattering.'],
    ['The path is longer.'],
  ]);
  expect(server.requests[3]?.request.toolResults.map(({ text }) => text)).toEqual(['250 g']);
});

/** Requests to a vendor's host go to a server on loopback, with their paths. */
function sendTo(servers: Readonly<Record<string, WireServer>>): void {
  const platform = globalThis.fetch;
  vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const server = servers[url.hostname];
    if (server === undefined) throw new Error(`no server plays ${url.hostname}`);
    return platform(`${server.url}${url.pathname}${url.search}`, init);
  });
}

/** Runs a program of a document, counted from 0, and returns its output. */
async function play(file: string, env: Readonly<Record<string, string>>, at = 0): Promise<unknown[][]> {
  const programs = fencesOf(file).filter(
    ({ language, code }) => language === 'ts' && code.startsWith('import '),
  );
  const { code } = programs[at]!;
  const body = ts
    .transpile(code, { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext })
    .replaceAll(
      /^import (?:\* as )?(\w+|\{.*?\}) from '(.*?)';$/gm,
      (_line, names: string, from: string) => `const ${names} = await load('${from}');`,
    );
  const printed: unknown[][] = [];
  // oxlint-disable-next-line typescript/no-implied-eval
  const run = new Function('load', 'process', 'console', `return (async () => {${body}})()`) as (
    load: (name: string) => Promise<unknown>,
    process: object,
    console: object,
  ) => Promise<void>;
  await run(
    (name) => import(/* @vite-ignore */ name),
    { env },
    { log: (...words: unknown[]) => printed.push(words) },
  );
  return printed;
}
