package org.edgeways.settings.kind;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** The inside end of the Link in front of an existing SIP server, of web servers, or of both. */
public record Connector(
        @Key(
                says =
                        "The SIP server that it stands in front of, with its port; the parameter transport says how it is "
                                + "reached: tls (without it), tcp or udp. Without a server it carries services only.",
                form = TextForm.SIP_URI,
                restart = true)
        Optional<String> server,

        @Key(says = "Where the SIP server reaches it; needed with server.", restart = true)
        Optional<Listen> listen,

        @Key(
                says = "The certificate that the SIP server is shown, over TLS.",
                form = TextForm.NAME,
                refers = "Certificate",
                restart = true)
        Optional<String> certificate,

        @Key(
                says = "The authorities that the SIP server's certificate may come from, a file in PEM.",
                form = TextForm.FILE,
                restart = true)
        Optional<String> authority,

        @Key(says = "How the connections to edge nodes that carry SIP are looked after.", restart = true)
        Pool.Link link,

        @Key(says = "Limits of the Link, which carries settings and services.")
        LinkStreams.Inside streams,

        @Key(says = "Transactions.", restart = true) TransactionLimits transactions,

        @Key(says = "The listener for metrics and health.", restart = true)
        Optional<AdminListener> admin,

        @Key(
                says = "How often the certificate files are looked at.",
                usual = "10s",
                least = "100ms",
                most = "1d",
                restart = true)
        Duration certificateCheck)
        implements Checked {

    private static final List<String> TRANSPORTS = List.of("tls", "tcp", "udp");
    private static final String TRANSPORT = ";transport=";

    /** Where the SIP server reaches the connector. */
    public record Listen(
            @Key(says = "The name or address that it writes into Path and Record-Route.", form = TextForm.HOST)
            String host,

            @Key(says = "The local address to listen on; over UDP also the one to send from.", form = TextForm.ADDRESS)
            String address,

            @Key(says = "The port.", usual = "5070", least = "1", most = "65535")
            int port) {}

    /** How the SIP server is reached: {@code tls}, {@code tcp} or {@code udp}, or what else is written there. */
    public String transport() {
        String uri = server.orElse("").toLowerCase(Locale.ROOT);
        int at = uri.indexOf(TRANSPORT);
        if (at < 0) {
            return TRANSPORTS.getFirst();
        }
        String rest = uri.substring(at + TRANSPORT.length());
        int end = rest.indexOf(';');
        return end < 0 ? rest : rest.substring(0, end);
    }

    @Override
    public void check(Disagreements found) {
        if (server.isEmpty()) {
            return;
        }
        if (!TRANSPORTS.contains(transport())) {
            found.add("server", "has the transport \"" + transport() + "\", must have tls, tcp or udp");
        }
        if (listen.isEmpty()) {
            found.add("listen", "is missing, but there is a SIP server that has to reach it");
        }
        if (transport().equals("tls") && (certificate.isEmpty() || authority.isEmpty())) {
            found.add(
                    certificate.isEmpty() ? "certificate" : "authority",
                    "is missing, but the SIP server is reached over TLS, which needs certificate and authority");
        }
    }
}
