-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- endpoint, event -> row, or ""
return redis.call('HGET', rows(ARGV[1]), ARGV[2]) or ''
