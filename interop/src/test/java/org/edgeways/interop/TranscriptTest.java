package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TranscriptTest {

    @Test
    void aFailureThatQuotesColouredOutputIsNotLostByMaven() {
        Transcript transcript = new Transcript();
        transcript.append("\u001b[31mpublisher got error\u001b[;m\r");
        assertThat(transcript.text()).isEqualTo("publisher got error\n");
        transcript.end();
        assertThatThrownBy(() -> transcript.await("what", Pattern.compile("never"), Duration.ZERO))
                .isInstanceOf(AssertionError.class)
                .hasMessageNotContaining("\u001b");
    }
}
