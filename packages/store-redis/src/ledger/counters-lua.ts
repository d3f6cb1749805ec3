import { AMOUNTS_LUA } from './amounts-lua.ts';

/**
 * Counters with leases: one script, so that nothing comes between. All keys begin with KEYS[1], whose hash tag keeps them on
 * one node of a cluster.
 *
 * - `:counter:<name>`: used, held, began, ends (empty: never). `began` names the period.
 * - `:counters`: the names, for lists by their beginning; `:ends`: the same, by when they can be forgotten.
 * - `:reservation:<id>`: `h`eld or `l`apsed with what it holds, or `s`ettled; `:leases`: those held, by their ends.
 */
export const COUNTERS_LUA: string = `
${AMOUNTS_LUA}
local SETTLED_MS = 3600000
local LAPSED_MS = 86400000
local FORGET_MS = 7 * 86400000

local base = KEYS[1]
local leases, names, ends = base .. ':leases', base .. ':counters', base .. ':ends'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function counterKey(name) return base .. ':counter:' .. name end
local function reservationKey(id) return base .. ':reservation:' .. id end
local function isOver(ending) return ending and ending ~= '' and tonumber(ending) <= now end

-- In the period that it was held in, or nowhere.
local function book(hold, given, used)
  local key = counterKey(hold[1])
  local known = redis.call('HMGET', key, 'began', 'used', 'held')
  if known[1] ~= hold[2] then return end
  local sum = plus(amount(known[2]), used)
  if isLess(MOST, sum) then sum = MOST end
  redis.call('HSET', key, 'used', text(sum), 'held', text(minus(amount(known[3]), given)))
end

-- Ends what nobody renewed. If ever more lapse at once than one script should do, the others wait for the next.
local function lapse()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', leases, id)
    local known = redis.call('GET', reservationKey(id))
    if known then
      local holds = string.sub(known, 2)
      for _, hold in ipairs(cjson.decode(holds)) do
        local assumed = hold[4] == 'spent' and amount(hold[3]) or NONE
        book(hold, amount(hold[3]), assumed)
      end
      redis.call('SET', reservationKey(id), 'l' .. holds, 'PX', LAPSED_MS)
    end
  end
end

-- Whenever a period begins, a few that ended long ago go.
local function begin(counter)
  redis.call('HSET', counterKey(counter.name), 'used', counter.used, 'began', counter.began, 'ends', counter.ends)
  redis.call('ZADD', names, 0, counter.name)
  if counter.ends == '' then
    redis.call('ZREM', ends, counter.name)
  else
    redis.call('ZADD', ends, tonumber(counter.ends) + FORGET_MS, counter.name)
  end
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 10)) do
    redis.call('DEL', counterKey(name))
    redis.call('ZREM', names, name)
    redis.call('ZREM', ends, name)
  end
end

-- The present state, or a new period, which counts once something is held on it.
local function counterFor(name, resetsIn)
  local known = redis.call('HMGET', counterKey(name), 'used', 'held', 'began', 'ends')
  if known[1] and not isOver(known[4]) then
    return { name = name, used = known[1], held = amount(known[2]), began = known[3], ends = known[4] }
  end
  local ending = resetsIn == '' and '' or string.format('%.0f', now + tonumber(resetsIn))
  return { name = name, used = '0', held = NONE, began = string.format('%.0f', now), ends = ending, isNew = true }
end

-- id, lease, deadline (empty: none), then of each claim: counter, max, amount, resets in (empty: never), when lapsed
local function reserve()
  local id, lease, deadline = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
  if deadline and now > deadline then return { 'late', now } end
  if redis.call('EXISTS', reservationKey(id)) == 1 then return { 'held', now } end
  local planned, holds = {}, {}
  for at = 5, #ARGV, 5 do
    local name, claimed = ARGV[at], amount(ARGV[at + 2])
    local counter = planned[name]
    if not counter then
      counter = counterFor(name, ARGV[at + 3])
      planned[name] = counter
    end
    local left = minus(minus(amount(ARGV[at + 1]), amount(counter.used)), counter.held)
    if isLess(left, claimed) then
      local wait = counter.ends == '' and '' or string.format('%.0f', math.max(1, tonumber(counter.ends) - now))
      return { 'refused', now, name, text(left), wait }
    end
    counter.held = plus(counter.held, claimed)
    if counter.hold then
      counter.hold[3] = text(plus(amount(counter.hold[3]), claimed))
    else
      counter.hold = { name, counter.began, ARGV[at + 2], ARGV[at + 4] }
      table.insert(holds, counter.hold)
    end
  end
  for name, counter in pairs(planned) do
    redis.call('HSET', counterKey(name), 'held', text(counter.held))
    if counter.isNew then begin(counter) end
  end
  redis.call('SET', reservationKey(id), 'h' .. cjson.encode(holds))
  redis.call('ZADD', leases, now + lease, id)
  return { 'held', now }
end

-- id, lease
local function renew()
  redis.call('ZADD', leases, 'XX', now + tonumber(ARGV[3]), ARGV[2])
  return 0
end

-- id, then counters and what was used of them
local function settle()
  local id = ARGV[2]
  local known = redis.call('GET', reservationKey(id))
  local state = known and string.sub(known, 1, 1)
  if not known or state == 's' then return 0 end
  for _, hold in ipairs(cjson.decode(string.sub(known, 2))) do
    local used, given = NONE, NONE
    for at = 3, #ARGV, 2 do
      if ARGV[at] == hold[1] then used = plus(used, amount(ARGV[at + 1])) end
    end
    if state == 'h' then
      given = amount(hold[3])
    elseif hold[4] == 'spent' then
      used = minus(used, amount(hold[3]))
    end
    book(hold, given, used)
  end
  redis.call('SET', reservationKey(id), 's', 'PX', SETTLED_MS)
  redis.call('ZREM', leases, id)
  return state == 'h' and 1 or 0
end

-- how names begin, the last one that is known already (empty: none), how many
local function list()
  local from = ARGV[3] == '' and '[' .. ARGV[2] or '(' .. ARGV[3]
  local found = {}
  for _, name in ipairs(redis.call('ZRANGEBYLEX', names, from, '(' .. ARGV[2] .. string.char(255), 'LIMIT', 0, ARGV[4])) do
    local known = redis.call('HMGET', counterKey(name), 'used', 'held', 'ends')
    local ending = known[3] or ''
    if isOver(ending) or not known[1] then known, ending = { '0', '0' }, '' end
    for _, value in ipairs({ name, known[1], known[2], ending }) do table.insert(found, value) end
  end
  return found
end

lapse()
if ARGV[1] == 'reserve' then return reserve() end
if ARGV[1] == 'renew' then return renew() end
if ARGV[1] == 'settle' then return settle() end
return list()
`;
