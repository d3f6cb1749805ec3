import type { CallInfo } from '@majordomo/core';
import { setNewest } from '@majordomo/core/toolkit';
import type { Limit } from '@majordomo/ledger';
import type { KeyRecord } from './key-records.ts';

/** Maximum number of keys whose limits are cached. */
const MAX_KEYS = 50_000;

/** Returns the limits of a key for the ledger. Their names contain the key's id, so each key has separate counters. */
export const ledgerLimits = ({ id, limits }: Pick<KeyRecord, 'id' | 'limits'>): readonly Limit[] =>
  limits.map(({ max, per, zone }) => ({ name: `key/${id}/${per}/${Object.keys(max)[0]}`, max, per, zone }));

/** Cache of keys' limits. Above `MAX_KEYS`, the limits that were stored first are removed. */
export class KeyLimits {
  private readonly byId = new Map<string, { readonly version: number; readonly limits: readonly Limit[] }>();

  /**
   * Stores the limits of a key. The stored objects remain identical until the key changes, because the ledger recognizes a limit by its
   * object.
   */
  set(record: KeyRecord): void {
    if (this.byId.get(record.id)?.version === record.version) return;
    setNewest(this.byId, record.id, { version: record.version, limits: ledgerLimits(record) }, MAX_KEYS);
  }

  /** Returns the limits of the key whose id is in the metadata of a call. */
  readonly of = ({ metadata }: CallInfo): readonly Limit[] => {
    const id = metadata['key'];
    return typeof id === 'string' ? (this.byId.get(id)?.limits ?? []) : [];
  };
}
