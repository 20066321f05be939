package org.edgeways.sip.useragent;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.edgeways.base.Result;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.transaction.ClientTransaction;
import org.jspecify.annotations.Nullable;

/**
 * The registration of one user agent (RFC 3261 section 10.2, RFC 5626 section 4.2). States: out → (register) → asking →
 * registered → (refresh is due) → asking …; asking → refused or unanswered → out; any → (unregister) → leaving → out. One
 * REGISTER is under way at a time: what is wanted while asking or leaving is sent when its answer has come.
 */
final class Registration implements OutgoingRequests.Answer {

    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST_SECONDS = 0xffff_ffffL;

    /** What a time that cannot be read counts as (section 20.10). */
    private static final long UNREADABLE_SECONDS = 3_600;

    private enum State {
        OUT,
        ASKING,
        REGISTERED,
        LEAVING
    }

    private final Core core;
    private final String callId;
    private final String fromTag;
    private State state = State.OUT;

    /** ASKING or LEAVING: what to do when the REGISTER that is under way has ended. */
    private @Nullable State next;

    private boolean askedForLonger;
    private long wantedSeconds;
    private long sequence;
    private TimerQueue.@Nullable Timer<LongConsumer> refresh;
    private List<String> serviceRoutes = List.of();

    Registration(Core core) {
        this.core = core;
        this.callId = core.randomText(20);
        this.fromTag = core.randomText(10);
        this.wantedSeconds = core.settings().expiresSeconds();
    }

    boolean registered() {
        return state == State.REGISTERED;
    }

    /** The Route that requests outside dialogs take (RFC 3608), empty if the registrar gave none. */
    List<String> serviceRoutes() {
        return serviceRoutes;
    }

    void register(long now) {
        want(State.ASKING, now);
    }

    void unregister(long now) {
        want(State.LEAVING, now);
    }

    private void want(State what, long now) {
        stopRefreshing();
        switch (state) {
            case OUT, REGISTERED -> ask(what, now);
            case ASKING, LEAVING -> next = what;
        }
    }

    private void ask(State what, long now) {
        state = what;
        askedForLonger = false;
        ask(now);
    }

    private void ask(long now) {
        core.send(registerRequest(state == State.LEAVING ? 0 : wantedSeconds), this, now);
    }

    private SipMessage registerRequest(long seconds) {
        UserAgentSettings settings = core.settings();
        SipUri person = settings.addressOfRecord();
        SipUri registrar = new SipUri(person.secure(), null, person.host(), person.port(), person.parameters(), null);
        SipMessage request = SipMessage.request("REGISTER", registrar.toString());
        settings.routes().forEach(route -> request.add(HeaderName.ROUTE, route));
        request.add(HeaderName.MAX_FORWARDS, "70");
        request.add(
                HeaderName.FROM,
                NameAddress.of(person).withParameter("tag", fromTag).toString());
        request.add(HeaderName.TO, NameAddress.of(person).toString());
        request.add(HeaderName.CALL_ID, callId);
        request.add(HeaderName.CSEQ, ++sequence + " REGISTER");
        request.add(HeaderName.CONTACT, contact());
        request.add(HeaderName.EXPIRES, Long.toString(seconds));
        request.add(HeaderName.SUPPORTED, core.supported());
        request.add(HeaderName.USER_AGENT, settings.product());
        request.setBody(null, new byte[0]);
        return request;
    }

    /** RFC 5626 section 4.2.1. */
    private String contact() {
        UserAgentSettings settings = core.settings();
        NameAddress contact = NameAddress.of(settings.contact());
        if (settings.instance() != null) {
            contact = contact.withParameter("+sip.instance", "\"<" + settings.instance() + ">\"");
        }
        if (settings.registrationId() > 0) {
            contact = contact.withParameter("reg-id", Integer.toString(settings.registrationId()));
        }
        return contact.toString();
    }

    @Override
    public void sent(ClientTransaction transaction, long now) {
        sequence = Math.max(sequence, transaction.request().cseq().number());
    }

    @Override
    public boolean stillWanted() {
        return next == null;
    }

    @Override
    public void finished(
            @Nullable ClientTransaction transaction,
            int status,
            String reason,
            @Nullable SipMessage response,
            long now) {
        State wanted = next;
        if (wanted != null) {
            next = null;
            ask(wanted, now);
            return;
        }
        switch (state) {
            case ASKING -> asked(status, reason, response, now);
            case LEAVING -> {
                state = State.OUT;
                serviceRoutes = List.of();
                core.happened(
                        status < 300
                                ? new UserAgentEvent.Unregistered()
                                : new UserAgentEvent.RegistrationFailed(status, reason),
                        now);
            }
            case OUT, REGISTERED -> throw new IllegalStateException("an answer without a question");
        }
    }

    private void asked(int status, String reason, @Nullable SipMessage response, long now) {
        if (response != null && status < 300) {
            registered(response, now);
            return;
        }
        long least = response == null ? 0 : number(response.first(HeaderName.MIN_EXPIRES));
        if (status == 423 && least > wantedSeconds && !askedForLonger) {
            askedForLonger = true;
            wantedSeconds = least; // section 10.2.8
            ask(now);
            return;
        }
        state = State.OUT;
        core.happened(new UserAgentEvent.RegistrationFailed(status, reason), now);
    }

    private void registered(SipMessage response, long now) {
        long seconds = grantedSeconds(response);
        if (seconds == 0) {
            state = State.OUT;
            core.happened(
                    new UserAgentEvent.RegistrationFailed(response.status(), "The registrar granted no time"), now);
            return;
        }
        serviceRoutes = response.elements(HeaderName.SERVICE_ROUTE);
        state = State.REGISTERED;
        long flowTimer = number(response.first(HeaderName.FLOW_TIMER));
        // early enough for one more try, at the latest half-way for very short ones
        long delay = Math.max(seconds - Math.max(seconds / 10, 5), (seconds + 1) / 2);
        refresh = core.at(now + delay * SECOND, this::refreshDue);
        core.happened(new UserAgentEvent.Registered(response, seconds, flowTimer), now);
    }

    private void refreshDue(long now) {
        refresh = null;
        ask(State.ASKING, now);
    }

    /** Section 10.2.4: the expires parameter of our Contact, else the Expires header, else what was asked for. */
    private long grantedSeconds(SipMessage response) {
        if (response.addresses(HeaderName.CONTACT)
                instanceof Result.Ok<List<NameAddress>>(List<NameAddress> contacts)) {
            for (NameAddress contact : contacts) {
                SipUri uri = contact.sipUri();
                String expires = contact.parameters().get("expires");
                if (uri != null
                        && expires != null
                        && uri.equivalent(core.settings().contact())) {
                    return expiresSeconds(expires);
                }
            }
        }
        OptionalLong header = response.expires();
        return header.orElse(wantedSeconds);
    }

    private long expiresSeconds(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Math.min(UNREADABLE_SECONDS, wantedSeconds);
        }
        return text.length() > 10 ? LONGEST_SECONDS : Math.min(Long.parseLong(text), LONGEST_SECONDS);
    }

    private static long number(@Nullable String text) {
        String digits = Objects.requireNonNullElse(text, "");
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        return Long.parseLong(digits);
    }

    private void stopRefreshing() {
        TimerQueue.Timer<LongConsumer> timer = refresh;
        if (timer != null) {
            core.cancel(timer);
            refresh = null;
        }
    }
}
