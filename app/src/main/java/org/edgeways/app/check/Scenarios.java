package org.edgeways.app.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.siptransport.SipCall;
import org.edgeways.siptransport.SipUserAgent;

/** What must work, in the order in which it is played. */
final class Scenarios {

    /** How long to look out for something that must not come. */
    private static final Duration A_MOMENT = Duration.ofMillis(300);

    private static final String SESSION = """
            v=0\r
            o=- 1 1 IN IP4 127.0.0.1\r
            s=-\r
            c=IN IP4 127.0.0.1\r
            t=0 0\r
            m=audio 9 RTP/AVP 0\r
            """;

    private Scenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("alice signs in from outside", Scenarios::remoteSignIn),
                new Scenario("a wrong password is refused", Scenarios::wrongPassword),
                new Scenario("dave is refused outside, with the reason", Scenarios::noRemoteAccess),
                new Scenario("dave signs in inside", Scenarios::insideSignIn),
                new Scenario("a message from outside reaches carol inside", Scenarios::messageInward),
                new Scenario("a message from inside reaches alice outside", Scenarios::messageOutward),
                new Scenario(
                        "a message to somebody absent is kept and delivered on return", Scenarios::messageToAbsent),
                new Scenario("bob signs in over WebSocket, and messages go both ways", Scenarios::webSocket),
                new Scenario(
                        "a call to two devices: one answers, the other is cancelled, then it ends", Scenarios::call),
                new Scenario("a call from outside, ended by the side inside", Scenarios::callInward),
                new Scenario("a call that nobody answers is given up", Scenarios::callGivenUp),
                new Scenario("a request before sign-in is refused", Scenarios::beforeSignIn),
                new Scenario("a signed-in person cannot speak as somebody else", Scenarios::foreignFrom),
                new Scenario("a forged route token is refused", Scenarios::forgedToken),
                new Scenario("outside sees no name or address of the inside", Scenarios::nothingOfTheInside));
    }

    private static void remoteSignIn(Stage stage) throws IOException {
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        Stage.expect(alice.unregister(), 200, "signing out");
    }

    private static void wrongPassword(Stage stage) throws IOException {
        SipUserAgent mallory = stage.outside("alice", "not-the-password");
        Stage.expect(mallory.register(600), 401, "signing in with a wrong password");
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        String text = unique("to alice, not to mallory");
        Stage.expect(carol.message(stage.uri("alice"), text), 202, "a message to alice, who is away");
        Stage.expectNothing(mallory, "MESSAGE", A_MOMENT);
        awaitText(stage.signIn(stage.outside("alice")), text);
    }

    private static void noRemoteAccess(Stage stage) throws IOException {
        SipMessage answer = stage.outside("dave").register(600);
        Stage.expect(answer, 403, "signing in dave from outside");
        CheckFailure.unless(
                answer.reason().toLowerCase(Locale.ROOT).contains("remote access")
                        || answer.reason().toLowerCase(Locale.ROOT).contains("outside"),
                "the reason does not tell dave why: " + answer.reason());
    }

    private static void insideSignIn(Stage stage) throws IOException {
        stage.signIn(stage.inside("dave"));
    }

    private static void messageInward(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        converse(alice, carol);
    }

    private static void messageOutward(Stage stage) throws IOException {
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        converse(carol, alice);
    }

    private static void messageToAbsent(Stage stage) throws IOException {
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        String first = unique("while you were away");
        String second = unique("and one more");
        Stage.expect(alice.message(stage.uri("bob"), first), 202, "a message to bob, who is away");
        Stage.expect(alice.message(stage.uri("bob"), second), 202, "another one");
        SipUserAgent bob = stage.signIn(stage.outside("bob"));
        awaitText(bob, first);
        awaitText(bob, second);
        bob.unregister();
        SipUserAgent again = stage.signIn(stage.outside("bob"));
        Stage.expectNothing(again, "MESSAGE", A_MOMENT);
    }

    private static void webSocket(Stage stage) throws IOException {
        SipUserAgent bob = stage.signIn(stage.webSocket("bob"));
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        converse(bob, carol);
        converse(carol, bob);
        converse(alice, bob);
        converse(bob, alice);
    }

    private static void call(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent telephone = stage.signIn(stage.outside("alice"));
        SipUserAgent browser = stage.signIn(stage.webSocket("alice"));
        SipCall outgoing = carol.invite(stage.uri("alice"), SESSION);
        SipCall onTelephone = telephone.awaitCall();
        SipCall inBrowser = browser.awaitCall();
        onTelephone.ring();
        inBrowser.ring();
        outgoing.awaitStatus(180);
        Beside<SipMessage> answering = Beside.start(outgoing::awaitAnswer);
        onTelephone.accept(SESSION);
        answering.join();
        inBrowser.awaitCancel();
        Stage.expect(goodbye(outgoing, onTelephone), 200, "ending the call");
    }

    private static void callInward(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent bob = stage.signIn(stage.outside("bob"));
        SipCall outgoing = bob.invite(stage.uri("carol"), SESSION);
        SipCall incoming = carol.awaitCall();
        incoming.ring();
        outgoing.awaitStatus(180);
        Beside<SipMessage> answering = Beside.start(outgoing::awaitAnswer);
        incoming.accept(SESSION);
        answering.join();
        Stage.expect(goodbye(incoming, outgoing), 200, "ending the call");
    }

    private static void callGivenUp(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        SipCall outgoing = alice.invite(stage.uri("carol"), SESSION);
        SipCall incoming = carol.awaitCall();
        incoming.ring();
        outgoing.awaitStatus(180);
        Beside<SipMessage> giving = Beside.start(incoming::awaitCancel);
        Stage.expect(outgoing.cancel(), 487, "giving the call up");
        giving.join();
    }

    private static void beforeSignIn(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent alice = stage.outside("alice");
        Stage.expect(alice.message(stage.uri("carol"), "not signed in"), 403, "a message before signing in");
        Stage.expectNothing(carol, "MESSAGE", A_MOMENT);
    }

    private static void foreignFrom(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        SipMessage forged = alice.newRequest("MESSAGE", stage.uri("carol"));
        forged.set(HeaderName.FROM, "<" + stage.uri("bob") + ">;tag=forged");
        forged.setBody("text/plain", "as if from bob".getBytes(StandardCharsets.UTF_8));
        // with the credentials of alice, which say nothing about bob
        SipMessage answer = alice.request(forged);
        CheckFailure.unless(
                answer.status() == 407 || answer.status() == 403,
                "a message from alice's connection with bob's address: " + answer.status() + " " + answer.reason());
        Stage.expectNothing(carol, "MESSAGE", A_MOMENT);
    }

    private static void forgedToken(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        SipCall outgoing = carol.invite(stage.uri("alice"), SESSION);
        SipCall incoming = alice.awaitCall();
        Beside<SipMessage> answering = Beside.start(outgoing::awaitAnswer);
        incoming.accept(SESSION);
        answering.join();
        SipMessage info = incoming.newRequest("INFO");
        List<String> routes = info.values(HeaderName.ROUTE);
        CheckFailure.unless(!routes.isEmpty(), "the call has no Route through the edge");
        info.set(HeaderName.ROUTE, altered(routes.getFirst()));
        SipMessage answer = incoming.request(info);
        CheckFailure.unless(
                answer.status() == 403 || answer.status() == 404 || answer.status() == 481,
                "a request with an altered route token: " + answer.status() + " " + answer.reason());
        Stage.expectNothing(carol, "INFO", A_MOMENT);
        Stage.expect(goodbye(incoming, outgoing), 200, "ending the call");
    }

    private static void nothingOfTheInside(Stage stage) throws IOException {
        SipUserAgent carol = stage.signIn(stage.inside("carol"));
        SipUserAgent alice = stage.signIn(stage.outside("alice"));
        SipCall outgoing = carol.invite(stage.uri("alice"), SESSION);
        SipCall incoming = alice.awaitCall();
        Beside<SipMessage> answering = Beside.start(outgoing::awaitAnswer);
        SipMessage acknowledgement = incoming.accept(SESSION);
        answering.join();
        String insidePort = ":" + carol.connection().localAddress().getPort();
        for (SipMessage seen : List.of(incoming.invite(), acknowledgement)) {
            String text = new String(seen.encode(), StandardCharsets.UTF_8);
            for (String secret : List.of("pool.acorn.example", "perimeter", "P-Edgeways", insidePort)) {
                CheckFailure.unless(
                        !text.contains(secret), "the " + seen.method() + " that alice got contains " + secret);
            }
        }
        Stage.expect(goodbye(incoming, outgoing), 200, "ending the call");
    }

    /** One side hangs up, the other answers; gives the answer. */
    private static SipMessage goodbye(SipCall ending, SipCall ended) throws IOException {
        Beside<SipMessage> answering = Beside.start(ended::awaitBye);
        SipMessage answer = ending.bye();
        answering.join();
        return answer;
    }

    /** Sends a message and sees to it that it arrives as it was sent. */
    private static void converse(SipUserAgent from, SipUserAgent to) throws IOException {
        String text = unique("hello, grüß Gott, 你好");
        Beside<SipMessage> receiving = Beside.start(() -> awaitText(to, text));
        Stage.expect(
                from.message(to.settings().addressOfRecord(), text),
                200,
                "a message to " + to.settings().addressOfRecord());
        receiving.join();
    }

    /** Answers messages until that one comes: earlier runs may have left some. */
    private static SipMessage awaitText(SipUserAgent client, String text) throws IOException {
        while (true) {
            SipMessage message = client.awaitMessage();
            if (new String(message.body(), StandardCharsets.UTF_8).equals(text)) {
                return message;
            }
        }
    }

    private static String unique(String text) {
        return text + " " + UUID.randomUUID();
    }

    /** The Route value with another letter in the middle of its token. */
    private static String altered(String route) {
        int start = route.indexOf("sip:") + 4;
        int end = route.indexOf('@', start);
        CheckFailure.unless(start > 3 && end > start, "the topmost Route carries no token: " + route);
        int at = (start + end) / 2;
        char other = route.charAt(at) == 'A' ? 'B' : 'A';
        return route.substring(0, at) + other + route.substring(at + 1);
    }
}
