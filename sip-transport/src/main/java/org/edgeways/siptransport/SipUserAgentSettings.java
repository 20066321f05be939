package org.edgeways.siptransport;

import java.time.Duration;
import org.edgeways.net.ClientTls;
import org.jspecify.annotations.Nullable;

/**
 * How and as whom a {@link SipUserAgent} connects.
 *
 * @param wire TLS or WebSocket
 * @param host name or address literal to connect to
 * @param port to connect to
 * @param verifyName what the server's certificate must name; normally {@code host}
 * @param path of the WebSocket, such as {@code /sip}; ignored on TLS
 * @param origin what a WebSocket says as Origin, or null for none
 * @param tls whom it trusts
 * @param timeout of everything that waits when nothing else is said; default 10 s
 * @param addressOfRecord such as {@code sip:alice@acorn.example}
 * @param username for digest authentication
 * @param password for digest authentication; null to hand 401 and 407 to the caller
 * @param instance its {@code +sip.instance} without {@code urn:uuid:}; null for a new one with each connection
 */
public record SipUserAgentSettings(
        SipTransport wire,
        String host,
        int port,
        String verifyName,
        String path,
        @Nullable String origin,
        ClientTls tls,
        Duration timeout,
        String addressOfRecord,
        String username,
        @Nullable String password,
        @Nullable String instance) {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Over TLS. */
    public static SipUserAgentSettings tls(
            String host, int port, ClientTls tls, String addressOfRecord, String username, @Nullable String password) {
        return new SipUserAgentSettings(
                SipTransport.TLS,
                host,
                port,
                host,
                "/sip",
                null,
                tls,
                TIMEOUT,
                addressOfRecord,
                username,
                password,
                null);
    }

    /** Over secure WebSocket, as a program that is no browser: without Origin. */
    public static SipUserAgentSettings webSocket(
            String host, int port, ClientTls tls, String addressOfRecord, String username, @Nullable String password) {
        return new SipUserAgentSettings(
                SipTransport.WSS,
                host,
                port,
                host,
                "/sip",
                null,
                tls,
                TIMEOUT,
                addressOfRecord,
                username,
                password,
                null);
    }

    /** A host name or address literal as it stands in a URI: IPv6 in brackets (RFC 3986 section 3.2.2). */
    static String inUri(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** The same with another time limit. */
    public SipUserAgentSettings withTimeout(Duration limit) {
        return new SipUserAgentSettings(
                wire, host, port, verifyName, path, origin, tls, limit, addressOfRecord, username, password, instance);
    }

    /** The same, but the server's certificate must carry another name. */
    public SipUserAgentSettings verifying(String name) {
        return new SipUserAgentSettings(
                wire, host, port, name, path, origin, tls, timeout, addressOfRecord, username, password, instance);
    }

    /** The same with another Origin, or none. */
    public SipUserAgentSettings withOrigin(@Nullable String value) {
        return new SipUserAgentSettings(
                wire, host, port, verifyName, path, value, tls, timeout, addressOfRecord, username, password, instance);
    }

    /** The same device on every connection (RFC 5626 section 4.1): that UUID stands in {@code +sip.instance}. */
    public SipUserAgentSettings withInstance(String uuid) {
        return new SipUserAgentSettings(
                wire, host, port, verifyName, path, origin, tls, timeout, addressOfRecord, username, password, uuid);
    }

    /** Hides the password. */
    @Override
    public String toString() {
        return "SipUserAgentSettings[" + addressOfRecord + " over " + wire + " to " + host + ":" + port + "]";
    }
}
