import type { webcrypto } from 'node:crypto';
import type { RecordStore, StoredRecord } from '@majordomo/records';

const IV_BYTES = 12;

/**
 * Store that encrypts the values of another store. `key`: key of AES-GCM that all processes have. Keys and labels of records are not
 * encrypted. The store has no search, because it would store texts.
 */
export function encryptedRecords(records: RecordStore, key: webcrypto.CryptoKey): RecordStore {
  // A value can be read only under its key, so that it cannot be exchanged with the value of another record.
  const cipher = (space: string, name: string, iv: Uint8Array<ArrayBuffer>) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(JSON.stringify([space, name])),
  });
  const encrypt = async (space: string, name: string, value: string): Promise<string> => {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const data = await crypto.subtle.encrypt(cipher(space, name, iv), key, new TextEncoder().encode(value));
    return JSON.stringify(Buffer.concat([iv, new Uint8Array(data)]).toString('base64'));
  };
  const decrypted = async (space: string, record: StoredRecord): Promise<StoredRecord> => {
    // The value is empty if the query has `values: false`.
    if (record.value === '') return record;
    const bytes = Uint8Array.from(Buffer.from(JSON.parse(record.value) as string, 'base64'));
    const iv = bytes.slice(0, IV_BYTES);
    const value = await crypto.subtle.decrypt(cipher(space, record.key, iv), key, bytes.slice(IV_BYTES));
    return { ...record, value: new TextDecoder().decode(value) };
  };
  return {
    async get(space, name) {
      const record = await records.get(space, name);
      return record && decrypted(space, record);
    },
    async write(space, changes) {
      const encrypted = changes.map(async (change) =>
        change.type === 'put'
          ? { ...change, value: await encrypt(space, change.key, change.value), texts: undefined }
          : change,
      );
      return records.write(space, await Promise.all(encrypted));
    },
    async list(space, query) {
      const found = await records.list(space, query);
      return Promise.all(found.map((record) => decrypted(space, record)));
    },
    counts: (space) => records.counts(space),
  };
}
