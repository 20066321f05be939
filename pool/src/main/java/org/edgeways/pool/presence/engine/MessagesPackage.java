package org.edgeways.pool.presence.engine;

import org.edgeways.pool.presence.document.MessageSummary;

/** The event package {@code message-summary} (RFC 3842): how many messages wait for a person. */
final class MessagesPackage extends OwnPackage {

    private final PresenceHost host;

    MessagesPackage(PresenceHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return "message-summary";
    }

    @Override
    public String contentType() {
        return MessageSummary.CONTENT_TYPE;
    }

    @Override
    byte[] state(String person, long now) {
        return new MessageSummary(person, host.messagesWaiting(person)).write();
    }

    @Override
    byte[] document(String person, long version, long now) {
        return state(person, now);
    }
}
