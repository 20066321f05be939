package org.edgeways.link;

/** Names that both ends of the Link agree on. */
public final class LinkProtocol {

    /** What is negotiated in the TLS handshake (ALPN). */
    public static final String ALPN = "edgeways-link/1";

    /** The {@code :authority} of control streams. No service can have this name. */
    public static final String CONTROL = "control";

    /** The header field that says why the inside itself refuses a stream: an error code. */
    public static final String REASON = "edgeways-reason";

    private LinkProtocol() {}
}
