package org.edgeways.interop;

import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;

/** Makes user agents of the project's own, which can also send what no real program would. */
final class Phones implements AutoCloseable {

    /** Where names are looked up in a namespace's own DNS server, this process has to know them. */
    private static final Map<String, String> ADDRESSES =
            Map.of(Networks.EDGE_NAME, Networks.EDGE_OUTSIDE, Networks.POOL_NAME, "10.10.1.10");

    private final Place place;
    private final EventLoops loops = new EventLoops(1);
    private final TlsContexts contexts = new TlsContexts(TlsProvider.best());
    private final TransportContext transport =
            new TransportContext(loops, new ProcessClock(), new InMemoryCounters(), new SecureRandom());

    /** On this machine's loopback. */
    Phones() {
        this(Place.LOOPBACK);
    }

    /** Somewhere else. */
    Phones(Place place) {
        this.place = place;
    }

    /** How a device of that account connects over TLS. */
    SipUserAgentSettings settings(Account account, Duration patience) throws IOException {
        return settings(
                account, contexts.client(Pem.readCertificates(account.caFile()).orThrow()), patience);
    }

    /** How a device of that account connects over secure WebSocket, to the port of SIP over TLS. */
    SipUserAgentSettings webSocket(Account account) throws IOException {
        return SipUserAgentSettings.webSocket(
                        ADDRESSES.getOrDefault(account.host(), account.host()),
                        account.sipTlsPort(),
                        contexts.client(Pem.readCertificates(account.caFile()).orThrow()),
                        account.uri(),
                        account.username(),
                        account.password())
                .verifying(account.host())
                .withTimeout(Account.STEP)
                .withInstance(UUID.randomUUID().toString());
    }

    private static SipUserAgentSettings settings(Account account, ClientTls tls, Duration patience) {
        return SipUserAgentSettings.tls(
                        ADDRESSES.getOrDefault(account.host(), account.host()),
                        account.sipTlsPort(),
                        tls,
                        account.uri(),
                        account.username(),
                        account.password())
                .verifying(account.host())
                .withTimeout(patience)
                .withInstance(UUID.randomUUID().toString());
    }

    /** Connects to where the account is; it is not signed in yet. */
    SipUserAgent connect(Account account) throws IOException {
        return connect(settings(account, Account.STEP));
    }

    /** Connects with a certificate of its own. */
    SipUserAgent connect(Account account, TlsIdentity identity) throws IOException {
        X509Certificate authority =
                Pem.readCertificates(account.caFile()).orThrow().getFirst();
        return connect(settings(account, contexts.mutualClient(identity, authority), Account.STEP));
    }

    /** Connects and signs in. */
    SipUserAgent signIn(Account account) throws IOException {
        return signIn(settings(account, Account.STEP));
    }

    /** Connects and signs in. */
    SipUserAgent signIn(SipUserAgentSettings settings) throws IOException {
        SipUserAgent phone = connect(settings);
        int status = phone.register(600).status();
        if (status != 200) {
            phone.close();
            throw new AssertionError(settings.addressOfRecord() + " cannot sign in: " + status);
        }
        return phone;
    }

    SipUserAgent connect(SipUserAgentSettings settings) throws IOException {
        return place.here(() -> SipUserAgent.connect(transport, settings));
    }

    /** From now on no phone of these reads or sends anything, until the latch opens. */
    void deafen(CountDownLatch until) {
        loops.loop(0).execute(() -> {
            try {
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        transport.close();
        loops.close();
    }
}
