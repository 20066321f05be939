package org.edgeways.interop;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.SSLException;
import org.edgeways.app.counters.MicrometerCounters;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsIdentity;
import org.edgeways.net.TlsProvider;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;

/** User agents of the project's own, which can also send what no real program would. */
public final class Agents implements AutoCloseable {
    private final EventLoops loops = EventLoops.perProcessor();
    private final TransportContext context =
            new TransportContext(loops, new ProcessClock(), new MicrometerCounters(), new SecureRandom());
    private final TlsContexts contexts = new TlsContexts(TlsProvider.best());
    private final CertificateAuthority authority;

    /** They trust that authority. */
    public Agents(CertificateAuthority authority) {
        this.authority = authority;
    }

    /** Connects to where the account is; it is not signed in yet. */
    public SipUserAgent connect(Account account) throws IOException {
        return connect(account, contexts.client(List.of(authority.certificate())));
    }

    /** Connects with a certificate of its own. */
    public SipUserAgent connect(Account account, TlsIdentity identity) throws IOException {
        return connect(account, contexts.mutualClient(identity, authority.certificate()));
    }

    /** Connects and signs in. */
    public SipUserAgent signIn(Account account) throws IOException {
        SipUserAgent agent = connect(account);
        int status = agent.register(600).status();
        if (status != 200) {
            throw new AssertionError(account.uri() + " cannot sign in: " + status);
        }
        return agent;
    }

    private SipUserAgent connect(Account account, ClientTls tls) throws IOException {
        return SipUserAgent.connect(
                context,
                SipUserAgentSettings.tls(
                                "127.0.0.1",
                                account.sipTlsPort(),
                                tls,
                                account.uri(),
                                account.username(),
                                account.password())
                        .withTimeout(Account.STEP));
    }

    /** The TLS of clients without a certificate. */
    public ClientTls tls() throws SSLException {
        return contexts.client(List.of(authority.certificate()));
    }

    @Override
    public void close() {
        context.close();
        loops.close();
    }
}
