-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- Stands before every script of the directory.
local NODES = KEYS[1]   -- hash: node id -> NodeRow
local LEASES = KEYS[2]  -- sorted set: node id, scored by when its lease ends, in ms since 1970
local ROOMS = KEYS[3]   -- hash: room -> "epoch voidAt node"; voidAt in ms since 1970, 0 once the node has confirmed
local RECORDS = KEYS[4] -- hash: room -> RoomRecord of its last confirmed claim
local EPOCH = KEYS[5]   -- the highest epoch given out
local SWEEP = KEYS[6]   -- cursor of the search for rooms that lost their nodes
local SINCE = KEYS[7]   -- when the first node announced itself to a directory that knew nothing, in ms since 1970
local GONE = KEYS[8]    -- begins the keys of rooms that were released, for a while: as in ROOMS
local VOID = 1          -- voidAt of a claim that was given up

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

-- Whether a void claim is one on nothing: the room was never there.
local function is_nothing(room, entry)
  return entry.is_void and redis.call('HEXISTS', RECORDS, room) == 0
end

-- The entry of a room; nil if there is none, or only a claim that nobody confirmed in time. A void one is of a room that
-- was there, and lost its node.
local function find(room)
  local value = redis.call('HGET', ROOMS, room)
  local entry = value and parse(value)
  return entry and not is_nothing(room, entry) and entry or nil
end

local function holds(entry, node, epoch)
  return entry.node == node and entry.epoch == epoch
end

-- Whether a node may write what it says of the room: nobody has a later claim, or as late a one.
local function may_enter(room, node, epoch)
  local entry = find(room)
  return not entry or holds(entry, node, epoch) or entry.epoch < epoch
end

-- What the caller is told of an entry.
local function place(room, entry)
  if entry.is_void then
    return { entry.node, whole(entry.epoch), '', 0, 1, '' }
  end
  local is_confirmed = entry.void_at == 0
  return {
    entry.node,
    whole(entry.epoch),
    redis.call('HGET', NODES, entry.node) or '',
    is_leased(entry.node) and 1 or 0,
    is_confirmed and 1 or 0,
    not is_confirmed and redis.call('HGET', RECORDS, room) or '',
  }
end

local function set(room, epoch, void_at, node)
  redis.call('HSET', ROOMS, room, whole(epoch) .. ' ' .. whole(void_at) .. ' ' .. node)
end

local function give(room, node, timeout)
  local last = tonumber(redis.call('GET', EPOCH) or 0)
  local entry = { epoch = math.max(last + 1, now), void_at = now + timeout, node = node }
  redis.call('SET', EPOCH, whole(entry.epoch))
  set(room, entry.epoch, entry.void_at, node)
  return entry
end
