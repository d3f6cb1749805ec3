import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withoutPeers } from '../../../build/declarations.ts';
import { errorsOfDeclarations } from '../../src/compile.ts';
import { published, ROOT } from '../../src/repository.ts';

const withPeers = published.filter(({ manifest }) => manifest.peerDependenciesMeta !== undefined);

test('declarations compile in an application that installs no optional peer and does not set skipLibCheck', () => {
  const entries = withPeers.flatMap(({ path, manifest }) =>
    Object.values(manifest.exports ?? {}).flatMap((entry) =>
      typeof entry === 'object' && entry['types'] !== undefined ? [join(ROOT, path, entry['types'])] : [],
    ),
  );
  const missing = withPeers.flatMap(({ path, manifest }) =>
    Object.keys(manifest.peerDependenciesMeta ?? {}).map((peer) => join(ROOT, path, 'node_modules', peer)),
  );
  expect(entries.length).toBeGreaterThan(15);
  expect(errorsOfDeclarations(entries, missing)).toEqual([]);
});

test('only imports and exports of optional peers are marked', () => {
  const text = [
    "import type { Run } from '@majordomo/agent';",
    "export type { Cost } from '@majordomo/ledger/costs';",
    "export type { Call } from '@majordomo/core';",
    '/** Stores of `@majordomo/agent`. */',
  ];
  const marked = withoutPeers(text.join('\n'), ['@majordomo/agent', '@majordomo/ledger']).split('\n');
  const comment = '// @ts-ignore: this peer is optional';
  expect(marked).toEqual([comment, text[0], comment, ...text.slice(1)]);
});
