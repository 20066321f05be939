package org.edgeways.sip.location;

import java.util.Locale;
import java.util.Optional;

/** How SIP travels. */
public enum Transport {
    UDP(false, 5060, "_sip._udp.", "SIP+D2U"),
    TCP(false, 5060, "_sip._tcp.", "SIP+D2T"),
    TLS(true, 5061, "_sips._tcp.", "SIPS+D2T"),
    /** RFC 7118; has no SRV service of its own. */
    WS(false, 80, "_sip._ws.", "SIP+D2W"),
    /** RFC 7118. */
    WSS(true, 443, "_sips._ws.", "SIPS+D2W");

    private final boolean secure;
    private final int defaultPort;
    private final String servicePrefix;
    private final String naptrService;

    Transport(boolean secure, int defaultPort, String servicePrefix, String naptrService) {
        this.secure = secure;
        this.defaultPort = defaultPort;
        this.servicePrefix = servicePrefix;
        this.naptrService = naptrService;
    }

    /** True if TLS protects it. */
    public boolean secure() {
        return secure;
    }

    /** The port where a URI names none. */
    public int defaultPort() {
        return defaultPort;
    }

    String servicePrefix() {
        return servicePrefix;
    }

    String naptrService() {
        return naptrService;
    }

    /** The transport that a {@code transport} parameter or a Via names, in any case. */
    public static Optional<Transport> ofToken(String token) {
        for (Transport transport : values()) {
            if (transport.name().equalsIgnoreCase(token)) {
                return Optional.of(transport);
            }
        }
        return Optional.empty();
    }

    /** As written in a {@code transport} parameter. */
    public String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The same transport under TLS, as a {@code sips} URI asks for. */
    Transport secured() {
        return switch (this) {
            case UDP, TCP, TLS -> TLS;
            case WS, WSS -> WSS;
        };
    }
}
