package org.edgeways.sip.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * Tells a loop from a spiral (RFC 3261 section 16.3 step 4, RFC 5393 section 4.2): each branch we write carries a keyed
 * hash of everything that our routing depends on. A request that comes back with the hash that it would get again has
 * looped; one that comes back changed is a spiral and passes.
 */
final class LoopDetection {

    private static final HeaderName[] ROUTING = {
        HeaderName.ROUTE, HeaderName.PROXY_REQUIRE, HeaderName.PROXY_AUTHORIZATION, HeaderName.EVENT
    };
    private static final String DIGITS = "0123456789abcdefghijklmnopqrstuv";
    private static final int LENGTH = 12;
    private static final int KEY_BYTES = 16;

    private final byte[] key = new byte[KEY_BYTES];
    private final MessageDigest digest;

    LoopDetection(RandomGenerator random) {
        random.nextBytes(key);
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The loop part of the branches of this request, as it came. */
    String part(SipMessage received) {
        digest.update(key);
        add(received.requestUriText());
        add(received.fromTag());
        add(received.toTag());
        add(received.callId());
        add(received.cseq().toString());
        for (HeaderName name : ROUTING) {
            for (String value : received.values(name)) {
                add(value);
            }
            digest.update((byte) 1);
        }
        byte[] hash = digest.digest();
        StringBuilder part = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            part.append(DIGITS.charAt(hash[i] & 31));
        }
        return part.toString();
    }

    /** True if one of the request's Via entries carries that loop part. */
    boolean hasLooped(SipMessage received, String part) {
        String sought = "-" + part;
        for (String value : received.values(HeaderName.VIA)) {
            if (value.contains(sought)) {
                return true;
            }
        }
        return false;
    }

    private void add(@Nullable String text) {
        if (text != null) {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
        }
        digest.update((byte) 0);
    }
}
