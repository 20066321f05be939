package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipCall;
import org.edgeways.siptransport.SipUserAgent;
import org.edgeways.siptransport.SipUserAgentSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What clients have left when pool or edge die and come back. */
@Tag("interop")
class RestartTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final String SESSION =
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";

    private static Deployment deployment;

    private final Phones phones = new Phones();

    @BeforeAll
    static void start() {
        deployment = Deployment.start("restart");
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @AfterEach
    void hangUp() {
        phones.close();
    }

    @Test
    void aDeviceOutsideIsReachableAfterThePoolWasKilledWithoutSigningInAgain() throws Exception {
        SipUserAgent alice = signIn(deployment.outside("alice"));
        deployment.killPool();
        deployment.startPool();
        SipUserAgent carol = signIn(deployment.inside("carol"));
        CompletableFuture<SipMessage> received = beside(alice::awaitMessage);
        int status =
                carol.message("sip:alice@acorn.example", "are you still there?").status();
        assertThat(status).as("202 while the pool has not reached the edge yet").isIn(200, 202);
        assertThat(new String(received.get(20, TimeUnit.SECONDS).body(), StandardCharsets.UTF_8))
                .isEqualTo("are you still there?");
        CompletableFuture<SipMessage> second = beside(alice::awaitMessage);
        assertThat(carol.message("sip:alice@acorn.example", "good").status()).isEqualTo(200);
        second.get(20, TimeUnit.SECONDS);
        // and she may still send, without signing in again
        CompletableFuture<SipMessage> back = beside(carol::awaitMessage);
        assertThat(alice.message("sip:carol@acorn.example", "yes").status()).isEqualTo(200);
        back.get(20, TimeUnit.SECONDS);
    }

    /**
     * Who is inside has to sign in again, since the connection has died with the pool, but not to subscribe again; and one who
     * never signed in, but sent credentials with the SUBSCRIBE, refreshes what was begun before.
     */
    @Test
    void watchersAreToldOfAChangeAfterThePoolWasKilledWithoutSubscribingAgain() throws Exception {
        SipUserAgent bob = signIn(deployment.outside("bob"));
        SipUserAgent outside = signIn(deployment.outside("alice"));
        SipUserAgentSettings device = phones.settings(deployment.inside("carol"), PATIENCE);
        SipUserAgent inside = phones.connect(device);
        assertThat(inside.register(600).status()).isEqualTo(200);
        String watched = bob.settings().addressOfRecord();
        Watch fromOutside = Watch.begin(outside, watched);
        Watch fromInside = Watch.begin(inside, watched);
        fromOutside.await("<basic>open</basic>", PATIENCE);
        fromInside.await("<basic>open</basic>", PATIENCE);
        SipUserAgentSettings notSignedIn = phones.settings(deployment.inside("alice"), PATIENCE);
        Watch withCredentials = Watch.begin(phones.connect(notSignedIn), watched);
        withCredentials.await("<basic>open</basic>", PATIENCE);

        deployment.killPool();
        deployment.startPool();
        SipUserAgent insideAgain = phones.connect(device);
        assertThat(insideAgain.register(600).status()).isEqualTo(200);
        Polling.until("he publishes, without having signed in again", RECOVERY, () -> publishes(bob, "on-the-phone"));

        fromOutside.await("on-the-phone", RECOVERY);
        fromInside.over(insideAgain).await("on-the-phone", RECOVERY);
        withCredentials.refreshedOver(phones.connect(notSignedIn)).await("on-the-phone", RECOVERY);
    }

    private static boolean publishes(SipUserAgent phone, String activity) {
        SipMessage publish = phone.newRequest("PUBLISH", phone.settings().addressOfRecord());
        publish.set(HeaderName.EVENT, "presence");
        String document = """
                <presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
                 xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:bob@acorn.example">
                <tuple id="t"><status><basic>open</basic></status></tuple>
                <dm:person id="p"><rpid:activities><rpid:%s/></rpid:activities></dm:person>
                </presence>""".formatted(activity);
        publish.setBody("application/pidf+xml", document.getBytes(StandardCharsets.UTF_8));
        try {
            return phone.request(publish).status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aCallGoesOnOverTheNewConnectionOfTheSameDeviceAfterTheEdgeWasKilled() throws Exception {
        SipUserAgentSettings device = phones.settings(deployment.outside("alice"), PATIENCE);
        SipUserAgent alice = phones.connect(device);
        assertThat(alice.register(600).status()).isEqualTo(200);
        SipUserAgent carol = signIn(deployment.inside("carol"));
        SipCall atCarol = call(alice, carol);
        restartEdge();
        SipUserAgent again = signInWhenLinked(device);
        CompletableFuture<SipMessage> bye = beside(() -> {
            SipMessage request = again.await("BYE");
            again.respond(request, 200, "OK");
            return request;
        });
        assertThat(atCarol.bye().status()).isEqualTo(200);
        assertThat(bye.get(20, TimeUnit.SECONDS).callId())
                .isEqualTo(atCarol.invite().callId());
    }

    @Test
    void aRequestInACallIsRefusedWhenTheDeviceHasNotComeBackAfterTheEdgeWasKilled() throws Exception {
        SipUserAgent alice = signIn(deployment.outside("alice"));
        SipUserAgent carol = signIn(deployment.inside("carol"));
        SipCall atCarol = call(alice, carol);
        restartEdge();
        // somebody else is through: the link is there
        signInWhenLinked(phones.settings(deployment.outside("bob"), PATIENCE));
        // the edge's 430 is for the pool, which makes it 480 for a client (RFC 5626 section 5.3)
        assertThat(atCarol.request(atCarol.newRequest("INFO")).status()).isEqualTo(480);
        assertThat(deployment.log("edge")).contains("access-edge-flow-gone");
    }

    private void restartEdge() {
        deployment.killEdge();
        deployment.startEdge();
    }

    private SipUserAgent signIn(Account account) throws IOException {
        SipUserAgent phone = phones.connect(phones.settings(account, PATIENCE));
        assertThat(phone.register(600).status()).isEqualTo(200);
        return phone;
    }

    private SipUserAgent signInWhenLinked(SipUserAgentSettings device) throws IOException {
        SipUserAgent phone = phones.connect(device);
        Polling.until("the pool has reached the edge again", RECOVERY, () -> {
            try {
                return phone.register(600).status() == 200;
            } catch (IOException e) {
                return false;
            }
        });
        return phone;
    }

    /** The caller's call, as its callee has it. */
    private static SipCall call(SipUserAgent caller, SipUserAgent callee) throws Exception {
        SipCall outgoing = caller.invite(callee.settings().addressOfRecord(), SESSION);
        CompletableFuture<SipMessage> answered = beside(outgoing::awaitAnswer);
        SipCall incoming = callee.awaitCall();
        incoming.accept(SESSION);
        answered.get(20, TimeUnit.SECONDS);
        return incoming;
    }

    private interface Step {
        SipMessage take() throws IOException;
    }

    private static CompletableFuture<SipMessage> beside(Step step) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return step.take();
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }
}
