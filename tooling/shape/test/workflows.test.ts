import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { read, ROOT, workspace, type Manifest } from '../src/repository.ts';

const FOLDER = '.github/workflows';
const root = JSON.parse(read('package.json')) as Manifest & { readonly packageManager: string };
const workflows = readdirSync(join(ROOT, FOLDER)).map((name) => [name, read(`${FOLDER}/${name}`)] as const);

/** What pnpm does by itself, or finds among the tools. */
const OWN = new Set(['install', 'changeset', 'exec']);

test.each(workflows)(
  '%s runs scripts that exist, by the package manager of the repository',
  (_name, text) => {
    const commands = [...text.matchAll(/npx --yes (\S+) (?:--filter (\S+) )?(\S+)/g)];
    expect(commands.length).toBeGreaterThan(0);
    for (const [, manager, filter, script = ''] of commands) {
      expect(manager).toBe(root.packageManager);
      if (OWN.has(script)) continue;
      const { scripts } = filter === undefined ? root : (manifestOf(filter) ?? {});
      expect(Object.keys(scripts ?? {}), `${filter ?? 'the root'} has no script ${script}`).toContain(script);
    }
  },
);

test.each(workflows)('%s grants only the needed permissions', (_name, text) => {
  expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)$/m);
});

describe('every pull request', () => {
  test('is checked on three systems, with the oldest Node that packages take and the newest', () => {
    const checks = read(`${FOLDER}/checks.yml`);
    expect(checks).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
    expect(checks).toContain('node: [22, 24, 26]');
    expect(checks).toContain('run: .ci/run');
  });
});

const manifestOf = (name: string): Manifest | undefined =>
  workspace.find(({ manifest }) => manifest.name === name)?.manifest;
