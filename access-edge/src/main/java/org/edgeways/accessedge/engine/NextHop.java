package org.edgeways.accessedge.engine;

import org.edgeways.base.Result;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipUri;
import org.edgeways.sip.message.Uri;
import org.edgeways.sip.transaction.Destination;

/** Where requests from outside go. */
public sealed interface NextHop {

    /** An inside service, over the connections that it has opened to us. */
    record Service(String name) implements NextHop {}

    /** As {@link Service}, but a foreign server stands behind it. */
    record Connector(String name) implements NextHop {}

    /** An address that we open connections to: the inner firewall must allow it. */
    record Direct(SipUri uri) implements NextHop {}

    /** Reads {@code service:NAME}, {@code connector:NAME} or a SIP URI. */
    static Result<NextHop> parse(String text) {
        if (text.startsWith("service:") && text.length() > "service:".length()) {
            return Result.ok(new Service(text.substring("service:".length())));
        }
        if (text.startsWith("connector:") && text.length() > "connector:".length()) {
            return Result.ok(new Connector(text.substring("connector:".length())));
        }
        return switch (Uri.parse(text)) {
            case Result.Ok<Uri>(SipUri uri) -> Result.ok(new Direct(uri));
            case Result.Ok<Uri> other ->
                Result.bad(
                        SipErrorCode.URI_SCHEME_UNSUPPORTED,
                        0,
                        "a next hop is service:NAME, connector:NAME or a SIP URI");
            case Result.Bad<Uri> bad -> bad.as();
        };
    }

    /**
     * True if the next hop compares the sender of each request with who signed in on its connection, by our flow mark. A
     * foreign server knows nothing of the mark, so that this edge has to.
     */
    default boolean judgesSenders() {
        return switch (this) {
            case Service service -> true;
            case Connector connector -> false;
            case Direct direct -> false;
        };
    }

    /** What the proxy core is told. */
    default Destination destination() {
        return switch (this) {
            case Service service -> new Destination.Service(service.name());
            case Connector connector -> new Destination.Service(connector.name());
            case Direct direct -> new Destination.Locate(direct.uri());
        };
    }
}
