package org.edgeways.tokens;

import org.edgeways.base.Result;

/**
 * The address of an inside device, given to an outside client in the place of the address itself.
 *
 * @param person whom it was given to, as an address of record: only that person may use it
 * @param uri the inside device's URI, as the device wrote it
 */
public record ContactToken(String person, String uri) {

    /**
     * Seals it for use as the user part of a SIP URI.
     *
     * @throws IllegalArgumentException if the URI is longer than a token holds, see {@link #fits()}
     */
    public String seal(Sealer sealer) {
        return sealer.seal(Purpose.CONTACT, encode());
    }

    /** True if the URI is not too long for a token. */
    public boolean fits() {
        return encode().length <= Sealer.MAX_CONTENT_BYTES;
    }

    private byte[] encode() {
        return new TokenWriter().text(person).text(uri).bytes();
    }

    /** Opens what {@link #seal} made. */
    public static Result<ContactToken> open(Sealer sealer, String token) {
        return switch (sealer.open(Purpose.CONTACT, token)) {
            case Result.Ok<byte[]> ok ->
                TokenReader.read(ok.value(), reader -> new ContactToken(reader.text(), reader.text()));
            case Result.Bad<byte[]> bad -> bad.as();
        };
    }
}
