import { describe, expect, test } from 'vitest';
import { TEMPLATES } from '../../../../apps/create-majordomo/src/templates.ts';
import { published, read, workspace, type Manifest, type Package } from '../../src/repository.ts';

const PAGE = 'https://github.com/majordomo-llm/majordomo/blob/main/apps/docs/stability.md';
/** Line under the title of a package's README. */
const LINES = {
  stable: `> **Stable.** [What this rank promises](${PAGE}#stable)`,
  experimental: `> **Experimental.** A minor version may change anything. [What this rank promises](${PAGE}#experimental)`,
};

const rankOf = ({ manifest: { name, majordomo } }: Package): keyof typeof LINES => {
  if (majordomo?.rank === undefined)
    throw new Error(`${name}: add "majordomo": { "rank": … } to package.json`);
  return majordomo.rank;
};
const namesOf = (rank: keyof typeof LINES): string[] =>
  published
    .filter((one) => rankOf(one) === rank)
    .map(({ manifest }) => manifest.name)
    .sort();
const experimental = new Set(namesOf('experimental'));

/** Returns the packages without which a package does not work. */
function needsOf({ dependencies, peerDependencies = {}, peerDependenciesMeta = {} }: Manifest): string[] {
  const required = Object.keys(peerDependencies).filter((name) => !(name in peerDependenciesMeta));
  return [...Object.keys(dependencies ?? {}), ...required];
}

describe.each(published)('$manifest.name', (one) => {
  test('states its rank under the title of its README', () => {
    expect(read(`${one.path}/README.md`).split('\n')[2]).toBe(LINES[rankOf(one)]);
  });

  test('needs no experimental package if it is stable; an optional peer may be experimental', () => {
    const needs = needsOf(one.manifest).filter((name) => experimental.has(name));
    expect(rankOf(one) === 'stable' ? needs : []).toEqual([]);
  });
});

test('the page of packages lists the stable packages, and then the experimental ones', () => {
  const [first = '', second = ''] = read('apps/docs/packages.md').split('\n## Experimental\n');
  const listed = [first, second].map((part) =>
    [...part.matchAll(/^\| \[`([^`]+)`\]/gm)].map(([, name]) => name).sort(),
  );
  expect(listed).toEqual([namesOf('stable'), namesOf('experimental')]);
});

test('the README lists the packages by rank, and has at most 150 lines', () => {
  const text = read('README.md');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  const [, table = ''] = text.split('  | wing | stable | experimental |\n');
  const rows = [...table.matchAll(/^ {2}\| \[.*?\) \| (.*?) \| (.*)\|$/gm)];
  const listed = [1, 2].map((column) =>
    rows.flatMap((row) => [...(row[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)).sort(),
  );
  const short = (names: readonly string[]): string[] =>
    names.map((name) => name.replace('@majordomo/', '')).sort();
  expect(listed).toEqual([short(namesOf('stable')), short(namesOf('experimental'))]);
});

test.each(Object.entries(TEMPLATES))(
  'the template %s names its experimental packages',
  (name, { content }) => {
    const template = workspace.find(({ path }) => path === `apps/create-majordomo/templates/${name}`);
    const used = needsOf(template!.manifest).filter((one) => experimental.has(one));
    expect(used.filter((one) => !content.includes(one))).toEqual([]);
  },
);
