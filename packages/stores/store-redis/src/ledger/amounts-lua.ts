/**
 * Lua functions for integers above 2⁵³, because Lua's numbers are doubles. An integer has two parts of ten digits. The lower
 * part is never negative. The functions are exact for sums of int64. The script that contains this text can use all its names.
 */
export const AMOUNTS_LUA: string = `
local BASE = 10000000000

local function normal(high, low)
  local carry = math.floor(low / BASE)
  return { high + carry, low - carry * BASE }
end

local function amount(text)
  local sign = 1
  if string.sub(text, 1, 1) == '-' then
    sign = -1
    text = string.sub(text, 2)
  end
  local allButTen, lastTen = string.sub(text, 1, -11), string.sub(text, -10)
  return normal(sign * (tonumber(allButTen) or 0), sign * tonumber(lastTen))
end

local function plus(a, b) return normal(a[1] + b[1], a[2] + b[2]) end
local function minus(a, b) return normal(a[1] - b[1], a[2] - b[2]) end
local function isLess(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end

local function text(a)
  local sign = ''
  if a[1] < 0 then
    sign = '-'
    a = normal(-a[1], -a[2])
  end
  if a[1] == 0 then return sign .. string.format('%.0f', a[2]) end
  return sign .. string.format('%.0f%010.0f', a[1], a[2])
end
`;
