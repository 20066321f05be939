package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.edgeways.sip.engine.Messages;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.junit.jupiter.api.Test;

/** Which of two messages is the same, delivered again. */
class MessageHistoryTest {

    private final MessageHistory history = new MessageHistory(3);

    private static SipMessage message(int sequence) {
        SipMessage message = Messages.request("MESSAGE");
        message.set(HeaderName.CSEQ, sequence + " MESSAGE");
        return message;
    }

    private static SipMessage withId(String id) {
        SipMessage message = message(1);
        String body = "From: <im:alice@acorn.example>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: " + id
                + "\r\n\r\nContent-Type: text/plain\r\n\r\nMessage-ID: 99";
        message.setBody("message/cpim", body.getBytes(StandardCharsets.UTF_8));
        return message;
    }

    @Test
    void theSameNumberOfTheSameCallIsTheSameMessage() {
        SipMessage again = message(1);
        again.set(HeaderName.VIA, "SIP/2.0/TLS 192.0.2.9;branch=z9hG4bKagain");
        assertThat(history.isNew(message(1))).isTrue();
        assertThat(history.isNew(again)).isFalse();
        assertThat(history.isNew(message(2))).isTrue();
    }

    @Test
    void aMessageIdTellsMessagesApart() {
        assertThat(history.isNew(withId("one"))).isTrue();
        assertThat(history.isNew(withId("two"))).isTrue();
        assertThat(history.isNew(withId("one"))).isFalse();
    }

    @Test
    void theOldestIsForgottenPastTheLimit() {
        for (int i = 1; i <= 3; i++) {
            assertThat(history.isNew(message(i))).isTrue();
        }
        assertThat(history.isNew(message(1))).as("at the limit").isFalse();
        assertThat(history.isNew(message(4))).isTrue();
        assertThat(history.isNew(message(1))).as("one past it").isTrue();
    }
}
