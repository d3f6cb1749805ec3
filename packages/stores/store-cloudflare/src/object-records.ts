import { toStoredText } from '@majordomo/core/toolkit';
import {
  checkGet,
  checkList,
  checkSpace,
  checkWrite,
  type RecordStore,
  type StoredRecord,
} from '@majordomo/records';
import { callObject } from './object-call.ts';
import type { ObjectNamespace } from './platform.ts';

/** Records in an object. */
export type ObjectRecords = Omit<Required<RecordStore>, 'watch'>;

/** Call of a method of the records in an object. */
export interface RecordsCommand {
  readonly method: keyof ObjectRecords;
  readonly values: readonly unknown[];
}

/** Creates a store that has an object for each space. */
export function objectRecords(namespace: ObjectNamespace): ObjectRecords {
  const ask = async <Method extends keyof ObjectRecords>(
    method: Method,
    ...values: Parameters<ObjectRecords[Method]>
  ): Promise<Awaited<ReturnType<ObjectRecords[Method]>>> => {
    const [space] = values;
    const command: RecordsCommand = { method, values };
    // The colon is for a space without a name.
    const object = `:${toStoredText(space)}`;
    const reply = await callObject(namespace, object, JSON.stringify(command), `"${method}" of the records`);
    return (JSON.parse(reply) as { readonly result: Awaited<ReturnType<ObjectRecords[Method]>> }).result;
  };
  return {
    async get(space, key) {
      checkGet(space, key);
      const record = await ask('get', space, key);
      return record && withDue(record);
    },
    async write(space, changes) {
      checkWrite(space, changes);
      return ask('write', space, changes);
    },
    async list(space, query) {
      checkList(space, query);
      return (await ask('list', space, query)).map(withDue);
    },
    async counts(space) {
      checkSpace(space);
      return ask('counts', space);
    },
    async search(space, words, limit) {
      checkList(space, { limit });
      return (await ask('search', space, words, limit)).map(withDue);
    },
  };
}

/** Returns a record with the member that JSON omits if it is undefined. */
const withDue = <Found extends Omit<StoredRecord, 'dueMs'> & Partial<StoredRecord>>(
  record: Found,
): Found & StoredRecord => ({ ...record, dueMs: record.dueMs });
