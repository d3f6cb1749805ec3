import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { beforeEach, describe, expect, it } from 'vitest';
import { main } from '../src/check/main.ts';
import { version } from '../src/version.ts';
import { fixture } from './fixture-marks.ts';

let root: string;
beforeEach(() => {
  root = testFolder();
});

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await main(argv, {
    cwd: root,
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

const RAW = "import OpenAI from 'openai';\n";

describe('exit codes', () => {
  it('0: no raw calls', async () => {
    write('a.ts', 'export const a: number = 1;\n');
    expect(await run(root)).toEqual({ code: 0, out: 'No raw calls in 1 file.\n', error: '' });
  });

  it('1: raw calls in files of each extension, without configuration', async () => {
    for (const ending of ['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx'])
      write(`src/a.${ending}`, RAW);
    const { code, out } = await run(root);
    expect(code).toBe(1);
    expect(out).toMatch(/^src\/a\.cjs:1:1 {2}no-raw-sdk {2}'openai' is a raw model SDK/);
    expect(out).toContain('8 raw calls in 8 of 8 files.');
  });

  it.each([
    ['an unknown option', ['--bogus']],
    ['an unknown format', ['--format', 'xml']],
    ['a folder that does not exist', ['nowhere']],
  ])('2: %s', async (_what, argv) => {
    const { code, out, error } = await run(...argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(error).toMatch(/^majordomo-lint: /);
  });

  it('2: no files to check', async () => {
    expect((await run(root)).code).toBe(2);
  });

  it.each([
    ['a field with an accessor', 'a.ts', 'class A extends LitElement { @property() accessor name = 1; }'],
    ['such a field in JavaScript', 'a.js', 'class A { accessor name = 1; static accessor #x = 2; }'],
    [
      'Flow with a marker',
      'a.js',
      '// @flow\nimport type { A } from "b";\nexport const f = (x: ?A): Array<A> => g<A>(x);',
    ],
    [
      'Flow without a marker',
      'a.js',
      'type A = {| +x?: number |};\nexport function f(x: A): %checks { return !!x; }',
    ],
  ])('0: %s is parsed', async (_what, file, text) => {
    write(file, text);
    expect(await run(root)).toMatchObject({ code: 0, error: '' });
    write(file, `${text}\nimport OpenAI from 'openai';`);
    expect((await run(root)).code).toBe(1);
  });

  it('0: only a file that cannot be parsed is skipped, with a note', async () => {
    write('a.ts', 'export const = ;;;{');
    const alone = await run(root);
    expect(alone).toMatchObject({ code: 0, out: 'No raw calls in 1 file (1 skipped).\n' });
    expect(alone.error).toMatch(/^skipped a\.ts, because it cannot be parsed: /);
    write('b.ts', RAW);
    expect((await run(root)).code).toBe(1);
  });
});

describe('checked files', () => {
  it('ignores generated and installed files', async () => {
    for (const folder of ['dist', 'node_modules/openai', 'coverage', '.next/server', 'packages/x/build'])
      write(`${folder}/a.js`, RAW);
    write('a.js', 'export {};\n');
    expect((await run(root)).out).toBe('No raw calls in 1 file.\n');
  });

  it('accepts single files', async () => {
    write('a.ts', RAW);
    write('b.ts', RAW);
    expect((await run(join(root, 'b.ts'))).out).toContain('1 raw call in 1 of 1 file.');
  });

  it('accepts several folders', async () => {
    write('one/a.ts', RAW);
    write('two/a.ts', RAW);
    expect((await run(join(root, 'one'), join(root, 'two'))).out).toContain('2 raw calls in 2 of 2 files.');
  });

  it('respects the marker, --allow, --ignore, --skip-tests and --skip-scripts', async () => {
    write('packages/provider-x/package.json', '{ "majordomo": { "provider": true } }');
    for (const file of ['packages/provider-x/a.ts', 'llm/a.ts', 'old/a.ts', 'src/a.test.ts', 'scripts/a.ts'])
      write(file, RAW);
    expect((await run(root)).out).toContain('4 raw calls');
    const all = await run(root, '--allow', 'llm/**', '--ignore', 'old/**', '--skip-tests', '--skip-scripts');
    expect(all).toMatchObject({ code: 0, out: 'No raw calls in 4 files.\n' });
  });

  it('reports no client of an SDK in a file of --allow', async () => {
    write('src/legacy/client.ts', `${RAW}export const client = new OpenAI();\n`);
    const { code, out } = await run(root, '--allow', 'src/legacy/**');
    expect([code, out]).toEqual([0, 'No raw calls in 1 file.\n']);
  });

  it('reports a client that may retry in a provider package, and does not count it as a raw call', async () => {
    write('package.json', '{ "majordomo": { "provider": true } }');
    write('a.ts', `${RAW}export const client = new OpenAI();\n`);
    const { code, out } = await run(root);
    expect(code).toBe(1);
    expect(out).toMatch(/^a\.ts:2:23 {2}no-sdk-retries {2}This SDK client may retry/);
    expect(out).toContain('\nNo raw calls in 1 file. 1 SDK client may retry by itself.\n');
  });

  it('respects eslint-disable comments unless --no-inline, and ignores rules of the repository', async () => {
    write(
      'a.ts',
      `/* eslint unicorn/no-null: "error" */\n// eslint-disable-next-line majordomo/no-raw-sdk\n${RAW}`,
    );
    expect((await run(root)).code).toBe(0);
    expect((await run(root, '--no-inline')).out).toContain('1 raw call in 1 of 1 file.');
  });

  it('--strict also reports types', async () => {
    write('a.ts', "import type { Model } from 'openai';\n");
    expect((await run(root)).code).toBe(0);
    expect((await run(root, '--strict')).code).toBe(1);
  });

  it('ignores the ESLint configuration of the repository', async () => {
    write('eslint.config.js', 'throw new Error("not mine");\n');
    write('a.ts', RAW);
    expect((await run(root)).code).toBe(1);
  });
});

it('reports the 17 raw calls of the assistant', async () => {
  cpSync(fixture('assistant'), root, { recursive: true });
  const { out } = await run(root);
  expect(out).toContain('17 raw calls in 9 of 10 files.');
});

describe('SARIF', () => {
  it('contains the findings, with locations relative to the working directory', async () => {
    write('src/a b.ts', `\n${RAW}`);
    const { code, out } = await run(root, '--format', 'sarif');
    expect(code).toBe(1);
    const log = JSON.parse(out);
    expect(log.version).toBe('2.1.0');
    const [sarifRun] = log.runs;
    expect(sarifRun.tool.driver).toMatchObject({ name: '@majordomo/eslint-plugin', version });
    const [result] = sarifRun.results;
    expect(sarifRun.tool.driver.rules[result.ruleIndex].id).toBe('no-raw-sdk');
    expect(result).toMatchObject({ ruleId: 'no-raw-sdk', level: 'error' });
    expect(result.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'src/a%20b.ts', uriBaseId: 'SRCROOT' },
          region: { startLine: 2, startColumn: 1, endLine: 2, endColumn: 29 },
        },
      },
    ]);
  });

  it('contains notifications for files that cannot be parsed', async () => {
    write('a.ts', 'export const = ;;;{');
    const { out } = await run(root, '--format', 'sarif');
    const [invocation] = JSON.parse(out).runs[0].invocations;
    expect(invocation.executionSuccessful).toBe(false);
    expect(invocation.toolExecutionNotifications[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'a.ts',
    );
  });

  it('is written to the file of --output', async () => {
    write('a.ts', RAW);
    const file = join(root, 'report.sarif');
    expect(await run(root, '--format', 'sarif', '--output', file)).toMatchObject({ code: 1, out: '' });
    expect(JSON.parse(readFileSync(file, 'utf8')).runs[0].results).toHaveLength(1);
  });
});

it('prints its usage and version', async () => {
  expect((await run('--help')).out).toContain('majordomo-lint [options]');
  expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, error: '' });
});

describe('--fix', () => {
  const PLAIN = `import OpenAI from 'openai';
const client = new OpenAI();
const answer = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
console.log(answer.choices[0].message.content);
`;

  it('rewrites a plain use in place and reports no raw call', async () => {
    write('a.ts', PLAIN);
    expect(await run('--fix', root)).toEqual({
      code: 0,
      out: 'No raw calls in 1 file. Rewrote 1 file.\n',
      error: '',
    });
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toContain("model('openai/m').generate(");
  });

  it('keeps and reports a use that it cannot rewrite', async () => {
    const code = PLAIN.replace("model: 'm'", "stream: true, model: 'm'");
    write('a.ts', code);
    expect((await run('--fix', root)).code).toBe(1);
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe(code);
  });

  it('is off by default', async () => {
    write('a.ts', PLAIN);
    expect((await run(root)).code).toBe(1);
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe(PLAIN);
  });
});
