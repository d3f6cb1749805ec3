import { expect, it } from 'vitest';
import { findingsOf } from './lint.ts';

it.each([
  ['the plugin is not installed', undefined, 'mistake'],
  ['it has no findings', { code: 0, lines: ['3 files, nothing found'] }, 'ok'],
  ['it has findings', { code: 1, lines: ['a.js:1 no-raw-sdk', '1 found'] }, 'mistake'],
  ['it failed', { code: 2, lines: ['cannot be parsed'] }, 'mistake'],
  ['it was killed', { code: null, lines: [''] }, 'mistake'],
] as const)(
  'the lint check passes only if files were checked without findings: %s',
  (_name, lintRun, state) => {
    expect(findingsOf('src', lintRun).map((finding) => finding.state)).toEqual([state]);
  },
);
