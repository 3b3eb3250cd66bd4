-- SPDX-FileCopyrightText: The Parley authors
-- SPDX-License-Identifier: Apache-2.0

-- id -> 1 if it was there
return forget(ARGV[1])
