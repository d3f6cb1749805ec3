import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEVIATIONS, LONG_FILES, OPTIONAL_FILES, PROVIDER_FILES, SHARED_WIRE_FILES } from '../src/layout.ts';
import { exists, filesIn, published, read, sourcesOf } from '../src/repository.ts';

const LONGEST_FILE = 350;
const providers = published.filter(({ id }) => id.startsWith('provider-'));
const sources = published.flatMap(sourcesOf);

describe.each(providers)('$id', (pkg) => {
  const { absent = {}, extra = {} } = DEVIATIONS[pkg.id] ?? {};

  test('has the files of every provider, but for the listed absences', () => {
    const missing = PROVIDER_FILES.filter((file) => !exists(`${pkg.path}/${file}`));
    expect(missing.sort()).toEqual(Object.keys(absent).sort());
  });

  test('has no file of another name, but for the listed extras', () => {
    const inSrc = sourcesOf(pkg).map((file) => file.slice(pkg.path.length + 1));
    const known = [...PROVIDER_FILES, ...Object.keys(OPTIONAL_FILES)];
    const others = inSrc.filter((file) => !known.includes(file) && !file.startsWith('src/profiles/'));
    expect(others).toEqual(Object.keys(extra).sort());
  });
});

test('the shared wire has the same file names in a folder of its own', () => {
  expect(SHARED_WIRE_FILES.filter((file) => !exists(`packages/openai-wire/${file}`))).toEqual([]);
});

test(`a source of more than ${LONGEST_FILE} lines is listed with its reason`, () => {
  const long = sources.filter((file) => linesOf(file).length > LONGEST_FILE);
  expect(long).toEqual(Object.keys(LONG_FILES));
});

test('files are named in kebab-case after what they hold', () => {
  const names = published.flatMap(({ path }) => [...filesIn(`${path}/src`), ...filesIn(`${path}/test`)]);
  const code = names.filter((file) => file.endsWith('.ts'));
  expect(code.filter((file) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(basename(file)))).toEqual(
    [],
  );
  expect(code.filter((file) => /^(?:utils?|helpers?|common|misc|shared)\b/.test(basename(file)))).toEqual([]);
});

test('an index names what it exports, and holds nothing but a function that creates', () => {
  const indexes = sources.filter((file) => /^packages\/[\w-]+\/src\/index\.ts$/.test(file));
  const chatty = indexes.filter((file) =>
    /export (?:\*|default|function (?!create)|class|const|let)/.test(read(file)),
  );
  expect(chatty).toEqual([]);
});

function linesOf(file: string): string[] {
  return read(file).trimEnd().split('\n');
}
