import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasRecordings, inShared, recordings, ROOT, skippedNote } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { featureTable, withFeatures } from '../src/matrix/features.ts';
import { page } from '../src/matrix/render.ts';
import { outcomesOf, PROFILES, PROVIDERS } from '../src/matrix/subjects.ts';
import { ALL_PROFILES } from '../src/profiles.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const subjects = [...PROVIDERS, ...PROFILES];

describe('the matrix', () => {
  it('equals the matrix of the harnesses, which `pnpm matrix` writes', () => {
    expect(read('apps/docs/conformance.md')).toBe(page(PROVIDERS, PROFILES, ALL_PROFILES));
  });

  it('has a summary by features on the page of vendors', async () => {
    const vendors = read('apps/docs/vendors.md');
    expect(withFeatures(vendors, await featureTable(PROVIDERS))).toBe(vendors);
  });

  it('has a reason of at least four words for every unsupported case', () => {
    const reasons = subjects.flatMap((subject) =>
      outcomesOf(subject).flatMap(({ cannot }) => cannot.map(([, reason]) => reason)),
    );
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => reason.trim().split(/\s+/).length < 4)).toEqual([]);
  });

  it('shows every case for at least one provider', () => {
    const columns = PROVIDERS.map(outcomesOf);
    const unsupported = (columns[0] ?? []).filter((_, at) =>
      columns.every((column) => column[at]?.isNone === true),
    );
    expect(unsupported.map(({ of }) => of.name)).toEqual([]);
  });
});

const CORPUS = join(process.env['WIRE_CORPUS'] ?? inShared('wire'), 'corpus');

/** Wires of a vendor that were recorded from the vendor itself. */
const recordedWires = (vendor: string): ReadonlySet<string> =>
  new Set(
    recordings(undefined, vendor)
      .filter(({ id }) => {
        const origin = readFileSync(join(CORPUS, id, 'origin.json'), 'utf8');
        return (JSON.parse(origin) as { readonly authenticity: string }).authenticity === 'recorded';
      })
      .map(({ expected }) => expected.wire),
  );

describe.runIf(hasRecordings)(`providers and profiles marked as recorded${skippedNote}`, () => {
  it.each(
    PROVIDERS.flatMap((subject) =>
      subject.recorded.map((vendor) => [subject.name, vendor, subject] as const),
    ),
  )('%s is backed by recordings of %s', (_name, vendor, { variants }) => {
    expect([...recordedWires(vendor)]).toContain(variants[0]?.[1].wire.name);
  });

  /** Vendors whose folder has another name than their profile. */
  const FOLDERS: Readonly<Record<string, string>> = { codex: 'chatgpt', 'azure-openai': 'azure' };
  it.each(
    ALL_PROFILES.filter(({ unverified }) => unverified === undefined).map(
      (profile) => [profile.id, profile] as const,
    ),
  )('the profile %s is backed by recordings', (id, profile) => {
    const wire = 'api' in profile ? 'openai-responses' : 'openai-chat';
    expect([...recordedWires(FOLDERS[id] ?? id)]).toContain(wire);
  });
});
