package org.edgeways.settings.snapshot;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.edgeways.base.Result;
import org.edgeways.policy.SipDomains;
import org.edgeways.settings.Settings;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.RecordForm;
import org.edgeways.settings.form.RecordReader;
import org.edgeways.settings.form.RecordWriter;
import org.edgeways.settings.form.TextForm;
import org.edgeways.settings.kind.AccessSettings;
import org.edgeways.settings.kind.AdminListener;
import org.edgeways.settings.kind.AvRole;
import org.edgeways.settings.kind.Certificate;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.kind.RelayPlace;
import org.edgeways.settings.kind.Role;
import org.edgeways.settings.text.JsonText;
import org.edgeways.settings.text.Node;
import org.edgeways.settings.text.Problems;
import org.edgeways.settings.text.SettingsErrorCode;
import org.edgeways.settings.text.TextLimits;
import org.edgeways.tokens.RelayCheck;
import org.edgeways.tokens.RelayVerifier;
import org.edgeways.tokens.SignedSnapshot;
import org.edgeways.tokens.SnapshotSigner;

/**
 * What one edge node runs. It holds what the node needs and nothing more: no other node, but where clients reach the one that
 * the settings have them sent to; no address of anything inside (but for a relay which networks it is not to relay to), no person,
 * and no secret but the one that checks relay credentials. As text it is JSON in one spelling.
 *
 * @param format of this text; 1
 * @param revision its number, from 1
 * @param node whose it is
 * @param roles what the node is
 * @param access what clients outside see and connect to
 * @param insideLeg where the inside connects
 * @param av the relay for audio and video
 * @param alternate where its relay sends clients while it takes nobody new
 * @param draining it takes nothing new, and goes on with what it has
 * @param publicAddress what clients see when the node stands behind static address translation
 * @param admin the listener for metrics and health
 * @param certificateCheck how often the certificate files are looked at
 * @param sipDomains of the organisation
 * @param insideNames what nobody outside may read
 * @param hideTopology nothing of the inside is written in what goes outside
 * @param routes where requests go, by domain
 * @param services what the node may ask for over the Link
 * @param limits of what it lets in
 * @param authorities from which certificates of the inside come, PEM
 * @param refusedSerials serial numbers of certificates of those authorities that are refused
 * @param relay what checks credentials; for the role av only
 * @param insideNetworks those networks of the Sites whose addresses a relay would take for the public Internet; for the role av only,
 *     and left out if there are none: a snapshot of before this key reads as one without
 * @param outsideAddresses where other relays relay, as far as it is in those networks: it is outside all the same; left out if there
 *     is none
 */
public record EdgeSnapshot(
        @Key(says = "The format of this text.", least = "1", most = "1")
        int format,

        @Key(says = "The number.", least = "1", most = "9223372036854775807")
        long revision,

        @Key(says = "The node.", form = TextForm.NAME, restart = true)
        String node,

        @Key(says = "The roles.", atLeast = 1, atMost = 4, restart = true)
        List<Role> roles,

        @Key(says = "What clients outside see.") Optional<Access> access,
        @Key(says = "Where the inside connects.") InsideLeg insideLeg,

        @Key(says = "The relay.") Optional<AvRole> av,
        @Key(says = "Where clients are sent.") Optional<RelayPlace> alternate,
        @Key(says = "Whether it takes nothing new.") boolean draining,

        @Key(says = "The address in front of translation.", form = TextForm.ADDRESS, restart = true)
        Optional<String> publicAddress,

        @Key(says = "The administrative listener.", restart = true)
        Optional<AdminListener> admin,

        @Key(says = "How often files are looked at.", least = "100ms", most = "1d")
        Duration certificateCheck,

        @Key(says = "The SIP domains.", form = TextForm.HOST, atLeast = 1, atMost = SipDomains.MAX_DOMAINS)
        List<String> sipDomains,

        @Key(says = "Names nobody may read.", form = TextForm.NAME_SUFFIX, atMost = 1_000)
        List<String> insideNames,

        @Key(says = "Whether they are hidden.") boolean hideTopology,

        @Key(says = "Next hops.", atMost = SipDomains.MAX_DOMAINS)
        List<NextHop> routes,

        @Key(says = "Services.", form = TextForm.NAME, atMost = 1_000)
        List<String> services,

        @Key(says = "Limits.") AccessSettings limits,

        @Key(says = "Authorities of the inside.", form = TextForm.PEM, atMost = 16)
        List<String> authorities,

        @Key(says = "Refused certificates.", form = TextForm.SERIAL, atMost = 10_000)
        List<String> refusedSerials,

        @Key(says = "What checks relay credentials.") Optional<Relay> relay,

        @Key(
                says = "Global networks inside.",
                form = TextForm.NETWORK,
                atLeast = 1,
                atMost = EdgeSnapshot.MOST_INSIDE_NETWORKS)
        Optional<List<String>> insideNetworks,

        @Key(says = "Relays in those networks.", form = TextForm.ADDRESS, atLeast = 1, atMost = 10_000)
        Optional<List<String>> outsideAddresses) {

    /** The keys. */
    static final RecordForm FORM = RecordForm.of(EdgeSnapshot.class);

    /** Most networks of all Sites together, so that they fit into a snapshot. */
    public static final int MOST_INSIDE_NETWORKS = 10_000;

    private static final int FORMAT = 1;
    private static final int NUMBER_DIGITS = 12;
    private static final TextLimits LIMITS = new TextLimits(SignedSnapshot.MAX_PAYLOAD_BYTES, 8, 100_000);

    /**
     * The role access.
     *
     * @param host the name in Record-Route and Contact
     * @param aliases other names by which clients reach the node
     * @param addresses to listen on
     * @param sipTlsPort of SIP over TLS
     * @param webSocketPort of SIP over secure WebSocket, which may be the same; without it, there is none
     * @param origins web origins whose pages may connect; none: those of the node's own names
     * @param certificates to show, in files of the node; none: one that it makes for itself
     */
    public record Access(
            @Key(says = "The name.", form = TextForm.HOST) String host,

            @Key(says = "Other names.", form = TextForm.HOST)
            List<String> aliases,

            @Key(says = "Local addresses.", form = TextForm.ADDRESS, atLeast = 1, restart = true)
            List<String> addresses,

            @Key(says = "The port.", least = "1", most = "65535", restart = true)
            int sipTlsPort,

            @Key(says = "The port.", least = "1", most = "65535", restart = true)
            Optional<Integer> webSocketPort,

            @Key(says = "Web origins.", form = TextForm.WEB_ORIGIN, atMost = 1_000)
            List<String> origins,

            @Key(says = "Certificates.") List<Certificate> certificates) {
        public Access {
            aliases = List.copyOf(aliases);
            addresses = List.copyOf(addresses);
            origins = List.copyOf(origins);
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * The leg towards the inside.
     *
     * @param host the node's name on it
     * @param addresses to listen on
     * @param port of mutual TLS
     */
    public record InsideLeg(
            @Key(says = "The name.", form = TextForm.HOST, restart = true)
            String host,

            @Key(says = "Local addresses.", form = TextForm.ADDRESS, atLeast = 1, restart = true)
            List<String> addresses,

            @Key(says = "The port.", least = "1", most = "65535", restart = true)
            int port) {
        public InsideLeg {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Where requests go.
     *
     * @param domains whose
     * @param nextHop {@code service:NAME} of a pool, {@code connector:NAME}, or a SIP URI
     */
    public record NextHop(
            @Key(says = "The SIP domains.", form = TextForm.HOST, atLeast = 1, atMost = SipDomains.MAX_DOMAINS)
            List<String> domains,

            @Key(says = "service:NAME, connector:NAME, or a SIP URI.")
            String nextHop) {
        public NextHop {
            domains = List.copyOf(domains);
        }
    }

    /**
     * What checks the credentials that are shown to a relay. The node can use credentials that it is shown, and make none.
     *
     * @param checks one for each key, as {@link org.edgeways.tokens.RelayCheck#text()} says it; secret
     * @param withdrawn the numbers of persons and devices ({@link org.edgeways.tokens.RelayUser}) whose credentials are good no
     *     more, in 12 hexadecimal digits, at most {@link #MOST_WITHDRAWN}
     */
    public record Relay(
            @Key(says = "Of each key.", form = TextForm.RELAY_CHECK, atMost = RelayVerifier.MAX_KEYS)
            List<String> checks,

            @Key(says = "Withdrawn numbers.", form = TextForm.RELAY_NUMBER, atMost = Relay.MOST_WITHDRAWN)
            List<String> withdrawn) {

        /** Most numbers: more than an organisation has people, and few enough for a snapshot. */
        public static final int MOST_WITHDRAWN = 60_000;

        /** Nobody's credentials are good. */
        public static final Relay NONE = new Relay(List.of(), List.of());

        public Relay {
            checks = List.copyOf(checks);
            withdrawn = List.copyOf(withdrawn);
        }

        /** What is told to a node of these keys and numbers. */
        public static Relay of(List<RelayCheck> checks, Set<Long> withdrawn) {
            return new Relay(
                    checks.stream().map(RelayCheck::text).toList(),
                    withdrawn.stream().sorted().map(Relay::digits).toList());
        }

        private static String digits(long number) {
            return HexFormat.of().toHexDigits(number, NUMBER_DIGITS);
        }

        /** What checks user names; bad if a key cannot be read. */
        public Result<RelayVerifier> verifier() {
            List<RelayCheck> read = new ArrayList<>();
            for (String check : checks) {
                switch (RelayCheck.read(check)) {
                    case Result.Bad<RelayCheck> bad -> {
                        return bad.as();
                    }
                    case Result.Ok<RelayCheck>(RelayCheck good) -> read.add(good);
                }
            }
            return Result.ok(new RelayVerifier(
                    read, withdrawn.stream().map(HexFormat::fromHexDigitsToLong).collect(Collectors.toSet())));
        }

        /** Hides the keys. */
        @Override
        public String toString() {
            return "Relay[" + checks.size() + " keys ***, " + withdrawn.size() + " withdrawn]";
        }
    }

    /**
     * Whom a node trusts, which is no part of the settings.
     *
     * @param authorities from which certificates of the inside come, PEM, at most 16
     * @param refusedSerials serial numbers that are refused, in lower-case hexadecimal digits, at most 10,000
     * @param relay for nodes with the role av
     */
    public record Trust(List<String> authorities, List<String> refusedSerials, Relay relay) {

        /** Without relay credentials. */
        public Trust(List<String> authorities, List<String> refusedSerials) {
            this(authorities, refusedSerials, Relay.NONE);
        }

        public Trust {
            authorities = List.copyOf(authorities);
            refusedSerials = List.copyOf(refusedSerials);
        }
    }

    public EdgeSnapshot {
        roles = List.copyOf(roles);
        sipDomains = List.copyOf(sipDomains);
        insideNames = List.copyOf(insideNames);
        routes = List.copyOf(routes);
        services = List.copyOf(services);
        authorities = List.copyOf(authorities);
        refusedSerials = List.copyOf(refusedSerials);
        insideNetworks = insideNetworks.map(List::copyOf);
        outsideAddresses = outsideAddresses.map(List::copyOf);
    }

    /**
     * The snapshot of one node.
     *
     * @throws IllegalArgumentException if there is no such node
     */
    public static EdgeSnapshot of(Settings settings, String node, long revision, Trust trust) {
        EdgeNode said = settings.nodes().get(node);
        if (said == null) {
            throw new IllegalArgumentException("there is no EdgeNode " + node);
        }
        Optional<InsideNetworks> inside =
                said.roles().contains(Role.AV) ? Optional.of(InsideNetworks.toldTo(node, settings)) : Optional.empty();
        return new EdgeSnapshot(
                FORMAT,
                revision,
                node,
                said.roles(),
                said.access().map(access -> access(access, settings)),
                new InsideLeg(
                        said.insideLeg().host(),
                        said.insideLeg().addresses(),
                        said.insideLeg().port()),
                said.roles().contains(Role.AV) ? said.av() : Optional.empty(),
                alternate(said, settings),
                false,
                said.publicAddress(),
                said.admin(),
                said.certificateCheck(),
                settings.organisation().sipDomains(),
                settings.organisation().insideNames(),
                settings.organisation().hideTopology(),
                routes(settings.nextHops(said)),
                settings.services().entrySet().stream()
                        .filter(service -> service.getValue().nodes().isEmpty()
                                || service.getValue().nodes().contains(node))
                        .map(Map.Entry::getKey)
                        .toList(),
                settings.limitsOf(said),
                trust.authorities(),
                trust.refusedSerials(),
                said.roles().contains(Role.AV) ? Optional.of(trust.relay()) : Optional.empty(),
                inside.map(InsideNetworks::networks).filter(networks -> !networks.isEmpty()),
                inside.map(InsideNetworks::relays).filter(relays -> !relays.isEmpty()));
    }

    private static Optional<RelayPlace> alternate(EdgeNode said, Settings settings) {
        return said.roles().contains(Role.AV)
                ? said.av()
                        .flatMap(AvRole::alternate)
                        .flatMap(name -> Optional.ofNullable(settings.nodes().get(name)))
                        .flatMap(EdgeNode::relayPlace)
                : Optional.empty();
    }

    private static Access access(EdgeNode.Access said, Settings settings) {
        return new Access(
                said.host(),
                said.aliases(),
                said.addresses(),
                said.sipTlsPort(),
                said.webSocket() ? said.webSocketPort().or(() -> Optional.of(said.sipTlsPort())) : Optional.empty(),
                said.origins(),
                said.certificates().stream()
                        .map(name -> settings.certificates().get(name))
                        .toList());
    }

    private static List<NextHop> routes(Map<String, String> hops) {
        Map<String, List<String>> domains = new LinkedHashMap<>();
        hops.forEach((domain, hop) ->
                domains.computeIfAbsent(hop, first -> new ArrayList<>()).add(domain));
        List<NextHop> routes = new ArrayList<>();
        domains.forEach((hop, those) -> routes.add(new NextHop(those, hop)));
        return routes;
    }

    /** The text. */
    public String json() {
        return RecordWriter.json(FORM, this);
    }

    /** The snapshot as the node gets it. */
    public SignedSnapshot signed(SnapshotSigner signer) {
        return signer.sign(node, revision, json().getBytes(StandardCharsets.UTF_8));
    }

    /** The same with another number. */
    public EdgeSnapshot withRevision(long number) {
        return new EdgeSnapshot(
                format,
                number,
                node,
                roles,
                access,
                insideLeg,
                av,
                alternate,
                draining,
                publicAddress,
                admin,
                certificateCheck,
                sipDomains,
                insideNames,
                hideTopology,
                routes,
                services,
                limits,
                authorities,
                refusedSerials,
                relay,
                insideNetworks,
                outsideAddresses);
    }

    /**
     * The same where nodes stand so. Its relay sends clients only to one that has joined and takes somebody.
     *
     * @param drained who takes nothing new
     * @param joined who has joined, whether drained or not
     */
    public EdgeSnapshot withStanding(Set<String> drained, Set<String> joined) {
        return new EdgeSnapshot(
                format,
                revision,
                node,
                roles,
                access,
                insideLeg,
                av,
                alternate.filter(place -> av.flatMap(AvRole::alternate)
                        .filter(other -> joined.contains(other) && !drained.contains(other))
                        .isPresent()),
                drained.contains(node),
                publicAddress,
                admin,
                certificateCheck,
                sipDomains,
                insideNames,
                hideTopology,
                routes,
                services,
                limits,
                authorities,
                refusedSerials,
                relay,
                insideNetworks,
                outsideAddresses);
    }

    /**
     * Reads what {@link #json} wrote: every key, none else, in the one spelling. Whatever the bytes are, the answer is a
     * value.
     */
    public static Result<EdgeSnapshot> read(byte[] bytes) {
        if (bytes.length > SignedSnapshot.MAX_PAYLOAD_BYTES) {
            return unreadable("it has " + bytes.length + " bytes");
        }
        Optional<String> text = JsonText.utf8(bytes);
        if (text.isEmpty()) {
            return unreadable("it is no text in UTF-8");
        }
        Problems problems = new Problems();
        Optional<Node.Table> table = JsonText.read(text.get(), LIMITS, problems);
        if (table.isEmpty()) {
            return unreadable(problems.all().getFirst().text());
        }
        Record record = RecordReader.read(FORM, table.get(), "", problems).value();
        if (!problems.isEmpty()) {
            return unreadable(problems.all().getFirst().text());
        }
        EdgeSnapshot read = (EdgeSnapshot) record;
        return read.json().equals(text.get()) ? Result.ok(read) : unreadable("it is not in its one spelling");
    }

    private static Result<EdgeSnapshot> unreadable(String reason) {
        return Result.bad(SettingsErrorCode.SNAPSHOT_UNREADABLE, 0, reason);
    }
}
