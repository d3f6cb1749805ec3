/** Writes one record after the other, and prints each record's id when the record is settled. */
import { writeSync } from 'node:fs';
import { sqliteStores } from '@majordomo/store-sqlite';
import { recordOf } from '../../../../packages/calls/ledger/test/support/values.ts';

const [path = ''] = process.argv.slice(2);
const { ledger } = sqliteStores(path);
for (let number = 0; ; number++) {
  const id = `record ${number}`;
  const claim = {
    counter: 'money',
    max: 10n ** 15n,
    amount: 9n,
    resetsInMs: undefined,
    whenLapsed: 'spent',
  } as const;
  await ledger.reserve(id, [claim], 600_000);
  await ledger.settle(id, [{ counter: 'money', amount: 1n }]);
  await ledger.append(
    recordOf({ id, at: new Date().toISOString(), call: id, usage: undefined, nanoUsd: '1' }),
  );
  writeSync(1, `${number}\n`);
}
