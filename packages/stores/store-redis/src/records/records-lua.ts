/*
 * Records of `@majordomo/records`. KEYS[1] contains the hash tag of the space, so that all keys of a space are on one node of a cluster.
 *
 * - `:records`: hash of the members of records by key: version, time of the last put, due time, time of the removal, id of the last write or `-`,
 *   and label. `:values`: hash of their values. Times are epoch milliseconds of the clock of Redis, or `-` for never.
 * - `:keys` and `:label:<label>`: sorted sets of keys. `:newest` and `:label-newest:<label>`: sorted sets of places, which order keys by
 *   time. All of them have equal scores, so that Redis orders them by their bytes.
 * - `:due`, `:until` and `:label-until:<label>`: sorted sets of keys by the time. `:labels`: set of the labels.
 * - `:version`: last version.
 * - `:removal:<id>`: mark of a write that has only removed records.
 */

/** Time for which the last version of a space is stored, in seconds. Afterwards, the time in microseconds is higher. */
const VERSION_S = 604_800;
/** Time in which a client may send a write again, because it has lost the connection before the reply, in seconds. */
const RESEND_S = 60;

/** Defines the functions that the scripts share. A record whose time has ended is stored until `deleteExpired` or a list removes it. */
const COMMON = `
local base = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function after(ms) return ms == '' and '-' or string.format('%.17g', now + ms) end
local function placeOf(at, key) return string.format('%013.0f', 9999999999999 - at) .. key end

local function find(key)
  local text = redis.call('HGET', base .. ':records', key)
  if not text then return nil end
  local version, at, due, ends, write, label = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (.*)$')
  return { version = version, at = at, due = due, ends = ends, write = write, label = label, isStored = ends == '-' or tonumber(ends) > now }
end

local function removeFromLists(key, record)
  local place, label = placeOf(record.at, key), record.label
  redis.call('ZREM', base .. ':newest', place)
  redis.call('ZREM', base .. ':label-newest:' .. label, place)
  redis.call('ZREM', base .. ':label:' .. label, key)
  redis.call('ZREM', base .. ':label-until:' .. label, key)
  if redis.call('EXISTS', base .. ':label:' .. label) == 0 then redis.call('SREM', base .. ':labels', label) end
end

local function addToLists(key, record)
  local place, label = placeOf(record.at, key), record.label
  redis.call('ZADD', base .. ':newest', 0, place)
  redis.call('ZADD', base .. ':label-newest:' .. label, 0, place)
  redis.call('ZADD', base .. ':label:' .. label, 0, key)
  redis.call('SADD', base .. ':labels', label)
end

local function setTime(set, key, time)
  if time == '-' then redis.call('ZREM', base .. set, key) else redis.call('ZADD', base .. set, time, key) end
end

local function remove(key, record)
  redis.call('HDEL', base .. ':records', key)
  redis.call('HDEL', base .. ':values', key)
  redis.call('ZREM', base .. ':keys', key)
  redis.call('ZREM', base .. ':due', key)
  redis.call('ZREM', base .. ':until', key)
  removeFromLists(key, record)
end

local function store(key, record, before)
  redis.call('HSET', base .. ':records', key, table.concat({ record.version, record.at, record.due, record.ends, record.write, record.label }, ' '))
  if not before then redis.call('ZADD', base .. ':keys', 0, key) end
  if not before or before.at ~= record.at or before.label ~= record.label then
    if before then removeFromLists(key, before) end
    addToLists(key, record)
  end
  setTime(':due', key, record.due)
  setTime(':until', key, record.ends)
  setTime(':label-until:' .. record.label, key, record.ends)
end
`;

/**
 * Makes all changes or none. Returns the versions, or nothing if a record has another version. A write that is sent again returns the
 * versions of the first time.
 *
 * Arguments: channel, start of messages, maximum number of expired records that are deleted, id of the write or '-' if it cannot be refused,
 * and for each change: type, key, version or '', label or '', time until the record is due, time until it is removed, and value. A label
 * starts with `=`. Times are milliseconds, '' for never, and `=` for unchanged.
 */
export const WRITE_LUA: string = `${COMMON}
local id, onlyRemoves = ARGV[4], true
for at = 5, #ARGV, 7 do
  if ARGV[at] == 'put' or ARGV[at] == 'touch' then onlyRemoves = false end
end
-- Returns the versions of this write if it was made before, and false otherwise.
local function versionsBefore()
  local made = {}
  for at = 5, #ARGV, 7 do
    local type = ARGV[at]
    if type == 'check' or type == 'remove' then
      made[#made + 1] = type == 'check' and ARGV[at + 2] or '0'
    else
      local record = find(ARGV[at + 1])
      if not record or record.write ~= id then return false end
      made[#made + 1] = record.version
    end
  end
  return (not onlyRemoves or redis.call('EXISTS', base .. ':removal:' .. id) == 1) and made
end
local befores = {}
for at = 5, #ARGV, 7 do
  local type, key, version = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local before = find(key)
  local stored = before and before.isStored and before.version or '0'
  if version ~= '' and version ~= stored or type == 'touch' and stored == '0' then return id ~= '-' and versionsBefore() end
  befores[at] = before
end
local last = math.max(time[1] * 1000000 + time[2] - 1, tonumber(redis.call('GET', base .. ':version') or '0'))
local versions = {}
for at = 5, #ARGV, 7 do
  local type, key, before = ARGV[at], ARGV[at + 1], befores[at]
  if type == 'check' then
    versions[#versions + 1] = ARGV[at + 2]
  elseif type == 'remove' then
    if before then remove(key, before) end
    versions[#versions + 1] = '0'
  else
    last = last + 1
    local label, due, keep = ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
    local record = {
      version = string.format('%.0f', last),
      at = type == 'put' and string.format('%.0f', now) or before.at,
      label = label == '' and before.label or string.sub(label, 2),
      due = due == '=' and before.due or after(due),
      ends = keep == '=' and before.ends or after(keep),
      write = id,
    }
    store(key, record, before)
    if type == 'put' then redis.call('HSET', base .. ':values', key, ARGV[at + 6]) end
    versions[#versions + 1] = record.version
  end
  if type ~= 'check' then redis.call('PUBLISH', ARGV[1], ARGV[2] .. key) end
end
redis.call('SET', base .. ':version', string.format('%.0f', last), 'EX', ${VERSION_S})
for _, key in ipairs(redis.call('ZRANGEBYSCORE', base .. ':until', '-inf', now, 'LIMIT', 0, ARGV[3])) do remove(key, find(key)) end
if id ~= '-' and onlyRemoves then redis.call('SET', base .. ':removal:' .. id, '1', 'EX', ${RESEND_S}) end
return versions
`;

/** Defines a function that adds the values of a record to a reply: key, value, version, label, time of the last put, and due time or ''. */
const REPLY = `
local reply = {}
local function add(key, record, hasValue)
  local due = record.due == '-' and '' or string.format('%.17g', record.due - now)
  local value = hasValue and redis.call('HGET', base .. ':values', key) or ''
  for _, member in ipairs({ key, value, record.version, record.label, record.at, due }) do reply[#reply + 1] = member end
end
`;

/** Returns a record or nothing. Argument: key. */
export const GET_LUA: string = `${COMMON}${REPLY}
local record = find(ARGV[1])
if record and record.isStored then add(ARGV[1], record, true) end
return reply
`;

/**
 * Returns records of a set, and removes the expired ones among them. Arguments: end of the name of the set, first and last member as in
 * ZRANGEBYLEX or '' for the order of the scores, limit, and 1 if the values are returned.
 */
export const LIST_LUA: string = `${COMMON}${REPLY}
local set, first, limit = base .. ARGV[1], ARGV[2], tonumber(ARGV[4])
-- A place starts with 13 digits.
local start = (ARGV[1] == ':newest' or string.sub(ARGV[1], 1, 14) == ':label-newest:') and 14 or 1
local found = 0
-- Removed records leave the set, so the next page begins after the records that were found.
while found < limit do
  local page = first == '' and redis.call('ZRANGE', set, found, limit - 1)
    or redis.call('ZRANGEBYLEX', set, first, ARGV[3], 'LIMIT', found, limit - found)
  if #page == 0 then break end
  for _, member in ipairs(page) do
    local key = string.sub(member, start)
    local record = find(key)
    if record.isStored then
      add(key, record, ARGV[5] == '1')
      found = found + 1
    else
      remove(key, record)
    end
  end
end
return reply
`;

/**
 * Returns the records with some keys in the order of a set. Arguments: end of the name of the set, first member as in ZRANGEBYLEX, limit,
 * 1 if the values are returned, and keys.
 */
export const SELECT_LUA: string = `${COMMON}${REPLY}
local set, ranks, keys = base .. ARGV[1], {}, {}
local first = redis.call('ZCARD', set) - redis.call('ZLEXCOUNT', set, ARGV[2], '+')
for at = 5, #ARGV do
  local rank = redis.call('ZRANK', set, ARGV[at])
  if rank and rank >= first and not keys[rank] then
    ranks[#ranks + 1] = rank
    keys[rank] = ARGV[at]
  end
end
table.sort(ranks)
local found, limit = 0, tonumber(ARGV[3])
for _, rank in ipairs(ranks) do
  if found == limit then break end
  local record = find(keys[rank])
  if record.isStored then
    add(keys[rank], record, ARGV[4] == '1')
    found = found + 1
  end
end
return reply
`;

/** Returns labels, each followed by the number of its records. */
export const COUNTS_LUA: string = `${COMMON}
local counts = {}
for _, label in ipairs(redis.call('SMEMBERS', base .. ':labels')) do
  local count = redis.call('ZCARD', base .. ':label:' .. label) - redis.call('ZCOUNT', base .. ':label-until:' .. label, '-inf', now)
  if count > 0 then
    counts[#counts + 1] = label
    counts[#counts + 1] = count
  end
end
return counts
`;
