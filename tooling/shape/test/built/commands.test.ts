import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { world } from '../../../../apps/cli/test/world.ts';
import { commandsInProse, documents, fencesOf } from '../../src/documents.ts';
import { exists, published, read, ROOT, workspace, type Manifest } from '../../src/repository.ts';
import { complaintsAboutShell, type Bin, type Known } from '../../src/shell.ts';

/** The class that the command is built with: every action becomes one that does nothing, so that it only parses. */
const { Command } = createRequire(join(ROOT, 'apps/cli/package.json'))('commander') as {
  readonly Command: { readonly prototype: { action: (this: object, run: () => void) => object } };
};
const { action } = Command.prototype;
Command.prototype.action = function (this: object) {
  return action.call(this, () => undefined);
};
const cli = world();
afterAll(() => {
  Command.prototype.action = action;
  cli[Symbol.dispose]();
});

const majordomo: Bin = async (args) => {
  const { code, err } = await cli.run(...args);
  return code === 0 ? undefined : err.split('\n')[0];
};
const anything: Bin = () => Promise.resolve(undefined);

const root = JSON.parse(read('package.json')) as Manifest & { readonly packageManager: string };
const known: Known = {
  scripts: Object.keys(root.scripts ?? {}),
  npmScripts: [],
  packageManager: root.packageManager,
  packages: [root, ...workspace.map(({ manifest }) => manifest)].flatMap(
    ({ name, dependencies, devDependencies, peerDependencies }) => [
      name,
      ...Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }),
    ],
  ),
  bins: Object.fromEntries(
    published
      .flatMap(({ manifest }) => Object.keys(manifest.bin ?? {}))
      .map((bin) => [bin, bin === 'majordomo' ? majordomo : anything]),
  ),
  exists,
};

const shell = documents.flatMap(fencesOf).filter(({ language }) => language === 'sh');

test.each(shell.map(({ at, code }) => [at, code]))('the commands at %s can be typed', async (_at, code) => {
  expect(await complaintsAboutShell(code, known)).toEqual([]);
});

test.each(documents)('the commands in the text of %s can be typed', async (file) => {
  const template = workspace.find(({ path }) => path.includes('/templates/') && path === dirname(file));
  const npmScripts = Object.keys(template?.manifest.scripts ?? {});
  expect(await complaintsAboutShell(commandsInProse(file).join('\n'), { ...known, npmScripts })).toEqual([]);
});

describe('a command that cannot be typed', () => {
  test.each([
    ['npm install @majordomo/core openai zod', []],
    ['npm install @majordomo/nothing@1', ['no manifest names @majordomo/nothing@1']],
    ['npm install --sav @majordomo/core', ['--sav is not looked at']],
    ['npx --yes pnpm@1.0.0 demo', [`this repository pins ${root.packageManager}`]],
    ['pnpm run build && pnpm demos', ['the script demos does not exist']],
    ['pnpm test packages/nothing', ['the folder packages/nothing does not exist']],
    ['A_KEY=x', []],
    ['A_KEY=x majordomo chat "a/b" \'c d\' -f x.png -f y.png # really', []],
    ['git diff | majordomo chat a/b c --nope > x', ["error: unknown option '--nope'"]],
  ])('%s', async (line, problems) => {
    const found = await complaintsAboutShell(line, known);
    expect(found.map((each) => each.replace(/^.*?: (?=\S)/, ''))).toEqual(problems);
  });
});
