package org.edgeways.siptransport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.edgeways.base.ErrorCode;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Branches;
import org.edgeways.sip.transaction.CompanionRequest;
import org.edgeways.sip.useragent.MessageHistory;
import org.jspecify.annotations.Nullable;

/**
 * A user agent client for one connection, for {@code demo --check} and for tests: every method that waits blocks its
 * caller, none may be called on an event loop. It works on reliable transports only, so it retransmits nothing; it sends
 * the ACK to a final response of its INVITE other than 2xx, and answers a challenge if it has a password. Everything
 * else is the caller's, who answers what comes, and can also send what no honest client would.
 */
public final class SipUserAgent implements AutoCloseable {

    private static final int LOOP_OF_BRANCHES = 0;
    private static final int MESSAGES_REMEMBERED = 1_000;
    private static final int UNAUTHORIZED = 401;
    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private final TransportContext context;
    private final SipUserAgentSettings settings;
    private final SipConnection connection;
    private final SipInbox inbox;
    private final ConcurrentHashMap<String, SipExchange> exchanges;
    private final @Nullable DigestClient digest;
    private final String instance;
    private final String viaHost;
    private final String contactUri;
    private final AtomicLong sequence = new AtomicLong();
    private final MessageHistory history = new MessageHistory(MESSAGES_REMEMBERED);
    private final String registrationCallId;

    private SipUserAgent(
            TransportContext context, SipUserAgentSettings settings, Events events, SipConnection connection) {
        this.context = context;
        this.settings = settings;
        this.connection = connection;
        this.inbox = events.inbox;
        this.exchanges = events.exchanges;
        String named = settings.instance();
        this.instance = named == null ? UUID.randomUUID().toString() : named;
        String password = settings.password();
        this.digest = password == null ? null : new DigestClient(settings.username(), password);
        this.registrationCallId = token(16);
        if (settings.wire() == SipTransport.WSS) {
            viaHost = token(6) + ".invalid";
            contactUri = "sip:" + token(4) + "@" + viaHost + ";transport=ws";
        } else {
            InetSocketAddress local = connection.localAddress();
            viaHost = SipUserAgentSettings.inUri(local.getAddress().getHostAddress()) + ":" + local.getPort();
            contactUri = "sip:" + settings.username() + "-" + token(4) + "@" + viaHost + ";transport=tls";
        }
    }

    /**
     * Connects and verifies the server's certificate.
     *
     * @throws IOException if that does not succeed in time
     */
    public static SipUserAgent connect(TransportContext context, SipUserAgentSettings settings) throws IOException {
        Events events = new Events();
        ConnectionSetup setup = ConnectionSetup.of(
                context, "user-agent", settings.wire(), false, SipConnectionSettings.DEFAULT, events);
        CompletableFuture<SipConnection> connecting = Connector.connect(
                setup,
                context.loops()
                        .loop(Math.floorMod(settings.hashCode(), context.loops().size())),
                new Connector.Target(
                        InetSocketAddress.createUnresolved(settings.host(), settings.port()),
                        settings.tls(),
                        settings.verifyName(),
                        settings.timeout(),
                        // told what it is, the edge does not wait for the first bytes
                        settings.wire() == SipTransport.TLS ? SipProtocols.APPLICATION_PROTOCOL : null),
                settings.wire() == SipTransport.WSS ? new WebSocketClient.Request(settings) : null);
        try {
            SipConnection connection = connecting.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            return new SipUserAgent(context, settings, events, connection);
        } catch (ExecutionException e) {
            throw new IOException(
                    "cannot connect to " + settings.host() + ":" + settings.port() + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            var _ = connecting.whenComplete((late, failure) -> {
                if (late != null) {
                    late.close(TransportErrorCode.CLOSED_BY_ROLE);
                }
            });
            throw new SipTimeoutException("not connected within " + settings.timeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What it connected with. */
    public SipUserAgentSettings settings() {
        return settings;
    }

    /** Its connection. */
    public SipConnection connection() {
        return connection;
    }

    /** Its {@code +sip.instance} without {@code urn:uuid:}. */
    public String instance() {
        return instance;
    }

    /** Its Contact header value, without registration parameters. */
    public String contact() {
        return "<" + contactUri + ">";
    }

    // ---- requests

    /** Registers for that long and gives the final response; zero ends the registration. */
    public SipMessage register(int expiresSeconds) throws IOException {
        String domain =
                settings.addressOfRecord().substring(settings.addressOfRecord().indexOf('@') + 1);
        SipMessage register = newRequest("REGISTER", settings.addressOfRecord());
        register.setRequestUri("sip:" + domain);
        register.set(HeaderName.CALL_ID, registrationCallId);
        register.set(HeaderName.CONTACT, contact() + ";+sip.instance=\"<urn:uuid:" + instance + ">\";reg-id=1");
        register.set(HeaderName.EXPIRES, Integer.toString(expiresSeconds));
        register.set(HeaderName.SUPPORTED, "path, outbound");
        return request(register);
    }

    /** Ends the registration and gives the final response. */
    public SipMessage unregister() throws IOException {
        return register(0);
    }

    /** Sends a text message and gives the final response. */
    public SipMessage message(String to, String text) throws IOException {
        SipMessage message = newRequest("MESSAGE", to);
        message.setBody("text/plain;charset=UTF-8", text.getBytes(StandardCharsets.UTF_8));
        return request(message);
    }

    /**
     * A request outside dialogs, complete but for a body: Via, Max-Forwards, From with a tag, To, Call-ID, CSeq, Contact.
     *
     * @param to a URI, which is also the Request-URI
     */
    public SipMessage newRequest(String method, String to) {
        SipMessage request = SipMessage.request(method, to);
        request.add(HeaderName.VIA, newVia());
        request.add(HeaderName.MAX_FORWARDS, "70");
        request.add(HeaderName.FROM, "<" + settings.addressOfRecord() + ">;tag=" + token(5));
        request.add(HeaderName.TO, "<" + to + ">");
        request.add(HeaderName.CALL_ID, token(16));
        request.add(HeaderName.CSEQ, nextSequence() + " " + method);
        request.add(HeaderName.CONTACT, contact());
        request.add(HeaderName.USER_AGENT, "Edgeways");
        request.setBody(null, new byte[0]);
        return request;
    }

    /** Takes the next number of requests outside dialogs. */
    long nextSequence() {
        return sequence.incrementAndGet();
    }

    /** A Via value of ours with a new branch. */
    public String newVia() {
        String branch = Branches.create(LOOP_OF_BRANCHES, context.random());
        return "SIP/2.0/" + settings.wire().viaName() + " " + viaHost + ";branch=" + branch + ";rport";
    }

    /**
     * Sends a request and gives its final response. If that is a challenge and there is a password, sends it once more
     * with credentials (twice if the nonce was stale).
     *
     * @throws IOException if no final response came in time
     */
    public SipMessage request(SipMessage request) throws IOException {
        return exchange(request).awaitFinal();
    }

    /** As {@link #request}, and gives all that came to the last attempt. */
    public SipExchange exchange(SipMessage request) throws IOException {
        return exchange(request, this::nextSequence);
    }

    /** As {@link #exchange(SipMessage)}, with numbers of a dialog's own for what is sent again. */
    SipExchange exchange(SipMessage request, LongSupplier numbers) throws IOException {
        SipExchange exchange = start(request);
        for (int attempt = 0; attempt < 2; attempt++) {
            SipMessage answer = exchange.awaitFinal();
            SipMessage again = withCredentials(exchange.request(), answer, attempt, numbers);
            if (again == null) {
                break;
            }
            exchange = start(again);
        }
        return exchange;
    }

    /** The request once more, for the challenge in {@code answer}; null if there is none or we cannot answer it. */
    @Nullable
    SipMessage withCredentials(SipMessage request, SipMessage answer, int attempt, LongSupplier numbers) {
        boolean proxy = answer.status() == PROXY_AUTHENTICATION_REQUIRED;
        if (digest == null || !proxy && answer.status() != UNAUTHORIZED) {
            return null;
        }
        List<String> challenges = answer.values(proxy ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE);
        SipMessage again = request.copy();
        synchronized (digest) {
            if (!digest.challenged(challenges) || attempt > 0 && !digest.stale()) {
                return null;
            }
            String credentials = digest.authorization(request.method(), request.requestUriText(), context.random())
                    .orElseThrow();
            again.set(proxy ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION, credentials);
        }
        again.set(HeaderName.VIA, newVia());
        again.set(HeaderName.CSEQ, numbers.getAsLong() + " " + request.method());
        return again;
    }

    /** Sends a request as it is, without waiting; challenges come back like every response. */
    public SipExchange start(SipMessage request) throws IOException {
        SipExchange exchange = new SipExchange(request, settings.timeout());
        String branch = request.topVia().branch();
        if (branch != null) {
            exchanges.put(branch, exchange);
        }
        send(request);
        return exchange;
    }

    /**
     * Sends any message as it is.
     *
     * @throws IOException if the connection is closed or its queue is full
     */
    public void send(SipMessage message) throws IOException {
        send(message.encode());
    }

    /** Sends any bytes as they are: on a WebSocket as one message. */
    public void send(byte[] bytes) throws IOException {
        SendOutcome outcome = connection.send(bytes);
        if (outcome != SendOutcome.SENT) {
            throw new IOException("not sent: " + outcome);
        }
    }

    // ---- requests of others

    /** The next request of that method that nobody has taken; null if none came in time. */
    public @Nullable SipMessage take(String method, Duration limit) throws IOException {
        return take(request -> request.method().equals(method), limit);
    }

    /** The next request of that kind that nobody has taken; null if none came in time. */
    public @Nullable SipMessage take(Predicate<SipMessage> wanted, Duration limit) throws IOException {
        return inbox.take(wanted, limit);
    }

    /**
     * As {@link #take}, with the time limit of the settings.
     *
     * @throws SipTimeoutException if none came in time
     */
    public SipMessage await(String method) throws IOException {
        SipMessage request = take(method, settings.timeout());
        if (request == null) {
            throw new SipTimeoutException("no " + method + " within " + settings.timeout());
        }
        return request;
    }

    /** Waits for a MESSAGE, answers it 200 and gives it; one that is delivered once more is answered and dropped. */
    public SipMessage awaitMessage() throws IOException {
        while (true) {
            SipMessage message = await("MESSAGE");
            respond(message, 200, "OK");
            if (isNew(message)) {
                return message;
            }
        }
    }

    private boolean isNew(SipMessage message) {
        synchronized (history) {
            return history.isNew(message);
        }
    }

    /** Answers a request, with a To tag if it has none. */
    public void respond(SipMessage request, int status, String reason) throws IOException {
        send(SipMessage.responseTo(request, status, reason, token(5)));
    }

    // ---- calls

    /** Starts a call; the call's own methods do the rest. Challenges are answered by {@link SipCall#awaitFinal()}. */
    public SipCall invite(String to, String sdp) throws IOException {
        SipMessage invite = newRequest("INVITE", to);
        invite.set(HeaderName.SUPPORTED, "outbound");
        invite.setBody("application/sdp", sdp.getBytes(StandardCharsets.UTF_8));
        return SipCall.outgoing(this, start(invite));
    }

    /** Waits for a call of somebody else's; nothing has been answered yet. */
    public SipCall awaitCall() throws IOException {
        return SipCall.incoming(this, await("INVITE"));
    }

    // ---- its end

    /** Why the connection was closed; null if it was not within that time. */
    public @Nullable TransportErrorCode awaitClosed(Duration limit) throws IOException {
        return inbox.awaitClosed(limit);
    }

    /** Closes the connection at once, without ending the registration. */
    @Override
    public void close() {
        connection.close(TransportErrorCode.CLOSED_BY_ROLE);
    }

    /** Random text of that many bytes in hexadecimal. */
    String token(int bytes) {
        byte[] random = new byte[bytes];
        context.random().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** What comes on the connection, on its event loop. */
    private static final class Events implements SipConnectionEvents {
        private final SipInbox inbox = new SipInbox();
        private final ConcurrentHashMap<String, SipExchange> exchanges = new ConcurrentHashMap<>();

        @Override
        public void opened(SipConnection connection, long now) {}

        @Override
        public void received(SipConnection connection, SipMessage message, long now) {
            if (message.isRequest()) {
                inbox.add(message);
                return;
            }
            String branch = message.topVia().branch();
            SipExchange exchange = branch == null ? null : exchanges.get(branch);
            if (exchange == null || !exchange.request().method().equals(message.method())) {
                return;
            }
            if (message.method().equals("INVITE") && message.status() >= 300) {
                connection.send(CompanionRequest.ack(exchange.request(), message));
            }
            exchange.add(message);
        }

        @Override
        public void refused(SipConnection connection, ErrorCode code, long now) {}

        @Override
        public void closed(SipConnection connection, TransportErrorCode reason, long now) {
            inbox.close(reason);
            exchanges.values().forEach(exchange -> exchange.close(reason));
        }
    }
}
