import type { JobStore } from '@majordomo/background';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Connection } from '../connection/connection.ts';
import { script, type Script } from '../connection/script.ts';
import * as lua from './jobs-lua.ts';

const SAVE = script(lua.SAVE_LUA);
const LOAD = script(lua.LOAD_LUA);
const POSTPONE = script(lua.POSTPONE_LUA);
const DUE = script(lua.DUE_LUA);
const REMOVE = script(lua.REMOVE_LUA);

/** Creates the store of background jobs. All times use the clock of Redis. On a cluster, one node stores all jobs of a prefix. */
export function redisJobs(connection: Connection, base: string): JobStore {
  const start = `${base}:job:`;
  const run = (what: Script, name: string, values: readonly string[]): Promise<unknown> =>
    connection.run(what, [`${start}${name}`, `${base}:jobs-due`, `${base}:job-versions`], values);
  const versionOf = (reply: unknown): number | undefined => (reply === '' ? undefined : Number(reply));
  return {
    async load(key) {
      const name = toStoredText(key);
      const [version, record, due] = (await run(LOAD, name, [name])) as readonly (string | number | null)[];
      if (typeof version !== 'string' || typeof record !== 'string') return undefined;
      return {
        record,
        version: Number(version),
        dueMs: due === '' ? undefined : Number(due),
      };
    },
    async save(key, record, version, { dueMs, keepMs = Infinity }) {
      const name = toStoredText(key);
      const due = dueMs === undefined ? '' : String(Math.ceil(dueMs));
      const keep = keepMs === Infinity ? '' : String(Math.ceil(keepMs));
      return versionOf(await run(SAVE, name, [name, String(version), record, due, keep]));
    },
    async postpone(key, version, dueMs) {
      const name = toStoredText(key);
      return versionOf(await run(POSTPONE, name, [name, String(version), String(Math.ceil(dueMs))]));
    },
    async due(limit) {
      const found = (await run(DUE, '', [String(limit), start])) as readonly (string | number)[];
      const names = found.filter((_, at) => at % 2 === 0);
      return names.map((name, at) => ({
        key: fromStoredText(String(name)),
        dueMs: Number(found[at * 2 + 1]),
      }));
    },
    async remove(key, version) {
      const name = toStoredText(key);
      return Number(await run(REMOVE, name, [name, String(version)])) === 1;
    },
  };
}
