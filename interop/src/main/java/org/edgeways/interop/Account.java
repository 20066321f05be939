package org.edgeways.interop;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Who signs in, and where.
 *
 * @param uri the address of record, {@code sip:alice@acorn.example}
 * @param host name of the server as the client dials it; the certificate must name it
 * @param sipTlsPort of SIP over TLS
 * @param webSocketUrl of SIP over secure WebSocket; empty where there is none
 * @param caFile PEM file of the authority that the client trusts
 * @param place where the client runs
 */
public record Account(
        String uri,
        String username,
        String password,
        String host,
        int sipTlsPort,
        String webSocketUrl,
        Path caFile,
        Place place) {
    /** How long a client may take for one step. Generous: a busy machine with two cores starts a browser slowly. */
    public static final Duration STEP = Duration.ofSeconds(20);

    /** Of a client on this machine's loopback. */
    public Account(
            String uri,
            String username,
            String password,
            String host,
            int sipTlsPort,
            String webSocketUrl,
            Path caFile) {
        this(uri, username, password, host, sipTlsPort, webSocketUrl, caFile, Place.LOOPBACK);
    }

    /** The part of the address after the at sign. */
    public String domain() {
        return uri.substring(uri.indexOf('@') + 1);
    }

    public Account withPassword(String other) {
        return new Account(uri, username, other, host, sipTlsPort, webSocketUrl, caFile, place);
    }

    public Account withCaFile(Path other) {
        return new Account(uri, username, password, host, sipTlsPort, webSocketUrl, other, place);
    }

    public Account withPlace(Place other) {
        return new Account(uri, username, password, host, sipTlsPort, webSocketUrl, caFile, other);
    }
}
