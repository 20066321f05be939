package org.edgeways.control;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 in hexadecimal: how keys and contents are told apart on the record. */
final class KeyHash {

    private KeyHash() {}

    static String of(Key key) {
        return of(key.getEncoded());
    }

    static String of(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
