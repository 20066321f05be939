package org.edgeways.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;

class TokensTest {

    private final Random random = new Random(11);
    private final Sealer sealer = new Sealer(Keyring.create(random), random);
    private final FlowToken flow =
            new FlowToken("edge1", 1_790_000_000_000L, 77, "sip:alice@acorn.example", "Zm9vYmFy");

    @Test
    void aFlowTokenComesBackAsItWas() {
        assertThat(FlowToken.open(sealer, flow.seal(sealer)).orThrow()).isEqualTo(flow);
    }

    @Test
    void aFlowTokenWithTheLargestNumbersComesBack() {
        FlowToken extreme = new FlowToken("", -1, Long.MAX_VALUE, "", "ünïcode");
        assertThat(FlowToken.open(sealer, extreme.seal(sealer)).orThrow()).isEqualTo(extreme);
    }

    @Test
    void aFlowTokenIsShorterThanAHundredAndFiftyCharacters() {
        assertThat(flow.seal(sealer)).hasSizeLessThan(150);
    }

    @Test
    void aRouteTokenComesBackAsItWas() {
        RouteToken route =
                new RouteToken(flow, List.of("<sip:pool.acorn.example:9061;transport=tls;lr>", "<sip:x@10.0.0.1;lr>"));
        assertThat(RouteToken.open(sealer, route.seal(sealer)).orThrow()).isEqualTo(route);
    }

    @Test
    void aContactTokenComesBackAsItWas() {
        ContactToken contact = new ContactToken("sip:alice@acorn.example", "sip:bob@10.0.0.1:5061;transport=tls");
        assertThat(ContactToken.open(sealer, contact.seal(sealer)).orThrow()).isEqualTo(contact);
    }

    @Test
    void noKindOfTokenOpensAsAnother() {
        String sealedFlow = flow.seal(sealer);
        String sealedContact = new ContactToken("a", "b").seal(sealer);
        assertThat(RouteToken.open(sealer, sealedFlow).isOk()).isFalse();
        assertThat(ContactToken.open(sealer, sealedFlow).isOk()).isFalse();
        assertThat(FlowToken.open(sealer, sealedContact).isOk()).isFalse();
    }

    @Test
    void contentOfAnotherVersionIsAnErrorValue() {
        for (byte[] content :
                new byte[][] {{}, {5}, {5, 1}, {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, {0, 0, 0, 0}}) {
            Result<FlowToken> opened = FlowToken.open(sealer, sealer.seal(Purpose.FLOW, content));
            assertThat(opened).isInstanceOf(Result.Bad.class);
        }
    }

    @Test
    void contentThatGoesOnTooLongIsAnErrorValue() {
        byte[] content = {0, 0, 0, 0, 0, 9};
        Result<FlowToken> opened = FlowToken.open(sealer, sealer.seal(Purpose.FLOW, content));
        assertThat(opened)
                .isInstanceOfSatisfying(
                        Result.Bad.class,
                        bad -> assertThat(bad.code()).isEqualTo(TokensErrorCode.TOKEN_CONTENT_UNREADABLE));
    }

    @Test
    void saysWhetherItsRoutesFit() {
        assertThat(new RouteToken(flow, Collections.nCopies(10, "<sip:pool;lr>")).fits())
                .isTrue();
        assertThat(new RouteToken(flow, Collections.nCopies(400, "<sip:pool;lr>")).fits())
                .isFalse();
    }

    @Test
    void theLongestAddressThatATokenHoldsIsSealedAndTheNextDoesNotFit() {
        int most = Sealer.MAX_CONTENT_BYTES - 1 - "sip:alice@acorn.example".length() - 2;
        ContactToken at = new ContactToken("sip:alice@acorn.example", "x".repeat(most));
        assertThat(at.fits()).isTrue();
        assertThat(at.seal(sealer).length()).isLessThan(3_700);
        assertThat(ContactToken.open(sealer, at.seal(sealer)).orThrow()).isEqualTo(at);
        assertThat(new ContactToken("sip:alice@acorn.example", "x".repeat(most + 1)).fits())
                .isFalse();
    }
}
