import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inShared, ROOT } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import {
  featureTable,
  WITH_BATCHES,
  WITH_FILES,
  WITH_JOBS,
  WITH_VIDEOS,
  withFeatures,
} from '../src/matrix/features.ts';
import { outcomesOf } from '../src/matrix/outcomes.ts';
import { ALL_PROFILES } from '../src/matrix/profiles.ts';
import { page } from '../src/matrix/render.ts';
import { PROFILES, PROVIDERS } from '../src/matrix/subjects.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const subjects = [...PROVIDERS, ...PROFILES];

describe('the matrix', () => {
  it('equals the matrix of the harnesses, which `pnpm matrix` writes', () => {
    expect(read('apps/docs/conformance.md')).toBe(page(PROVIDERS, PROFILES, ALL_PROFILES));
  });

  it('has a summary by features on the page of vendors', () => {
    const vendors = read('apps/docs/vendors.md');
    expect(withFeatures(vendors, featureTable(PROVIDERS))).toBe(vendors);
  });

  it('shows batches, background jobs, videos and files for the providers with such an API', async () => {
    const at = { baseURL: 'http://127.0.0.1:1', server: undefined, apiKey: 'any' };
    const opened = await Promise.all(
      PROVIDERS.map(async ({ name, variants: [first] }) => {
        const [, harness] = first ?? [];
        return { name, provider: await harness?.open(at), model: harness?.model ?? '' };
      }),
    );
    const namesOf = (having: (one: (typeof opened)[number]) => object | undefined): readonly string[] =>
      opened.filter((one) => having(one) !== undefined).map(({ name }) => name);
    expect(namesOf(({ provider, model }) => provider?.batch?.(model, 'chat'))).toEqual(WITH_BATCHES);
    expect(namesOf(({ provider, model }) => provider?.background?.(model))).toEqual(WITH_JOBS);
    expect(namesOf(({ provider, model }) => provider?.files?.(model))).toEqual(WITH_FILES);
    expect(namesOf(({ provider }) => provider?.videoModel?.('veo-3.1-generate-preview'))).toEqual(
      WITH_VIDEOS,
    );
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
const hasCorpus = existsSync(CORPUS);

interface Facts {
  readonly wire: string;
}
interface Origin {
  readonly authenticity: string;
}

/** Wires of a vendor that were recorded from the vendor itself. */
function recordedWires(vendor: string): ReadonlySet<string> {
  const folder = join(CORPUS, vendor);
  if (!existsSync(folder)) return new Set();
  const json = (name: string, file: string): unknown =>
    JSON.parse(readFileSync(join(folder, name, file), 'utf8'));
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'expected.json')));
  return new Set(
    names
      .filter((name) => (json(name, 'origin.json') as Origin).authenticity === 'recorded')
      .map((name) => (json(name, 'expected.json') as Facts).wire),
  );
}

describe.runIf(hasCorpus)(
  `providers and profiles marked as recorded${hasCorpus ? '' : ` (skipped: no recordings at ${CORPUS})`}`,
  () => {
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
  },
);
