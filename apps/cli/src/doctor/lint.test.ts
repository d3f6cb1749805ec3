import { expect, it } from 'vitest';
import { findingsOf } from './lint.ts';

it.each([
  ['the plugin is not there', undefined, 'mistake'],
  ['it found nothing', { code: 0, lines: ['3 files, nothing found'] }, 'ok'],
  ['it found something', { code: 1, lines: ['a.js:1 no-raw-sdk', '1 found'] }, 'mistake'],
  ['it failed', { code: 2, lines: ['cannot be parsed'] }, 'mistake'],
  ['it was ended from outside', { code: null, lines: [''] }, 'mistake'],
] as const)(
  'the lint check passes only if files were checked and nothing was found: %s',
  (_what, ran, state) => {
    expect(findingsOf('src', ran).map((finding) => finding.state)).toEqual([state]);
  },
);
