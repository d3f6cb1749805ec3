import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { beforeEach, describe, expect, it } from 'vitest';
import { lint } from './lint.ts';

const RAW = "import OpenAI from 'openai';";
const FOUND = ['no-raw-sdk:1'];

let root: string;
beforeEach(() => {
  root = testFolder();
});

function write(path: string, content: object): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), JSON.stringify(content));
}

describe('the marker in the nearest package.json', () => {
  const at = (filename: string): readonly string[] =>
    lint(RAW, { cwd: root, filename: join(root, filename) });

  it('allows raw calls in that package and its folders only', () => {
    write('package.json', { name: 'root' });
    write('packages/provider-x/package.json', { majordomo: { provider: true } });
    write('packages/app/package.json', { name: 'app' });
    expect(at('packages/provider-x/src/deep/provider.ts')).toEqual([]);
    expect(at('packages/app/src/index.ts')).toEqual(FOUND);
    expect(at('index.ts')).toEqual(FOUND);
  });

  it.each([
    ['another value', { majordomo: { provider: 'yes' } }],
    ['another shape', { majordomo: true }],
    ['no marker', {}],
    ['no object', []],
  ])('does not accept %s', (_what, manifest) => {
    write('package.json', { majordomo: { provider: true } });
    write('inner/package.json', manifest);
    expect(at('inner/src/a.ts')).toEqual(FOUND);
  });

  it('is searched for in parent folders if a package.json is not readable', () => {
    write('package.json', { majordomo: { provider: true } });
    mkdirSync(join(root, 'inner'));
    writeFileSync(join(root, 'inner', 'package.json'), '{ not json');
    expect(at('inner/a.ts')).toEqual([]);
  });

  it('does not affect text without a file', () => {
    expect(lint(RAW, { cwd: root, filename: 'nowhere/app.ts' })).toEqual(FOUND);
  });
});

describe('path options', () => {
  const at = (filename: string, options: object): readonly string[] =>
    lint(RAW, { cwd: '/repo', filename: join('/repo', filename), options });

  it.each([
    ['packages/provider-x/src/a.ts', ['packages/provider-*/**'], []],
    ['packages/app/src/a.ts', ['packages/provider-*/**'], FOUND],
    ['src/llm/client.ts', ['src/llm/{client,models}.ts'], []],
    ['src/llm/other.ts', ['src/llm/{client,models}.ts'], FOUND],
    ['deep/er/raw.ts', ['**/raw.ts'], []],
    ['raw.ts', ['**/raw.ts'], []],
    ['src/a.ts', ['./src/?.ts'], []],
    ['srcXa.ts', ['src.a.ts'], FOUND],
  ])('%s under %j', (filename, allow, expected) => {
    expect(at(filename, { allow })).toEqual(expected);
  });

  it.each([
    ['src/a.test.ts', {}, FOUND],
    ['src/a.test.ts', { tests: false }, []],
    ['test/wire/a.ts', { tests: false }, []],
    ['src/__mocks__/openai.ts', { tests: false }, []],
    ['src/contest/a.ts', { tests: false }, FOUND],
    ['src/openai.d.ts', {}, []],
    ['src/openai.d.mts', {}, []],
    ['src/openaid.ts', {}, FOUND],
    ['scripts/try.ts', {}, FOUND],
    ['scripts/try.ts', { scripts: false }, []],
    ['src/scripts.ts', { scripts: false }, FOUND],
  ])('%s with %j', (filename, options, expected) => {
    expect(at(filename, options)).toEqual(expected);
  });
});

describe('settings', () => {
  it.each<[object, string]>([
    [{ alow: ['src/**'] }, 'settings.majordomo.alow is not a setting; the settings are allow, tests, '],
    [{ constructor: true }, 'settings.majordomo.constructor is not a setting'],
    [{ tests: 'no' }, 'settings.majordomo.tests must be of type boolean'],
    [{ allow: 'src/**' }, 'settings.majordomo.allow must be of type array'],
    [{ certainty: 'always' }, 'settings.majordomo.certainty must be likely or possible'],
  ])('that have no effect stop the linter: %j', (options, message) => {
    expect(() => lint(RAW, { options })).toThrow(message);
  });

  it('may be undefined', () => {
    expect(lint(RAW, { options: { tests: undefined, certainty: undefined } })).toEqual(FOUND);
  });
});
