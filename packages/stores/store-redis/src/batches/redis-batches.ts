import type { BatchRow, BatchStore } from '@majordomo/batch';
import { LlmError, type JsonObject } from '@majordomo/core';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Connection } from '../connection/connection.ts';
import { script, type Script } from '../connection/script.ts';
import * as lua from './batches-lua.ts';

const SAVE = script(lua.SAVE_LUA);
const LOAD = script(lua.LOAD_LUA);
const LOCK = script(lua.LOCK_LUA);
const UNLOCK = script(lua.UNLOCK_LUA);
const ADD = script(lua.ADD_LUA);
const ROWS = script(lua.ROWS_LUA);
const MOVE = script(lua.MOVE_LUA);
const COUNTS = script(lua.COUNTS_LUA);
const REMOVE = script(lua.REMOVE_LUA);
const NAME = script(lua.NAME_LUA);
const NAMES = script(lua.NAMES_LUA);

/** Number of values of a row. */
const ROW_VALUES = 5;

/** Creates the store of batch jobs. Each job has a hash tag, so that jobs are distributed over the nodes of a cluster. */
export function redisBatches(connection: Connection, prefix: string): BatchStore {
  const names = `${prefix}:batches`;
  const run = (what: Script, key: string, values: readonly string[] = []): Promise<unknown> =>
    // Encode the key, because a closing brace in the key would end the hash tag.
    connection.run(what, [`${prefix}:batch:{${encodeURIComponent(toStoredText(key))}}`], values);
  const load: BatchStore['load'] = async (key) => {
    const [version, json] = (await run(LOAD, key)) as readonly (string | null)[];
    if (typeof version !== 'string' || typeof json !== 'string') return undefined;
    return { job: JSON.parse(json) as JsonObject, version: Number(version) };
  };
  return {
    load,
    async save(key, job, version, fence) {
      // Store the name first. If storing the job then fails, `keys` ignores the name.
      if (version === 0) await connection.run(NAME, [names], ['add', toStoredText(key)]);
      const values = [String(version), JSON.stringify(job), fence === undefined ? '' : String(fence)];
      return Number(await run(SAVE, key, values)) === 1;
    },
    async keys() {
      const known = ((await connection.run(NAMES, [names], [])) as readonly string[]).map(fromStoredText);
      const jobs = await Promise.all(known.map(load));
      return known.filter((_, place) => jobs[place] !== undefined);
    },
    async lock(key, holder, leaseMs) {
      const fence = await run(LOCK, key, [holder, String(Math.ceil(leaseMs))]);
      return fence === '' ? undefined : Number(fence);
    },
    async unlock(key, holder) {
      await run(UNLOCK, key, [holder]);
    },
    async add(key, rows, version) {
      const values = rows.flatMap(({ index, id, place, request, data = '' }) => [
        String(index),
        toStoredText(id),
        toStoredText(place),
        request,
        data,
      ]);
      const [conflict, index, known] = (await run(ADD, key, [
        String(version),
        ...values,
      ])) as readonly string[];
      if (conflict === 'version') return false;
      if (conflict !== undefined)
        throw conflictError(
          conflict,
          Number(index),
          rows.find((row) => row.index === Number(index))?.id,
          known,
        );
      return true;
    },
    async rows(key, { place, indexes, after = -1, limit }) {
      if (indexes?.length === 0) return [];
      const only = (indexes ?? []).toSorted((a, b) => a - b).map(String);
      const placeValues = place === undefined ? ['all', ''] : ['at', toStoredText(place)];
      const found = await run(ROWS, key, [String(limit), String(after), ...placeValues, ...only]);
      return rowsOf(found as readonly string[]);
    },
    async move(key, moves, fence) {
      const values = moves.flatMap(({ index, from, to, data = '' }) => [
        String(index),
        toStoredText(from),
        toStoredText(to),
        data,
      ]);
      return Number(await run(MOVE, key, [String(fence), ...values])) === 1;
    },
    async counts(key) {
      const found = (await run(COUNTS, key)) as readonly (string | number)[];
      const places = found.filter((_, at) => at % 2 === 0);
      return Object.fromEntries(
        places.map((place, at) => [fromStoredText(String(place)), Number(found[at * 2 + 1])]),
      );
    },
    async remove(key, version) {
      if (Number(await run(REMOVE, key, [String(version)])) !== 1) return false;
      await connection.run(NAME, [names], ['remove', toStoredText(key)]);
      // Another process may have stored a job with this key between the two commands.
      if ((await load(key)) !== undefined) await connection.run(NAME, [names], ['add', toStoredText(key)]);
      return true;
    },
  };
}

function rowsOf(values: readonly string[]): readonly BatchRow[] {
  const rows: BatchRow[] = [];
  for (let at = 0; at < values.length; at += ROW_VALUES) {
    const [index, id = '', place = '', request = '', data] = values.slice(at, at + ROW_VALUES);
    rows.push({
      index: Number(index),
      id: fromStoredText(id),
      place: fromStoredText(place),
      request,
      data: data === '' ? undefined : data,
    });
  }
  return rows;
}

function conflictError(conflict: string, index: number, id = '', known = ''): LlmError {
  const path = `items[${index}].id`;
  const problem =
    conflict === 'same'
      ? `items[${known}] has the same id "${id}"; use unique ids`
      : `the stored item has the id "${fromStoredText(known)}", not "${id}"; submit the same items, or use another key`;
  return new LlmError('config', `${path}: ${problem}`, { path });
}
