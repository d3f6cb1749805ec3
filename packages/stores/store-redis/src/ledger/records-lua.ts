/**
 * Records in the order of their times, and of their arrival for equal times. All keys start with KEYS[1].
 *
 * - `:record:<id>`: the record. `:records`: ids by time. `:call:<call>`: ids of one call by time. A sequence number precedes
 *   each id.
 */
export const RECORDS_LUA: string = `
local base = KEYS[1]
local all = base .. ':records'
local DIGITS = 16

local function recordKey(member) return base .. ':record:' .. string.sub(member, DIGITS + 1) end
local function callKey(call) return base .. ':call:' .. call end

-- Deletes a few old records with each new one.
local function forgetOld(keep)
  local time = redis.call('TIME')
  local before = string.format('(%.0f', time[1] * 1000 - keep)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', all, '-inf', before, 'LIMIT', 0, 10)) do
    local record = redis.call('GET', recordKey(member))
    local isRecord, known = pcall(cjson.decode, record)
    if isRecord then redis.call('ZREM', callKey(known.call), member) end
    redis.call('DEL', recordKey(member))
    redis.call('ZREM', all, member)
  end
end

-- Arguments: id, time, call, record, retention in milliseconds.
local function append()
  local id, at = ARGV[2], ARGV[3]
  if redis.call('SET', base .. ':record:' .. id, ARGV[5], 'NX') then
    local member = string.format('%0' .. DIGITS .. '.0f', redis.call('INCR', base .. ':sequence')) .. id
    redis.call('ZADD', all, at, member)
    redis.call('ZADD', callKey(ARGV[4]), at, member)
  end
  forgetOld(tonumber(ARGV[6]))
  return 1
end

-- Arguments: call (empty: all), from and to (empty: no bound), last member of the previous page and its time (empty: none), page size.
local function page()
  local key = ARGV[2] == '' and all or callKey(string.sub(ARGV[2], 2))
  local rank = ARGV[3] == '' and 0 or redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[3])
  if ARGV[5] ~= '' then
    local known = redis.call('ZRANK', key, ARGV[5])
    rank = known and known + 1 or redis.call('ZCOUNT', key, '-inf', ARGV[6])
  end
  local to = tonumber(ARGV[4])
  local found = redis.call('ZRANGE', key, rank, rank + tonumber(ARGV[7]) - 1, 'WITHSCORES')
  local answer = {}
  for at = 1, #found, 2 do
    if to and tonumber(found[at + 1]) >= to then break end
    table.insert(answer, found[at])
    table.insert(answer, found[at + 1])
    table.insert(answer, redis.call('GET', recordKey(found[at])) or '')
  end
  return answer
end

if ARGV[1] == 'append' then return append() end
return page()
`;
