import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { fencesOf } from '../../src/documents.ts';
import { ROOT } from '../../src/repository.ts';

/** Returns the lines without durations. A slow machine also changes their unit from ms to s. */
const settled = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/ *\b\d+(?:\.\d+)? m?s\b/g, ' TIME').trimEnd())
    .filter((line) => line !== '');

test('the README shows the output of the demo', () => {
  const shown = fencesOf('README.md').find(({ language }) => language === '');
  const script = ['--import', './tooling/build/from-sources.ts', 'tooling/shape/src/demo-process.ts'];
  const printed = settled(execFileSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8' }));
  const lines = settled(shown?.code ?? '');
  expect(lines.length).toBeGreaterThanOrEqual(10);
  const from = printed.indexOf(lines[0] ?? '');
  expect(printed.slice(from, from + lines.length)).toEqual(lines);
});

test('the first screen of the README shows the installation, a chain and the demo', () => {
  const [install, chain, demo, output] = fencesOf('README.md');
  expect(install?.code).toMatch(/^npm install @majordomo\/core /);
  expect(chain?.code.trimEnd().split('\n').length).toBeLessThanOrEqual(8);
  expect([demo?.code, output?.language]).toEqual(['npx majordomo demo\n', '']);
});
