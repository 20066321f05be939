package org.edgeways.accessedge.engine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipUri;

/** Tells a person's devices apart by what they write into Contact. */
final class DeviceId {

    private static final int BYTES = 12;

    private DeviceId() {}

    /**
     * A short name of the device: a digest of its {@code +sip.instance} (RFC 5626 section 4.1), or, if it has none, of
     * the contact's user and host. The port is left out, since many clients write that of the present connection.
     */
    static String of(NameAddress contact) {
        String instance = contact.parameters().get("+sip.instance");
        if (instance != null) {
            return digest("instance " + instance);
        }
        SipUri uri = contact.sipUri();
        if (uri == null) {
            return digest("contact " + contact.uri());
        }
        return digest("contact " + uri.userInfo() + "@" + uri.host());
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }
}
