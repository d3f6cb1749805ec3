/*
 * Jobs of `@majordomo/batch`. KEYS[1] contains the job's hash tag, so that all its keys are on one node of a cluster.
 *
 * - `:job`: hash with `version` and `json`, and with `holder` and `fence` of the last holder of the lock.
 * - `:lock`: holder, with the lease as its expiry.
 * - `:id`, `:request`, `:place`, `:data`: hashes of the rows by index. `:index`: hash of the indexes by id.
 * - `:all` and `:at:<place>`: sorted sets of indexes. `:places`: names of all places.
 */

/**
 * Saves the job if its stored version (0 for a new job) is `version`, and its fencing number is `fence`. Arguments: version, job as
 * JSON, fence or ''. Returns 1 if saved. The first version is the time in microseconds, so that it is not a version of a removed job.
 */
export const SAVE_LUA: string = `
local job = KEYS[1] .. ':job'
if (redis.call('HGET', job, 'version') or '0') ~= ARGV[1] then return 0 end
if ARGV[3] ~= '' and redis.call('HGET', job, 'fence') ~= ARGV[3] then return 0 end
local time = redis.call('TIME')
local next = ARGV[1] == '0' and time[1] * 1000000 + time[2] or ARGV[1] + 1
redis.call('HSET', job, 'version', string.format('%.0f', next), 'json', ARGV[2])
return 1
`;

export const LOAD_LUA: string = `
return redis.call('HMGET', KEYS[1] .. ':job', 'version', 'json')
`;

/**
 * Locks the job. Arguments: holder, lease in milliseconds. Returns the fencing number, or '' if another holder has the lock or the
 * job is not stored. A new number is at least the time in microseconds, so that it is higher than those of a removed job.
 */
export const LOCK_LUA: string = `
local job, lock = KEYS[1] .. ':job', KEYS[1] .. ':lock'
local holder = redis.call('GET', lock)
if holder and holder ~= ARGV[1] then return '' end
local last = redis.call('HMGET', job, 'version', 'holder', 'fence')
if not last[1] then return '' end
redis.call('SET', lock, ARGV[1], 'PX', ARGV[2])
if last[2] == ARGV[1] then return last[3] end
local time = redis.call('TIME')
local fence = string.format('%.0f', math.max(time[1] * 1000000 + time[2], (last[3] or 0) + 1))
redis.call('HSET', job, 'holder', ARGV[1], 'fence', fence)
return fence
`;

/** Releases the lock if the holder has it. Argument: holder. */
export const UNLOCK_LUA: string = `
local lock = KEYS[1] .. ':lock'
if redis.call('GET', lock) == ARGV[1] then redis.call('DEL', lock) end
return 0
`;

/**
 * Adds rows. Arguments: version of the job, and for each row: index, id, place, request, data or ''. Returns the type, index and
 * value of a conflict. The type is `version` if another version is stored.
 */
export const ADD_LUA: string = `
local base, added = KEYS[1], {}
if redis.call('HGET', base .. ':job', 'version') ~= ARGV[1] then return { 'version' } end
for at = 2, #ARGV, 5 do
  local index, id = ARGV[at], ARGV[at + 1]
  local other = redis.call('HGET', base .. ':index', id) or added[id]
  if other and other ~= index then return { 'same', index, other } end
  local known = redis.call('HGET', base .. ':id', index)
  if known and known ~= id then return { 'other', index, known } end
  added[id] = index
end
for at = 2, #ARGV, 5 do
  local index, id, place = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if redis.call('HSETNX', base .. ':id', index, id) == 1 then
    redis.call('HSET', base .. ':index', id, index)
    redis.call('HSET', base .. ':request', index, ARGV[at + 3])
    redis.call('HSET', base .. ':place', index, place)
    if ARGV[at + 4] ~= '' then redis.call('HSET', base .. ':data', index, ARGV[at + 4]) end
    redis.call('ZADD', base .. ':all', index, index)
    redis.call('ZADD', base .. ':at:' .. place, index, index)
    redis.call('SADD', base .. ':places', place)
  end
end
return {}
`;

/** Returns rows. Arguments: limit, index after which rows start, `all` or `at`, place, and optionally the indexes to return. */
export const ROWS_LUA: string = `
local base, limit, after, isAt, place = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == 'at', ARGV[4]
local indexes
if #ARGV > 4 then
  indexes = {}
  for at = 5, #ARGV do indexes[#indexes + 1] = ARGV[at] end
else
  indexes = redis.call('ZRANGEBYSCORE', base .. (isAt and ':at:' .. place or ':all'), '(' .. after, '+inf', 'LIMIT', 0, limit)
end
local found, count = {}, 0
for _, index in ipairs(indexes) do
  local own = redis.call('HGET', base .. ':place', index)
  if own and count < limit and tonumber(index) > after and (not isAt or own == place) then
    count = count + 1
    found[#found + 1] = index
    found[#found + 1] = redis.call('HGET', base .. ':id', index)
    found[#found + 1] = own
    found[#found + 1] = redis.call('HGET', base .. ':request', index)
    found[#found + 1] = redis.call('HGET', base .. ':data', index) or ''
  end
end
return found
`;

/** Moves rows that are at the place `from`. Arguments: fence, and for each row: index, from, to, new data or ''. Returns 1 if `fence` is current. */
export const MOVE_LUA: string = `
local base = KEYS[1]
if redis.call('HGET', base .. ':job', 'fence') ~= ARGV[1] then return 0 end
for at = 2, #ARGV, 4 do
  local index, from, to, data = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if redis.call('HGET', base .. ':place', index) == from then
    redis.call('HSET', base .. ':place', index, to)
    redis.call('ZREM', base .. ':at:' .. from, index)
    redis.call('ZADD', base .. ':at:' .. to, index, index)
    redis.call('SADD', base .. ':places', to)
    if data ~= '' then redis.call('HSET', base .. ':data', index, data) end
  end
end
return 1
`;

/** Returns each place with its number of rows. */
export const COUNTS_LUA: string = `
local counts = {}
for _, place in ipairs(redis.call('SMEMBERS', KEYS[1] .. ':places')) do
  local count = redis.call('ZCARD', KEYS[1] .. ':at:' .. place)
  if count > 0 then
    counts[#counts + 1] = place
    counts[#counts + 1] = count
  end
end
return counts
`;

/** Removes the job if its stored version is `version`. Argument: version. Returns 1 if removed. */
export const REMOVE_LUA: string = `
local base = KEYS[1]
if redis.call('HGET', base .. ':job', 'version') ~= ARGV[1] then return 0 end
for _, place in ipairs(redis.call('SMEMBERS', base .. ':places')) do redis.call('UNLINK', base .. ':at:' .. place) end
for _, name in ipairs({ 'job', 'lock', 'id', 'index', 'request', 'place', 'data', 'all', 'places' }) do
  redis.call('UNLINK', base .. ':' .. name)
end
return 1
`;

/** Adds or removes a name in the set of all job names. Arguments: `add` or `remove`, name. */
export const NAME_LUA: string = `
if ARGV[1] == 'add' then redis.call('ZADD', KEYS[1], 0, ARGV[2]) else redis.call('ZREM', KEYS[1], ARGV[2]) end
return 0
`;

export const NAMES_LUA: string = `
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;
