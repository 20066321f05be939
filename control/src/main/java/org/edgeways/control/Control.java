package org.edgeways.control;

import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.link.ControlService;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ClientTls;
import org.edgeways.net.Desk;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.RenewalTime;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.settings.Settings;
import org.edgeways.settings.SettingsDirectory;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.kind.EdgeNode;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.store.Schema;
import org.edgeways.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the inside decides about its edge nodes: lets them in and puts them out, gives them certificates, and tells each what
 * it is to run. It keeps the settings in step with their directory, and tells the listener which nodes to dial.
 *
 * <p>Things happen one after the other on a thread of its own. Methods may be called from any thread but an event loop: they
 * wait for the disk. Longer than other files, because each decision goes the same way in it: onto the desk, into the ledger, and
 * to whoever is to be told.
 */
public final class Control implements AutoCloseable {

    /** The tables. */
    public static final Schema SCHEMA = new Schema("control", "org/edgeways/control/schema");

    private static final Logger LOG = LoggerFactory.getLogger(Control.class);
    private static final Duration OWN_CERTIFICATE_CHECK = Duration.ofMinutes(10);

    /** How often connectors are told at least which certificates are refused. */
    public static final Duration TOLD_AGAIN = Duration.ofHours(1);

    /** Most looks at a directory that somebody goes on writing to. */
    private static final int LOOKS = 10;

    /**
     * What it works with.
     *
     * @param store must have been opened with {@link #SCHEMA}
     * @param directory of the settings; nobody else looks at it from now on
     * @param service what the certificate says that this inside shows to nodes
     */
    public record Surroundings(
            Store store,
            SettingsDirectory directory,
            CertificateRequest service,
            InstantSource clock,
            SecureRandom random,
            Counters counters) {}

    private final ControlSettings settings;
    private final Surroundings around;
    private final Authority authority;
    private final Ledger ledger;
    private final OwnCertificate own;
    private final Requests requests;
    private final NumbersAhead numbers;
    private final NodeSessions sessions;
    private final Telling telling;
    private final Joinings joinings;
    private final RevocationList revocations;
    private final ClientTls tls;
    private final TakenSettings taken;
    private final Desk desk = new Desk("control");

    private Control(ControlSettings settings, Surroundings around, Authority authority, Perimeter.Listener listener)
            throws SSLException {
        this.settings = settings;
        this.around = around;
        this.authority = authority;
        this.ledger = Ledger.open(
                around.store(),
                authority.certificates(),
                around.service().commonName(),
                settings,
                around.clock(),
                around.counters());
        this.own = new OwnCertificate(settings, authority, around.counters());
        this.requests = new Requests(ledger, authority, settings, around.clock(), around.counters());
        this.taken = new TakenSettings(around.directory(), lastGood(settings), ledger, around.counters());
        this.numbers = new NumbersAhead(ledger, around.clock(), around.counters());
        this.sessions = new NodeSessions(desk, new Renewals(), new Heard(), around.clock(), around.counters());
        this.telling = new Telling(
                ledger, authority, taken, sessions, listener, around.service().commonName(), around.clock());
        this.joinings = new Joinings(
                ledger,
                authority,
                new Places(),
                sessions::isConnected,
                around.clock(),
                around.random(),
                around.counters());
        this.revocations =
                new RevocationList(settings.authority(), authority, ledger, around.clock(), around.counters());
        this.tls = new TlsContexts(TlsProvider.best())
                .mutualClient(ownIdentity(), authority.certificates().certificate());
        refuse();
    }

    /**
     * Opens the authority, or makes one, reads the settings and begins. Blocks: for the start of the process.
     *
     * @param check how often the directory of the settings is looked at
     * @param listener told before this returns, if the settings can be used
     */
    public static Result<Control> start(
            ControlSettings settings, Surroundings around, Duration check, Perimeter.Listener listener) {
        Result<Authority> opened = Authority.open(
                settings.authority(),
                settings.passphrase(),
                settings.authorityName(),
                around.clock().instant(),
                around.random());
        return switch (opened) {
            case Result.Bad<Authority> bad -> bad.as();
            case Result.Ok<Authority>(Authority authority) -> {
                try {
                    Control control = new Control(settings, around, authority, listener);
                    control.begin(check);
                    yield Result.ok(control);
                } catch (SSLException e) {
                    yield Result.bad(ControlErrorCode.AUTHORITY_UNUSABLE, 0, String.valueOf(e.getMessage()));
                }
            }
        };
    }

    private static LastGoodSettings lastGood(ControlSettings settings) {
        return new LastGoodSettings(settings.authority().resolveSibling("settings-last-good"));
    }

    /** The settings that it begins with if those in their directory cannot be used; none if it has never had any. */
    public static Optional<Settings> settingsOfLastTime(ControlSettings settings) {
        return lastGood(settings).read();
    }

    private void begin(Duration check) {
        if (authority.fresh()) {
            ledger.audit(
                    AuditKind.AUTHORITY_MADE,
                    settings.authorityName(),
                    "fingerprint " + Bundle.fingerprint(authority.certificates().certificate()));
        }
        desk.ask(() -> {
            look();
            return true;
        });
        joinings.resume();
        desk.repeat(this::look, check, check);
        desk.repeat(this::renewOwn, OWN_CERTIFICATE_CHECK, OWN_CERTIFICATE_CHECK);
    }

    /** What takes control streams; for the inside end of the Link. */
    public ControlService service() {
        return sessions;
    }

    /** What nodes are dialled with: this inside's certificate, and trust in the authority. It renews itself. */
    public ClientTls tls() {
        return tls;
    }

    /** The authority's certificate, which nodes trust. */
    public X509Certificate authority() {
        return authority.certificates().certificate();
    }

    // --- the settings ---

    /**
     * Looks at the directory of the settings now, without waiting for the next time, and again at once until two looks find the
     * same: who asks says that it is complete.
     *
     * @return {@link SettingsDirectory.Outcome.Unsettled} if somebody goes on writing all the same
     */
    public SettingsDirectory.Outcome reload() {
        return desk.ask(() -> {
            SettingsDirectory.Outcome outcome = look();
            for (int looks = 1; looks < LOOKS && outcome instanceof SettingsDirectory.Outcome.Unsettled; looks++) {
                outcome = look();
            }
            return outcome;
        });
    }

    private SettingsDirectory.Outcome look() {
        SettingsDirectory.Outcome outcome = taken.look(telling::owe);
        try {
            taken.record();
            telling.owed();
        } catch (RuntimeException e) {
            taken.notPassedOn(e);
            throw e;
        }
        sessions.again();
        telling.connectorsAgain();
        revocations.keep();
        return outcome;
    }

    /**
     * Tells nodes with the role av from now on what this gives; they are told nothing before it is known.
     *
     * @param told is asked on the desk, and must not wait
     */
    public void relays(Supplier<EdgeSnapshot.Relay> told) {
        desk.execute(() -> {
            telling.relays(told);
            telling.tell();
        });
    }

    /** What relays are told is different: those that are connected are told at once. On any thread; does not wait. */
    public void relaysChanged() {
        desk.execute(telling::tell);
    }

    /**
     * When a node was put out the last time: removed, joined anew, or one of its certificates refused; 1970 if never. What it was told
     * until then, it knows. The listener is told of a change after this says it.
     */
    public Instant lastPutOut() {
        return ledger.lastPutOut();
    }

    // --- nodes ---

    /**
     * Makes a bundle for a node that the settings name. One that was made before and not used works no more. None for a node that is
     * connected: nobody would be dialled for it.
     */
    public Result<NewBundle> enroll(String node) {
        if (!Bundle.isNodeName(node)) {
            return bad(ControlErrorCode.NODE_NAME_MALFORMED);
        }
        Optional<Settings> current = taken.inUse();
        if (current.isEmpty()) {
            return Result.bad(
                    ControlErrorCode.SETTINGS_ABSENT,
                    0,
                    ControlErrorCode.SETTINGS_ABSENT.meaning()
                            + taken.problem().map(why -> ": " + why).orElse(""));
        }
        EdgeNode said = current.get().nodes().get(node);
        if (said == null) {
            return bad(ControlErrorCode.NODE_NOT_IN_SETTINGS);
        }
        if (sessions.isConnected(node)) {
            return Result.bad(
                    ControlErrorCode.NODE_CONNECTED,
                    0,
                    ControlErrorCode.NODE_CONNECTED
                            .meaning()
                            .replace("the node", node)
                            .replace("NAME", node));
        }
        EnrolmentSecret.Made secret = EnrolmentSecret.make(around.random());
        byte[] id = new byte[Bundle.ID_DIGITS / 2];
        around.random().nextBytes(id);
        Bundle bundle = new Bundle(
                node,
                HexFormat.of().formatHex(id),
                Bundle.fingerprint(authority()),
                secret.secret(),
                around.clock().instant().plus(settings.bundleValidity()).truncatedTo(ChronoUnit.SECONDS),
                new InetSocketAddress(
                        NewBundle.listening(said.insideLeg()), said.insideLeg().port()));
        joinings.start(() -> ledger.enrol(bundle.enrolment(), node, secret.proofKey(), bundle.expires()));
        return Result.ok(new NewBundle(node, bundle.expires(), BundleCodec.encode(bundle)));
    }

    /**
     * Puts a node out: when this returns, its connections are ended, its certificates are refused here, and the other nodes
     * that are connected have been told. The node itself is told too, so that it passes it on to connectors that it alone is
     * linked with.
     */
    public Result<String> remove(String node) {
        return desk.ask(() -> {
            if (!ledger.remove(node)) {
                return bad(ControlErrorCode.NODE_UNKNOWN);
            }
            sessions.dismiss(node, telling.refused());
            refuse();
            telling.tell();
            return Result.ok(node);
        });
    }

    /**
     * From now on a node takes nothing new, and goes on with what it has; or it takes what comes again. It is told at once if it
     * is connected. A node that has joined anew takes what comes.
     *
     * @param drains false takes it back
     */
    public Result<String> drain(String node, boolean drains) {
        return desk.ask(() -> {
            if (!ledger.drain(node, drains)) {
                return bad(ControlErrorCode.NODE_UNKNOWN);
            }
            telling.tell();
            return Result.ok(node);
        });
    }

    /**
     * Refuses one certificate, of a node or of a service of the inside, from now on: here, and at all nodes that are connected.
     * A node that has shown it is cut off, when it was told, so that it passes it on to connectors that it alone is linked with;
     * one that has no other must join anew. If it is this inside's own, that is replaced first.
     *
     * @param serial its serial number
     */
    public Result<IssuedCertificate> refuse(BigInteger serial) {
        return desk.ask(() -> {
            if (tls.identity().orElseThrow().leaf().getSerialNumber().equals(serial)) {
                tls.reload(newIdentity());
            }
            Optional<IssuedCertificate> refused = ledger.refuse(serial);
            if (refused.isEmpty()) {
                return bad(ControlErrorCode.CERTIFICATE_UNKNOWN);
            }
            boolean ofNode = refused.get().kind() == IssuedCertificate.Kind.NODE;
            if (ofNode) {
                sessions.passOn(refused.get().name(), telling.refused()); // before its connections end
            }
            refuse();
            if (ofNode) {
                telling.cutOff(refused.get().name(), "its certificate is refused");
            }
            telling.tell();
            return Result.ok(refused.get());
        });
    }

    /**
     * Has the holder of a certificate take another one now, with a new key, while all its connections stay: a node that is connected
     * is told to ask for it, and this inside's own is replaced when this returns. That of before is not refused by this.
     *
     * @param serial its serial number
     * @return the one that is replaced
     */
    public Result<IssuedCertificate> renew(BigInteger serial) {
        return desk.ask(() -> {
            Optional<IssuedCertificate> found = ledger.standing(serial);
            if (found.isEmpty()) {
                return bad(ControlErrorCode.CERTIFICATE_UNKNOWN);
            }
            IssuedCertificate certificate = found.get();
            if (tls.identity().orElseThrow().leaf().getSerialNumber().equals(serial)) {
                tls.reload(newIdentity());
                return Result.ok(certificate);
            }
            // a newer one that was issued may not have come to its holder
            if (!isInUse(certificate) && ledger.hasNewer(certificate)) {
                return bad(ControlErrorCode.CERTIFICATE_REPLACED);
            }
            if (certificate.kind() != IssuedCertificate.Kind.NODE) {
                return bad(ControlErrorCode.CERTIFICATE_BY_FILE);
            }
            requests.permit(certificate.name());
            return sessions.due(certificate.name(), telling.due(certificate.name(), serial))
                    ? Result.ok(certificate)
                    : bad(ControlErrorCode.NODE_AWAY);
        });
    }

    /**
     * Whether its holder uses it now: this inside itself, or a node by its own word. Of connectors and servers it is not known. A node that
     * uses a certificate that is refused must join anew.
     */
    public boolean isInUse(IssuedCertificate certificate) {
        return switch (certificate.kind()) {
            case NODE -> sessions.holds(certificate.name(), certificate.serial());
            case SERVICE ->
                tls.identity().orElseThrow().leaf().getSerialNumber().equals(certificate.serial());
            case CONNECTOR, SERVER -> false;
        };
    }

    /** The certificate revocation list of the authority, PEM: for servers that hear of no refusal. */
    public String revocations() {
        return desk.ask(revocations::text);
    }

    /** What was issued and has not long expired, the oldest first. */
    public List<IssuedCertificate> certificates() {
        return ledger.certificates();
    }

    private void refuse() throws SSLException {
        tls.refuse(ledger.refused());
        revocations.keep();
    }

    /**
     * Issues a certificate for a connector that the settings name, another one each time.
     *
     * @param request a {@link SigningRequest} in DER, whose key is the connector's
     * @return the chain, the authority's certificate last
     */
    public Result<List<X509Certificate>> certify(String connector, byte[] request) {
        Optional<Settings> current = taken.inUse();
        if (current.isEmpty()) {
            return bad(ControlErrorCode.SETTINGS_ABSENT);
        }
        if (!current.get().connectors().containsKey(connector)) {
            return bad(ControlErrorCode.CONNECTOR_NOT_IN_SETTINGS);
        }
        return requests.certify(connector, request);
    }

    /**
     * Issues a certificate for a SIP server that nodes dial, another one each time: they trust nobody but this authority.
     *
     * @param host that of the address of a Route
     * @param request a {@link SigningRequest} in DER, whose key is the server's
     * @return the chain, the authority's certificate last
     */
    public Result<List<X509Certificate>> certifyServer(String host, byte[] request) {
        Optional<Settings> current = taken.inUse();
        if (current.isEmpty()) {
            return bad(ControlErrorCode.SETTINGS_ABSENT);
        }
        String asked = CertificateNames.unbracketed(host).toLowerCase(Locale.ROOT);
        return current.get().dialledHosts().contains(asked)
                ? requests.certifyServer(asked, request)
                : bad(ControlErrorCode.HOST_NOT_IN_SETTINGS);
    }

    private CertificateRequest names(String node) {
        return CertificateNames.of(
                node,
                taken.inUse()
                        .map(current -> current.nodes().get(node))
                        .map(said -> said.insideLeg().host())
                        .orElseGet(() -> CertificateNames.ofNode(node)));
    }

    /** What control streams ask; on the desk. */
    private final class Renewals implements NodeSessions.Renewal {
        @Override
        public Result<List<String>> renew(PeerIdentity node, byte[] request, BooleanSupplier mayLog) {
            return requests.renew(node, request, names(String.valueOf(node.node())), mayLog);
        }

        @Override
        public Result<List<String>> renew(ControlMessage.ConnectorRequest request, BooleanSupplier mayLog) {
            return requests.renew(
                    request,
                    taken.inUse().map(current -> current.connectors().keySet()).orElse(Set.of()),
                    mayLog);
        }
    }

    /** What nodes say of themselves; on the desk. */
    private final class Heard implements NodeSessions.Listener {
        @Override
        public void shows(String node, BigInteger serial) {
            if (ledger.shows(node, serial)) {
                joinedAnew(node);
            }
        }

        @Override
        public void rejected(String node, ControlMessage.Rejected what) {
            ledger.audit(
                    AuditKind.SNAPSHOT_REFUSED,
                    node,
                    "revision " + what.revision() + ": " + what.code() + ", " + what.reason());
        }

        /** This inside's record is an older one that was put back: what is meant for the node gets a number that it takes. */
        @Override
        public boolean ahead(String node, long held, BooleanSupplier mayLog) {
            if (!numbers.skip(node, held, mayLog)) {
                return false;
            }
            telling.renumber(node);
            desk.execute(telling::tell);
            return true;
        }
    }

    /** On the desk: certificates of before are refused, and what is up with that node is ended and begun anew. */
    private void joinedAnew(String node) {
        try {
            refuse();
        } catch (SSLException e) {
            throw new IllegalStateException("certificates cannot be refused", e);
        }
        // a stream that is up is one of before, with a certificate that is refused now, and the connections
        // that were dialled are given up: the host of before may be at their other end
        telling.cutOff(node, "the node has joined anew");
        telling.tell();
    }

    /** What joinings ask; on their threads. */
    private final class Places implements Joinings.Places {
        @Override
        public Optional<InetSocketAddress> place(String node) {
            return taken.inUse()
                    .map(current -> current.nodes().get(node))
                    .map(EdgeNode::insideLeg)
                    .map(leg -> InetSocketAddress.createUnresolved(leg.dialledAddress(), leg.dialledPort()));
        }

        @Override
        public CertificateRequest names(String node) {
            return Control.this.names(node);
        }

        @Override
        public void joined(String node) {
            desk.ask(() -> {
                joinedAnew(node);
                return true;
            });
        }

        @Override
        public void admitted(String node, BigInteger serial) {
            desk.execute(() -> {
                if (ledger.awaits(serial)) {
                    joinedAnew(node);
                }
            });
        }
    }

    // --- this inside's own certificate ---

    private TlsIdentity ownIdentity() {
        return own.kept(around.service(), ledger, around.clock().instant()).orElseGet(this::newIdentity);
    }

    private TlsIdentity newIdentity() {
        TlsIdentity identity = authority
                .certificates()
                .issue(
                        around.service().valid(settings.certificateValidity()),
                        around.clock().instant());
        ledger.issued(
                IssuedCertificate.Kind.SERVICE,
                around.service().commonName(),
                identity.leaf(),
                AuditKind.CERTIFICATE_ISSUED);
        own.keep(identity, around.random());
        return identity;
    }

    private void renewOwn() {
        X509Certificate current = tls.identity().orElseThrow().leaf();
        if (around.clock().instant().isBefore(RenewalTime.of(current))) {
            return;
        }
        try {
            tls.reload(newIdentity());
        } catch (SSLException e) {
            LOG.error("event=control-own-certificate-kept code={}", ControlErrorCode.OWN_CERTIFICATE_KEPT.code(), e);
        }
    }

    // --- telling ---

    /** How it stands. */
    public ControlStatus status() {
        Standing standing = new Standing(ledger, taken, sessions, numbers, around.clock());
        Map<String, Long> meant = desk.ask(() -> telling.revisions(standing.nodes()));
        return standing.status(
                meant,
                authority().getNotAfter().toInstant(),
                tls.identity().orElseThrow().leaf());
    }

    /** Audit events, the newest first. */
    public List<AuditEvent> events(AuditQuestion asked) {
        return ledger.events(asked);
    }

    /** The newest audit events, the newest first. */
    public List<AuditEvent> events(int most) {
        return events(AuditQuestion.newest(most));
    }

    private static <T> Result<T> bad(ControlErrorCode code) {
        return Result.bad(code, 0, code.meaning());
    }

    /** Ends all that it has begun. The store stays open. */
    @Override
    public void close() {
        joinings.close();
        desk.close();
    }
}
