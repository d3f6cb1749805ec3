import { expect, test } from 'vitest';
import { filesIn, read } from '../../src/repository.ts';

const REGISTRY = /registry\.(?:npm|yarn)\w*\.\w+|npm\.pkg\.|\bresolved"?: "?https?:|\btarball: https?:/;
const files = filesIn('.').filter((file) => !/\.(?:png|ico)$/.test(file));

test('no file names a package registry', () => {
  const naming = files.filter((file) => REGISTRY.test(read(file)));
  expect(naming.map((file) => `${file}: names a registry; the machine configures it`)).toEqual([]);
});

test('a skipped or exclusive test has a condition', () => {
  const tests = files.filter((file) => file.endsWith('.test.ts') && !file.startsWith('tooling/shape/'));
  const wrong = tests.filter((file) => /\b(?:test|it|describe)\.(?:only|skip|todo)\(/.test(read(file)));
  expect(
    wrong.map((file) => `${file}: remove .only, .skip or .todo, or use skipIf with a condition`),
  ).toEqual([]);
});

// If both files shared the module, its tests would be registered by one of them only.
test('tests of another file are imported with a query, as a separate module', () => {
  const code = files.filter((file) => file.endsWith('.ts') && !file.startsWith('tooling/shape/'));
  const wrong = code.filter((file) => /\b(?:import|from)\b\W*['"`][^'"`\n]*\.test\.ts['"`]/.test(read(file)));
  expect(
    wrong.map((file) => `${file}: imports a test file without a query; append one, such as ?again`),
  ).toEqual([]);
});
