-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- key -> KeyProgress, or ""
return redis.call('GET', progress(ARGV[1])) or ''
