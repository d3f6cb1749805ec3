import type { KeyRecord, KeyStore } from '@majordomo/admin';
import { LlmError, type Clock } from '@majordomo/core';
import { changeMessage, toStoredText, watchChanges } from '@majordomo/core/toolkit';
import { changeChannels, type WatchIo } from '../connection/change-channel.ts';
import { script } from '../connection/script.ts';

/** Default number of keys per page. */
const DEFAULT_PAGE = 100;
/** Number of keys that one script reads for a list of one tenant. */
const READ_AT_ONCE = 500;

// A key is stored as its version, its hashes and its JSON, each on one line. The sorted set contains its creation time and its
// id.
const PUT = script(`
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version, hashes = string.match(stored or '', '^(%d+)\\n([^\\n]*)\\n')
if tonumber(version or 0) ~= tonumber(ARGV[2]) - 1 then return 0 end
for hash in string.gmatch(ARGV[3], '%S+') do
  local owner = redis.call('HGET', KEYS[2], hash)
  if owner and owner ~= ARGV[1] then return 0 end
end
for hash in string.gmatch(hashes or '', '%S+') do redis.call('HDEL', KEYS[2], hash) end
for hash in string.gmatch(ARGV[3], '%S+') do redis.call('HSET', KEYS[2], hash, ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '\\n' .. ARGV[3] .. '\\n' .. ARGV[4])
redis.call('ZADD', KEYS[3], 0, ARGV[5])
redis.call('PUBLISH', ARGV[6], ARGV[7])
return 1
`);
const GET = script(`return redis.call('HGET', KEYS[1], ARGV[1])`);
const FIND = script(`
local id = redis.call('HGET', KEYS[2], ARGV[1])
return id and redis.call('HGET', KEYS[1], id)
`);
const LIST = script(`
local places = redis.call('ZREVRANGEBYLEX', KEYS[3], ARGV[1], '-', 'LIMIT', 0, ARGV[2])
local keys = {}
for index, place in ipairs(places) do keys[index] = redis.call('HGET', KEYS[1], string.match(place, '^%S+ (.*)$')) end
return keys
`);

/** Connections of the store. */
export interface KeysIo extends WatchIo {
  readonly clock: Clock;
  readonly base: string;
}

/** Creates the store of virtual keys. On a cluster, one node stores all keys. Without a subscriber, the store has no `watch`. */
export function redisKeys(io: KeysIo): KeyStore {
  const { connection, clock, base } = io;
  const keys = [`${base}:keys`, `${base}:key-hashes`, `${base}:key-places`];
  const channel = `${base}:key-changes`;
  const get = async (id: string): Promise<KeyRecord | undefined> =>
    recordOf(await connection.run(GET, keys, [toStoredText(id)]));
  const store: KeyStore = {
    async put(record) {
      const id = toStoredText(record.id);
      const stored = await connection.run(PUT, keys, [
        id,
        `${record.version}`,
        record.hashes.map(({ sha256 }) => sha256).join(' '),
        JSON.stringify(record),
        placeOf(record),
        channel,
        changeMessage(record.id),
      ]);
      if (Number(stored) !== 1) throw conflict(record.id);
    },
    find: async (sha256) => recordOf(await connection.run(FIND, keys, [sha256])),
    get,
    async list({ tenant, limit = DEFAULT_PAGE, after }) {
      const last = after === undefined ? undefined : await get(after);
      if (after !== undefined && last === undefined) return [];
      const found: KeyRecord[] = [];
      const size = tenant === undefined ? limit : READ_AT_ONCE;
      let from = last === undefined ? '+' : `(${placeOf(last)}`;
      for (;;) {
        const page = (await connection.run(LIST, keys, [from, `${size}`])) as readonly unknown[];
        const records = page.flatMap((text) => recordOf(text) ?? []);
        found.push(...records.filter((record) => tenant === undefined || record.tenant === tenant));
        const oldest = records.at(-1);
        const isLastPage = oldest === undefined || page.length < size;
        if (isLastPage || found.length >= limit) return found.slice(0, limit);
        from = `(${placeOf(oldest)}`;
      }
    },
  };
  const channels = changeChannels(io);
  if (channels === undefined) return store;
  return { ...store, watch: (changed) => watchChanges(channels(channel), clock, changed) };
}

const placeOf = ({ createdAt, id }: KeyRecord): string => `${createdAt} ${toStoredText(id)}`;

const recordOf = (stored: unknown): KeyRecord | undefined =>
  typeof stored === 'string' ? (JSON.parse(stored.split('\n', 3)[2] ?? '') as KeyRecord) : undefined;

const conflict = (id: string): LlmError =>
  new LlmError('denied', `key ${id}: another change was stored first; read the key and change it again`, {
    code: 'conflict',
  });
