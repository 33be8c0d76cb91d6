"""The scripts of the Redis stores: each verb is one, and so one step that nobody sees half done.

Rules of this file. Time is the server's. A row is a hash of columns; `deindex` takes it out of every index as it is,
and `index` puts it in as it has become. Keys share one hash tag, so that a cluster keeps them together. Numbers stay
below 2^53, which Lua counts exactly.

    op:NAME          an operation            ev:NAME          a delivery
    all:REALM        names by number         ready            names that can be taken, by number
    open:REALM       those that are no end   leased           those that are held, by the end of their lease
    ended:REALM      all others, by time of their last change
    due:REALM        those to be sent        order:ORDERING   those that wait their turn, by number
    lanes:REALM      account to name         done             those that are done, by time of reception
    moved:REALM:CUR  names by first send     policies         realm to policy
    changes:SCOPE    changes that are known  object:ORDERING  its deliveries, by when they happened
    dead             those that were given up, by number
    of:REALM:OBJECT  names by number
    notes:REALM:TOPIC  names of notes; with =NAME, a note
"""

from __future__ import annotations

from typing import Final

from . import rows

COLUMNS: Final = rows.OPERATION
DELIVERY: Final = rows.DELIVERY


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_COMMON: Final = f"""
local p, realm = ARGV[1], ARGV[2]
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local columns = {{{_quoted(COLUMNS)}}}
local delivered = {{{_quoted(DELIVERY)}}}

local function num(x) return string.format('%.0f', x) end
local function policy() return redis.call('HGET', p .. ':policies', realm) or '' end
local function op(name) return p .. ':op:' .. name end
local function ev(name) return p .. ':ev:' .. name end

local function answer(name, flag)
  local found = redis.call('HMGET', op(name), unpack(columns))
  table.insert(found, 1, policy())
  table.insert(found, 1, num(now))
  table.insert(found, 1, flag)
  return found
end

local function fields(name)
  local names = {{'seq', 'state', 'deferred', 'priority', 'amount', 'currency', 'first_sent', 'lane',
    'object_id', 'related_id', 'updated'}}
  local row = {{}}
  for i, value in ipairs(redis.call('HMGET', op(name), unpack(names))) do row[names[i]] = value end
  return row
end

local function waiting(name, row) return string.format('%020.0f', row.seq) .. ':' .. name end
local function moved(row) return p .. ':moved:' .. realm .. ':' .. row.currency end
local function of(object) return p .. ':of:' .. realm .. ':' .. object end

local function deindex(name)
  local row = fields(name)
  redis.call('ZREM', p .. ':open:' .. realm, name)
  redis.call('ZREM', p .. ':ended:' .. realm, waiting(name, row))
  redis.call('ZREM', p .. ':due:' .. realm, waiting(name, row))
  redis.call('ZREM', moved(row), name)
  redis.call('ZREM', of(row.object_id), name)
  redis.call('ZREM', of(row.related_id), name)
  if row.lane ~= '' then redis.call('HDEL', p .. ':lanes:' .. realm, row.lane) end
end

local function index(name)
  local row = fields(name)
  if row.state ~= 'succeeded' and row.state ~= 'refused' then
    redis.call('ZADD', p .. ':open:' .. realm, row.seq, name)
    if row.deferred == '1' and row.state ~= 'review' then
      redis.call('ZADD', p .. ':due:' .. realm, num(-row.priority), waiting(name, row))
    end
  else
    redis.call('ZADD', p .. ':ended:' .. realm, row.updated, waiting(name, row))
  end
  if row.object_id ~= '' then redis.call('ZADD', of(row.object_id), row.seq, name) end
  if row.related_id ~= '' then redis.call('ZADD', of(row.related_id), row.seq, name) end
  if row.amount ~= '0' then redis.call('ZADD', moved(row), row.first_sent, name) end
  if row.lane ~= '' then redis.call('HSET', p .. ':lanes:' .. realm, row.lane, name) end
end

local function queue(name, seq, ordering)
  if ordering ~= '' then
    redis.call('ZADD', p .. ':order:' .. ordering, seq, name)
    if redis.call('ZRANK', p .. ':order:' .. ordering, name) ~= 0 then return end
  end
  redis.call('ZADD', p .. ':ready', seq, name)
end

local function remember(name, from)
  local values = {{}}
  for i = 1, #delivered do
    values[#values + 1] = delivered[i]
    values[#values + 1] = ARGV[from + i - 1]
  end
  if redis.call('EXISTS', ev(name)) == 1 then return 0 end
  local row = {{}}
  for i = 1, #values, 2 do row[values[i]] = values[i + 1] end
  local scope = p .. ':changes:' .. row.scope
  if row.change ~= '' and redis.call('SADD', scope, row.change) == 0 then return 0 end
  local seq = redis.call('INCR', p .. ':seq')
  redis.call('HSET', ev(name), unpack(values))
  redis.call('HSET', ev(name), 'received', num(now), 'seq', num(seq))
  if row.ordering ~= '' then redis.call('ZADD', p .. ':object:' .. row.ordering, row.happened, name) end
  if row.done ~= '1' then queue(name, seq, row.ordering) end
  return 1
end
"""

INSERT: Final = (
    _COMMON
    + """
local name, lease = ARGV[3], tonumber(ARGV[4])
if redis.call('EXISTS', op(name)) == 1 then return answer(name, 0) end
local seq = redis.call('INCR', p .. ':seq')
local values = {}
for i = 1, #columns do
  values[#values + 1] = columns[i]
  values[#values + 1] = ARGV[4 + i]
end
redis.call('HSET', op(name), unpack(values))
local sent, until_ = num(now), num(now + lease)
if redis.call('HGET', op(name), 'state') == 'planned' then sent, until_ = '0', num(now) end
redis.call('HSET', op(name), 'seq', num(seq), 'created', num(now), 'updated', num(now),
  'first_sent', sent, 'lease_until', until_)
redis.call('ZADD', p .. ':all:' .. realm, seq, name)
index(name)
return answer(name, 1)
"""
)
"""Adds an operation, or nothing if its identity is taken, and gives the row that is there."""

SWAP: Final = (
    _COMMON
    + """
local name, seen, lease, told = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if redis.call('HGET', op(name), 'version') ~= seen then return {} end
deindex(name)
local values = {}
for i = 1, #columns do
  values[#values + 1] = columns[i]
  values[#values + 1] = ARGV[6 + i]
end
redis.call('HSET', op(name), unpack(values))
redis.call('HSET', op(name), 'updated', num(now))
if lease ~= '' then redis.call('HSET', op(name), 'lease_until', num(now + lease)) end
index(name)
if told ~= '' then remember(told, 7 + #columns) end
return answer(name, 0)
"""
)
"""Replaces an operation, if it has the version that was seen, and tells of it."""

GET: Final = (
    _COMMON
    + """
if redis.call('EXISTS', op(ARGV[3])) == 0 then return {} end
return answer(ARGV[3], 0)
"""
)
"""Gives an operation."""

DUE: Final = (
    _COMMON
    + """
local lease = tonumber(ARGV[3])

local function free(name)
  local row = redis.call('HMGET', op(name), 'state', 'due', 'lease_until', 'account')
  if tonumber(row[2]) > now then return false end
  if row[1] == 'started' and tonumber(row[3]) > now then return false end
  if row[4] == '' then return true end
  local holder = redis.call('HGET', p .. ':lanes:' .. realm, row[4])
  return not holder or holder == name
end

local function assign(name)
  local names = {'state', 'token', 'version', 'quiet_from', 'lease_until', 'account'}
  local row = redis.call('HMGET', op(name), unpack(names))
  deindex(name)
  if row[1] == 'planned' then redis.call('HSET', op(name), 'first_sent', num(now)) end
  if row[1] == 'started' then
    local quiet = math.max(tonumber(row[4]), tonumber(row[5]))
    redis.call('HSET', op(name), 'doubt', '1', 'quiet_from', num(quiet))
  end
  redis.call('HSET', op(name), 'state', 'started', 'token', num(row[2] + 1), 'version', num(row[3] + 1),
    'refusal', '', 'spent', '0', 'lane', row[6], 'updated', num(now), 'lease_until', num(now + lease))
  index(name)
end

local from = 0
while true do
  local members = redis.call('ZRANGE', p .. ':due:' .. realm, from, from + 99)
  if #members == 0 then return {} end
  for _, member in ipairs(members) do
    local name = string.sub(member, 22)
    if free(name) then
      assign(name)
      return answer(name, 0)
    end
  end
  from = from + 100
end
"""
)
"""Claims the operation that a worker has to send next."""

_GATHERED: Final = """
local function gathered(set, from, limit, fitting)
  local found = {}
  while #found < limit do
    local members = redis.call('ZRANGE', set, from, from + 499, 'WITHSCORES')
    if #members == 0 then break end
    for i = 1, #members, 2 do
      local name = #found < limit and fitting(members[i], members[i + 1])
      if name then found[#found + 1] = answer(name, 0) end
    end
    from = from + 500
  end
  return found
end
"""
"""Goes through an index from a place on, some at a time, until enough fits."""

LIST: Final = (
    _COMMON
    + _GATHERED
    + """
local index_, limit, account, after = p .. ':' .. ARGV[3] .. ':' .. realm, tonumber(ARGV[4]), ARGV[5], ARGV[6]
local states = {}
for i = 7, #ARGV do states[ARGV[i]] = true end
local from = 0
if after ~= '' then
  local seq = redis.call('HGET', op(after), 'seq')
  if not seq then return {} end
  from = redis.call('ZCOUNT', index_, '-inf', seq)
end
return gathered(index_, from, limit, function(name)
  local row = redis.call('HMGET', op(name), 'state', 'account')
  return states[row[1]] and (account == '' or account == row[2]) and name
end)
"""
)
"""Gives operations, the oldest first."""

RELATED: Final = (
    _COMMON
    + """
local names, numbers, given = {}, {}, {}
for i = 3, #ARGV do
  local found = redis.call('ZRANGE', of(ARGV[i]), 0, -1, 'WITHSCORES')
  for j = 1, #found, 2 do
    if not numbers[found[j]] then names[#names + 1] = found[j] end
    numbers[found[j]] = tonumber(found[j + 1])
  end
end
table.sort(names, function(one, other) return numbers[one] < numbers[other] end)
for _, name in ipairs(names) do given[#given + 1] = answer(name, 0) end
return given
"""
)
"""Gives the operations that made objects, or whose own belong to them, the oldest first."""

SUCCEEDED: Final = (
    _COMMON
    + _GATHERED
    + """
local since, until_, limit, account, after = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7]
local all, open, ended = p .. ':all:' .. realm, p .. ':open:' .. realm, p .. ':ended:' .. realm
if redis.call('ZCARD', ended) ~= redis.call('ZCARD', all) - redis.call('ZCARD', open) then
  redis.call('DEL', ended)
  for _, name in ipairs(redis.call('ZRANGE', all, 0, -1)) do
    if not redis.call('ZSCORE', open, name) then index(name) end
  end
end

local from = redis.call('ZCOUNT', ended, '-inf', '(' .. since)
local seq = after ~= '' and redis.call('HGET', op(after), 'seq')
local last = after ~= '' and (seq and waiting(after, {seq = seq}) or '~')
return gathered(ended, from, limit, function(member, score)
  local name = string.sub(member, 22)
  local row = redis.call('HMGET', op(name), 'state', 'account', 'created')
  local later = not last or score ~= since or member > last
  local fits = row[1] == 'succeeded' and tonumber(row[3]) <= until_ and (account == '' or account == row[2])
  return later and fits and name
end)
"""
)
"""Gives operations that succeeded, by when; first puts in order what another connectkit's scripts left out."""

MOVED: Final = (
    _COMMON
    + """
local currency, since, account = ARGV[3], ARGV[4], ARGV[5]
local verbs, total = {}, 0
for i = 6, #ARGV do verbs[ARGV[i]] = true end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', p .. ':moved:' .. realm .. ':' .. currency, since, '+inf')) do
  local row = redis.call('HMGET', op(name), 'state', 'verb', 'account', 'amount')
  local counted = row[1] ~= 'planned' and row[1] ~= 'refused'
  if counted and verbs[row[2]] and (account == '' or account == row[3]) then total = total + row[4] end
end
return num(total)
"""
)
"""Sums what was moved."""

PURGE: Final = (
    _COMMON
    + """
local before, account, from = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local names, changed = redis.call('ZRANGE', p .. ':all:' .. realm, from, from + 499), 0
for _, name in ipairs(names) do
  local row = redis.call('HMGET', op(name), 'state', 'updated', 'account', 'request', 'answer', 'refusal', 'version')
  local ended = row[1] == 'succeeded' or row[1] == 'refused'
  local full = row[4] ~= '' or row[5] ~= '' or row[6] ~= ''
  if ended and full and tonumber(row[2]) < before and (account == '' or account == row[3]) then
    redis.call('HSET', op(name), 'request', '', 'answer', '', 'refusal', '', 'version', num(row[7] + 1))
    changed = changed + 1
  end
end
return {changed, #names}
"""
)
"""Empties the bodies of what ended, some hundreds at a time, and gives how many of how many."""

POLICY: Final = _COMMON + "return policy()"
"""Gives the policy of a realm."""

SET_POLICY: Final = (
    _COMMON
    + """
if policy() ~= ARGV[3] then return 0 end
redis.call('HSET', p .. ':policies', realm, ARGV[4])
return 1
"""
)
"""Replaces the policy of a realm, if it is the one that was seen."""

_NOTES: Final = (
    _COMMON
    + """
local topic = p .. ':notes:' .. realm .. ':' .. ARGV[3]
local function note(name) return topic .. '=' .. name end
"""
)

NOTE: Final = (
    _NOTES
    + """
local row = redis.call('HMGET', note(ARGV[4]), 'text', 'version')
return row[1] and row or {}
"""
)
"""Gives a note."""

SET_NOTE: Final = (
    _NOTES
    + """
local seen = redis.call('HGET', note(ARGV[4]), 'version') or '0'
if seen ~= ARGV[6] then return 0 end
redis.call('HSET', note(ARGV[4]), 'text', ARGV[5], 'version', num(seen + 1))
redis.call('ZADD', topic, 0, ARGV[4])
return 1
"""
)
"""Replaces a note, if it has the version that was seen."""

NOTES: Final = (
    _NOTES
    + """
local found = {}
local first = ARGV[4] == '' and '-' or '(' .. ARGV[4]
for _, name in ipairs(redis.call('ZRANGEBYLEX', topic, first, '+', 'LIMIT', 0, ARGV[5])) do
  local row = redis.call('HMGET', note(name), 'text', 'version')
  table.insert(found, {name, row[1], row[2]})
end
return found
"""
)
"""Gives the notes of a topic after a name."""

REMEMBER: Final = _COMMON + "return remember(ARGV[3], 4)"
"""Adds a delivery, or nothing if its event is known."""

TAKE: Final = (
    _COMMON
    + """
for _, name in ipairs(redis.call('ZRANGEBYSCORE', p .. ':leased', '-inf', num(now))) do
  redis.call('ZREM', p .. ':leased', name)
  redis.call('ZADD', p .. ':ready', redis.call('HGET', ev(name), 'seq'), name)
end
local name = redis.call('ZRANGE', p .. ':ready', 0, 0)[1]
if not name then return {} end
redis.call('ZREM', p .. ':ready', name)
local row = redis.call('HMGET', ev(name), 'attempts', 'token')
local until_ = num(now + ARGV[3])
redis.call('HSET', ev(name), 'attempts', num(row[1] + 1), 'token', num(row[2] + 1), 'lease_until', until_)
redis.call('ZADD', p .. ':leased', until_, name)
return redis.call('HMGET', ev(name), unpack(delivered))
"""
)
"""Hands the oldest delivery that is free to a worker."""

FINISH: Final = (
    _COMMON
    + """
local name, token, error_ = ARGV[3], ARGV[4], ARGV[5]
local row = redis.call('HMGET', ev(name), 'token', 'ordering', 'received', 'done')
if row[1] ~= token then return 0 end
redis.call('HSET', ev(name), 'error', error_)
if error_ == '' then redis.call('ZREM', p .. ':dead', name)
else redis.call('ZADD', p .. ':dead', redis.call('HGET', ev(name), 'seq'), name) end
if row[4] == '1' then return 1 end
redis.call('HSET', ev(name), 'done', '1')
redis.call('ZREM', p .. ':leased', name)
redis.call('ZREM', p .. ':ready', name)
redis.call('ZADD', p .. ':done', row[3], name)
if row[2] ~= '' then
  local order = p .. ':order:' .. row[2]
  redis.call('ZREM', order, name)
  local following = redis.call('ZRANGE', order, 0, 0)[1]
  if following then redis.call('ZADD', p .. ':ready', redis.call('HGET', ev(following), 'seq'), following) end
end
return 1
"""
)
"""Ends a delivery, if it was not taken again; the next of its ordering key can then be taken."""

FAIL: Final = (
    _COMMON
    + """
local name, token, error_, delay = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local row = redis.call('HMGET', ev(name), 'token', 'done')
if row[1] ~= token or row[2] == '1' then return 0 end
local until_ = num(now + delay)
redis.call('HSET', ev(name), 'error', error_, 'lease_until', until_)
redis.call('ZREM', p .. ':ready', name)
redis.call('ZADD', p .. ':leased', until_, name)
return 1
"""
)
"""Gives a delivery back, if it was not taken again and is not done."""

FORGET: Final = (
    _COMMON
    + """
local before, scope, from = ARGV[3], ARGV[4], tonumber(ARGV[5])
local names = redis.call('ZRANGEBYSCORE', p .. ':done', '-inf', '(' .. before, 'LIMIT', from, 500)
local changed = 0
for _, name in ipairs(names) do
  local row = redis.call('HMGET', ev(name), 'body', 'scope')
  if row[1] ~= '' and (scope == '' or scope == row[2]) then
    redis.call('HSET', ev(name), 'body', '')
    changed = changed + 1
  end
end
return {changed, #names}
"""
)
"""Empties the bodies of old deliveries, some hundreds at a time, and gives how many of how many."""

KNOWN: Final = (
    _COMMON
    + """
if redis.call('EXISTS', ev(ARGV[3])) == 0 then return {} end
return redis.call('HMGET', ev(ARGV[3]), unpack(delivered))
"""
)
"""Gives a delivery."""

FOLLOWING: Final = (
    _COMMON
    + """
local types, seen = {}, {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', p .. ':object:' .. ARGV[3], '(' .. ARGV[4], '+inf')) do
  local type_ = redis.call('HGET', ev(name), 'type')
  if not seen[type_] then types[#types + 1] = type_ end
  seen[type_] = true
end
return types
"""
)
"""Gives the types of what happened to an object later."""

GIVEN_UP: Final = (
    _COMMON
    + """
local found = {}
for _, name in ipairs(redis.call('ZRANGE', p .. ':dead', 0, ARGV[3] - 1)) do
  found[#found + 1] = redis.call('HMGET', ev(name), unpack(delivered))
end
return found
"""
)
"""Gives what was given up, the oldest first."""

REVIVE: Final = (
    _COMMON
    + """
local name = ARGV[3]
if redis.call('ZREM', p .. ':dead', name) == 0 then return 0 end
redis.call('ZREM', p .. ':done', name)
local row = redis.call('HMGET', ev(name), 'token', 'ordering')
local seq = redis.call('INCR', p .. ':seq')
redis.call('HSET', ev(name), 'seq', num(seq), 'done', '0', 'attempts', '0', 'token', num(row[1] + 1),
  'lease_until', '0')
queue(name, seq, row[2])
return 1
"""
)
"""Puts what was given up at the end of the queue."""
