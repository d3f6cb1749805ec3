import type { Limit } from '@majordomo/ledger';
import type { KeyRecord } from './key-records.ts';

/** Returns the limits of a key for the ledger. Their names contain the key's id, so each key has separate counters. */
export const ledgerLimits = ({ id, limits }: Pick<KeyRecord, 'id' | 'limits'>): readonly Limit[] =>
  limits.map(({ max, per, zone }) => ({ name: `key/${id}/${per}/${Object.keys(max)[0]}`, max, per, zone }));

/** Limits by the record of their key. The ledger recognizes a limit by its object, so an unchanged record has the same objects. */
export class KeyLimits {
  private readonly byRecord = new WeakMap<KeyRecord, readonly Limit[]>();

  of(record: KeyRecord): readonly Limit[] {
    const limits = this.byRecord.get(record) ?? ledgerLimits(record);
    this.byRecord.set(record, limits);
    return limits;
  }
}
