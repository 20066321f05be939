package org.edgeways.pool.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.Parameters;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.jspecify.annotations.Nullable;

/**
 * What a REGISTER asks for (RFC 3261 section 10.2, RFC 3327 section 5, RFC 5626 section 4.2).
 *
 * @param contacts those to bind or to remove, in order
 * @param removeAll Contact was {@code *}
 * @param path the Path header's elements, top first; none for a device inside, whatever it wrote
 * @param callId its Call-ID
 * @param sequence its CSeq number
 * @param userAgent its User-Agent, or empty
 */
record RegisterRequest(
        List<Contact> contacts, boolean removeAll, List<String> path, String callId, long sequence, String userAgent) {

    private static final int LONGEST_REG_ID = 10;
    private static final int LONGEST_USER_AGENT = 200;

    /**
     * One contact.
     *
     * @param uri its address
     * @param parameters its header parameters without expires and without GRUUs, which are ours to give
     * @param instance its +sip.instance without quotes, or null
     * @param regId its reg-id, 0 if it does not use outbound
     * @param priority its q in thousandths
     * @param expirySeconds how long; 0 to remove it
     */
    record Contact(
            SipUri uri, Parameters parameters, @Nullable String instance, int regId, int priority, long expirySeconds) {

        /** Whether this contact takes the place of {@code binding}; see {@link Registrar}. */
        boolean replaces(Binding binding) {
            if (instance != null && regId > 0 && instance.equals(binding.instance()) && regId == binding.regId()) {
                return true;
            }
            boolean sameUri =
                    Uri.parse(binding.contact()) instanceof Result.Ok<Uri>(SipUri bound) && bound.equivalent(uri);
            if (expirySeconds == 0) {
                return sameUri
                        && (instance == null || binding.instance() == null || instance.equals(binding.instance()));
            }
            if (instance == null) {
                return sameUri && binding.instance() == null;
            }
            if (instance.equals(binding.instance())) {
                return regId == 0 && binding.regId() == 0;
            }
            return sameUri && binding.instance() == null;
        }
    }

    /** Either the request, or why not. */
    sealed interface Outcome {
        record Read(RegisterRequest request) implements Outcome {}

        record Refused(Refusal refusal) implements Outcome {}
    }

    RegisterRequest {
        contacts = List.copyOf(contacts);
        path = List.copyOf(path);
    }

    /** Reads a REGISTER that came on {@code flow}. */
    static Outcome read(SipMessage request, FlowName flow, RegistrarLimits limits) {
        // RFC 3327 section 5.3: only edge nodes are trusted to write it
        List<String> path = flow.inside() ? List.of() : request.elements(HeaderName.PATH);
        if (path.stream().mapToInt(String::length).sum() > limits.contactBytes()) {
            return refused(403, PoolErrorCode.CONTACT_TOO_LONG, "limit contactBytes");
        }
        return switch (request.addresses(HeaderName.CONTACT)) {
            case Result.Bad<List<NameAddress>> bad ->
                new Outcome.Refused(Refusal.of(
                        400, "Contact: " + bad.reason(), PoolErrorCode.CONTACT_MALFORMED, "RFC 3261 section 20.10"));
            case Result.Ok<List<NameAddress>> good -> read(request, good.value(), path, flow, limits);
        };
    }

    private static Outcome read(
            SipMessage request, List<NameAddress> addresses, List<String> path, FlowName flow, RegistrarLimits limits) {
        String agent = request.first(HeaderName.USER_AGENT);
        String userAgent = agent == null ? "" : agent.substring(0, Math.min(agent.length(), LONGEST_USER_AGENT));
        boolean star = addresses.stream().anyMatch(NameAddress::isStar);
        if (star) {
            // section 10.3 item 6
            boolean zero = request.expires().orElse(-1) == 0;
            if (addresses.size() > 1 || !zero) {
                return refused(
                        400, PoolErrorCode.CONTACT_MALFORMED, "RFC 3261 section 10.3 item 6: * needs Expires: 0");
            }
            return new Outcome.Read(new RegisterRequest(
                    List.of(), true, path, request.callId(), request.cseq().number(), userAgent));
        }
        if (addresses.size() > limits.contactsPerRequest()) {
            return refused(403, PoolErrorCode.CONTACTS_TOO_MANY, "limit contactsPerRequest");
        }
        List<Contact> contacts = new ArrayList<>();
        for (NameAddress address : addresses) {
            Outcome refused = readContact(request, address, limits, contacts);
            if (refused != null) {
                return refused;
            }
        }
        Outcome refused = checkOutbound(contacts, path, flow);
        if (refused != null) {
            return refused;
        }
        return new Outcome.Read(new RegisterRequest(
                contacts, false, path, request.callId(), request.cseq().number(), userAgent));
    }

    private static @Nullable Outcome readContact(
            SipMessage request, NameAddress address, RegistrarLimits limits, List<Contact> contacts) {
        if (!(address.uri() instanceof SipUri uri)) {
            return refused(416, PoolErrorCode.URI_UNSUPPORTED, "RFC 3261 section 10.3: contacts are SIP URIs");
        }
        if (address.toString().length() > limits.contactBytes()) {
            return refused(403, PoolErrorCode.CONTACT_TOO_LONG, "limit contactBytes");
        }
        Parameters parameters = address.parameters();
        int priority = priority(parameters.get("q"));
        OptionalLong named = expiry(parameters.get("expires"));
        if (priority < 0) {
            return refused(400, PoolErrorCode.CONTACT_MALFORMED, "RFC 3261 section 20.10: q");
        }
        // section 10.3 item 7: the parameter, the header, our own default; what cannot be read counts as absent
        long seconds = named.isPresent()
                ? named.getAsLong()
                : request.expires().orElse(limits.defaultExpiry().toSeconds());
        if (seconds > 0 && seconds < limits.minimumExpiry().toSeconds()) {
            return new Outcome.Refused(
                    Refusal.of(423, "Interval Too Brief", PoolErrorCode.EXPIRY_TOO_BRIEF, "limit minimumExpiry")
                            .with(
                                    HeaderName.MIN_EXPIRES,
                                    Long.toString(limits.minimumExpiry().toSeconds())));
        }
        String instance = instance(parameters.get("+sip.instance"));
        int regId = instance != null && request.lists(HeaderName.SUPPORTED, "outbound")
                ? regId(parameters.get("reg-id"))
                : 0;
        if (regId < 0) {
            return refused(400, PoolErrorCode.CONTACT_MALFORMED, "RFC 5626 section 4.2: reg-id");
        }
        contacts.add(new Contact(
                uri,
                parameters.without("expires").without("pub-gruu").without("temp-gruu"),
                instance,
                regId,
                priority,
                Math.min(seconds, limits.maximumExpiry().toSeconds())));
        return null;
    }

    /** RFC 5626 section 6: one contact with reg-id at a time, and the first hop must do outbound too. */
    private static @Nullable Outcome checkOutbound(List<Contact> contacts, List<String> path, FlowName flow) {
        long bound = contacts.stream()
                .filter(c -> c.regId() > 0 && c.expirySeconds() > 0)
                .count();
        if (bound > 1) {
            return refused(400, PoolErrorCode.CONTACT_MALFORMED, "RFC 5626 section 6: one contact with reg-id");
        }
        if (bound == 1 && !flow.inside() && !firstHopDoesOutbound(path)) {
            return refused(439, PoolErrorCode.OUTBOUND_NOT_SUPPORTED, "RFC 5626 section 6: ob in the last Path");
        }
        return null;
    }

    private static boolean firstHopDoesOutbound(List<String> path) {
        return !path.isEmpty()
                && NameAddress.parse(path.getLast()) instanceof Result.Ok<NameAddress>(NameAddress hop)
                && hop.uri() instanceof SipUri uri
                && uri.parameters().has("ob");
    }

    /** Whether {@code binding} was made by a later REGISTER of the same Call-ID (RFC 3261 section 10.3 item 7). */
    boolean overtakenBy(Binding binding) {
        return binding.callId().equals(callId) && sequence <= binding.sequence();
    }

    Binding binding(Contact contact, String id, String person, String flow, String device, long now) {
        return new Binding(
                id,
                person,
                contact.uri().toString(),
                contact.parameters().toString(),
                contact.instance(),
                contact.regId(),
                contact.priority(),
                path,
                flow,
                callId,
                sequence,
                device,
                userAgent,
                now,
                now + contact.expirySeconds() * 1_000_000_000L);
    }

    private static Outcome refused(int status, PoolErrorCode code, String rule) {
        return new Outcome.Refused(Refusal.of(status, code, rule));
    }

    private static @Nullable String instance(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** 1 to 2^31-1; 0 if there is none, -1 if it is malformed. */
    private static int regId(@Nullable String value) {
        if (value == null) {
            return 0;
        }
        OptionalLong number = digits(value, LONGEST_REG_ID);
        return number.isEmpty() || number.getAsLong() < 1 || number.getAsLong() > Integer.MAX_VALUE
                ? -1
                : (int) number.getAsLong();
    }

    private static OptionalLong expiry(@Nullable String value) {
        if (value == null) {
            return OptionalLong.empty();
        }
        OptionalLong seconds = digits(value, 18);
        return seconds.isPresent() ? OptionalLong.of(Math.min(seconds.getAsLong(), 0xffff_ffffL)) : seconds;
    }

    private static OptionalLong digits(String value, int longest) {
        if (value.isEmpty() || value.length() > longest || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(value));
    }

    /** Thousandths; 1000 if there is none (RFC 3261 section 20.10), -1 if it is malformed. */
    private static int priority(@Nullable String q) {
        if (q == null) {
            return 1000;
        }
        String text = q.strip().toLowerCase(Locale.ROOT);
        if (text.length() > 5 || text.isEmpty() || (text.charAt(0) != '0' && text.charAt(0) != '1')) {
            return -1;
        }
        String fraction = text.length() == 1 ? "" : text.substring(2);
        boolean wellFormed = (text.length() == 1 || text.charAt(1) == '.')
                && fraction.chars().allMatch(c -> c >= '0' && c <= '9');
        int thousandths =
                !wellFormed ? -1 : (text.charAt(0) - '0') * 1000 + Integer.parseInt((fraction + "000").substring(0, 3));
        return thousandths > 1000 ? -1 : thousandths;
    }
}
