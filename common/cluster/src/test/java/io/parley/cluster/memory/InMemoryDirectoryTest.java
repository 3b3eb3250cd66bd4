// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.cluster.Directory;
import io.parley.cluster.DirectoryContract;

class InMemoryDirectoryTest extends DirectoryContract {
    @Override
    protected Directory directory() {
        return new InMemoryDirectory(System::currentTimeMillis);
    }
}
