/*
 * Jobs of `@majordomo/background`. All keys of a prefix are on one node of a cluster.
 *
 * KEYS[1]: hash of the job, with `version` and `record`, which expires after the time to live of the record.
 * KEYS[2]: sorted set of the keys of jobs by their due time, in epoch milliseconds of the clock of Redis. KEYS[3]: highest version of all jobs, including removed ones.
 */

/** Defines a function that returns the time in milliseconds. */
const NOW_MS = `
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * Defines a function that returns the next version. It is at least the time in microseconds, so that it is higher than those before a
 * loss of the data.
 */
const NEXT_VERSION = `
local function nextVersion()
  local time = redis.call('TIME')
  local last = tonumber(redis.call('GET', KEYS[3]) or '0')
  local version = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
  redis.call('SET', KEYS[3], version)
  return version
end
`;

/**
 * Saves a record. Arguments: key, version, record, time until the job is due or '', and time to live or '', in milliseconds. Returns
 * the version or ''.
 */
export const SAVE_LUA: string = `
${NOW_MS}${NEXT_VERSION}
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[2] then return '' end
local version = nextVersion()
redis.call('HSET', KEYS[1], 'version', version, 'record', ARGV[3])
if ARGV[4] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], nowMs() + ARGV[4], ARGV[1]) end
if ARGV[5] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
return version
`;

/** Returns the version, the record, and the time until the job is due in milliseconds or ''. Argument: key. */
export const LOAD_LUA: string = `
${NOW_MS}
local job = redis.call('HMGET', KEYS[1], 'version', 'record')
local dueAt = redis.call('ZSCORE', KEYS[2], ARGV[1])
return { job[1], job[2], dueAt and dueAt - nowMs() or '' }
`;

/** Changes the due time. Arguments: key, version, time until the job is due in milliseconds. Returns the new version or ''. */
export const POSTPONE_LUA: string = `
${NOW_MS}${NEXT_VERSION}
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then return '' end
local version = nextVersion()
redis.call('HSET', KEYS[1], 'version', version)
redis.call('ZADD', KEYS[2], nowMs() + ARGV[3], ARGV[1])
return version
`;

/**
 * Returns keys, each followed by the time until it is due in milliseconds. Removes the keys of expired records from the set. Arguments: limit, start of the names
 * of jobs.
 */
export const DUE_LUA: string = `
${NOW_MS}
local limit, found, from, now = tonumber(ARGV[1]), {}, 0, nowMs()
while from < limit do
  local page = redis.call('ZRANGE', KEYS[2], from, limit - 1, 'WITHSCORES')
  if #page == 0 then break end
  for at = 1, #page, 2 do
    if redis.call('EXISTS', ARGV[2] .. page[at]) == 1 then
      found[#found + 1] = page[at]
      found[#found + 1] = page[at + 1] - now
      from = from + 1
    else
      redis.call('ZREM', KEYS[2], page[at])
    end
  end
end
return found
`;

/** Removes a record. Arguments: key, version. Returns 1 if removed. */
export const REMOVE_LUA: string = `
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then return 0 end
redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
`;
