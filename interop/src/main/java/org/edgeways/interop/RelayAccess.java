package org.edgeways.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * What somebody needs to use the edge's relay.
 *
 * @param username of TURN's long-term credentials
 * @param credential the password that belongs to it
 * @param urls URIs (RFC 7065) for people outside, the best first: over UDP, TCP and TLS
 * @param insideUrls the same for people inside; empty where only people outside were meant
 */
public record RelayAccess(String username, String credential, List<String> urls, List<String> insideUrls) {
    public RelayAccess {
        urls = List.copyOf(urls);
        insideUrls = List.copyOf(insideUrls);
    }

    /** By what the pool answers over HTTPS, or says to an administrator. */
    static RelayAccess of(JsonNode json) {
        return new RelayAccess(
                json.path("username").asText(),
                json.path("credential").asText(),
                texts(json.path("urls")),
                texts(json.path("insideUrls")));
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
