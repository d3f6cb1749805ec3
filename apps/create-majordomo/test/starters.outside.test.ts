import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createProject } from '../src/create-project.ts';
import type { PackageManager } from '../src/package-managers.ts';
import type { Template } from '../src/templates.ts';
import { emptyFolder } from './support/command.ts';
import { dependOn, ENV, pack, program } from './support/tarballs.ts';

const LONG = 300_000;
const MODULES = join(import.meta.dirname, '../../../tooling/runtimes/node_modules');

/** Node by its major version. */
const NODES = {
  22: globSync(join(MODULES, 'node-22-*/bin/node'))[0] ?? '',
  24: process.execPath,
  26: globSync(join(MODULES, 'node-26-*/bin/node'))[0] ?? '',
};

/** Installation by each package manager. */
const MANAGERS: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
  pnpm: ['pnpm', 'install', '--prefer-offline', '--no-frozen-lockfile'],
  bun: [globSync(join(MODULES, '@oven/bun-*/bin/bun'))[0] ?? '', 'install'],
};

/** Commands of each application that end by themselves, each with a part of its output. */
const PROGRAMS: Readonly<Record<Template, readonly (readonly [command: string, output: string])[]>> = {
  script: [['src/main.ts', 'The answer is from anthropic/claude-haiku-4-5.']],
  chat: [['node_modules/vite/bin/vite.js build', 'dist/index.html']],
  // The run is decided, so that the next version of Node can start a run of the same order.
  agent: [
    ['src/main.ts', 'waits for approval: refund {"number":"7","usd":49}'],
    ['src/main.ts deny', 'agent: '],
  ],
  extract: [['src/main.ts', '2 documents, 0 failed']],
  gateway: [['src/main.ts key search', 'mj_']],
  lint: [['src/main.ts', 'This is the fake model.']],
};

describe.each(Object.keys(PROGRAMS) as Template[])('the application %s', (template) => {
  let tarballs = '';
  beforeAll(async () => {
    tarballs = await mkdtemp(join(tmpdir(), 'create-majordomo-tarballs-'));
    await pack(tarballs, `@majordomo/template-${template}^...`, '@majordomo/eslint-plugin');
  }, LONG);
  afterAll(() => rm(tarballs, { recursive: true, force: true }));

  it.each(Object.keys(MANAGERS) as PackageManager[])(
    'runs and passes its test on Node 22, 24 and 26, installed by %s',
    async (manager) => {
      const folder = join(emptyFolder(), 'my-app');
      await createProject({ name: 'my-app', folder, template });
      dependOn(tarballs, folder);
      const [name = '', ...install] = MANAGERS[manager];
      await program(folder, name, install);
      for (const [version, node] of Object.entries(NODES)) {
        const env = { ...ENV, PATH: `${dirname(node)}:${ENV['PATH'] ?? ''}` };
        expect(await program(folder, 'node', ['--version'], env)).toContain(`v${version}.`);
        await program(folder, name, ['run', 'test'], env);
        for (const [command, output] of PROGRAMS[template])
          expect(await program(folder, 'node', command.split(' '), env)).toContain(output);
      }
    },
    LONG,
  );
});
