package org.edgeways.tokens;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.edgeways.base.Result;

/**
 * The text form of a keyring: a first line that names format and version, then one line for each key, newest first,
 * with its id in hexadecimal and its bytes in base64url.
 */
public final class KeyringCodec {

    private static final String HEADING = "edgeways-keyring 1";
    private static final int ID_DIGITS = 8;

    private KeyringCodec() {}

    /** The text of {@code keyring}, ending in a line feed. It holds the keys in clear. */
    public static String encode(Keyring keyring) {
        StringBuilder text = new StringBuilder(HEADING).append('\n');
        for (Keyring.Key key : keyring.keys()) {
            text.append(HexFormat.of().toHexDigits(key.id()))
                    .append(' ')
                    .append(Base64.getUrlEncoder().withoutPadding().encodeToString(key.bytes()))
                    .append('\n');
        }
        return text.toString();
    }

    /** Reads what {@link #encode} wrote. The offset of a failure is that of its line; no reason quotes a key. */
    public static Result<Keyring> decode(String text) {
        String[] lines = text.split("\n", -1);
        if (!lines[0].equals(HEADING)) {
            return Result.bad(TokensErrorCode.KEYRING_MALFORMED, 0, "the first line is not \"" + HEADING + "\"");
        }
        List<Keyring.Key> keys = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        int offset = lines[0].length() + 1;
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i];
            boolean last = i == lines.length - 1;
            if (last && line.isEmpty()) {
                break;
            }
            Result<Keyring.Key> key = decodeKey(line, offset);
            switch (key) {
                case Result.Bad<Keyring.Key> bad -> {
                    return bad.as();
                }
                case Result.Ok<Keyring.Key> ok -> {
                    if (!ids.add(ok.value().id())) {
                        return Result.bad(TokensErrorCode.KEYRING_MALFORMED, offset, "a key id stands twice");
                    }
                    keys.add(ok.value());
                }
            }
            offset += line.length() + 1;
        }
        if (keys.isEmpty() || keys.size() > Keyring.MAX_KEYS) {
            return Result.bad(
                    TokensErrorCode.KEYRING_MALFORMED,
                    offset,
                    "a keyring has 1 to " + Keyring.MAX_KEYS + " keys, this one " + keys.size());
        }
        return Result.ok(new Keyring(keys));
    }

    private static Result<Keyring.Key> decodeKey(String line, int offset) {
        if (line.length() < ID_DIGITS + 2 || line.charAt(ID_DIGITS) != ' ') {
            return Result.bad(TokensErrorCode.KEYRING_MALFORMED, offset, "a line is not \"id key\"");
        }
        try {
            int id = HexFormat.fromHexDigits(line, 0, ID_DIGITS);
            byte[] bytes = Base64.getUrlDecoder().decode(line.substring(ID_DIGITS + 1));
            if (bytes.length != Keyring.KEY_BYTES) {
                return Result.bad(TokensErrorCode.KEYRING_MALFORMED, offset, "a key has the wrong length");
            }
            return Result.ok(new Keyring.Key(id, bytes));
        } catch (IllegalArgumentException notHexOrNotBase64) {
            return Result.bad(TokensErrorCode.KEYRING_MALFORMED, offset, "a key cannot be decoded");
        }
    }
}
