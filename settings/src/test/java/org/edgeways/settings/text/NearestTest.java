package org.edgeways.settings.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

    private static final List<String> KINDS = List.of("EdgeNode", "Pool", "Route", "AccessSettings");

    @Test
    void aLetterTooFewTooManyOrExchangedIsForgiven() {
        assertThat(Nearest.to("EdgNode", KINDS)).contains("EdgeNode");
        assertThat(Nearest.to("EdgeeNode", KINDS)).contains("EdgeNode");
        assertThat(Nearest.to("EgdeNode", KINDS)).contains("EdgeNode");
        assertThat(Nearest.to("Poool", KINDS)).contains("Pool");
    }

    @Test
    void caseCountsForNothing() {
        assertThat(Nearest.to("edgenode", KINDS)).contains("EdgeNode");
    }

    @Test
    void theBeginningOfANameIsEnough() {
        assertThat(Nearest.to("Access", KINDS)).contains("AccessSettings");
    }

    @Test
    void whatResemblesNothingHasNoNearestName() {
        assertThat(Nearest.to("Banana", KINDS)).isEmpty();
        assertThat(Nearest.to("", KINDS)).isEmpty();
        assertThat(Nearest.to("x".repeat(10_000), KINDS)).isEmpty();
    }

    @Test
    void exchangedNeighboursAreOneChange() {
        assertThat(Nearest.changes("abcd", "abdc")).isEqualTo(1);
        assertThat(Nearest.changes("", "abc")).isEqualTo(3);
        assertThat(Nearest.changes("kitten", "sitting")).isEqualTo(3);
    }
}
