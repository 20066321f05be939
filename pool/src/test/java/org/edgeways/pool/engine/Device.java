package org.edgeways.pool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Origin;

/** One SIP device in a {@link PoolWorld}. */
final class Device {

    final PoolWorld world;
    final String person;
    Origin origin;
    /** Value of P-Edgeways-Flow, null inside. */
    String flowToken;

    final List<SipMessage> inbox = new ArrayList<>();
    boolean dead;
    /** How requests are answered at once; null to leave them to the test. */
    Function<SipMessage, SipMessage> answers = request -> SipMessage.responseTo(request, 200, "OK", "dev");

    String instance;
    int regId;
    String contactUser;
    boolean supportsOutbound = true;
    String password = PoolWorld.PASSWORD;
    String domain = "acorn.example";
    private final DigestClient digest;
    private final Set<String> branches = new HashSet<>();
    private final int number;
    private int sequence;
    private String callId;

    Device(PoolWorld world, String person, Origin origin, String flowToken) {
        this.world = world;
        this.person = person;
        this.origin = origin;
        this.flowToken = flowToken;
        this.number = (int) world.nextFlow++;
        this.instance = "<urn:uuid:00000000-0000-0000-0000-" + String.format("%012d", number) + ">";
        this.contactUser = person + number;
        this.callId = "register" + number;
        this.digest = new DigestClient(person, PoolWorld.PASSWORD);
    }

    String token() {
        return "token-" + flowToken.replaceAll("[^a-z0-9]", "");
    }

    String address() {
        return "sip:" + person + "@" + domain;
    }

    String contact() {
        return "<sip:" + contactUser + "@192.0.2." + number + ":5061;transport=tls>";
    }

    /** A request of this device as it leaves it. */
    SipMessage request(String method, String uri) {
        SipMessage request = SipMessage.request(method, uri);
        String branch = "z9hG4bKdev" + number + "x" + sequence++;
        request.set(HeaderName.VIA, "SIP/2.0/TLS 192.0.2." + number + ":5061;branch=" + branch + ";rport");
        request.set(HeaderName.MAX_FORWARDS, "70");
        request.set(HeaderName.FROM, "<" + address() + ">;tag=from" + number);
        request.set(HeaderName.TO, "<" + uri + ">");
        request.set(HeaderName.CALL_ID, "call" + number + "-" + sequence);
        request.set(HeaderName.CSEQ, sequence + " " + method);
        request.set(HeaderName.CONTACT, contact());
        request.set(HeaderName.CONTENT_LENGTH, "0");
        return request;
    }

    SipMessage message(String to, String text) {
        SipMessage request = request("MESSAGE", "sip:" + to + "@acorn.example");
        request.remove(HeaderName.CONTACT);
        request.setBody("text/plain", text.getBytes(StandardCharsets.UTF_8));
        return request;
    }

    SipMessage register(int expires) {
        SipMessage request = request("REGISTER", "sip:" + domain);
        request.set(HeaderName.TO, "<" + address() + ">");
        request.set(HeaderName.CALL_ID, callId);
        request.set(
                HeaderName.CONTACT,
                contact()
                        + (instance == null ? "" : ";+sip.instance=\"" + instance + "\"")
                        + (regId == 0 ? "" : ";reg-id=" + regId));
        request.set(HeaderName.EXPIRES, Integer.toString(expires));
        if (supportsOutbound) {
            request.set(HeaderName.SUPPORTED, "path, outbound");
        }
        return request;
    }

    /** Sends a request and gives the last response that came before nothing more could be done. */
    SipMessage send(SipMessage request) {
        return send(request, UnaryOperator.identity());
    }

    /** The same, spelled in another way. */
    SipMessage send(SipMessage request, UnaryOperator<String> spelling) {
        int before = inbox.size();
        start(request, spelling);
        for (int i = inbox.size() - 1; i >= before; i--) {
            if (!inbox.get(i).isRequest() && inbox.get(i).callId().equals(request.callId())) {
                return inbox.get(i);
            }
        }
        return null;
    }

    void start(SipMessage request) {
        start(request, UnaryOperator.identity());
    }

    void start(SipMessage request, UnaryOperator<String> spelling) {
        SipMessage sent = request.copy();
        if (flowToken != null) {
            sent.set(SenderRule.FLOW, flowToken);
            if (sent.method().equals("REGISTER")) {
                sent.addFirst(HeaderName.PATH, "<sip:" + token() + "@" + PoolWorld.EDGE_HOST + ";transport=tls;lr;ob>");
            } else {
                sent.addFirst(
                        HeaderName.RECORD_ROUTE, "<sip:" + token() + "@" + PoolWorld.EDGE_HOST + ";transport=tls;lr>");
            }
        }
        branches.add(sent.topVia().branch());
        byte[] bytes = spelling.apply(new String(sent.encode(), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
        world.engine.receive(PoolWorld.parse(bytes), origin, world.now);
        world.settle();
    }

    /** Sends a request, and again with credentials when challenged. */
    SipMessage sendSigned(SipMessage request) {
        return sendSigned(request, UnaryOperator.identity());
    }

    /** The same, spelled in another way. */
    SipMessage sendSigned(SipMessage request, UnaryOperator<String> spelling) {
        SipMessage response = send(request, spelling);
        if (response == null || (response.status() != 401 && response.status() != 407)) {
            return response;
        }
        boolean proxy = response.status() == 407;
        digest.challenged(response.values(proxy ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE));
        DigestClient client = password.equals(PoolWorld.PASSWORD) ? digest : wrong(response, proxy);
        SipMessage again = request.copy();
        String branch = "z9hG4bKdev" + number + "x" + sequence++;
        again.set(HeaderName.VIA, "SIP/2.0/TLS 192.0.2." + number + ":5061;branch=" + branch + ";rport");
        again.set(HeaderName.CSEQ, (request.cseq().number() + 1) + " " + request.method());
        sequence++;
        again.set(
                proxy ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION,
                client.authorization(request.method(), request.requestUriText(), world.random)
                        .orElseThrow());
        return send(again, spelling);
    }

    private DigestClient wrong(SipMessage response, boolean proxy) {
        DigestClient client = new DigestClient(person, password);
        client.challenged(response.values(proxy ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE));
        return client;
    }

    SipMessage signIn() {
        return sendSigned(register(600));
    }

    /** Itself, after a {@link #signIn} that succeeded. */
    Device signedIn() {
        assertThat(signIn().status()).isEqualTo(200);
        return this;
    }

    SipMessage signOut() {
        return sendSigned(register(0));
    }

    boolean awaits(SipMessage response) {
        return branches.contains(response.topVia().branch());
    }

    void react(SipMessage message) {
        if (message.isRequest() && answers != null && !message.method().equals("ACK")) {
            SipMessage answer = answers.apply(message);
            if (answer != null) {
                answer(answer);
            }
        }
    }

    /** Sends a response. */
    void answer(SipMessage response) {
        SipMessage sent = response.copy();
        if (flowToken != null) {
            sent.set(SenderRule.FLOW, flowToken);
        }
        world.engine.receive(PoolWorld.parse(sent.encode()), origin, world.now);
    }

    void answer(SipMessage request, int status) {
        answer(SipMessage.responseTo(request, status, "Answer", "dev" + number));
        world.settle();
    }

    /** The connection breaks. */
    void die() {
        dead = true;
        if (flowToken == null) {
            world.engine.flowClosed(origin.flow(), world.now);
            world.settle();
        }
    }

    List<SipMessage> received(String method) {
        return inbox.stream()
                .filter(m -> m.isRequest() && m.method().equals(method))
                .toList();
    }

    List<String> texts() {
        return received("MESSAGE").stream()
                .map(m -> new String(m.body(), StandardCharsets.UTF_8))
                .toList();
    }
}
