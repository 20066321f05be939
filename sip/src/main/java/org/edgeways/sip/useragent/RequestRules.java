package org.edgeways.sip.useragent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.OtherUri;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.TelUri;
import org.edgeways.sip.message.Uri;

/**
 * What a user agent server or registrar looks at before it processes a request (RFC 3261 section 8.2), in that order:
 * 501, 405; 400, 416; 420; 415; 406; 400.
 *
 * @param methods that it serves
 * @param schemes of Request-URIs that it serves, in lower case
 * @param extensions option tags that it supports, in lower case
 * @param contentTypes of bodies that it understands, in lower case, without parameters; empty for any
 * @param contentEncodings of bodies that it understands, in lower case; {@code identity} always
 */
public record RequestRules(
        List<String> methods,
        Set<String> schemes,
        Set<String> extensions,
        Set<String> contentTypes,
        Set<String> contentEncodings) {

    /** The methods that are known at all: those served nowhere get 501 instead of 405 (section 21.5.2). */
    private static final Set<String> METHODS = Set.of(
            "ACK",
            "BYE",
            "CANCEL",
            "INFO",
            "INVITE",
            "MESSAGE",
            "NOTIFY",
            "OPTIONS",
            "PRACK",
            "PUBLISH",
            "REFER",
            "REGISTER",
            "SUBSCRIBE",
            "UPDATE");

    /** Copies the collections. */
    public RequestRules {
        methods = List.copyOf(methods);
        schemes = Set.copyOf(schemes);
        extensions = Set.copyOf(extensions);
        contentTypes = Set.copyOf(contentTypes);
        contentEncodings = Set.copyOf(contentEncodings);
    }

    /** The response that the request gets instead of being processed, without To tag; empty if nothing is wrong. */
    public Optional<SipMessage> refusal(SipMessage request) {
        if (!methods.contains(request.method())) {
            SipMessage response = METHODS.contains(request.method())
                    ? SipMessage.responseTo(request, 405, "Method Not Allowed")
                    : SipMessage.responseTo(request, 501, "Not Implemented");
            response.add(HeaderName.ALLOW, String.join(", ", methods));
            return Optional.of(response);
        }
        return requestUri(request)
                .or(() -> required(request))
                .or(() -> content(request))
                .or(() -> acceptable(request))
                .or(() -> addresses(request));
    }

    /** Section 8.2.2.1. */
    private Optional<SipMessage> requestUri(SipMessage request) {
        String scheme = switch (request.requestUri()) {
            case Result.Bad<Uri> bad -> "";
            case Result.Ok<Uri>(SipUri uri)
            when uri.headers() != null ->
                // section 19.1.1: headers have no place in a Request-URI
                "";
            case Result.Ok<Uri>(SipUri uri) -> uri.scheme();
            case Result.Ok<Uri>(TelUri uri) -> uri.scheme();
            case Result.Ok<Uri>(OtherUri uri) -> uri.scheme();
        };
        if (scheme.isEmpty()) {
            return Optional.of(SipMessage.responseTo(request, 400, "Bad Request - Request-URI"));
        }
        return schemes.contains(scheme)
                ? Optional.empty()
                : Optional.of(SipMessage.responseTo(request, 416, "Unsupported URI Scheme"));
    }

    /** Section 8.2.2.3. */
    private Optional<SipMessage> required(SipMessage request) {
        List<String> unsupported = new ArrayList<>();
        for (String tag : request.elements(HeaderName.REQUIRE)) {
            if (!extensions.contains(tag.toLowerCase(Locale.ROOT))) {
                unsupported.add(tag);
            }
        }
        if (unsupported.isEmpty()) {
            return Optional.empty();
        }
        SipMessage response = SipMessage.responseTo(request, 420, "Bad Extension");
        response.add(HeaderName.UNSUPPORTED, String.join(", ", unsupported));
        return Optional.of(response);
    }

    /** Section 8.2.3. */
    private Optional<SipMessage> content(SipMessage request) {
        if (request.bodyLength() == 0) {
            return Optional.empty();
        }
        for (String encoding : request.elements(HeaderName.CONTENT_ENCODING)) {
            String name = encoding.toLowerCase(Locale.ROOT);
            if (!name.equals("identity") && !contentEncodings.contains(name)) {
                SipMessage response = SipMessage.responseTo(request, 415, "Unsupported Media Type");
                response.add(HeaderName.of("Accept-Encoding"), String.join(", ", contentEncodings));
                return Optional.of(response);
            }
        }
        String type = request.first(HeaderName.CONTENT_TYPE);
        if (type == null || contentTypes.isEmpty()) {
            return Optional.empty();
        }
        int semicolon = type.indexOf(';');
        String plain =
                (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        if (contentTypes.contains(plain)) {
            return Optional.empty();
        }
        SipMessage response = SipMessage.responseTo(request, 415, "Unsupported Media Type");
        response.add(HeaderName.ACCEPT, String.join(", ", contentTypes));
        return Optional.of(response);
    }

    /** An INVITE is answered with a session description, if with anything (RFC 3261 section 21.4.7). */
    private static Optional<SipMessage> acceptable(SipMessage request) {
        if (!request.method().equals("INVITE") || !request.has(HeaderName.ACCEPT)) {
            return Optional.empty();
        }
        for (String range : request.elements(HeaderName.ACCEPT)) {
            int semicolon = range.indexOf(';');
            String type = (semicolon < 0 ? range : range.substring(0, semicolon))
                    .strip()
                    .toLowerCase(Locale.ROOT);
            if (type.equals("application/sdp") || type.equals("application/*") || type.equals("*/*")) {
                return Optional.empty();
            }
        }
        return Optional.of(SipMessage.responseTo(request, 406, "Not Acceptable"));
    }

    /** What the request's purpose relies on: a person to register (section 10.3), Contacts that can be read. */
    private static Optional<SipMessage> addresses(SipMessage request) {
        boolean register = request.method().equals("REGISTER");
        if (register && request.to().sipUri() == null) {
            return Optional.of(SipMessage.responseTo(request, 400, "Bad Request - To header"));
        }
        boolean relies = register || request.method().equals("INVITE");
        if (!relies || request.addresses(HeaderName.CONTACT) instanceof Result.Ok<List<NameAddress>>) {
            return Optional.empty();
        }
        return Optional.of(SipMessage.responseTo(request, 400, "Bad Request - Contact header"));
    }
}
