-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- Stands before every script of the directory.
local NODES = KEYS[1]  -- hash: node id -> NodeRow
local LEASES = KEYS[2] -- sorted set: node id, scored by when its lease ends, in ms since 1970
local ROOMS = KEYS[3]  -- hash: room -> "epoch voidAt node"; voidAt in ms since 1970, 0 once the node has confirmed
local INFOS = KEYS[4]  -- hash: room -> livekit.Room, of confirmed claims
local EPOCH = KEYS[5]  -- the highest epoch given out
local SWEEP = KEYS[6]  -- cursor of the search for rooms that are nobody's any more

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function whole(number)
  return string.format('%.0f', number)
end

local function is_leased(node)
  local ends = redis.call('ZSCORE', LEASES, node)
  return ends and tonumber(ends) > now
end

local function parse(value)
  local epoch, void_at, node = string.match(value, '^(%d+) (%d+) (.+)$')
  local entry = { epoch = tonumber(epoch), void_at = tonumber(void_at), node = node }
  entry.is_void = entry.void_at ~= 0 and entry.void_at <= now
  return entry
end

-- The entry of a room, void ones included; nil if there is none.
local function find(room)
  local value = redis.call('HGET', ROOMS, room)
  return value and parse(value)
end

local function holds(entry, node, epoch)
  return entry.node == node and entry.epoch == epoch
end

-- What the caller is told of an entry.
local function place(entry)
  return {
    entry.node,
    whole(entry.epoch),
    redis.call('HGET', NODES, entry.node) or '',
    is_leased(entry.node) and 1 or 0,
    entry.void_at == 0 and 1 or 0,
  }
end

local function give(room, node, timeout)
  local last = tonumber(redis.call('GET', EPOCH) or 0)
  local entry = { epoch = math.max(last + 1, now), void_at = now + timeout, node = node }
  redis.call('SET', EPOCH, whole(entry.epoch))
  redis.call('HSET', ROOMS, room, whole(entry.epoch) .. ' ' .. whole(entry.void_at) .. ' ' .. node)
  redis.call('HDEL', INFOS, room)
  return entry
end
