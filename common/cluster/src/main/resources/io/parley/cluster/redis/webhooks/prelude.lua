-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- Stands before every script of the webhooks. <e> is an endpoint's id, <k> a key of events (a room's name).
local W = KEYS[1]
local ENDPOINTS = W .. ':endpoints' -- hash: <e> -> WebhookEndpoint
local VERSION = W .. ':version'     -- number: another one after each change of endpoints, and of whether they are on
local FAILING = W .. ':failing'     -- hash: <e> -> "since until", in ms since 1970: later failures are another time of failing
local OFF = W .. ':off'             -- hash: <e> -> "ms reason", of those that are switched off
local function rows(e) return W .. ':rows:' .. e end       -- hash: event id -> Delivery
local function due(e) return W .. ':due:' .. e end         -- sorted set: <k> with anything pending, by when it is due, in ms
local function holders(e) return W .. ':holders:' .. e end -- hash: <k> -> token of the claim
local function sizes(e) return W .. ':sizes:' .. e end     -- hash: state -> bytes of its rows
local function lane(e, k) return W .. ':lane:' .. e .. ':' .. k end       -- list: event ids, the first to be sent first
local function shelf(e, state) return W .. ':' .. state .. ':' .. e end   -- sorted set: event ids in a state, by since when
local function progress(k) return W .. ':progress:' .. k end              -- string: KeyProgress
local function present(k) return W .. ':present:' .. k end                -- hash: identity -> ParticipantInfo
local STATES = { 'PENDING', 'DELIVERED', 'DEAD' }

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function whole(number)
  return string.format('%.0f', number)
end

local function add(e, state, event, row)
  redis.call('HSET', rows(e), event, row)
  redis.call('ZADD', shelf(e, state), whole(now), event)
  redis.call('HINCRBY', sizes(e), state, #row)
end

-- Off its shelf; the row stays, for whoever puts it on another.
local function take_off(e, state, event)
  redis.call('HINCRBY', sizes(e), state, -redis.call('HSTRLEN', rows(e), event))
  return redis.call('ZREM', shelf(e, state), event)
end

local function size(e, state)
  return tonumber(redis.call('HGET', sizes(e), state) or 0)
end

-- For good.
local function drop(e, state, event)
  take_off(e, state, event)
  redis.call('HDEL', rows(e), event)
end

-- A hundred at a time.
local function drop_old(e, state, kept_for)
  for _, event in ipairs(redis.call('ZRANGEBYSCORE', shelf(e, state), '-inf', whole(now - kept_for), 'LIMIT', 0, 100)) do
    drop(e, state, event)
  end
end

-- The oldest go, a hundred at a time.
local function trim(e, state, max, max_bytes, kept_for)
  drop_old(e, state, kept_for)
  for _ = 1, 100 do
    local oldest = redis.call('ZRANGE', shelf(e, state), 0, 0)[1]
    if not oldest or (redis.call('ZCARD', shelf(e, state)) <= max and size(e, state) <= max_bytes) then
      return
    end
    drop(e, state, oldest)
  end
end

-- Since when, and until when a failure belongs to that; 0 without.
local function failing(e)
  local since, till = string.match(redis.call('HGET', FAILING, e) or '', '^(%d+) (%d+)$')
  if since and tonumber(till) > now then
    return tonumber(since), tonumber(till)
  end
  return 0, 0
end

local function push(e, key, event, row)
  add(e, 'PENDING', event, row)
  redis.call('RPUSH', lane(e, key), event)
  redis.call('ZADD', due(e), 'NX', whole(now), key)
end

local function forget(e)
  redis.call('INCR', VERSION)
  for _, key in ipairs(redis.call('ZRANGE', due(e), 0, -1)) do
    redis.call('UNLINK', lane(e, key))
  end
  for _, state in ipairs(STATES) do
    redis.call('UNLINK', shelf(e, state))
  end
  redis.call('UNLINK', rows(e), due(e), holders(e), sizes(e))
  redis.call('HDEL', FAILING, e)
  redis.call('HDEL', OFF, e)
  return redis.call('HDEL', ENDPOINTS, e)
end
