import { describeWith } from '@majordomo/services';
import { featureCases } from '@majordomo/services/features';
import {
  ledgerStoreConformance,
  ledgerWindowConformance,
  recordStoreConformance,
} from '@majordomo/conformance';
import { describe, it } from 'vitest';
import { clients } from './support/clients.ts';
import { onRedis } from './support/stores.ts';

/** Client libraries with their default options. */
const KINDS = Object.keys(clients).filter((kind) => kind.endsWith('with defaults'));

/** Names of the cases that make hundreds of steps. */
const LONG = /thousand|random|reports the sums|shares one window/;

/**
 * Whether the case makes hundreds of steps. For the second client, such cases run with SOAK=1, as in the nightly run, because the
 * commands are the same.
 */
const isOnlyInSoak = (kind: string, name: string): boolean =>
  process.env['SOAK'] === undefined && kind !== KINDS[0] && LONG.test(name);

describeWith('redis', 'conformance', () => {
  const { client, stores } = onRedis();
  describe.each(KINDS)('over %s', (kind) => {
    for (const { name, run } of [...ledgerStoreConformance, ...ledgerWindowConformance])
      it.skipIf(isOnlyInSoak(kind, name))(`ledger: ${name}`, () => run(async () => stores({}, kind).ledger));
    let prefixes = 0;
    for (const { name, run } of recordStoreConformance)
      it(`records: ${name}`, () =>
        run(async () => {
          const prefix = `records ${kind} ${prefixes++}`;
          const open = () => stores({ prefix, subscriber: client(kind).client }, kind).records;
          return [open(), open()];
        }));
    for (const { name, run } of featureCases)
      it(name, async () => {
        const prefix = `features ${kind} ${prefixes++}`;
        await run([stores({ prefix }, kind).records, stores({ prefix }, kind).records]);
      });
  });
});
