import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complaintsAbout } from '../src/compile.ts';
import { published, ROOT } from '../src/repository.ts';
import { importsOf } from '../src/syntax.ts';

/** Programs that use the public API, kept next to the checkout. */
const FOLDER = process.env['API_PROGRAMS'] ?? join(ROOT, '../shared/api/programs');
const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.ts')) : [];
const texts = new Map(names.map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]));

const here = new Set(published.map(({ manifest }) => manifest.name));
/** Entries of earlier versions that no longer exist, and what replaced them. */
const REPLACED: Readonly<Record<string, string>> = { '@majordomo/core/provider': '@majordomo/wire-kit' };

const missing = (name: string): string[] =>
  importsOf(name, texts.get(name) ?? '').filter(
    (target) =>
      target in REPLACED ||
      (target.startsWith('@majordomo/') && !here.has(target.split('/').slice(0, 2).join('/'))),
  );

describe.skipIf(names.length === 0)(
  `programs of the public API${names.length === 0 ? ' (no such folder)' : ''}`,
  () => {
    const ready = names.filter((name) => missing(name).length === 0);
    const complaints = complaintsAbout(
      Object.fromEntries(ready.map((name) => [name, texts.get(name) ?? ''])),
    );

    test.each(ready)('%s type-checks, unchanged, against the built packages', (name) => {
      expect(complaints[name] ?? []).toEqual([]);
    });

    const waiting = names.filter((name) => !ready.includes(name));
    test.skip.each(waiting.map((name) => [name, missing(name).join(', ')]))(
      '%s imports %s, which does not exist',
      () => undefined,
    );
  },
);
