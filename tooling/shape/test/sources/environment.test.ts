import { expect, test } from 'vitest';
import { variablesOf } from '../../src/environment.ts';
import { published, read, sourcesOf } from '../../src/repository.ts';

/** `NAME=` and `# NAME=`: a variable that is off by default is listed all the same. */
const listed = [...read('.env.example').matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]*)=/gm)].map(
  ([, name = '']) => name,
);

test('.env.example lists exactly the variables that the packages read', () => {
  const sources = published.flatMap(sourcesOf);
  const read_ = new Set(sources.flatMap((file) => variablesOf(file, read(file))));
  const remedy = '.env.example: add variables that the packages read, and remove the others';
  expect(listed.filter((name) => name !== 'LLM_NAME').sort(), remedy).toEqual([...read_].sort());
});

test('.env.example names no variable twice and gives none a value', () => {
  expect(new Set(listed).size).toBe(listed.length);
  expect(read('.env.example')).not.toMatch(/^[A-Z0-9_]+=\S/m);
});
