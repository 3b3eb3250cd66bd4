// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Handles of the libcrypto functions in use (OpenSSL 1.1 or 3). Pointers travel as longs and the calls are "critical"
 * (no thread-state transition): each takes well under a microsecond, never blocks and never calls back.
 */
final class Libcrypto {
    static final int CTRL_GCM_GET_TAG = 0x10;
    static final int CTRL_GCM_SET_TAG = 0x11;

    private static final ValueLayout.OfLong P = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;

    static final @Nullable SymbolLookup LIBRARY = find();

    static final MethodHandle CIPHER_CTX_NEW = bind("EVP_CIPHER_CTX_new", FunctionDescriptor.of(P));
    static final MethodHandle CIPHER_CTX_FREE = bind("EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(P));
    static final MethodHandle CIPHER_CTX_CTRL = bind("EVP_CIPHER_CTX_ctrl", FunctionDescriptor.of(I, P, I, I, P));
    static final MethodHandle ENCRYPT_INIT = bind("EVP_EncryptInit_ex", FunctionDescriptor.of(I, P, P, P, P, P));
    static final MethodHandle ENCRYPT_UPDATE = bind("EVP_EncryptUpdate", FunctionDescriptor.of(I, P, P, P, P, I));
    static final MethodHandle ENCRYPT_FINAL = bind("EVP_EncryptFinal_ex", FunctionDescriptor.of(I, P, P, P));
    static final MethodHandle DECRYPT_INIT = bind("EVP_DecryptInit_ex", FunctionDescriptor.of(I, P, P, P, P, P));
    static final MethodHandle DECRYPT_UPDATE = bind("EVP_DecryptUpdate", FunctionDescriptor.of(I, P, P, P, P, I));
    static final MethodHandle DECRYPT_FINAL = bind("EVP_DecryptFinal_ex", FunctionDescriptor.of(I, P, P, P));
    static final MethodHandle AES_128_GCM = bind("EVP_aes_128_gcm", FunctionDescriptor.of(P));
    static final MethodHandle AES_256_GCM = bind("EVP_aes_256_gcm", FunctionDescriptor.of(P));
    static final MethodHandle AES_128_CTR = bind("EVP_aes_128_ctr", FunctionDescriptor.of(P));
    static final MethodHandle SHA1 = bind("EVP_sha1", FunctionDescriptor.of(P));
    static final MethodHandle HMAC_CTX_NEW = bind("HMAC_CTX_new", FunctionDescriptor.of(P));
    static final MethodHandle HMAC_CTX_FREE = bind("HMAC_CTX_free", FunctionDescriptor.ofVoid(P));
    static final MethodHandle HMAC_INIT = bind("HMAC_Init_ex", FunctionDescriptor.of(I, P, P, I, P, P));
    static final MethodHandle HMAC_UPDATE = bind("HMAC_Update", FunctionDescriptor.of(I, P, P, P));
    static final MethodHandle HMAC_FINAL = bind("HMAC_Final", FunctionDescriptor.of(I, P, P, P));

    private Libcrypto() {}

    private static @Nullable SymbolLookup find() {
        for (String name : new String[] {"libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.3.dylib", "libcrypto.so"}) {
            SymbolLookup library = open(name);
            if (library != null && library.find("HMAC_CTX_new").isPresent()) {
                return library;
            }
        }
        return null;
    }

    private static @Nullable SymbolLookup open(String name) {
        try {
            return SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException notUnderThisName) {
            return null;
        }
    }

    /** A handle of the function; without the library one that nobody calls, as isAvailable() is false then. */
    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        MemorySegment address =
                LIBRARY == null ? MemorySegment.NULL : LIBRARY.find(name).orElse(MemorySegment.NULL);
        Linker linker = Linker.nativeLinker();
        return address.equals(MemorySegment.NULL)
                ? linker.downcallHandle(descriptor).bindTo(MemorySegment.ofAddress(1))
                : linker.downcallHandle(address, descriptor, Linker.Option.critical(false));
    }

    static void check(int result) {
        if (result != 1) {
            throw new IllegalStateException("libcrypto refused sound input");
        }
    }

    static RuntimeException unexpected(Throwable e) {
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException("libcrypto call", e);
    }
}
