import {
  cacheStoreConformance,
  callStoreConformance,
  claimStoreConformance,
  conversationStoreConformance,
  fileStoreConformance,
  jobStoreConformance,
  keyStoreConformance,
  ledgerStoreConformance,
  ledgerWindowConformance,
  runStoreConformance,
} from '@majordomo/conformance';
import { createLedger, type LedgerStore } from '@majordomo/ledger';
import { describeWith } from '@majordomo/services';
import { describe, it } from 'vitest';
import { KINDS, type Kind } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

/** Adds `report`, computed from the records, which the conformance suite requires. */
function withReports(store: LedgerStore): LedgerStore {
  return { ...store, report: (query) => createLedger({ store }).report(query) };
}

/** Names of the cases that make hundreds of steps. */
const LONG = /thousand|random|reports the sums|filters by each member|sums groups|shares one window/;

/**
 * Whether the case makes hundreds of steps. For the second client, such cases run with SOAK=1, as in the nightly run, because the
 * statements are the same.
 */
const isOnlyInSoak = (kind: Kind, name: string): boolean =>
  process.env['SOAK'] === undefined && kind !== KINDS[0] && LONG.test(name);

describeWith('postgres', 'conformance', () => {
  const { listener, pair, stores } = onPostgres();
  let schemas = 0;
  /** Creates the stores of two processes, each with a session for notifications. */
  const keyPair = async (kind: Kind) => {
    const schema = `keys_${kind}_${schemas++}`;
    const open = async () => stores({ schema, listener: await listener(kind) }, kind).keys;
    return [await open(), await open()] as const;
  };
  describe.each(KINDS)('over %s', (kind) => {
    for (const { name, run } of [...ledgerStoreConformance, ...ledgerWindowConformance])
      it.skipIf(isOnlyInSoak(kind, name))(
        `ledger: ${name}`,
        () => run(async () => withReports(stores({}, kind).ledger)),
        60_000,
      );
    for (const { name, run } of cacheStoreConformance)
      it(`cache: ${name}`, () => run(async () => stores({}, kind).cache), 60_000);
    for (const { name, run } of keyStoreConformance)
      it(`keys: ${name}`, () => run(async () => keyPair(kind)), 60_000);
    for (const { name, run } of callStoreConformance)
      it.skipIf(isOnlyInSoak(kind, name))(
        `calls: ${name}`,
        () =>
          run(async () => {
            const [first, second] = pair(kind);
            return [first.calls, second.calls];
          }),
        60_000,
      );
    for (const { name, run } of runStoreConformance)
      it(
        `runs: ${name}`,
        () =>
          run(async () => {
            const [first, second] = pair(kind);
            return [first.runs, second.runs];
          }),
        60_000,
      );
    for (const { name, run } of jobStoreConformance)
      it(
        `jobs: ${name}`,
        () =>
          run(async () => {
            const [first, second] = pair(kind);
            return [first.jobs, second.jobs];
          }),
        60_000,
      );
    for (const { name, run } of fileStoreConformance)
      it(
        `files: ${name}`,
        () =>
          run(async () => {
            const [first, second] = pair(kind);
            return [first.files, second.files];
          }),
        60_000,
      );
    for (const { name, run } of claimStoreConformance)
      it(
        `claims: ${name}`,
        () =>
          run(async () => {
            const [first, second] = pair(kind);
            return [first.claims, second.claims];
          }),
        60_000,
      );
    for (const { name, run } of conversationStoreConformance)
      it(
        `conversations: ${name}`,
        () =>
          run(async () => {
            const [first, second] = pair(kind);
            return [first.conversations, second.conversations];
          }),
        60_000,
      );
  });
});
