package org.edgeways.sip.useragent;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.transaction.ClientTransaction;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ServerTransaction;
import org.edgeways.sip.transaction.SipEngine;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.TransactionLayer;
import org.edgeways.sip.transaction.TransactionUser;
import org.edgeways.sip.transaction.Transmitter;
import org.edgeways.sip.transaction.TransportFailure;
import org.jspecify.annotations.Nullable;

/**
 * One person's user agent as an engine: signs in and out, sends and receives messages, makes and takes calls. Answers
 * challenges by itself. For tests, the demo and whatever of ours is a party to a conversation. Belongs to one event loop.
 */
public final class UserAgent implements SipEngine {

    private static final Set<String> SCHEMES = Set.of("sip", "sips", "tel");

    private final Core core;
    private final TransactionLayer layer;
    private final Registration registration;
    private final DialogRequests dialogs;
    private final OutgoingCalls outgoingCalls;
    private final IncomingCalls incomingCalls;
    private final MessageHistory history;
    private final RequestRules rules;
    private int messageStatus = 200;
    private String messageReason = "OK";

    /**
     * A user agent that has done nothing yet.
     *
     * @param transmitter the driver
     * @param nextHops where requests go whose topmost Route, or else Request-URI, is that; a client behind one connection
     *     always gives that connection
     */
    public UserAgent(
            UserAgentSettings settings,
            Transmitter transmitter,
            Function<SipUri, Destination> nextHops,
            UserAgentEvent.Listener listener,
            SipTimers timers,
            SipEngineLimits limits,
            Counters counters,
            RandomGenerator random) {
        layer = new TransactionLayer(transmitter, new Requests(), timers, limits, counters, random);
        UserAgentEvent.Listener first = this::happened;
        core = new Core(
                settings,
                timers,
                transmitter,
                nextHops,
                (event, now) -> {
                    first.happened(event, now);
                    listener.happened(event, now);
                },
                random,
                layer);
        registration = new Registration(core);
        dialogs = new DialogRequests(core);
        outgoingCalls = new OutgoingCalls(core, dialogs);
        incomingCalls = new IncomingCalls(core, dialogs);
        history = new MessageHistory(settings.messagesRemembered());
        rules = new RequestRules(
                List.of(Core.ALLOW.split(", ")), SCHEMES, settings.extensions(), Set.of(), Set.of("deflate", "gzip"));
    }

    // ---- registration

    /**
     * Signs in, or again. Refreshes by itself until {@link #unregister}. While a REGISTER is unanswered, this waits for its
     * answer (RFC 3261 section 10.2), of which nothing is told then; of several such wishes the last counts.
     */
    public void register(long now) {
        registration.register(now);
    }

    /** Signs out; waits as {@link #register} does. */
    public void unregister(long now) {
        registration.unregister(now);
    }

    /** True while the latest REGISTER was accepted. */
    public boolean registered() {
        return registration.registered();
    }

    // ---- requests outside dialogs

    /** Sends a MESSAGE of plain text; {@link UserAgentEvent.Answered} tells its end under the number returned. */
    public long message(String to, String text, long now) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return send(RequestDraft.of("MESSAGE", to).withBody("text/plain;charset=utf-8", body), now);
    }

    /** Sends any request but REGISTER, INVITE, ACK and CANCEL outside dialogs. */
    public long send(RequestDraft draft, long now) {
        long id = core.nextId();
        core.send(
                request(draft),
                (transaction, status, reason, response, later) ->
                        core.happened(new UserAgentEvent.Answered(id, status, reason, response), later),
                now);
        return id;
    }

    private SipMessage request(RequestDraft draft) {
        String uri = draft.requestUri();
        SipMessage request = SipMessage.request(draft.method(), uri == null ? draft.to() : uri);
        List<String> routes = core.settings().routes().isEmpty()
                ? registration.serviceRoutes()
                : core.settings().routes();
        routes.forEach(route -> request.add(HeaderName.ROUTE, route));
        request.add(HeaderName.MAX_FORWARDS, "70");
        request.add(
                HeaderName.FROM,
                NameAddress.of(core.settings().addressOfRecord())
                        .withParameter("tag", core.randomText(10))
                        .toString());
        request.add(HeaderName.TO, address(draft.to()));
        request.add(HeaderName.CALL_ID, core.randomText(20));
        request.add(HeaderName.CSEQ, "1 " + draft.method());
        if (!draft.method().equals("MESSAGE")) {
            request.add(HeaderName.CONTACT, core.dialogContact()); // RFC 3428 section 4: not in MESSAGE
            request.add(HeaderName.ALLOW, Core.ALLOW);
        }
        request.add(HeaderName.SUPPORTED, core.supported());
        request.add(HeaderName.USER_AGENT, core.settings().product());
        request.setBody(draft.contentType(), draft.body());
        draft.headers().stream()
                .map(RequestDraft.Field::name)
                .distinct()
                .forEach(name -> request.setAll(
                        name,
                        draft.headers().stream()
                                .filter(field -> field.name().equals(name))
                                .map(RequestDraft.Field::value)
                                .toList()));
        return request;
    }

    private static String address(String uri) {
        return switch (Uri.parse(uri)) {
            case Result.Ok<Uri> ok -> NameAddress.of(ok.value()).toString();
            case Result.Bad<Uri> bad -> throw new IllegalArgumentException(uri + ": " + bad.reason());
        };
    }

    /**
     * What received messages are answered with from now on, 200 at first.
     *
     * @param status 200 to 699, or 0 for no answer at all, like a device that has hung up itself
     */
    public void answerMessagesWith(int status, String reason) {
        messageStatus = status;
        messageReason = reason;
    }

    // ---- calls

    /** Calls somebody. */
    public Call call(String to, String contentType, byte[] session, long now) {
        return call(RequestDraft.of("INVITE", to).withBody(contentType, session), now);
    }

    /** Calls somebody with an INVITE of one's own wording. */
    public Call call(RequestDraft invite, long now) {
        Call call = outgoingCalls.start(request(invite), now);
        call.localSessionType = invite.contentType();
        call.localSession = invite.body();
        return call;
    }

    /** Tells the caller that it rings. */
    public void ring(Call call, long now) {
        incomingCalls.progress(call, 180, "Ringing", null, new byte[0], now);
    }

    /** Tells the caller something else meanwhile, with early media if there is a session. */
    public void progress(Call call, int status, String reason, @Nullable String contentType, byte[] session, long now) {
        incomingCalls.progress(call, status, reason, contentType, session, now);
    }

    /** Takes a call. */
    public void accept(Call call, @Nullable String contentType, byte[] session, long now) {
        incomingCalls.accept(call, contentType, session, now);
    }

    /** Refuses a call with a final status of 300 or more. */
    public void reject(Call call, int status, String reason, long now) {
        incomingCalls.reject(call, status, reason, now);
    }

    /** Ends a call in the way that its state asks for: CANCEL, a refusal, BYE now or after the ACK. */
    public void hangUp(Call call, long now) {
        switch (call.state()) {
            case CALLING -> outgoingCalls.cancel(call, now);
            case OFFERED -> incomingCalls.reject(call, 480, "Temporarily Unavailable", now);
            case ACCEPTED -> call.hangUpWanted = true; // section 15: no BYE before the ACK
            case UP -> dialogs.endByBye(call, now);
            case ENDING, ENDED -> {
                // already under way
            }
        }
    }

    /**
     * Changes the session by re-INVITE, once no change of the peer's is under way. Tried again by itself after glare.
     *
     * @throws IllegalStateException if the call is not up or a change of ours is under way
     */
    public long reinvite(Call call, String contentType, byte[] session, long now) {
        return dialogs.changes().want(call, "INVITE", contentType, session, now);
    }

    /** As {@link #reinvite}, by UPDATE (RFC 3311). */
    public long update(Call call, String contentType, byte[] session, long now) {
        return dialogs.changes().want(call, "UPDATE", contentType, session, now);
    }

    /** Sends a request of another method within a call, such as INFO. */
    public long send(Call call, String method, @Nullable String contentType, byte[] body, long now) {
        return dialogs.send(call, method, contentType, body, now);
    }

    /** How many dialogs are kept. */
    public int dialogCount() {
        return dialogs.size();
    }

    private void happened(UserAgentEvent event, long now) {
        if (event instanceof UserAgentEvent.CallEnded(Call call, int _, String _) && !call.caller()) {
            incomingCalls.ended(call, now);
        }
    }

    // ---- the engine

    @Override
    public void receive(SipMessage message, Origin from, long now) {
        layer.receive(message, from, now);
    }

    @Override
    public void timeout(long now) {
        layer.timeout(now);
        for (LongConsumer due = core.timers().poll(now);
                due != null;
                due = core.timers().poll(now)) {
            due.accept(now);
        }
    }

    @Override
    public long nextDeadline() {
        return Math.min(layer.nextDeadline(), core.timers().nextDeadline());
    }

    @Override
    public void sentOver(String branch, Flow flow) {
        layer.sentOver(branch, flow);
    }

    @Override
    public void transportFailed(String branch, TransportFailure failure, long now) {
        layer.transportFailed(branch, failure, now);
    }

    @Override
    public void flowClosed(Flow flow, long now) {
        layer.flowClosed(flow, now);
    }

    /** What the transaction layer tells. */
    private final class Requests implements TransactionUser {

        @Override
        public void request(ServerTransaction transaction, long now) {
            SipMessage request = transaction.request();
            Optional<SipMessage> refusal = rules.refusal(request);
            if (refusal.isPresent()) {
                layer.respond(transaction, refusal.get(), now);
            } else if (request.toTag() != null) {
                dialogs.received(transaction, now);
            } else {
                outsideDialog(transaction, now);
            }
        }

        private void outsideDialog(ServerTransaction transaction, long now) {
            switch (transaction.request().method()) {
                case "INVITE" -> incomingCalls.received(transaction, now);
                case "MESSAGE" -> message(transaction, now);
                case "OPTIONS" -> {
                    SipMessage response = core.response(transaction, 200, "OK");
                    response.add(HeaderName.ALLOW, Core.ALLOW);
                    response.add(HeaderName.SUPPORTED, core.supported());
                    response.add(HeaderName.ACCEPT, "application/sdp, text/plain");
                    layer.respond(transaction, response, now);
                }
                default -> core.respond(transaction, 481, "Call/Transaction Does Not Exist", now);
            }
        }

        private void message(ServerTransaction transaction, long now) {
            SipMessage message = transaction.request();
            if (messageStatus > 0) {
                core.respond(transaction, messageStatus, messageReason, now);
            }
            boolean taken = messageStatus < 300;
            if (taken) {
                core.happened(
                        history.isNew(message)
                                ? new UserAgentEvent.MessageReceived(message)
                                : new UserAgentEvent.RepetitionDropped(message),
                        now);
            }
        }

        @Override
        public void acknowledged(SipMessage ack, Origin from, long now) {
            dialogs.acknowledged(ack, now);
        }

        @Override
        public void cancelled(ServerTransaction invite, long now) {
            incomingCalls.cancelled(invite, 487, "Request Terminated", now);
        }

        @Override
        public void response(ClientTransaction transaction, SipMessage response, long now) {
            core.requests().response(transaction, response, now);
        }

        @Override
        public void timedOut(ClientTransaction transaction, long now) {
            core.requests().failed(transaction, 408, "Request Timeout", now);
        }

        @Override
        public void transportFailed(ClientTransaction transaction, TransportFailure failure, long now) {
            core.requests().failed(transaction, failure.status(), failure.reason(), now);
        }

        @Override
        public void abandoned(ServerTransaction transaction, long now) {
            if (transaction.isInvite()) {
                incomingCalls.cancelled(transaction, 503, "Service Unavailable", now);
            }
        }
    }
}
