package org.edgeways.joining;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;

final class BundleCodecTest {

    private final EnrolmentSecret.Made made = EnrolmentSecret.make(new SecureRandom());
    private final Bundle bundle = bundle("10.1.2.3");
    private final String text = BundleCodec.encode(bundle);

    private Bundle bundle(String address) {
        return new Bundle(
                "edge1",
                "0123456789abcdef0123456789abcdef",
                "ab".repeat(32),
                made.secret(),
                Instant.parse("2026-11-26T10:00:00Z"),
                new InetSocketAddress(InetAddress.ofLiteral(address), 5061));
    }

    private static Result.Bad<Bundle> refused(String text) {
        return (Result.Bad<Bundle>) BundleCodec.decode(text);
    }

    @Test
    void whatWasWrittenReadsBack() {
        Bundle read = BundleCodec.decode(text).orThrow();

        assertThat(BundleCodec.encode(read)).isEqualTo(text);
        assertThat(read.listen()).isEqualTo(bundle.listen());
        assertThat(read.secret().prove(new byte[] {1})).isEqualTo(made.secret().prove(new byte[] {1}));
        String six = BundleCodec.encode(bundle("2001:db8::1"));
        assertThat(BundleCodec.encode(BundleCodec.decode(six).orThrow())).isEqualTo(six);
    }

    @Test
    void theSecretShowsNowhereButInTheFile() {
        String secret = text.lines()
                .filter(line -> line.startsWith("secret "))
                .findFirst()
                .orElseThrow()
                .substring(7);

        assertThat(bundle.toString()).doesNotContain(secret).contains("***");
        for (int end = 0; end < text.length() - 6; end++) {
            assertThat(refused(text.substring(0, end)).reason()).doesNotContain(secret);
        }
    }

    @Test
    void aFileThatWasCutIsRefusedWhereverThatWas() {
        for (int end = 0; end < text.length() - 6; end++) {
            assertThat(BundleCodec.decode(text.substring(0, end)).isOk())
                    .as("cut at %d", end)
                    .isFalse();
        }
    }

    @Test
    void unknownDoubleAndOtherLinesAreRefusedWithTheirPlace() {
        assertThat(refused(text + "colour green\n").offset()).isEqualTo(text.length());
        assertThat(refused(text + "node edge2\n").reason()).contains("node");
        assertThat(refused(text.replace("edge1", "Edge 1")).code()).isEqualTo(JoinErrorCode.BUNDLE_MALFORMED);
        assertThat(refused(text.replace("10.1.2.3", "edge.acorn.example")).isOk())
                .isFalse();
        assertThat(refused("edgeways-bundle 2" + text.substring(17)).offset()).isZero();
        assertThat(refused(text + " ".repeat(BundleCodec.MAX_LENGTH)).offset()).isEqualTo(BundleCodec.MAX_LENGTH);
    }

    @Test
    void itWorksUntilItExpiresAndNotAtThatMoment() {
        assertThat(bundle.isExpired(Instant.parse("2026-11-26T09:59:59.999Z"))).isFalse();
        assertThat(bundle.isExpired(Instant.parse("2026-11-26T10:00:00Z"))).isTrue();
    }
}
