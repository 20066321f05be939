package org.edgeways.app.check;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.edgeways.app.demo.DemoDescription;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.net.ClientTls;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.edgeways.siptransport.TransportContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where one scenario is played: gives it clients, and takes them away at its end. */
final class Stage implements AutoCloseable {

    /** How long a client waits for anything. */
    static final Duration PATIENCE = Duration.ofSeconds(6);

    private static final Logger LOG = LoggerFactory.getLogger(Stage.class);

    private final DemoDescription demo;
    private final TransportContext transport;
    private final ClientTls tls;
    private final List<SipUserAgent> signedIn = new ArrayList<>();
    private final List<SipUserAgent> clients = new ArrayList<>();

    Stage(DemoDescription demo, TransportContext transport, ClientTls tls) {
        this.demo = demo;
        this.transport = transport;
        this.tls = tls;
    }

    /** What is checked. */
    DemoDescription demo() {
        return demo;
    }

    /** What clients run on. */
    TransportContext transport() {
        return transport;
    }

    /** A change of the demo's settings; to be closed by the caller. */
    SettingsChange settingsChange() {
        return new SettingsChange(demo);
    }

    /** Somebody's address. */
    String uri(String name) {
        return demo.person(name).uri();
    }

    /** A client outside, over TLS to the edge. */
    SipUserAgent outside(String name) throws IOException {
        return outside(name, demo.person(name).password());
    }

    /** A client outside with that password; with none it leaves challenges to the caller. */
    SipUserAgent outside(String name, @Nullable String password) throws IOException {
        DemoDescription.Edge edge = demo.edge();
        return connect(SipUserAgentSettings.tls(edge.host(), edge.sipTlsPort(), tls, uri(name), name, password));
    }

    /** A client outside, over secure WebSocket to the edge. */
    SipUserAgent webSocket(String name) throws IOException {
        URI url = URI.create(demo.edge().webSocketUrl());
        return connect(SipUserAgentSettings.webSocket(
                url.getHost(),
                url.getPort(),
                tls,
                uri(name),
                name,
                demo.person(name).password()));
    }

    /** A client inside, over TLS to the pool. */
    SipUserAgent inside(String name) throws IOException {
        DemoDescription.Inside inside = demo.inside();
        return connect(SipUserAgentSettings.tls(
                inside.host(),
                inside.sipTlsPort(),
                tls,
                uri(name),
                name,
                demo.person(name).password()));
    }

    private SipUserAgent connect(SipUserAgentSettings settings) throws IOException {
        SipUserAgent client = SipUserAgent.connect(transport, settings.withTimeout(PATIENCE));
        clients.add(client);
        return client;
    }

    /** Signs the client in and sees to it that it is signed out at the end. */
    SipUserAgent signIn(SipUserAgent client) throws IOException {
        SipMessage answer = client.register(600);
        expect(answer, 200, "signing in " + client.settings().addressOfRecord());
        signedIn.add(client);
        return client;
    }

    /** Sees to it that the answer has that status. */
    static SipMessage expect(SipMessage answer, int status, String to) {
        CheckFailure.unless(
                answer.status() == status,
                String.format(
                        Locale.ROOT,
                        "%s: the answer is %d %s, should be %d",
                        to,
                        answer.status(),
                        answer.reason(),
                        status));
        return answer;
    }

    /** Sees to it that nothing of that kind comes. */
    static void expectNothing(SipUserAgent client, String method, Duration within) throws IOException {
        SipMessage come = client.take(method, within);
        CheckFailure.unless(
                come == null, client.settings().addressOfRecord() + " got a " + method + " that it should not get");
    }

    @Override
    public void close() {
        signedIn.forEach(Stage::signOut);
        clients.forEach(SipUserAgent::close);
    }

    private static void signOut(SipUserAgent client) {
        if (!client.connection().isOpen()) {
            return;
        }
        try {
            client.unregister();
        } catch (IOException e) {
            LOG.info(
                    "event=check-not-signed-out code={} person={} reason=\"{}\"",
                    AppErrorCode.NOT_RUNNING.code(),
                    client.settings().addressOfRecord(),
                    e.getMessage());
        }
    }
}
