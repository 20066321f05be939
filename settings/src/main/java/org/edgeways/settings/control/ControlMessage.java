package org.edgeways.settings.control;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/**
 * One message of the control stream. The node speaks first ({@link Hello}); then either says what it has to say when it has
 * something. Nothing is answered by position: a {@link Report} names the revision, a certificate names its key.
 *
 * <table>
 *   <caption>Who sends what</caption>
 *   <tr><th>from</th><th>messages</th></tr>
 *   <tr><td>node</td><td>{@link Hello} once, first; {@link Report} after each snapshot, and when something in it changes;
 *       {@link CertificateRequest} when two thirds of its certificate's life are over</td></tr>
 *   <tr><td>inside</td><td>{@link SnapshotPush}; {@link CertificateIssued} or {@link Refusal} to a request;
 *       {@link CertificateDue} when an administrator says so</td></tr>
 *   <tr><td>connector</td><td>{@link ConnectorHello} once, first; {@link ConnectorRequest} when two thirds of its certificate's
 *       life are over: the node passes it on to the inside</td></tr>
 *   <tr><td>inside, passed on by the node</td><td>{@link ConnectorCertificate}; {@link RefusedSerials} to all connectors</td></tr>
 * </table>
 *
 * <p>What a node passes on it cannot change: a connector's request is signed with the key of the certificate that it has, a
 * certificate by the authority, and so are refused serial numbers. Nor can a connector that was taken over speak for the inside:
 * settings and {@link CertificateDue} are signed, and that a node was removed it believes only after a signed word that refuses
 * its certificate.
 */
public sealed interface ControlMessage {

    /**
     * The node says who it is. Its certificate has said so before; a node that claims another name is cut off.
     *
     * @param node its name
     * @param revision that it runs; 0: none
     * @param version of its program
     */
    record Hello(
            @Key(says = "The node's name.", form = TextForm.NAME)
            String node,

            @Key(says = "The revision that it runs; 0: none.", least = "0", most = "9223372036854775807")
            long revision,

            @Key(says = "The version of its program.") String version)
            implements ControlMessage {}

    /**
     * The inside gives the node a snapshot.
     *
     * @param envelope as {@code org.edgeways.tokens.SignedSnapshot} writes it, in base 64
     */
    record SnapshotPush(
            @Key(says = "The signed snapshot.", form = TextForm.BASE64)
            String envelope) implements ControlMessage {

        /** A push of these bytes. */
        public static SnapshotPush of(byte[] envelope) {
            return new SnapshotPush(Base64.getEncoder().encodeToString(envelope));
        }

        /** The bytes of the envelope. */
        public byte[] bytes() {
            return Base64.getDecoder().decode(envelope);
        }

        @Override
        public String toString() {
            return "SnapshotPush[" + envelope.length() + " characters]";
        }
    }

    /**
     * How the node is.
     *
     * @param revision that it runs; 0: none
     * @param rejected the snapshot that it refused last, if it has taken none since
     * @param restartNeeded keys that have changed and that it takes only when it is started again
     * @param certificateEndSeconds when its certificate of the inside leg ends, in seconds since 1970
     * @param shown the certificates that it shows outside
     * @param relaying what its relay does, if it is one
     * @param serial the serial number of its certificate of the inside leg
     */
    record Report(
            @Key(says = "The revision that it runs; 0: none.", least = "0", most = "9223372036854775807")
            long revision,

            @Key(says = "The snapshot that it refused last.")
            Optional<Rejected> rejected,

            @Key(says = "Keys that it takes only when it is started again.", usual = "", atMost = 1_000)
            List<String> restartNeeded,

            @Key(
                    says = "When its certificate of the inside leg ends, in seconds since 1970.",
                    least = "0",
                    most = "253402300799")
            Optional<Long> certificateEndSeconds,

            @Key(says = "The certificates that it shows outside.", usual = "", atMost = 100)
            List<Shown> shown,

            @Key(says = "What its relay does.") Optional<Relaying> relaying,

            @Key(says = "The serial number of its certificate of the inside leg.", form = TextForm.SERIAL)
            Optional<String> serial)
            implements ControlMessage {

        /** Of a node that is no relay and does not say which certificate it has. */
        public Report(
                long revision,
                Optional<Rejected> rejected,
                List<String> restartNeeded,
                Optional<Long> certificateEndSeconds,
                List<Shown> shown) {
            this(revision, rejected, restartNeeded, certificateEndSeconds, shown, Optional.empty(), Optional.empty());
        }

        public Report {
            restartNeeded = List.copyOf(restartNeeded);
            shown = List.copyOf(shown);
        }
    }

    /**
     * What a relay does.
     *
     * @param draining it takes no new allocations
     * @param allocations that there are
     * @param busiest those that have relayed most, the first one most
     */
    record Relaying(
            @Key(says = "It takes no new allocations.") boolean draining,

            @Key(says = "Allocations that there are.", least = "0", most = "2147483647")
            int allocations,

            @Key(says = "Those that have relayed most.", usual = "", atMost = Relaying.MOST)
            List<Busy> busiest) {

        /** Most that are told. */
        public static final int MOST = 5;

        public Relaying {
            busiest = List.copyOf(busiest);
        }
    }

    /**
     * An allocation.
     *
     * @param person whose it is: the number in the credentials, which the inside knows
     * @param client address and port that it was asked for from
     * @param sinceSeconds when, in seconds since 1970
     * @param bytes of data that were relayed, in both directions
     */
    record Busy(
            @Key(says = "The person's number.") String person,
            @Key(says = "The client's address and port.") String client,

            @Key(says = "Since when, in seconds since 1970.", least = "0", most = "253402300799")
            long sinceSeconds,

            @Key(says = "Bytes of data.", least = "0", most = "9223372036854775807")
            long bytes) {}

    /**
     * A snapshot that the node did not take.
     *
     * @param revision of it; 0: it could not be told
     * @param code why
     * @param reason why, for a person
     */
    record Rejected(
            @Key(says = "The revision.", least = "0", most = "9223372036854775807")
            long revision,

            @Key(says = "Why.", form = TextForm.CODE) String code,

            @Key(says = "Why, for a person.", form = TextForm.FREE)
            String reason) {}

    /**
     * A certificate that clients are shown.
     *
     * @param name that it is for
     * @param endSeconds when it ends, in seconds since 1970
     * @param selfSigned the node has made it for itself
     * @param problem why its files could not be read the last time
     */
    record Shown(
            @Key(says = "The name that it is for.") String name,

            @Key(says = "When it ends, in seconds since 1970.", least = "0", most = "253402300799")
            long endSeconds,

            @Key(says = "The node has made it for itself.") boolean selfSigned,

            @Key(says = "Why its files could not be read the last time.", form = TextForm.FREE)
            Optional<String> problem) {}

    /**
     * The node asks for a new certificate.
     *
     * @param request PKCS #10 (RFC 2986) in PEM
     */
    record CertificateRequest(
            @Key(says = "PKCS #10 in PEM.", form = TextForm.PEM)
            String request) implements ControlMessage {}

    /**
     * The inside gives the node a new certificate.
     *
     * @param chain in PEM, the node's first
     */
    record CertificateIssued(
            @Key(says = "The chain in PEM, the node's first.", form = TextForm.PEM, atLeast = 1, atMost = 8)
            List<String> chain)
            implements ControlMessage {
        public CertificateIssued {
            chain = List.copyOf(chain);
        }
    }

    /**
     * The node is to ask for a new certificate now, though two thirds of its life are not over.
     *
     * @param serial the serial number of the one that is to be replaced: a node that has another one has done so
     * @param proof the authority's signature of {@link #proven}, in base 64: a node does not know a pool from a connector that holds back
     *     its {@link ConnectorHello}
     */
    record CertificateDue(
            @Key(says = "The serial number of the one to replace.", form = TextForm.SERIAL)
            String serial,

            @Key(says = "The authority's signature.", form = TextForm.BASE64)
            String proof)
            implements ControlMessage {

        /** What the authority signs. */
        public static byte[] proven(String node, String serial) {
            return ("edgeways-certificate-due/1\n" + node + "\n" + serial).getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * The inside will not.
     *
     * @param of the word of the message that it refuses, as in {@link ControlCodec}
     * @param code why
     * @param reason why, for a person
     */
    record Refusal(
            @Key(says = "The message that it refuses.", form = TextForm.CODE)
            String of,

            @Key(says = "Why.", form = TextForm.CODE) String code,

            @Key(says = "Why, for a person.", form = TextForm.FREE)
            String reason)
            implements ControlMessage {

        private static final String REMOVED = "control-node-removed";

        /** What a node is told when it is removed, after {@link RefusedSerials} with its own. */
        public static Refusal removal() {
            return new Refusal("hello", REMOVED, "the node was removed");
        }

        /** Whether this is what a node is told when it is removed. */
        public boolean isRemoval() {
            return code.equals(REMOVED);
        }
    }

    /**
     * A connector says which one it is: this end of the stream is no pool, and wants no reports.
     *
     * @param connector its name, which is in its certificate
     */
    record ConnectorHello(
            @Key(says = "The connector's name.", form = TextForm.NAME)
            String connector) implements ControlMessage {}

    /**
     * A connector asks for a new certificate.
     *
     * @param connector its name
     * @param request PKCS #10 (RFC 2986) in PEM
     * @param certificate the one that it has, in PEM
     * @param proof its key's signature of {@link #proven}, in base 64
     */
    record ConnectorRequest(
            @Key(says = "The connector's name.", form = TextForm.NAME)
            String connector,

            @Key(says = "PKCS #10 in PEM.", form = TextForm.PEM)
            String request,

            @Key(says = "The certificate that it has, in PEM.", form = TextForm.PEM)
            String certificate,

            @Key(says = "The signature of what it asks for.", form = TextForm.BASE64)
            String proof)
            implements ControlMessage {

        /** What the connector signs with the key of the certificate that it has. */
        public static byte[] proven(String connector, String request) {
            return ("edgeways-connector-request/1\n" + connector + "\n" + request).getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * The inside gives a connector a new certificate.
     *
     * @param connector its name
     * @param chain in PEM, the connector's first
     */
    record ConnectorCertificate(
            @Key(says = "The connector's name.", form = TextForm.NAME)
            String connector,

            @Key(says = "The chain in PEM, the connector's first.", form = TextForm.PEM, atLeast = 1, atMost = 8)
            List<String> chain)
            implements ControlMessage {
        public ConnectorCertificate {
            chain = List.copyOf(chain);
        }
    }

    /**
     * Which certificates are refused before their time, for who has no settings that say it.
     *
     * @param atMillis when that was so, in milliseconds since 1970: tells how old it is, and no refusal is ever taken back
     * @param serials their serial numbers
     * @param proof the authority's signature of {@link #proven}, in base 64
     */
    record RefusedSerials(
            @Key(says = "When that was so, in milliseconds since 1970.", least = "0", most = "253402300799999")
            long atMillis,

            @Key(says = "The serial numbers.", form = TextForm.SERIAL, atMost = MOST)
            List<String> serials,

            @Key(says = "The authority's signature.", form = TextForm.BASE64)
            String proof)
            implements ControlMessage {

        /** Most serial numbers in one message. */
        public static final int MOST = 4_000;

        public RefusedSerials {
            serials = List.copyOf(serials);
        }

        /** What the authority signs. */
        public static byte[] proven(long atMillis, List<String> serials) {
            return ("edgeways-refused-serials/1\n" + atMillis + "\n" + String.join("\n", serials))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }
}
