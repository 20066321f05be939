package org.edgeways.settings.kind;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.edgeways.policy.SipDomains;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** A next hop for SIP domains. */
public record Route(
        @Key(
                says = "The SIP domains that it is for; without it, all that no other Route names.",
                usual = "",
                form = TextForm.HOST,
                atMost = SipDomains.MAX_DOMAINS)
        List<String> domains,

        @Key(says = "Requests go to this pool.", form = TextForm.NAME, refers = "Pool")
        Optional<String> pool,

        @Key(
                says =
                        "Requests go to the connector of this name, over the connections that it has opened to the node.",
                form = TextForm.NAME,
                refers = "Connector")
        Optional<String> connector,

        @Key(
                says =
                        "Requests go to this SIP URI, to which the node opens connections over TLS: the inner firewall must allow"
                                + " it, and the server's certificate must come from the authority of the pool, the only one that"
                                + " the node trusts: edgeways certificate issue makes it.",
                form = TextForm.SIP_URI)
        Optional<String> address)
        implements Checked {

    private static final String RESERVED = ".edgeways.internal";
    private static final Pattern SERVER = Pattern.compile("[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63}){1,20}");

    public Route {
        domains = List.copyOf(domains);
    }

    /**
     * The next hop as an edge node is told it: {@code service:NAME} of a pool, {@code connector:NAME}, behind which stands a
     * foreign server, or a SIP URI.
     */
    public String nextHop() {
        return address.or(() -> pool.map(name -> "service:" + name))
                .orElseGet(() -> "connector:" + connector.orElse(""));
    }

    /** The host of {@code address}, lower case, an IPv6 address without its brackets. */
    public Optional<String> addressHost() {
        return address.map(uri -> {
            // RFC 3261 section 25.1: neither parameters nor headers hold an at sign
            String place = uri.substring(Math.max(uri.indexOf(':'), uri.lastIndexOf('@')) + 1);
            String host = place.startsWith("[") && place.contains("]")
                    ? place.substring(1, place.indexOf(']'))
                    : place.split("[:;?]", 2)[0];
            return host.toLowerCase(Locale.ROOT);
        });
    }

    /**
     * Whether a server of that host can have a certificate of the pool's authority that is taken for no node's and no service's: their
     * names have no dot or are below {@code edgeways.internal}.
     *
     * @param host lower case; an IPv6 address without its brackets
     */
    public static boolean isServerHost(String host) {
        return TextForm.ADDRESS.fits(host) && host.indexOf('%') < 0
                || TextForm.HOST.fits(host) && SERVER.matcher(host).matches() && !host.endsWith(RESERVED);
    }

    @Override
    public void check(Disagreements found) {
        Twice.tell("domains", domains, found);
        long said =
                Stream.of(pool, connector, address).filter(Optional::isPresent).count();
        if (said != 1) {
            found.add(
                    said == 0 ? "" : address.isPresent() ? "address" : "connector",
                    "must say one of pool, connector and address, says " + (said == 0 ? "none" : said + " of them"));
        }
        addressHost()
                .filter(host -> !isServerHost(host))
                .ifPresent(host -> found.add(
                        "address",
                        "names the host \"" + host
                                + "\", for which no certificate is issued; expected an address, or a name with a dot that"
                                + " does not end in edgeways.internal"));
    }
}
