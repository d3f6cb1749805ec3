import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complaintsAbout } from '../../src/compile.ts';
import { withFormerTypes } from '../../src/former-types.ts';
import { published, ROOT } from '../../src/repository.ts';
import { importsOf } from '../../src/syntax.ts';

/** Programs that use the public API, stored next to the checkout. */
const FOLDERS = [
  process.env['API_PROGRAMS'] ?? join(ROOT, '../shared/api/programs'),
  join(ROOT, '../shared/api/programs3'),
];
/** Programs that use members that do not exist yet, and the members. */
const LATER: Readonly<Record<string, string>> = {
  'agents-mcp.ts': 'McpEndpoint.auth',
  'gateway3-company.ts': 'createCallLog of @majordomo/admin',
  'gateway3-keys.ts': 'createCallLog of @majordomo/admin',
};
/** Entries with another name in the programs: earlier name → name. */
const RENAMED: Readonly<Record<string, string>> = { '@majordomo/prompt-cache': '@majordomo/cache/prompt' };
/** Code that is left out of a program, because a member does not exist yet. */
const LEFT_OUT: Readonly<Record<string, string>> = { 'current-prices.ts': 'ledger, ' };

const texts = new Map(
  FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [name, programOf(name, readFileSync(join(folder, name), 'utf8'))] as const),
  ),
);
const names = [...texts.keys()];

function programOf(name: string, text: string): string {
  const program = withFormerTypes(name, text.replace(LEFT_OUT[name] ?? '', ''));
  return Object.entries(RENAMED).reduce(
    (code, [from, to]) => code.replaceAll(`'${from}'`, `'${to}'`),
    program,
  );
}

const here = new Set(published.map(({ manifest }) => manifest.name));
/** Entries of earlier versions that no longer exist, and what replaced them. */
const REPLACED: Readonly<Record<string, string>> = { '@majordomo/core/provider': '@majordomo/wire-kit' };

const missing = (name: string): string[] =>
  LATER[name] !== undefined
    ? [LATER[name]]
    : importsOf(name, texts.get(name) ?? '').filter(
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

    test.each(ready)('%s type-checks against the built packages', (name) => {
      expect(complaints[name] ?? []).toEqual([]);
    });

    const waiting = names.filter((name) => !ready.includes(name));
    test.skip.each(waiting.map((name) => [name, missing(name).join(', ')]))(
      '%s needs %s, which does not exist',
      () => undefined,
    );
  },
);
