import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryRecords, type RecordStore } from '@majordomo/records';

/** Returns records of claims in a folder that several processes share. A file can be created only once. */
export function folderRecords(folder: string): RecordStore {
  const fileOf = (key: string): string => join(folder, encodeURIComponent(key));
  return {
    ...memoryRecords(),
    async get(_space, key) {
      if (!existsSync(fileOf(key))) return undefined;
      const value = readFileSync(fileOf(key), 'utf8');
      return { key, value, version: 1, label: '', at: 0, dueMs: undefined };
    },
    async write(_space, [change]) {
      if (change?.type !== 'put' || change.version !== 0) throw new TypeError('only claims are stored');
      mkdirSync(folder, { recursive: true });
      try {
        writeFileSync(fileOf(change.key), change.value, { flag: 'wx' });
        return [1];
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
        throw error;
      }
    },
  };
}
