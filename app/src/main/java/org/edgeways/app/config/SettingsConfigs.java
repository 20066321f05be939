package org.edgeways.app.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.base.Result;
import org.edgeways.control.CertificateNames;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.pool.PoolSettings;
import org.edgeways.pool.engine.MessageSettings;
import org.edgeways.pool.engine.RegistrarLimits;
import org.edgeways.pool.messages.MessageLimits;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.settings.Settings;
import org.edgeways.settings.kind.AdminListener;
import org.edgeways.settings.kind.Admission;
import org.edgeways.settings.kind.Certificate;
import org.edgeways.settings.kind.ConnectionLimits;
import org.edgeways.settings.kind.Connector;
import org.edgeways.settings.kind.MessageSize;
import org.edgeways.settings.kind.Pool;
import org.edgeways.settings.kind.PoolLimits;
import org.edgeways.settings.kind.PresenceLimits;
import org.edgeways.settings.kind.RequestLimits;
import org.edgeways.settings.kind.TransactionLimits;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.LinkLimits;
import org.edgeways.siptransport.SipConnectionSettings;

/** The configurations of today from the settings: whatever a JSON file can say, settings and snapshots say too. */
public final class SettingsConfigs {

    /** Files that are none of the settings: what enrolment and the authority have written. */
    public record Identity(CertificateFiles certificate, Path authority) {}

    private SettingsConfigs() {}

    /**
     * What an edge node runs by its snapshot.
     *
     * @param data its data directory, from which relative names of files count
     * @param inside its certificate on the inside leg
     * @throws IllegalArgumentException if it is no Access Edge
     */
    public static EdgeConfig edge(EdgeSnapshot snapshot, Path data, Identity inside) {
        EdgeSnapshot.Access access =
                snapshot.access().orElseThrow(() -> new IllegalArgumentException("the node is no Access Edge"));
        Map<String, String> nextHops = new HashMap<>();
        snapshot.routes().forEach(route -> route.domains().forEach(domain -> nextHops.put(domain, route.nextHop())));
        List<InetAddress> addresses = addresses(access.addresses());
        return new EdgeConfig(
                snapshot.node(),
                data,
                snapshot.sipDomains(),
                new EdgeConfig.Outside(
                        access.host(),
                        access.aliases(),
                        new ListenConfig(addresses, access.sipTlsPort()),
                        access.webSocketPort().map(port -> new ListenConfig(addresses, port)),
                        access.origins(),
                        access.certificates().stream()
                                .map(said -> files(said, data))
                                .toList(),
                        admission(snapshot.limits().admission()),
                        connection(
                                snapshot.limits().connection(),
                                snapshot.limits().message())),
                new EdgeConfig.Link(
                        // what the inside dials it by: requests inside a dialog find their way back by it
                        CertificateNames.ofNode(snapshot.node()),
                        insideLeg(snapshot),
                        inside.certificate(),
                        inside.authority(),
                        admission(snapshot.limits().link().admission()),
                        snapshot.limits().link().linkSilence()),
                nextHops,
                Stream.concat(
                                snapshot.insideNames().stream(),
                                Stream.of(snapshot.insideLeg().host()))
                        .distinct()
                        .toList(),
                snapshot.hideTopology(),
                snapshot.certificateCheck(),
                snapshot.admin().map(SettingsConfigs::admin),
                edge(snapshot.limits().requests()),
                transactions(snapshot.limits().transactions()),
                snapshot.av().map(said -> AvConfig.of(said, snapshot)));
    }

    /**
     * What a pool runs by the settings. Whom it dials is not in it.
     *
     * @param name of the pool
     * @param data its data directory, from which relative names of files count
     * @param link its certificate towards the nodes
     */
    public static PoolConfig pool(Settings settings, String name, Path data, Identity link) {
        Pool pool = Optional.ofNullable(settings.pools().get(name))
                .orElseThrow(() -> new IllegalArgumentException("there is no Pool " + name));
        Pool.Inside inside = pool.inside();
        Certificate certificate = Optional.ofNullable(settings.certificates().get(inside.certificate()))
                .orElseThrow(() -> new IllegalArgumentException("there is no Certificate " + inside.certificate()));
        return new PoolConfig(
                data,
                settings.organisation().sipDomains(),
                inside.host(),
                inside.aliases(),
                new ListenConfig(addresses(inside.addresses()), inside.sipTlsPort()),
                files(certificate, data),
                new PoolConfig.Link(
                        link.certificate(),
                        link.authority(),
                        List.of(),
                        new LinkLimits(
                                pool.link().keepAlive(),
                                pool.link().pongTimeout(),
                                pool.link().longestBackOff())),
                pool.digestAlgorithms().stream().map(Pool.DigestAlgorithm::word).toList(),
                pool.certificateCheck(),
                pool.admin().map(SettingsConfigs::admin),
                limits(pool));
    }

    /**
     * What a connector with a SIP server runs by the settings. Whom it dials is not in it.
     *
     * @param name of the connector, which has a server
     * @param data its data directory, from which relative names of files count
     * @param link its certificate towards the nodes
     * @throws IllegalArgumentException if there is no such connector, or its server is no SIP URI
     */
    public static ConnectorConfig connector(Settings settings, String name, Path data, Identity link) {
        Connector said = Optional.ofNullable(settings.connectors().get(name))
                .orElseThrow(() -> new IllegalArgumentException("there is no Connector " + name));
        String server = said.server().orElseThrow();
        if (!(Uri.parse(server) instanceof Result.Ok<Uri>(SipUri uri))) {
            throw new IllegalArgumentException("server of Connector " + name + " is no SIP URI: " + server);
        }
        ConnectorConfig.Transport transport =
                ConnectorConfig.Transport.valueOf(said.transport().toUpperCase(Locale.ROOT));
        ConnectorConfig.Tls tls = transport == ConnectorConfig.Transport.TLS
                ? new ConnectorConfig.Tls(
                        files(
                                Objects.requireNonNull(
                                        settings.certificates()
                                                .get(said.certificate().orElseThrow()),
                                        "the set fits together"),
                                data),
                        data.resolve(said.authority().orElseThrow()))
                : null;
        int usualPort = transport == ConnectorConfig.Transport.TLS ? 5061 : 5060;
        return new ConnectorConfig(
                data,
                said.listen().orElseThrow().host(),
                new InetSocketAddress(
                        InetAddress.ofLiteral(said.listen().get().address()),
                        said.listen().get().port()),
                new ConnectorConfig.Server(uri.host(), uri.port() < 0 ? usualPort : uri.port(), transport, tls),
                new PoolConfig.Link(
                        link.certificate(),
                        link.authority(),
                        List.of(),
                        new LinkLimits(
                                said.link().keepAlive(),
                                said.link().pongTimeout(),
                                said.link().longestBackOff())),
                said.certificateCheck(),
                transactions(said.transactions()));
    }

    /** Where the inside connects to a node. */
    public static ListenConfig insideLeg(EdgeSnapshot snapshot) {
        return new ListenConfig(
                addresses(snapshot.insideLeg().addresses()),
                snapshot.insideLeg().port());
    }

    /** A listener for metrics and health by the settings. */
    public static AdminConfig admin(AdminListener said) {
        return new AdminConfig(new ListenConfig(addresses(said.addresses()), said.port()), Set.of());
    }

    private static List<InetAddress> addresses(List<String> literals) {
        return literals.stream().map(InetAddress::ofLiteral).toList();
    }

    private static CertificateFiles files(Certificate said, Path data) {
        return new CertificateFiles(data.resolve(said.certificate()), data.resolve(said.key()));
    }

    private static AdmissionLimits admission(Admission said) {
        return new AdmissionLimits(
                said.connections(),
                said.connectionsPerSource(),
                said.handshakes(),
                said.handshakesPerSource(),
                said.handshakeTimeout(),
                said.connectionsPerSecondPerSource(),
                said.burst());
    }

    private static SipConnectionSettings connection(ConnectionLimits said, MessageSize size) {
        return SipConnectionSettings.DEFAULT
                .withMessage(size(size))
                .withIncompleteMessage(said.incompleteMessage())
                .withIdle(said.idle())
                .withQueueBytes(said.queueBytes())
                .withStalled(said.stalled())
                .withWebSocketPing(said.webSocketPing());
    }

    private static SipLimits size(MessageSize said) {
        return new SipLimits(
                said.startLineBytes(),
                said.headerLines(),
                said.headerSectionBytes(),
                said.bodyBytes(),
                said.uriBytes(),
                said.viaEntries());
    }

    private static SipEngineLimits transactions(TransactionLimits said) {
        return new SipEngineLimits(
                said.serverTransactions(),
                said.serverTransactionsPerFlow(),
                said.clientTransactions(),
                said.acceptedInvites(),
                said.acceptedInvitesPerFlow(),
                said.branchesPerFork(),
                said.retryAfterSeconds());
    }

    private static EdgeLimits edge(RequestLimits said) {
        return new EdgeLimits(
                said.requestsPerSecond(),
                said.requestBurst(),
                said.failedCredentials(),
                said.scanRequests(),
                said.window(),
                said.firstBan(),
                said.longestBan(),
                said.forgiveness(),
                said.sources(),
                said.bans(),
                said.peoplePerConnection(),
                said.contactsPerPerson(),
                said.contactsPerRegister(),
                said.addressLength());
    }

    private static PoolSettings.Limits limits(Pool pool) {
        PoolLimits said = pool.limits();
        PoolLimits.Registrar registrar = said.registrar();
        PoolLimits.Delivery delivery = said.delivery();
        PoolLimits.Waiting waiting = said.waiting();
        return new PoolSettings.Limits(
                new RegistrarLimits(
                        registrar.bindingsPerPerson(),
                        registrar.contactsPerRequest(),
                        registrar.contactBytes(),
                        registrar.credentialsPerRequest(),
                        registrar.minimumExpiry(),
                        registrar.defaultExpiry(),
                        registrar.maximumExpiry(),
                        registrar.flowTimer()),
                new MessageSettings(
                        delivery.answerTime(),
                        delivery.firstRetry(),
                        delivery.longestRetry(),
                        MessageSettings.DEFAULT.batch()),
                new PresenceSettings(
                        switch (pool.presenceDefault()) {
                            case ALLOW -> PresenceDefault.ALLOW;
                            case ASK -> PresenceDefault.ASK;
                            case BLOCK -> PresenceDefault.BLOCK;
                        },
                        presence(said.presence())),
                new MessageLimits(
                        waiting.messagesPerRecipient(),
                        waiting.bytesPerRecipient(),
                        waiting.bytesInAll(),
                        waiting.age()),
                admission(pool.inside().admission()),
                size(pool.inside().message()),
                transactions(said.transactions()),
                PoolSettings.Limits.DEFAULT.link());
    }

    private static org.edgeways.pool.presence.engine.PresenceLimits presence(PresenceLimits said) {
        return new org.edgeways.pool.presence.engine.PresenceLimits(
                said.subscriptions(),
                said.subscriptionsPerWatcher(),
                said.listSubscriptionsPerWatcher(),
                said.subscriptionsPerPair(),
                said.subscriptionsPerPerson(),
                said.minimumExpiry(),
                said.defaultExpiry(),
                said.maximumExpiry(),
                said.notifyInterval(),
                said.notifiesPerWatcher(),
                said.retry(),
                said.restartQuiet(),
                said.publicationsPerPerson(),
                said.publicationBytes(),
                said.contactsPerPerson(),
                said.listBytes(),
                said.decisionsPerPerson(),
                said.waitingPerPerson());
    }
}
