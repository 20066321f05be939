package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each implementation against itself and against the other, over real sockets. */
@ExtendWith(LeakCheck.class)
final class TlsContextsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final EventLoops LOOPS = new EventLoops(2);
    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    private final CertificateAuthority stranger =
            CertificateAuthority.create("Another authority", Instant.now(), new SecureRandom());

    private final BlockingQueue<SslHandler> accepted = new LinkedBlockingQueue<>();

    @AfterAll
    static void stop() {
        LOOPS.close();
    }

    private TlsIdentity issue(String name) {
        return authority.issue(CertificateRequest.of(name), Instant.now());
    }

    private Channel serve(ServerTls tls) throws InterruptedException {
        return new ServerBootstrap()
                .group(LOOPS.acceptors(), LOOPS.workers())
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler handler = tls.newHandler(channel.alloc(), TIMEOUT);
                        channel.pipeline().addLast(handler);
                        accepted.add(handler);
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }

    /** The certificate that the server shows. */
    private static X509Certificate shake(Channel server, ClientTls tls, String name) throws Exception {
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        // kept here, since a failed handshake may have closed the channel before this thread looks at it
        CompletableFuture<SslHandler> made = new CompletableFuture<>();
        Channel client = new Bootstrap()
                .group(LOOPS.workers())
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler handler = tls.newHandler(channel.alloc(), name, address.getPort(), TIMEOUT);
                        made.complete(handler);
                        channel.pipeline().addLast(handler);
                    }
                })
                .connect(address)
                .sync()
                .channel();
        try {
            SslHandler handler = made.get(10, TimeUnit.SECONDS);
            handler.handshakeFuture().get(10, TimeUnit.SECONDS);
            assertThat(handler.engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
            return (X509Certificate) handler.engine().getSession().getPeerCertificates()[0];
        } finally {
            client.close().sync();
        }
    }

    private static TlsContexts contexts(TlsProvider provider) {
        // where the native library cannot be had, everything runs on the Java runtime's
        return new TlsContexts(provider.isAvailable() ? provider : TlsProvider.JDK);
    }

    @ParameterizedTest
    @CsvSource({"BORINGSSL,BORINGSSL", "BORINGSSL,JDK", "JDK,BORINGSSL", "JDK,JDK"})
    void clientTakesAServerWithTheNameItMeant(TlsProvider serving, TlsProvider calling) throws Exception {
        TlsIdentity identity = issue("edge.acorn.example");
        Channel server = serve(contexts(serving).server(identity));
        ClientTls client = contexts(calling).client(List.of(authority.certificate()));

        assertThat(shake(server, client, "edge.acorn.example")).isEqualTo(identity.leaf());
        server.close().sync();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void clientRefusesAnotherNameAndAnotherAuthority(TlsProvider provider) throws Exception {
        Channel server = serve(contexts(provider).server(issue("edge.acorn.example")));
        ClientTls client = contexts(provider).client(List.of(authority.certificate()));
        ClientTls elsewhere = contexts(provider).client(List.of(stranger.certificate()));

        assertThatThrownBy(() -> shake(server, client, "other.acorn.example")).isInstanceOf(ExecutionException.class);
        assertThatThrownBy(() -> shake(server, elsewhere, "edge.acorn.example")).isInstanceOf(ExecutionException.class);
        server.close().sync();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void mutualServerKnowsItsClientAndTakesNoOther(TlsProvider provider) throws Exception {
        TlsContexts contexts = contexts(provider);
        Channel server = serve(contexts.mutualServer(issue("edge1.perimeter.acorn.example"), authority.certificate()));
        TlsIdentity pool = authority.issue(CertificateRequest.service("pool", "pool.acorn.example"), Instant.now());
        TlsIdentity impostor = stranger.issue(CertificateRequest.service("pool", "pool.acorn.example"), Instant.now());

        shake(server, contexts.mutualClient(pool, authority.certificate()), "edge1.perimeter.acorn.example");
        SslHandler known = accepted.poll(10, TimeUnit.SECONDS);
        known.handshakeFuture().get(10, TimeUnit.SECONDS);

        // in TLS 1.3 the client has finished before the server looks at its certificate: ask the server
        shakeAsStranger(server, contexts.mutualClient(impostor, authority.certificate()));
        shakeAsStranger(server, contexts.client(List.of(authority.certificate())));
        server.close().sync();
    }

    private void shakeAsStranger(Channel server, ClientTls client) throws Exception {
        try {
            shake(server, client, "edge1.perimeter.acorn.example");
        } catch (ExecutionException refusedAtOnce) {
            assertThat(refusedAtOnce).hasCauseInstanceOf(Exception.class);
        }
        SslHandler refused = accepted.poll(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> refused.handshakeFuture().get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void reloadShowsTheNewCertificateToNewConnections(TlsProvider provider) throws Exception {
        TlsIdentity second = issue("edge.acorn.example");
        ServerTls tls = contexts(provider).server(issue("edge.acorn.example"));
        Channel server = serve(tls);
        ClientTls client = contexts(provider).client(List.of(authority.certificate()));

        assertThat(shake(server, client, "edge.acorn.example")).isNotEqualTo(second.leaf());
        tls.reload(second);
        assertThat(shake(server, client, "edge.acorn.example")).isEqualTo(second.leaf());
        assertThat(tls.identity()).isEqualTo(second);
        server.close().sync();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void aReloadedAuthorityIsTrustedByBothSidesAndTheOneBeforeNoMore(TlsProvider provider) throws Exception {
        TlsContexts contexts = contexts(provider);
        String edge = "edge1.perimeter.acorn.example";
        CertificateRequest service = CertificateRequest.service("pool", "pool.acorn.example");
        ServerTls serverTls = contexts.mutualServer(issue(edge), authority.certificate());
        Channel server = serve(serverTls);
        ClientTls client = contexts.mutualClient(authority.issue(service, Instant.now()), authority.certificate());
        shake(server, client, edge);
        accepted.poll(10, TimeUnit.SECONDS).handshakeFuture().get(10, TimeUnit.SECONDS);

        List<X509Certificate> next = List.of(stranger.certificate());
        serverTls.reload(stranger.issue(CertificateRequest.of(edge), Instant.now()), next);
        shakeAsStranger(server, client);
        client.reload(stranger.issue(service, Instant.now()), next);
        shake(server, client, edge);
        accepted.poll(10, TimeUnit.SECONDS).handshakeFuture().get(10, TimeUnit.SECONDS);
        server.close().sync();
    }

    @ParameterizedTest
    @EnumSource(TlsProvider.class)
    void aRefusedCertificateIsTakenByNeitherSideAndOneOfTheSameNameIs(TlsProvider provider) throws Exception {
        TlsContexts contexts = contexts(provider);
        String edge = "edge1.perimeter.acorn.example";
        CertificateRequest service = CertificateRequest.service("pool", "pool.acorn.example");
        TlsIdentity pool = authority.issue(service, Instant.now());
        ServerTls serverTls = contexts.mutualServer(issue(edge), authority.certificate());
        Channel server = serve(serverTls);
        ClientTls client = contexts.mutualClient(pool, authority.certificate());
        shake(server, client, edge);
        accepted.poll(10, TimeUnit.SECONDS).handshakeFuture().get(10, TimeUnit.SECONDS);

        serverTls.trust(serverTls.trusted(), Set.of(pool.leaf().getSerialNumber()));
        shakeAsStranger(server, client);
        client.reload(authority.issue(service, Instant.now()));
        shake(server, client, edge);
        accepted.poll(10, TimeUnit.SECONDS).handshakeFuture().get(10, TimeUnit.SECONDS);

        client.refuse(Set.of(serverTls.identity().leaf().getSerialNumber()));
        assertThatThrownBy(() -> shake(server, client, edge)).isInstanceOf(ExecutionException.class);
        accepted.poll(10, TimeUnit.SECONDS);
        serverTls.reload(issue(edge));
        shake(server, client, edge);
        server.close().sync();
    }

    @Test
    void bestProviderIsOneThatIsAvailable() {
        assertThat(TlsProvider.best().isAvailable()).isTrue();
        assertThat(TlsProvider.JDK.isAvailable()).isTrue();
    }
}
