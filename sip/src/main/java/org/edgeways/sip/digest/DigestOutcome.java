package org.edgeways.sip.digest;

/** What came of checking digest credentials. */
public sealed interface DigestOutcome {

    /**
     * The sender knows a password.
     *
     * @param index which of the stored hashes it was, from 0
     */
    record Accepted(int index) implements DigestOutcome {}

    /** The password is right, the nonce too old or from before a restart: challenge again with {@code stale=true}. */
    record Stale() implements DigestOutcome {}

    /**
     * The password is right, but these very credentials have been used before: challenge again with
     * {@code stale=true}. An honest client has counted wrongly; anybody else cannot answer the new nonce.
     */
    record Replayed() implements DigestOutcome {}

    /** No stored hash gives this response. */
    record WrongCredential() implements DigestOutcome {}

    /** For another realm than ours: as if there were none. */
    record OtherRealm() implements DigestOutcome {}

    /**
     * Not to be understood: 400.
     *
     * @param reason what exactly, for a person
     */
    record Malformed(String reason) implements DigestOutcome {}
}
