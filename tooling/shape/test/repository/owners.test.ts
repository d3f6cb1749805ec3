import { expect, test } from 'vitest';
import { exists, read } from '../../src/repository.ts';
import { WINGS } from '../../src/wings.ts';

const lines = read('.github/CODEOWNERS')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' '));

test('each path in CODEOWNERS exists and has a team of the organization', () => {
  for (const [path = '', ...teams] of lines) {
    if (path !== '*') expect(exists(path.slice(1)), path).toBe(true);
    expect(teams, path).toEqual([expect.stringMatching(/^@majordomo-llm\/[a-z]+$/)]);
  }
});

test('each wing has an owner, in the order of the wings', () => {
  const owned = lines.map(([path = '']) => /^\/packages\/(\w+)\/$/.exec(path)?.[1]);
  expect(owned.filter((wing) => wing !== undefined)).toEqual(Object.keys(WINGS));
});

test('the document of releases lists each team', () => {
  const teams = new Set(lines.map(([, team = '']) => team.replace('@majordomo-llm/', '')));
  const document = read('apps/docs/releasing.md');
  expect([...teams].filter((team) => !document.includes(`\`${team}\``))).toEqual([]);
});

test('the code of conduct names the contact of the security policy', () => {
  for (const file of ['SECURITY.md', 'CODE_OF_CONDUCT.md'])
    expect(read(file)).toContain("**Report a vulnerability** on the repository's Security page");
});
