-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- endpoint, key, event, row -> 1 if it was dead
local e, key, event, row = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if not redis.call('ZSCORE', shelf(e, 'DEAD'), event) then
  return 0
end
take_off(e, 'DEAD', event)
push(e, key, event, row)
return 1
