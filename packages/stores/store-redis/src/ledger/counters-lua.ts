import { AMOUNTS_LUA } from './amounts-lua.ts';

/** Minimum time for which the id of a settled reservation is stored, in milliseconds, so that repeated commands are ignored. */
export const KNOWN_MS = 60_000;
/** Time for which a lapsed reservation is stored, so that its work can still be settled, in milliseconds. */
const LAPSED_MS = 86_400_000;

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
 * A claim is `[counter, began, amount, effect of a lapse]`. The effect is `spent` or `free`. A claim belongs to the period that
 * `began` identifies.
 *
 * Amounts are strings, which Redis adds as int64. Lua's numbers are doubles, so scripts calculate with numbers of at most 15
 * digits, and otherwise with `AMOUNTS_LUA`. Times in replies and scores are numbers, because formatting is slow in Lua.
 */

/** Start of every script. Reads the time and ends expired reservations. */
const BEGINNING = `
-- Pattern of a reservation that is not settled: \`l\` if it has lapsed, the time for which its id is known, its claims.
local RESERVATION = '^(l?)(%d*)(.*)$'

-- Adds to a field of a counter, and limits the sum to int64.
local function add(key, field, by)
  if by == '0' or by == '-0' then return end
  -- An error is a table: the sum exceeds int64.
  local isTooLarge = type(redis.pcall('HINCRBY', key, field, by)) == 'table'
  if isTooLarge then redis.call('HSET', key, field, '9223372036854775807') end
end

local base, id = KEYS[1], ARGV[1]
local leases = base .. ':leases'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local counters, reservations = base .. ':counter:', base .. ':reservation:'

if redis.call('ZCOUNT', leases, '-inf', now) > 0 then
  -- One script ends at most 1000 reservations. The next script continues.
  for _, lapsed in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', leases, lapsed)
    local known = redis.call('GET', reservations .. lapsed)
    if known then
      local _, _, claims = string.match(known, RESERVATION)
      for _, claim in ipairs(cjson.decode(claims)) do
        local key, began, reserved, effect = counters .. claim[1], claim[2], claim[3], claim[4]
        if redis.call('HGET', key, 'began') == began then
          add(key, 'held', '-' .. reserved)
          if reserved ~= '0' then redis.call('HINCRBY', key, 'holders', -1) end
          if effect == 'spent' then add(key, 'used', reserved) end
        end
      end
      redis.call('SET', reservations .. lapsed, 'l' .. known, 'PX', '${LAPSED_MS}')
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
local claims, claimOf, begun = {}, {}, nil
for at = 5, #ARGV, 5 do
  local name, max, amountClaimed = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local known = redis.call('HMGET', counters .. name, 'used', 'held', 'began', 'ends')
  local used, held, began, ending = known[1], known[2], known[3], known[4]
  -- A reservation may claim from a counter twice. The counter does not contain the earlier claim yet.
  local earlier = claimOf[name]
  local isNew = not used or (ending ~= '' and tonumber(ending) <= now)
  if isNew then
    used, held, began = '0', '0', string.format('%.0f', now)
    if earlier then
      ending = begun[name]
    else
      ending = ARGV[at + 3]
      local length, phase = string.match(ending, '^(%d+)/(%d+)$')
      if length then ending = length - (now - phase) % length end
      if ending ~= '' then ending = string.format('%.0f', now + ending) end
    end
  end
  -- \`left\` remains nil if the amount can be reserved.
  local left, sum = nil, amountClaimed
  local areExactDoubles = #max <= 15 and #used <= 15 and #held <= 15 and #amountClaimed <= 15
  if areExactDoubles and not earlier then
    local rest = max - used - held
    if rest < tonumber(amountClaimed) then left = string.format('%.0f', rest) end
  else
    ${AMOUNTS_LUA}
    local own = amount(earlier and earlier[3] or '0')
    local rest = minus(minus(minus(amount(max), amount(used)), amount(held)), own)
    sum = text(plus(own, amount(amountClaimed)))
    if isLess(rest, amount(amountClaimed)) then left = text(rest) end
  end
  if left then
    -- The command may be repeated after a lost reply. Then its first run has reserved, and the limit contains its own claim.
    if redis.call('EXISTS', reservation) == 1 then return now end
    local wait = ending == '' and '' or string.format('%.0f', math.max(1, ending - now))
    local holders = isNew and '0' or redis.call('HGET', counters .. name, 'holders') or '0'
    return { 'refused', now, name, left, wait, held, holders }
  end
  if earlier then
    earlier[3] = sum
  else
    local claim = { name, began, amountClaimed, ARGV[at + 4] }
    claimOf[name], claims[#claims + 1] = claim, claim
    if isNew then
      begun = begun or {}
      begun[name] = ending
    end
  end
end
-- A repeated command changes nothing.
if not redis.call('SET', reservation, ARGV[4] .. cjson.encode(claims), 'NX') then return now end

-- The first claim creates a period. Each new period deletes a few that ended a week ago.
for name, ending in pairs(begun or {}) do
  local names, ends = base .. ':counters', base .. ':ends'
  redis.call('HSET', counters .. name, 'used', '0', 'held', '0', 'holders', '0', 'began', claimOf[name][2], 'ends', ending)
  redis.call('ZADD', names, 0, name)
  if ending == '' then redis.call('ZREM', ends, name) else redis.call('ZADD', ends, ending + 604800000, name) end
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 10)) do
    redis.call('DEL', counters .. old)
    redis.call('ZREM', names, old)
    redis.call('ZREM', ends, old)
  end
end
for _, claim in ipairs(claims) do
  local key, reserved = counters .. claim[1], claim[3]
  redis.call('HINCRBY', key, 'held', reserved)
  if reserved ~= '0' then redis.call('HINCRBY', key, 'holders', 1) end
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
local lapsed, keep, claims = string.match(known, RESERVATION)
local isHeld = lapsed == ''
for _, claim in ipairs(cjson.decode(claims)) do
  local name, began, reserved, effect = claim[1], claim[2], claim[3], claim[4]
  local key = counters .. name
  if redis.call('HGET', key, 'began') == began then
    if isHeld then
      add(key, 'held', '-' .. reserved)
      if reserved ~= '0' then redis.call('HINCRBY', key, 'holders', -1) end
    elseif effect == 'spent' then
      -- The lapse has added the complete amount. The used amount replaces it.
      add(key, 'used', '-' .. reserved)
    end
    for at = 2, #ARGV, 2 do
      if ARGV[at] == name then add(key, 'used', ARGV[at + 1]) end
    end
  end
end
if keep ~= '${KNOWN_MS}' then redis.call('PEXPIRE', reservations .. id, keep) end
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
