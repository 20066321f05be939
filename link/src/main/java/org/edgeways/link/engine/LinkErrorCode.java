package org.edgeways.link.engine;

import java.util.Arrays;
import java.util.Optional;
import org.edgeways.base.ErrorCode;

/** Why the Link refuses, ends or cannot open something. */
public enum LinkErrorCode implements ErrorCode {
    DIAL_FAILED("link-dial-failed", "No connection to the edge node could be opened."),
    DIAL_TIMEOUT("link-dial-timeout", "The edge node did not take up the connection in time."),
    PROTOCOL_REFUSED("link-protocol-refused", "The other end does not speak the Link's protocol."),
    PEER_REFUSED("link-peer-refused", "The other end's certificate does not name whom it should, or is refused."),
    CONNECTIONS_EXHAUSTED("link-connections-exhausted", "One inside has reached its limit of connections."),
    PEER_CLOSED("link-peer-closed", "The other end closed the connection."),
    CONNECTION_FAILED("link-connection-failed", "The connection broke."),
    SILENT("link-silent", "Nothing came within the time that a ping may take."),
    DRAINED("link-drained", "The connection was no longer wanted and its streams had ended."),
    DRAIN_TIMEOUT("link-drain-timeout", "The connection was no longer wanted and its streams did not end in time."),
    DRAINING_EXHAUSTED(
            "link-draining-exhausted", "The edge node has more connections that drain than it may have at a time."),
    NODE_REMOVED("link-node-removed", "The edge node was removed."),
    SHUT_DOWN("link-shut-down", "This end of the Link was closed."),
    NO_CONNECTION("link-no-connection", "There is no connection to the inside at the moment."),
    STREAMS_EXHAUSTED("link-streams-exhausted", "No connection may carry one more stream of that class."),
    HEADERS_TOO_LONG("link-headers-too-long", "The header fields of a request or an answer are more than is allowed."),
    RULES_BROKEN("link-rules-broken", "The other end broke the rules of HTTP/2."),
    FLOODED("link-flooded", "The other end sent more resets, empty frames or continuations in a row than is allowed."),
    NOT_PROCESSED("link-not-processed", "The other end took nothing of the request: it can be asked again."),
    STREAM_RESET("link-stream-reset", "The other end broke the stream off."),
    STREAM_CANCELLED("link-stream-cancelled", "This end broke the stream off."),
    STREAM_IDLE("link-stream-idle", "Nothing moved on the stream for longer than is allowed."),
    REQUEST_REFUSED("link-request-refused", "The request cannot be passed on as it is."),
    SERVICE_UNKNOWN("link-service-unknown", "The inside does not name that service."),
    SERVICE_EXHAUSTED("link-service-exhausted", "The edge node has as many streams to that service as it may have."),
    ORIGIN_UNREACHABLE("link-origin-unreachable", "The service's origin cannot be connected to."),
    ORIGIN_TIMEOUT("link-origin-timeout", "The service's origin did not answer in time."),
    ORIGIN_BROKEN(
            "link-origin-broken", "The service's origin closed or broke its connection before the answer was whole."),
    ORIGIN_MALFORMED("link-origin-malformed", "The service's origin answered with what is not clean HTTP/1.1."),
    CONTROL_ABSENT("link-control-absent", "This end offers no control service."),
    CONTROL_REPLACED("link-control-replaced", "The node opened another control stream."),
    CONTROL_MESSAGE_TOO_LONG("link-control-message-too-long", "A control message is longer than is allowed."),
    CONTROL_QUEUE_FULL("link-control-queue-full", "The other end does not take its control messages."),
    CONTROL_FAILED("link-control-failed", "Our own handling of a control message failed: a bug.");

    private final String code;
    private final String meaning;

    LinkErrorCode(String code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The one of that code. */
    public static Optional<LinkErrorCode> of(String code) {
        return Arrays.stream(values()).filter(known -> known.code.equals(code)).findFirst();
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
