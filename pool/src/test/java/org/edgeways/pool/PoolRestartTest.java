package org.edgeways.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.Secret;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.policy.PersonRights;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.sip.digest.DigestAlgorithm;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool with its SQLite file and TLS on loopback, closed and started again. */
class PoolRestartTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String ALICE_PHONE = "00000000-0000-4000-8000-000000000001";
    private static final String BOB_PHONE = "00000000-0000-4000-8000-000000000002";

    @TempDir
    Path data;

    private final EventLoops loops = new EventLoops(2);
    private final SecureRandom random = new SecureRandom();
    private final TransportContext context =
            new TransportContext(loops, new ProcessClock(), new InMemoryCounters(), random);
    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), random);
    private final TlsContexts tls =
            new TlsContexts(TlsProvider.best().isAvailable() ? TlsProvider.best() : TlsProvider.JDK);
    private int port;
    private Pool pool;

    @BeforeEach
    void twoPeople() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        start();
        for (String name : List.of("alice", "bob")) {
            pool.accounts()
                    .add(new NewPerson(name, null, "", new PersonRights(true)))
                    .join();
            pool.accounts().addDevice(name, "phone", new Secret(PASSWORD)).join();
        }
    }

    @AfterEach
    void stop() {
        pool.close();
        loops.close();
    }

    private void start() throws IOException {
        PresenceLimits usual = PresenceLimits.DEFAULT;
        PresenceLimits quick = new PresenceLimits(
                usual.subscriptions(),
                usual.subscriptionsPerWatcher(),
                usual.listSubscriptionsPerWatcher(),
                usual.subscriptionsPerPair(),
                usual.subscriptionsPerPerson(),
                usual.minimumExpiry(),
                usual.defaultExpiry(),
                usual.maximumExpiry(),
                Duration.ofMillis(100),
                usual.notifiesPerWatcher(),
                usual.retry(),
                Duration.ofMillis(100),
                usual.publicationsPerPerson(),
                usual.publicationBytes(),
                usual.contactsPerPerson(),
                usual.listBytes(),
                usual.decisionsPerPerson(),
                usual.waitingPerPerson());
        PoolSettings.Limits limits = PoolSettings.Limits.DEFAULT;
        pool = Pool.start(
                new PoolSettings(
                        data,
                        List.of("acorn.example"),
                        "127.0.0.1",
                        Set.of(),
                        List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port)),
                        tls.server(authority.issue(
                                CertificateRequest.of("127.0.0.1").withAddresses("127.0.0.1"), Instant.now())),
                        List.of(),
                        tls.mutualClient(
                                authority.issue(
                                        CertificateRequest.service("pool", "pool.acorn.example"), Instant.now()),
                                authority.certificate()),
                        List.of(DigestAlgorithm.MD5),
                        new PoolSettings.Limits(
                                limits.registrar(),
                                limits.messages(),
                                new PresenceSettings(PresenceDefault.ALLOW, quick),
                                limits.waiting(),
                                limits.admission(),
                                limits.size(),
                                limits.transactions(),
                                limits.link())),
                context,
                new InMemoryCounters(),
                random);
    }

    private SipUserAgent signIn(String name, String instance) throws IOException {
        SipUserAgent phone = SipUserAgent.connect(
                context,
                SipUserAgentSettings.tls(
                                "127.0.0.1",
                                port,
                                tls.client(List.of(authority.certificate())),
                                "sip:" + name + "@acorn.example",
                                name,
                                PASSWORD)
                        .withInstance(instance));
        assertThat(phone.register(600).status()).isEqualTo(200);
        return phone;
    }

    private static SipMessage notified(SipUserAgent phone, String part) throws IOException {
        while (true) {
            SipMessage notify = phone.await("NOTIFY");
            phone.respond(notify, 200, "OK");
            if (body(notify).contains(part)) {
                return notify;
            }
        }
    }

    private static String body(SipMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    @Test
    void subscriptionsAndPublicationsOutliveThePool() throws Exception {
        SipMessage subscribed;
        SipMessage published;
        SipMessage before;
        try (SipUserAgent alice = signIn("alice", ALICE_PHONE);
                SipUserAgent bob = signIn("bob", BOB_PHONE)) {
            SipMessage subscribe = alice.newRequest("SUBSCRIBE", "sip:bob@acorn.example");
            subscribe.set(HeaderName.EVENT, "presence");
            subscribe.set(HeaderName.EXPIRES, "600");
            subscribed = alice.request(subscribe);
            assertThat(subscribed.status()).isEqualTo(200);
            published = publish(bob, null);
            assertThat(published.status()).isEqualTo(200);
            before = notified(alice, "vacation");
            pool.close();
        }
        start();
        try (SipUserAgent alice = signIn("alice", ALICE_PHONE);
                SipUserAgent bob = signIn("bob", BOB_PHONE)) {
            SipMessage after = notified(alice, "vacation");
            assertThat(after.callId()).isEqualTo(subscribed.callId());
            assertThat(after.fromTag()).isEqualTo(subscribed.toTag());
            assertThat(after.cseq().number()).isGreaterThan(before.cseq().number());
            assertThat(publish(bob, published.first(HeaderName.of("SIP-ETag"))).status())
                    .as("the entity tag still holds")
                    .isEqualTo(200);
            assertThat(bob.unregister().status()).isEqualTo(200);
            notified(alice, "<basic>closed</basic>");
        }
    }

    private static SipMessage publish(SipUserAgent bob, String tag) throws IOException {
        SipMessage publish = bob.newRequest("PUBLISH", "sip:bob@acorn.example");
        publish.set(HeaderName.EVENT, "presence");
        if (tag != null) {
            publish.set(HeaderName.of("SIP-If-Match"), tag);
        }
        publish.setBody("application/pidf+xml", """
                <presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
                 xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:bob@acorn.example">
                <tuple id="t"><status><basic>open</basic></status></tuple>
                <dm:person id="p"><rpid:activities><rpid:vacation/></rpid:activities></dm:person></presence>
                """.getBytes(StandardCharsets.UTF_8));
        return bob.request(publish);
    }
}
