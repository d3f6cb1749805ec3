import { fromJson, LlmError, toJson } from '@majordomo/core';
import { asRecord, tryParseJson } from '@majordomo/core/toolkit';

/** Conversion between the data of a feature and the values of its records, which contain the number of their format. */
export interface Layout<Data extends object> {
  /** Returns the value of a record. */
  write(data: Data): string;
  /** Returns the value of a record whose data has been converted by `toJson` and is JSON text, which may be long. */
  writeJson(data: string): string;
  /** Returns the data of a value. Throws `config` for a value in a newer format, and for a value that is not JSON of a layout. */
  read(key: string, value: string): Data;
}

/**
 * Returns the layout of a feature's records. Its data may contain everything that `toJson` converts.
 *
 * @param what name of the records in errors, such as `the run`
 * @param format number of the current format, which increases if an earlier version of the package could not read the data
 */
export function layoutOf<Data extends object>(what: string, format: number): Layout<Data> {
  const writeJson = (data: string): string => `{"format":${format},"data":${data}}`;
  return {
    write: (data) => writeJson(JSON.stringify(toJson(data))),
    writeJson,
    read(key, value) {
      const { format: stored, data } = asRecord(tryParseJson(value));
      const name = `${what} ${JSON.stringify(key)}`;
      if (typeof stored !== 'number' || typeof data !== 'object' || data === null)
        throw new LlmError('config', `${name}: the stored value is damaged; remove the record`);
      if (stored > format)
        throw new LlmError(
          'config',
          `${name}: stored in format ${stored} by a newer version, and this version reads format ${format}; update majordomo's packages`,
        );
      // `toJson` stores bytes under `$bytes`, and a key of the application that is equal under `$$bytes`. Most data contains neither, and
      // `fromJson`, which copies it, takes longer than parsing it.
      return value.includes('$bytes"') ? fromJson<Data>(data) : (data as Data);
    },
  };
}
