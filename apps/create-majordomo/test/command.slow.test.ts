import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LEAST_NODE, main } from '../src/main.ts';
import { runningPackageManager } from '../src/package-managers.ts';
import { TEMPLATES } from '../src/templates.ts';
import { emptyFolder, ended, filesIn, run, start } from './support/command.ts';

const MOST_FILES = 13;
const names = Object.keys(TEMPLATES);

it('offers every template of the repository', () => {
  const folders = readdirSync(join(import.meta.dirname, '../templates'));
  expect([...names].sort()).toEqual(folders.sort());
});

describe.each(names)('the template %s', (template) => {
  it('becomes an application, without git, a terminal or an installation', async () => {
    const cwd = emptyFolder();
    const { code, err } = await run(cwd, 'my-app', '--template', template, '--package-manager', 'none');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const files = filesIn(join(cwd, 'my-app'));
    expect(files).toEqual(
      expect.arrayContaining(['.env.example', '.gitignore', '.npmrc', 'AGENTS.md', 'README.md']),
    );
    expect(files.filter((file) => file.endsWith('.test.ts'))).toHaveLength(1);
    expect(files.length).toBeLessThanOrEqual(MOST_FILES);
    const manifest = readFileSync(join(cwd, 'my-app/package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ name: 'my-app', private: true });
    expect(manifest).toMatch(/"@majordomo\/[\w-]+": "\^\d+\.\d+\.\d+"/);
    expect(manifest).not.toMatch(/workspace:|template-|missing/);
  });

  it('ignores the file of secrets', () => {
    const ignored = readFileSync(join(import.meta.dirname, '../templates', template, '_gitignore'), 'utf8');
    expect(ignored.split('\n')).toEqual(expect.arrayContaining(['node_modules/', '.env']));
  });
});

it('prints the commands that start the application', async () => {
  const { out } = await run(emptyFolder(), '@acme/talk', '--template', 'chat', '--package-manager', 'none');
  expect(out).toContain('  cd talk\n  npm install\n  npm run dev\n');
});

it('prints the command that checks the code of the lint template, and no instructions about keys', async () => {
  const { out } = await run(emptyFolder(), 'my-app', '--template', 'lint', '--package-manager', 'none');
  expect(out).toContain('Check its code for raw calls with:\n\n  cd my-app\n  npm install\n  npm run lint\n');
  expect(out).toContain('The check needs no key');
  expect(out).not.toMatch(/Start it|\.env/);
});

describe('an invalid argument', () => {
  it.each([
    [['my-app', '--template', 'chta'], '"chta" is not a template; did you mean "chat"?'],
    [['my-app', '--template', 'constructor'], '"constructor" is not a template\n'],
    [['My App', '--template', 'chat'], '"My App" is not a valid package name'],
    [['node_modules', '--template', 'chat'], '"node_modules" is not a valid package name'],
    [['../my-app', '--template', 'chat'], '"../my-app" is not a valid package name'],
    [['my-app'], 'NAME and --template are required without a terminal'],
    [['--template', 'chat', '--yes'], 'NAME and --template are required without a terminal'],
    [
      ['my-app', '--template', 'chat', '--package-manager', 'deno'],
      '"deno" is not a supported package manager',
    ],
    [['my-app', '--tempalte', 'chat'], "Unknown option '--tempalte'"],
    [['my-app', 'other', '--template', 'chat'], 'expected one NAME, got my-app other'],
  ])('%j is refused, and nothing is created', async (args, problem) => {
    const cwd = emptyFolder();
    const { code, err } = await run(cwd, ...args);
    expect(err).toContain(problem);
    expect(code).toBeGreaterThan(0);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('an existing folder', () => {
  const create = (cwd: string) => run(cwd, 'my-app', '--template', 'agent', '--package-manager', 'none');

  it('is refused if it is not empty, and is not changed', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'my-app'));
    writeFileSync(join(cwd, 'my-app/notes.txt'), 'mine');
    const { code, err } = await create(cwd);
    expect(code).toBe(1);
    expect(err).toContain('is not empty; choose another name, or empty the folder');
    expect(filesIn(cwd)).toEqual(['my-app/notes.txt']);
  });

  it('is refused if it is a file', async () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'my-app'), 'mine');
    expect((await create(cwd)).err).toContain('is a file; choose another name');
    expect(readFileSync(join(cwd, 'my-app'), 'utf8')).toBe('mine');
  });

  it('may contain the folder .git', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'my-app/.git'), { recursive: true });
    expect((await create(cwd)).code).toBe(0);
    expect(existsSync(join(cwd, 'my-app/package.json'))).toBe(true);
  });
});

describe('the installation', () => {
  const ARGS = ['my-app', '--template', 'agent', '--package-manager', 'pnpm'];

  /** Writes a package manager that creates a file, prints a line, and then runs the script. Returns its folder for PATH. */
  function fakePnpm(script: string): string {
    const folder = emptyFolder();
    const file = join(folder, 'pnpm');
    writeFileSync(
      file,
      `#!${process.execPath}
require('node:fs').mkdirSync('node_modules/zod', { recursive: true });
console.log('installs with ' + process.argv[2]);
${script}`,
    );
    chmodSync(file, 0o755);
    return folder;
  }

  it('runs in the new folder', async () => {
    const cwd = emptyFolder();
    const { code, out } = await ended(start(cwd, ARGS, fakePnpm('')));
    expect(code).toBe(0);
    expect(out).toMatch(/^installs with install$/m);
    expect(out).toContain('  cd my-app\n  pnpm run start\n');
    expect(readdirSync(join(cwd, 'my-app'))).toContain('node_modules');
  });

  it('leaves nothing if it fails', async () => {
    const cwd = emptyFolder();
    const { code, err } = await ended(start(cwd, ARGS, fakePnpm('process.exitCode = 3;')));
    expect(code).toBe(1);
    expect(err).toContain('pnpm install failed: it ended with code 3');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('leaves nothing if the package manager is missing', async () => {
    const cwd = emptyFolder();
    const { code, err } = await run(cwd, ...ARGS);
    expect(code).toBe(1);
    expect(err).toContain(
      'pnpm install failed: pnpm is not installed; fix this, or use --package-manager none',
    );
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('leaves only the folder .git if that existed before', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'my-app/.git'), { recursive: true });
    await ended(start(cwd, ARGS, fakePnpm('process.exitCode = 3;')));
    expect(readdirSync(join(cwd, 'my-app'))).toEqual(['.git']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves nothing after %s', async (signal, expected) => {
    const cwd = emptyFolder();
    const child = start(cwd, ARGS, fakePnpm('setInterval(() => undefined, 1000);'));
    child.stdout?.once('data', () => child.kill(signal));
    const { code, err } = await ended(child);
    expect(code).toBe(expected);
    expect(err).toBe('Stopped. Nothing was created.\n');
    expect(readdirSync(cwd)).toEqual([]);
  });
});

it.each([
  ['pnpm/12.21.0 npm/? node/v24.21.0 linux x64', 'pnpm'],
  ['bun/1.4.5 npm/? node/v24.3.0 linux x64', 'bun'],
  ['yarn/4.12.0 npm/? node/v24.21.0 linux x64', 'npm'],
  [undefined, 'npm'],
])('the user agent %s belongs to %s', (userAgent, expected) => {
  expect(runningPackageManager(userAgent)).toBe(expected);
});

describe('an old version of Node', () => {
  const runOn = async (nodeVersion: string, ...args: readonly string[]) => {
    const cwd = emptyFolder();
    const printed = { out: '', err: '' };
    const code = await main([...args], {
      cwd,
      nodeVersion,
      isTerminal: false,
      userAgent: undefined,
      signal: new AbortController().signal,
      out: (text) => void (printed.out += text),
      err: (text) => void (printed.err += text),
    });
    return { code, ...printed, created: readdirSync(cwd) };
  };
  const ARGS = ['my-app', '--template', 'script', '--package-manager', 'none'];

  it('is refused before anything is created, with the remedy', async () => {
    expect(await runOn('20.20.2', ...ARGS)).toEqual({
      code: 1,
      out: '',
      err: 'create-majordomo: the application needs Node 22.18 or later, this is 20.20.2; install it from nodejs.org, or with nvm install 24\n',
      created: [],
    });
    expect(await runOn('22.18.0', ...ARGS)).toMatchObject({ code: 0, created: ['my-app'] });
  });

  it('can print the options', async () => {
    expect((await runOn('20.20.2', '--help')).code).toBe(0);
  });

  it.each(names)('is also refused by the engines of the template %s, which npm enforces', (template) => {
    const folder = join(import.meta.dirname, '../templates', template);
    const { engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { engines: object };
    expect(engines).toEqual({ node: `>=${LEAST_NODE}` });
    expect(readFileSync(join(folder, '_npmrc'), 'utf8')).toMatch(/^engine-strict=true$/m);
  });
});

it('shows its options and templates', async () => {
  const { code, out } = await run(emptyFolder(), '--help');
  expect(code).toBe(0);
  for (const name of names) expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
});
