package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.edgeways.turn.engine.Transport;
import org.junit.jupiter.api.Test;

class ListenerNumbersTest {

    @Test
    void eachNumberIsOfOneTransportAndOneLeg() {
        ListenerNumbers numbers = new ListenerNumbers(2, 1);
        assertThat(numbers.transports())
                .containsExactly(
                        Transport.UDP,
                        Transport.UDP,
                        Transport.UDP,
                        Transport.TCP,
                        Transport.TLS,
                        Transport.DTLS,
                        Transport.DTLS,
                        Transport.DTLS,
                        Transport.TCP,
                        Transport.TLS);
        List<Integer> inside =
                IntStream.range(0, 10).filter(numbers::isInside).boxed().toList();
        assertThat(inside).containsExactly(2, 7, 8, 9);
        for (int udp = 0; udp < 3; udp++) {
            assertThat(numbers.transports().get(numbers.dtls(udp))).isEqualTo(Transport.DTLS);
            assertThat(numbers.isInside(numbers.dtls(udp))).isEqualTo(numbers.isInside(udp));
        }
        assertThat(numbers.dtls(1)).isEqualTo(6);
        for (boolean fromInside : new boolean[] {false, true}) {
            for (boolean secured : new boolean[] {false, true}) {
                int listener = numbers.stream(fromInside, secured);
                assertThat(numbers.isInside(listener)).isEqualTo(fromInside);
                assertThat(numbers.transports().get(listener)).isEqualTo(secured ? Transport.TLS : Transport.TCP);
            }
        }
    }
}
