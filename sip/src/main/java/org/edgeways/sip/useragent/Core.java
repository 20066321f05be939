package org.edgeways.sip.useragent;

import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.RandomText;
import org.edgeways.sip.transaction.ServerTransaction;
import org.edgeways.sip.transaction.SipTimers;
import org.edgeways.sip.transaction.TransactionLayer;
import org.edgeways.sip.transaction.Transmitter;

/** What the parts of a user agent share. */
final class Core {

    static final String ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, INFO, UPDATE, NOTIFY, REFER";

    private final UserAgentSettings settings;
    private final SipTimers sipTimers;
    private final Transmitter transmitter;
    private final Function<SipUri, Destination> nextHops;
    private final UserAgentEvent.Listener listener;
    private final RandomGenerator random;
    private final TransactionLayer layer;
    private final OutgoingRequests requests;
    private final TimerQueue<LongConsumer> timers = new TimerQueue<>();
    private long lastId;

    Core(
            UserAgentSettings settings,
            SipTimers sipTimers,
            Transmitter transmitter,
            Function<SipUri, Destination> nextHops,
            UserAgentEvent.Listener listener,
            RandomGenerator random,
            TransactionLayer layer) {
        this.settings = settings;
        this.sipTimers = sipTimers;
        this.transmitter = transmitter;
        this.nextHops = nextHops;
        this.listener = listener;
        this.random = random;
        this.layer = layer;
        Credentials credentials = new Credentials(settings.username(), settings.password(), random);
        this.requests = new OutgoingRequests(layer, credentials, settings.via(), random);
    }

    UserAgentSettings settings() {
        return settings;
    }

    SipTimers sipTimers() {
        return sipTimers;
    }

    RandomGenerator random() {
        return random;
    }

    TransactionLayer layer() {
        return layer;
    }

    OutgoingRequests requests() {
        return requests;
    }

    TimerQueue<LongConsumer> timers() {
        return timers;
    }

    TimerQueue.Timer<LongConsumer> at(long deadline, LongConsumer what) {
        return timers.schedule(deadline, what);
    }

    void cancel(TimerQueue.Timer<LongConsumer> timer) {
        timers.cancel(timer);
    }

    void happened(UserAgentEvent event, long now) {
        listener.happened(event, now);
    }

    long nextId() {
        return ++lastId;
    }

    String randomText(int letters) {
        return RandomText.of(random, letters);
    }

    /** Sends a request outside dialogs to where its Route or Request-URI leads. */
    void send(SipMessage request, OutgoingRequests.Answer answer, long now) {
        requests.send(request, destination(request), null, answer, now);
    }

    /** Sends a request within a dialog to where its Route or Request-URI leads. */
    void send(Dialog dialog, SipMessage request, OutgoingRequests.Answer answer, long now) {
        requests.send(request, destination(request), dialog, answer, now);
    }

    /** Sends the ACK of a 2xx, past the transaction layer (section 13.2.2.4). */
    void acknowledge(SipMessage ack, long now) {
        transmitter.transmit(ack, destination(ack), now);
    }

    private Destination destination(SipMessage request) {
        SipUri hop = request.addresses(HeaderName.ROUTE) instanceof Result.Ok<List<NameAddress>> ok
                        && !ok.value().isEmpty()
                ? ok.value().getFirst().sipUri()
                : null;
        if (hop == null && request.requestUri() instanceof Result.Ok<Uri> ok && ok.value() instanceof SipUri uri) {
            hop = uri;
        }
        return nextHops.apply(hop == null ? settings.addressOfRecord() : hop);
    }

    void respond(ServerTransaction transaction, int status, String reason, long now) {
        layer.respond(transaction, response(transaction, status, reason), now);
    }

    SipMessage response(ServerTransaction transaction, int status, String reason) {
        SipMessage response = SipMessage.responseTo(
                transaction.request(), status, reason, status > 100 ? transaction.localTag() : null);
        response.add(HeaderName.SERVER, settings.product());
        return response;
    }

    /** The Contact of requests and responses that make or refresh a dialog; with {@code ob} under outbound (RFC 5626 section 4.3). */
    String dialogContact() {
        SipUri contact = settings.contact();
        Parameters parameters =
                settings.registrationId() > 0 ? contact.parameters().with("ob", null) : contact.parameters();
        return NameAddress.of(contact.withParameters(parameters)).toString();
    }

    String supported() {
        TreeSet<String> tags = new TreeSet<>(settings.extensions());
        tags.add("path");
        if (settings.registrationId() > 0) {
            tags.add("outbound");
        }
        return String.join(", ", tags);
    }
}
