package org.edgeways.interop;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.UUID;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;

/** Makes user agents of the project's own. */
final class Phones implements AutoCloseable {

    private final EventLoops loops = new EventLoops(1);
    private final TransportContext transport =
            new TransportContext(loops, new ProcessClock(), new InMemoryCounters(), new SecureRandom());

    /** How a device of that account connects over TLS. */
    SipUserAgentSettings settings(Account account, Duration patience) throws IOException {
        ClientTls tls = new TlsContexts(TlsProvider.best())
                .client(Pem.readCertificates(account.caFile()).orThrow());
        return SipUserAgentSettings.tls(
                        account.host(),
                        account.sipTlsPort(),
                        tls,
                        account.uri(),
                        account.username(),
                        account.password())
                .withTimeout(patience)
                .withInstance(UUID.randomUUID().toString());
    }

    SipUserAgent connect(SipUserAgentSettings settings) throws IOException {
        return SipUserAgent.connect(transport, settings);
    }

    @Override
    public void close() {
        transport.close();
        loops.close();
    }
}
