package org.edgeways.net.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What matters to us of a TLS ClientHello (RFC 8446 section 4.1.2).
 *
 * @param serverName the host name asked for (RFC 6066 section 3), lower case without a final dot; null if none was, or
 *     one that is no host name
 * @param applicationProtocols the names offered (RFC 7301), in the client's order; empty without the extension
 */
public record ClientHello(@Nullable String serverName, List<String> applicationProtocols) {

    /** HTTP/1.1 in ALPN. */
    public static final String HTTP_1_1 = "http/1.1";

    /** HTTP/2 in ALPN. */
    public static final String HTTP_2 = "h2";

    public ClientHello {
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    /** True if it may be a browser, whose user would be shown a question if we asked for a certificate. */
    public boolean offersWeb() {
        return applicationProtocols.contains(HTTP_2) || applicationProtocols.contains(HTTP_1_1);
    }
}
