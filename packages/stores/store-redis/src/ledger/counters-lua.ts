import { AMOUNTS_LUA } from './amounts-lua.ts';

/** Minimum time for which the id of a settled reservation is stored, in milliseconds, so that repeated commands are ignored. */
export const KNOWN_MS = 60_000;

/*
 * Counters with leases. Each operation is one script, so that it is atomic. All keys start with KEYS[1], whose hash tag keeps
 * them on one node of a cluster.
 *
 * - `:counter:<name>`: hash with `used`, `held`, `holders` (number of reservations), `began` (identifies the period) and `ends`
 *   (empty: never).
 * - `:counters`: names for lists by prefix. `:ends`: names by the time at which they can be deleted.
 * - `:reservation:<id>`: time for which the id is known after its settlement, in milliseconds, followed by its claims as JSON. A
 *   lapsed reservation starts with `l`, a settled one is empty. `:leases`: ids of held reservations by the end of the lease.
 *
 * Redis adds within int64. Lua's numbers are doubles, so scripts only compare them. Times remain numbers, because formatting is
 * slow in Lua.
 */

/** Pattern of a stored reservation, and a Lua function that adds to a field and limits the sum to int64. */
const ADD_LUA = `
  local HELD = '^(l?)(%d*)(.*)$'
  local function add(key, field, by)
    if by == '0' or by == '-0' then return end
    if type(redis.pcall('HINCRBY', key, field, by)) == 'table' then redis.call('HSET', key, field, '9223372036854775807') end
  end
`;

/** Start of every script. Reads the time and ends expired reservations. */
const BEGINNING = `
local base, id = KEYS[1], ARGV[1]
local leases = base .. ':leases'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local counters, reservations = base .. ':counter:', base .. ':reservation:'

-- Limits the work of one script. The next script continues.
if redis.call('ZCOUNT', leases, '-inf', now) > 0 then
  ${ADD_LUA}
  for _, lapsed in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', leases, lapsed)
    local known = redis.call('GET', reservations .. lapsed)
    if known then
      local _, _, held = string.match(known, HELD)
      for _, hold in ipairs(cjson.decode(held)) do
        local key = counters .. hold[1]
        -- The amount belongs to the period of the claim.
        if redis.call('HGET', key, 'began') == hold[2] then
          add(key, 'held', '-' .. hold[3])
          if hold[3] ~= '0' then redis.call('HINCRBY', key, 'holders', -1) end
          if hold[4] == 'spent' then add(key, 'used', hold[3]) end
        end
      end
      redis.call('SET', reservations .. lapsed, 'l' .. known, 'PX', '86400000')
    end
  end
end
`;

/**
 * Reserves claims. Returns Redis's time. Arguments: id, lease, deadline or '', time for which the settled id is stored. For each
 * claim: counter, max, amount, time until the reset (`length/phase` for equal periods, '' for no reset), effect of a lapse.
 */
export const RESERVE_LUA: string = `
${BEGINNING}
if ARGV[3] ~= '' and now > tonumber(ARGV[3]) then return { 'late', now } end
local reservation = reservations .. id
local holds, planned, begun = {}, {}, nil
for at = 5, #ARGV, 5 do
  local name, max, claimed = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local known = redis.call('HMGET', counters .. name, 'used', 'held', 'began', 'ends')
  local used, held, began, ending = known[1], known[2], known[3], known[4]
  local hold = planned[name]
  local isNew = not used or (ending ~= '' and tonumber(ending) <= now)
  if isNew then
    used, held, began = '0', '0', string.format('%.0f', now)
    ending = ARGV[at + 3]
    local length, phase = string.match(ending, '^(%d+)/(%d+)$')
    if length then ending = length - (now - phase) % length end
    if ending ~= '' then ending = string.format('%.0f', now + ending) end
    if hold then ending = begun[name] end
  end
  local left, sum = nil, claimed
  if hold or #max > 15 or #used > 15 or #held > 15 or #claimed > 15 then
    ${AMOUNTS_LUA}
    local own = amount(hold and hold[3] or '0')
    local rest = minus(minus(minus(amount(max), amount(used)), amount(held)), own)
    sum = text(plus(own, amount(claimed)))
    if isLess(rest, amount(claimed)) then left = text(rest) end
  else
    local rest = max - used - held
    if rest < tonumber(claimed) then left = string.format('%.0f', rest) end
  end
  if left then
    if redis.call('EXISTS', reservation) == 1 then return now end
    local wait = ending == '' and '' or string.format('%.0f', math.max(1, ending - now))
    local holders = isNew and '0' or redis.call('HGET', counters .. name, 'holders') or '0'
    return { 'refused', now, name, left, wait, held, holders }
  end
  if hold then
    hold[3] = sum
  else
    hold = { name, began, claimed, ARGV[at + 4] }
    planned[name], holds[#holds + 1] = hold, hold
    if isNew then
      begun = begun or {}
      begun[name] = ending
    end
  end
end
if not redis.call('SET', reservation, ARGV[4] .. cjson.encode(holds), 'NX') then return now end

-- The first claim creates a period. Each new period deletes a few that ended a week ago.
for name, ending in pairs(begun or {}) do
  local names, ends = base .. ':counters', base .. ':ends'
  redis.call('HSET', counters .. name, 'used', '0', 'held', '0', 'holders', '0', 'began', planned[name][2], 'ends', ending)
  redis.call('ZADD', names, 0, name)
  if ending == '' then redis.call('ZREM', ends, name) else redis.call('ZADD', ends, ending + 604800000, name) end
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 10)) do
    redis.call('DEL', counters .. old)
    redis.call('ZREM', names, old)
    redis.call('ZREM', ends, old)
  end
end
for _, hold in ipairs(holds) do
  redis.call('HINCRBY', counters .. hold[1], 'held', hold[3])
  if hold[3] ~= '0' then redis.call('HINCRBY', counters .. hold[1], 'holders', 1) end
end
redis.call('ZADD', leases, now + ARGV[2], id)
return now
`;

/** Renews the lease of a held reservation. Arguments: id, lease. */
export const RENEW_LUA: string = `
${BEGINNING}
redis.call('ZADD', leases, 'XX', now + ARGV[2], id)
return 0
`;

/** Settles a reservation. Arguments: id, then pairs of counter and used amount. Returns 1 if the lease was valid, otherwise 0. */
export const SETTLE_LUA: string = `
${BEGINNING}
local known = redis.call('SET', reservations .. id, '', 'XX', 'GET', 'PX', '${KNOWN_MS}')
if not known or known == '' then return 0 end
${ADD_LUA}
local lapsed, keep, held = string.match(known, HELD)
local isHeld = lapsed == ''
for _, hold in ipairs(cjson.decode(held)) do
  local key = counters .. hold[1]
  if redis.call('HGET', key, 'began') == hold[2] then
    if isHeld then
      add(key, 'held', '-' .. hold[3])
      if hold[3] ~= '0' then redis.call('HINCRBY', key, 'holders', -1) end
    elseif hold[4] == 'spent' then
      add(key, 'used', '-' .. hold[3])
    end
    for at = 2, #ARGV, 2 do
      if ARGV[at] == hold[1] then add(key, 'used', ARGV[at + 1]) end
    end
  end
end
-- Reservations of earlier versions have no known time. They are known for an hour.
if keep ~= '${KNOWN_MS}' then redis.call('PEXPIRE', reservations .. id, keep == '' and '3600000' or keep) end
redis.call('ZREM', leases, id)
return isHeld and 1 or 0
`;

/** Returns a page of counters. Arguments: prefix of the names, last name of the previous page or '', page size. */
export const LIST_LUA: string = `
${BEGINNING}
local from = ARGV[2] == '' and '[' .. ARGV[1] or '(' .. ARGV[2]
local upTo = '(' .. ARGV[1] .. string.char(255)
local found = {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', base .. ':counters', from, upTo, 'LIMIT', 0, ARGV[3])) do
  local known = redis.call('HMGET', counters .. name, 'used', 'held', 'ends')
  local ending = known[3] or ''
  if not known[1] or (ending ~= '' and tonumber(ending) <= now) then known, ending = { '0', '0' }, '' end
  for _, value in ipairs({ name, known[1], known[2], ending }) do table.insert(found, value) end
end
return found
`;
