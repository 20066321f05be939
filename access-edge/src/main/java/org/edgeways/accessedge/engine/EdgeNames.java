package org.edgeways.accessedge.engine;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgeways.policy.SipDomains;
import org.edgeways.sip.message.Hosts;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.Via;

/**
 * What one edge node calls itself, on either side.
 *
 * @param node the node's name, for tokens and for the flow mark
 * @param boot which run of the program this is; differs from run to run
 * @param outsideHost the one host name that clients outside see
 * @param outsideAliases other names and addresses under which clients may have dialled it
 * @param tlsPort the port for TLS as seen from outside
 * @param wssPort the port for secure WebSocket as seen from outside
 * @param insideHost the host name that the inside knows it by; never shown outside
 * @param insidePort the port on which the inside can connect to us, for a next hop that resolves what we write; 0 to
 *     write none, where there are only services, which find us by name and look at no port
 */
public record EdgeNames(
        String node,
        long boot,
        String outsideHost,
        Set<String> outsideAliases,
        int tlsPort,
        int wssPort,
        String insideHost,
        int insidePort) {

    private static final int BOOT_RADIX = 36;

    /** Lower-cases the hosts, and puts IPv6 addresses into brackets and their one spelling. */
    public EdgeNames {
        outsideHost = canonical(outsideHost);
        insideHost = canonical(insideHost);
        outsideAliases = outsideAliases.stream().map(EdgeNames::canonical).collect(Collectors.toSet());
        if (outsideHost.equals(insideHost) || outsideAliases.contains(insideHost)) {
            throw new IllegalArgumentException("the edge needs different names outside and inside: " + insideHost);
        }
        outsideAliases = Set.copyOf(outsideAliases);
    }

    /** Names without a port inside. */
    public EdgeNames(
            String node,
            long boot,
            String outsideHost,
            Set<String> outsideAliases,
            int tlsPort,
            int wssPort,
            String insideHost) {
        this(node, boot, outsideHost, outsideAliases, tlsPort, wssPort, insideHost, 0);
    }

    /**
     * The same, known outside by the names of before too: registrations and dialogs that began with them go on.
     *
     * @param before of this run of the program
     */
    public EdgeNames after(EdgeNames before) {
        Set<String> aliases = new HashSet<>(outsideAliases);
        aliases.addAll(before.outsideAliases);
        aliases.add(before.outsideHost);
        aliases.remove(outsideHost);
        return new EdgeNames(node, boot, outsideHost, aliases, tlsPort, wssPort, insideHost, insidePort);
    }

    /** True if a URI's host is one of our names as clients outside know them. */
    public boolean isOutside(String host) {
        String canonical = canonical(host);
        return canonical.equals(outsideHost) || outsideAliases.contains(canonical);
    }

    /** The names that everybody outside may know. */
    public Set<String> known(SipDomains domains) {
        Set<String> known = new HashSet<>(outsideAliases);
        known.add(outsideHost);
        known.addAll(domains.names());
        return known;
    }

    /** True if a URI's host is our name as the inside knows it. */
    public boolean isInside(String host) {
        return canonical(host).equals(insideHost);
    }

    private static String canonical(String host) {
        if (host.indexOf(':') < 0) {
            return host.toLowerCase(Locale.ROOT);
        }
        return Hosts.address(host)
                .map(address -> "[" + address.getHostAddress() + "]")
                .orElse(host.toLowerCase(Locale.ROOT));
    }

    private int port(ClientTransport transport) {
        return switch (transport) {
            case TLS -> tlsPort;
            case WSS -> wssPort;
        };
    }

    /** Our Via, without branch, on requests to a client. */
    public Via viaOutside(ClientTransport transport) {
        return new Via(transport.viaName(), outsideHost, port(transport), Parameters.NONE);
    }

    /** Our Via, without branch, on requests to the inside. */
    public Via viaInside() {
        return new Via("TLS", insideHost, insidePort > 0 ? insidePort : -1, Parameters.NONE);
    }

    /** A Record-Route entry for a client. */
    public String routeOutside(String token, ClientTransport transport) {
        return "<" + uriOutside("sip", token, transport) + ";lr>";
    }

    /** A URI of ours for a client, with a token as its user. */
    public String uriOutside(String scheme, String token, ClientTransport transport) {
        return scheme + ":" + token + "@" + outsideHost + ":" + port(transport) + ";transport=" + transport.uriName();
    }

    /** A Record-Route entry for the inside. */
    public String routeInside(String token) {
        return "<sip:" + token + "@" + insideAddress() + ";transport=tls;lr>";
    }

    /** A Path entry (RFC 3327, RFC 5626 section 5.1). */
    public String pathInside(String token) {
        return "<sip:" + token + "@" + insideAddress() + ";transport=tls;lr;ob>";
    }

    private String insideAddress() {
        return insidePort > 0 ? insideHost + ":" + insidePort : insideHost;
    }

    /** The mark that tells the inside on which connection a request came. */
    public String flowMark(long connection) {
        return node + ";boot=" + Long.toString(boot, BOOT_RADIX) + ";connection=" + connection;
    }
}
