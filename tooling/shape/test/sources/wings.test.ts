import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exists, published, read, ROOT, workspace } from '../../src/repository.ts';
import { importsFrom, upwardImports, WINGS } from '../../src/wings.ts';

const inWings = published.filter(({ wing }) => wing !== undefined);
const wingOf = new Map(workspace.map(({ manifest, wing }) => [manifest.name, wing]));

test.each(inWings)('$path imports only packages of its wing and of the wings below', (pkg) => {
  expect(upwardImports(pkg.wing ?? '', importsFrom(pkg), wingOf)).toEqual([]);
});

test('a wing imports only wings that are listed before it', () => {
  const names = Object.keys(WINGS);
  const upward = Object.entries(WINGS).flatMap(([wing, below]) =>
    below.filter((other) => names.indexOf(other) >= names.indexOf(wing)).map((other) => `${wing} → ${other}`),
  );
  expect(upward).toEqual([]);
});

test("pnpm's workspace has every folder of packages, in the order of the wings", () => {
  const [, section = ''] = /^packages:\n([\s\S]*?)^\w/m.exec(read('pnpm-workspace.yaml')) ?? [];
  const lines = [...section.matchAll(/^ {2}- packages\/(.+)$/gm)].map(([, line]) => line);
  expect(lines).toEqual(Object.keys(WINGS).map((wing) => `${wing}/*`));
  const folders = readdirSync(join(ROOT, 'packages')).flatMap((wing) =>
    readdirSync(join(ROOT, 'packages', wing)).map((name) => `packages/${wing}/${name}`),
  );
  const paths = folders.filter((folder) => exists(`${folder}/package.json`));
  expect(inWings.map(({ path }) => path).sort()).toEqual(paths.sort());
});

test('an import of a wing above is reported, and of a wing below is allowed', () => {
  const wings = new Map([
    ['@majordomo/core', 'base'],
    ['@majordomo/agent', 'agents'],
  ]);
  const imports = new Map([['packages/x/src/a.ts', ['@majordomo/core', '@majordomo/agent', 'zod']]]);
  expect(upwardImports('calls', imports, wings)).toEqual([
    expect.stringMatching(/^packages\/x\/src\/a\.ts: imports @majordomo\/agent of the wing agents/),
  ]);
});

describe.each(Object.keys(WINGS))('the README of %s', (wing) => {
  const file = `packages/${wing}/README.md`;
  const text = read(file);

  test('states which wings it may import', () => {
    const [, sentence = ''] = /^Its packages may import (.+)\.$/m.exec(text) ?? [];
    const named = Object.keys(WINGS).filter((other) =>
      sentence.includes(`[${other}](../${other}/README.md)`),
    );
    expect(named).toEqual(WINGS[wing]);
  });
});
