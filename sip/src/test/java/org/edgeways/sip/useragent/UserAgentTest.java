package org.edgeways.sip.useragent;

import static org.assertj.core.api.Assertions.assertThat;

import org.edgeways.sip.engine.Messages;
import org.junit.jupiter.api.Test;

/** Requests outside registration and calls. */
class UserAgentTest {

    private final AgentBench bench = new AgentBench();

    @Test
    void aMessageThatComesAgainIsAnsweredAndDropped() {
        bench.receive(Messages.request("MESSAGE"));
        bench.receive(Messages.request("MESSAGE", "sip:alice@acorn.example", "TLS", "z9hG4bKagain"));
        assertThat(bench.wire.takeText()).containsExactly("200@0", "200@0");
        assertThat(bench.events.get(0)).isInstanceOf(UserAgentEvent.MessageReceived.class);
        assertThat(bench.events.get(1)).isInstanceOf(UserAgentEvent.RepetitionDropped.class);
    }
}
