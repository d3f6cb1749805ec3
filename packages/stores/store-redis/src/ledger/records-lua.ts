/**
 * Script that appends a record or returns a page of records. Records are in the order of their times, and of their arrival for equal
 * times. All keys start with KEYS[1].
 *
 * - `:record:<id>`: the record as JSON.
 * - `:records`: a sorted set with a member for each record. Its score is the time of the record.
 * - `:call:<call>`: the same members for the records of one call.
 * - `:sequence`: number of the last record. A member is this number in 16 digits and the id of the record.
 */
export const RECORDS_LUA: string = `
local base = KEYS[1]
local all = base .. ':records'
local DIGITS = 16

local function recordKey(member) return base .. ':record:' .. string.sub(member, DIGITS + 1) end
local function callKey(call) return base .. ':call:' .. call end

-- Deletes at most ten old records with each new record, so that no command takes long.
local function deleteOld(retention)
  local time = redis.call('TIME')
  local before = string.format('(%.0f', time[1] * 1000 - retention)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', all, '-inf', before, 'LIMIT', 0, 10)) do
    local record = redis.call('GET', recordKey(member))
    local isRecord, old = pcall(cjson.decode, record)
    if isRecord then redis.call('ZREM', callKey(old.call), member) end
    redis.call('DEL', recordKey(member))
    redis.call('ZREM', all, member)
  end
end

-- Arguments: id, time, call, record, retention in milliseconds. Appends no second record with a known id.
local function append()
  local id, at, call, record, retention = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
  if redis.call('SET', base .. ':record:' .. id, record, 'NX') then
    local member = string.format('%0' .. DIGITS .. '.0f', redis.call('INCR', base .. ':sequence')) .. id
    redis.call('ZADD', all, at, member)
    redis.call('ZADD', callKey(call), at, member)
  end
  deleteOld(retention)
  return 1
end

-- Returns the member, the time and the record of each record of the page, in one list. A deleted record is ''.
-- Arguments: ':' and the call, whose id may be empty ('': all calls), from and to ('': no bound), last member of the previous page
-- and its time ('': first page), page size.
local function page()
  local call, from, to, last, lastAt, size = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], tonumber(ARGV[7])
  local key = call == '' and all or callKey(string.sub(call, 2))
  local first = 0
  if last ~= '' then
    local rank = redis.call('ZRANK', key, last)
    -- If the last member was deleted, skip the records of its time, because their retention has ended too.
    first = rank and rank + 1 or redis.call('ZCOUNT', key, '-inf', lastAt)
  elseif from ~= '' then
    first = redis.call('ZCOUNT', key, '-inf', '(' .. from)
  end
  local found = redis.call('ZRANGE', key, first, first + size - 1, 'WITHSCORES')
  local result = {}
  for at = 1, #found, 2 do
    local member, time = found[at], found[at + 1]
    if to and tonumber(time) >= to then break end
    table.insert(result, member)
    table.insert(result, time)
    table.insert(result, redis.call('GET', recordKey(member)) or '')
  end
  return result
end

if ARGV[1] == 'append' then return append() end
return page()
`;
