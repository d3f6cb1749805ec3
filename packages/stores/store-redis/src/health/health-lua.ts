/**
 * Script that stores the latest health verdict on each target, for processes that start later. `:verdict:<target>` expires with
 * the verdict. `:verdicts` contains the targets, ordered by the end of their verdicts.
 */
export const HEALTH_LUA: string = `
local base = KEYS[1]
local names = base .. ':verdicts'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function verdictKey(target) return base .. ':verdict:' .. target end

-- Arguments: target, verdict, its time to live, message, channel. The channel is an argument, since clients may prefix keys.
local function publish()
  redis.call('SET', verdictKey(ARGV[2]), ARGV[3], 'PX', ARGV[4])
  redis.call('ZADD', names, now + tonumber(ARGV[4]), ARGV[2])
  redis.call('ZREMRANGEBYSCORE', names, '-inf', now)
  return redis.call('PUBLISH', ARGV[6], ARGV[5])
end

local function list()
  local found = {}
  for _, target in ipairs(redis.call('ZRANGEBYSCORE', names, now, '+inf')) do
    local verdict = redis.call('GET', verdictKey(target))
    if verdict then
      table.insert(found, target)
      table.insert(found, verdict)
      table.insert(found, redis.call('PTTL', verdictKey(target)))
    end
  end
  return found
end

if ARGV[1] == 'publish' then return publish() end
return list()
`;
