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

test.each([
  ["const profile = { keyEnv: ['ACME_API_KEY', 'ACME_OLD'] };", ['ACME_API_KEY', 'ACME_OLD']],
  ["const REGION_ENV = ['ACME_AREA'];", ['ACME_AREA']],
  ["const area = context.env['ACME_AREA'];", ['ACME_AREA']],
  ["credentialSource(apiKey, ['ACME_PASS_WORD']);", ['ACME_PASS_WORD']],
  ["const key = first('ACME_ACCESS_KEY');", ['ACME_ACCESS_KEY']],
  ["if (reason === 'MAX_TOKENS') stop();", []],
  ["// reads 'ACME_API_KEY'", []],
])('a variable is seen in %s', (source, names) => {
  expect(variablesOf('probe.ts', source)).toEqual(names);
});
