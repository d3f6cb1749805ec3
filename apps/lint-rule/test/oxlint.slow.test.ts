import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { rules } from '../src/index.ts';
import { fixture, expectedFindings } from './fixture-marks.ts';

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

const oxlint = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint');

const folder = suiteFolder();

/** Runs oxlint with the plugin's sources, whose types Node strips. */
function reported(cwd: string, settings: object = {}): readonly string[] {
  const config = join(folder, 'oxlint.json');
  const specifier = join(import.meta.dirname, '..', 'src', 'index.ts');
  writeFileSync(
    config,
    JSON.stringify({
      categories: { correctness: 'off' },
      jsPlugins: [{ name: 'majordomo', specifier }],
      rules: Object.fromEntries(Object.keys(rules).map((rule) => [`majordomo/${rule}`, 'error'])),
      settings: { majordomo: settings },
    }),
  );
  const output = run([oxlint, '-c', config, '--format', 'json', '.'], cwd);
  const { diagnostics }: { diagnostics: readonly Diagnostic[] } = JSON.parse(output);
  return diagnostics
    .map(({ code, filename, labels }) => {
      const rule = /\((.+)\)/.exec(code)?.[1] ?? code;
      return `${filename}:${String(labels[0]?.span.line)} ${rule}`;
    })
    .toSorted();
}

/** Returns the output also for exit code 1, which means that oxlint reported something. */
function run(args: readonly string[], cwd: string): string {
  try {
    return execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
    throw error;
  }
}

it.each(['assistant', 'disguised'])('oxlint reports exactly the marked calls of %s', (name) => {
  expect(reported(fixture(name))).toEqual(expectedFindings(fixture(name)));
});

it('oxlint passes the settings to the rules', () => {
  const left = reported(fixture('assistant'), { allow: ['src/kernel/**'] });
  expect(left).toEqual(
    expectedFindings(fixture('assistant')).filter((site) => !site.startsWith('src/kernel/')),
  );
  expect(left.length).toBeGreaterThan(0);
});
