import {
  callStoreConformance,
  fileStoreConformance,
  ledgerStoreConformance,
  ledgerWindowConformance,
  recordStoreConformance,
} from '@majordomo/conformance';
import { describeWith } from '@majordomo/services';
import { featureCases, searchCases } from '@majordomo/services/features';
import { describe, it } from 'vitest';
import { KINDS, type Kind } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

/** Names of the cases that make hundreds of steps. */
const LONG = /thousand|random|reports the sums|filters by each member|sums groups|shares one window/;

/**
 * Whether the case makes hundreds of steps. For the second client, such cases run with SOAK=1, as in the nightly run, because the
 * statements are the same.
 */
const isOnlyInSoak = (kind: Kind, name: string): boolean =>
  process.env['SOAK'] === undefined && kind !== KINDS[0] && LONG.test(name);

describeWith('postgres', 'conformance', () => {
  const { listener, emptySchema, stores } = onPostgres();
  describe.each(KINDS)('over %s', (kind) => {
    /** Creates the stores of two processes over empty tables. Creating the tables for each case would take most of the time. */
    const pair = async () => {
      const schema = await emptySchema(kind);
      return [stores({ schema }, kind), stores({ schema }, kind)] as const;
    };
    /** Creates the stores of two processes, each with a session for notifications. */
    const listeningPair = async () => {
      const schema = await emptySchema(kind);
      const open = async () => stores({ schema, listener: await listener(kind) }, kind);
      return [await open(), await open()] as const;
    };
    for (const { name, run } of [...ledgerStoreConformance, ...ledgerWindowConformance])
      it.skipIf(isOnlyInSoak(kind, name))(`ledger: ${name}`, () => run(async () => (await pair())[0].ledger));
    for (const { name, run } of recordStoreConformance)
      it(`records: ${name}`, () =>
        run(async () => {
          const [first, second] = await listeningPair();
          return [first.records, second.records];
        }));
    for (const { name, run } of callStoreConformance)
      it.skipIf(isOnlyInSoak(kind, name))(`calls: ${name}`, () =>
        run(async () => {
          const [first, second] = await pair();
          return [first.calls, second.calls];
        }),
      );
    for (const { name, run } of [...featureCases, ...searchCases])
      it(name, async () => {
        const [first, second] = await pair();
        await run([first.records, second.records]);
      });
    for (const { name, run } of fileStoreConformance)
      it(`files: ${name}`, () =>
        run(async () => {
          const [first, second] = await pair();
          return [first.files, second.files];
        }));
  });
});
