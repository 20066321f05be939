package org.edgeways.net.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.edgeways.net.NetErrorCode;

/**
 * Decides which of several protocols on one port a TLS connection is for: by the name that the client offers (ALPN), and
 * where it offers none by its first decrypted bytes. Pure and immutable.
 *
 * <p>A client that offers names gets one of them or is refused (RFC 7301 section 3.2): what was meant for one protocol is
 * never read as another. A client that offers {@code h2} or {@code http/1.1} may be a browser, and is never given a protocol
 * that asks for a certificate.
 */
public final class Demultiplexer {

    /**
     * One protocol on the port.
     *
     * @param name for log and counters
     * @param applicationProtocols its names in ALPN, the preferred first; none if it has none
     * @param firstBytes what it takes from clients that offer no name; none if it takes no such clients
     * @param asksForCertificate true if its clients must show a certificate
     */
    public record Entry(
            String name, List<String> applicationProtocols, Set<Content> firstBytes, boolean asksForCertificate) {
        public Entry {
            applicationProtocols = List.copyOf(applicationProtocols);
            firstBytes = Set.copyOf(firstBytes);
        }
    }

    /** What follows a ClientHello. */
    public sealed interface Choice {
        /** The handshake for that protocol, with that name in ALPN. */
        record Named(Entry entry, String applicationProtocol) implements Choice {}

        /** The handshake without ALPN, and no more question: only that protocol takes such clients. */
        record Only(Entry entry) implements Choice {}

        /** The handshake without ALPN; then the first bytes decide. */
        record ByFirstBytes() implements Choice {}

        /** None. */
        record Refused(NetErrorCode code) implements Choice {}
    }

    /** What follows the first decrypted bytes. */
    public sealed interface Verdict {
        /** More bytes are needed. */
        record More() implements Verdict {}

        /** The connection is for that protocol. */
        record Take(Entry entry) implements Verdict {}

        /** It is for none. */
        record Refused(NetErrorCode code) implements Verdict {}
    }

    private final List<Entry> entries;
    private final List<Entry> unnamed;

    /**
     * A port with these protocols.
     *
     * @param entries the preferred first
     * @throws IllegalArgumentException if two take the same name or the same first bytes, or if those that clients without
     *     ALPN may mean do not agree on whether a certificate is asked for: that is settled before the first bytes come
     */
    public Demultiplexer(List<Entry> entries) {
        this.entries = List.copyOf(entries);
        this.unnamed = this.entries.stream()
                .filter(entry -> !entry.firstBytes().isEmpty())
                .toList();
        Set<Object> taken = new HashSet<>();
        for (Entry entry : entries) {
            entry.applicationProtocols().forEach(name -> claim(taken, name, entry));
            entry.firstBytes().forEach(content -> claim(taken, content, entry));
            claim(taken, List.of(entry.name()), entry);
        }
        if (unnamed.stream().map(Entry::asksForCertificate).distinct().count() > 1) {
            throw new IllegalArgumentException("clients without ALPN are asked for a certificate, or they are not");
        }
    }

    private static void claim(Set<Object> taken, Object what, Entry entry) {
        if (!taken.add(what)) {
            throw new IllegalArgumentException(entry.name() + ": " + what + " is taken");
        }
    }

    /** Decides on a ClientHello. */
    public Choice choose(ClientHello hello) {
        if (hello.applicationProtocols().isEmpty()) {
            return switch (unnamed.size()) {
                case 0 -> new Choice.Refused(NetErrorCode.PROTOCOL_NOT_COMMON);
                case 1 -> new Choice.Only(unnamed.getFirst());
                default -> new Choice.ByFirstBytes();
            };
        }
        boolean web = hello.offersWeb();
        boolean passedOver = false;
        for (Entry entry : entries) {
            for (String name : entry.applicationProtocols()) {
                if (!hello.applicationProtocols().contains(name)) {
                    continue;
                }
                if (!(web && entry.asksForCertificate())) {
                    return new Choice.Named(entry, name);
                }
                passedOver = true;
            }
        }
        return new Choice.Refused(passedOver ? NetErrorCode.CERTIFICATE_NOT_ASKED : NetErrorCode.PROTOCOL_NOT_COMMON);
    }

    /**
     * Decides on the first {@code length} decrypted bytes after {@link Choice.ByFirstBytes}. There is an answer after
     * {@link FirstBytes#LIMIT_BYTES}.
     */
    public Verdict judge(byte[] bytes, int length) {
        return switch (FirstBytes.of(bytes, length)) {
            case FirstBytes.Answer.More more -> new Verdict.More();
            case FirstBytes.Answer.Unknown unknown -> new Verdict.Refused(NetErrorCode.PROTOCOL_UNKNOWN);
            case FirstBytes.Answer.Is(Content content) -> {
                for (Entry entry : unnamed) {
                    if (entry.firstBytes().contains(content)) {
                        yield new Verdict.Take(entry);
                    }
                }
                yield new Verdict.Refused(NetErrorCode.PROTOCOL_NOT_SERVED);
            }
        };
    }
}
