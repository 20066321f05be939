package org.edgeways.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.edgeways.base.Result;

/**
 * Any bytes as a token, as the content of one that is sealed by us, and as a keyring file: nothing throws, nobody forges a
 * token, and what was understood reads back the same.
 */
public final class TokensTarget {

    private static final Sealer SEALER = new Sealer(Keyring.create(new Random(7)), new Random(8));

    /** Seals nothing: the fuzzer reads what is compared, and so knows every token that was made here. */
    private static final Sealer SILENT = new Sealer(Keyring.create(new Random(9)), new Random(10));

    private TokensTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        for (Purpose purpose : Purpose.values()) {
            that(!SILENT.open(purpose, text).isOk(), "somebody forged a token");
        }
        if (data.length <= Sealer.MAX_CONTENT_BYTES) {
            sealed(data);
        }
        if (KeyringCodec.decode(text) instanceof Result.Ok<Keyring>(Keyring keyring)) {
            String written = KeyringCodec.encode(keyring);
            that(KeyringCodec.encode(KeyringCodec.decode(written).orThrow()).equals(written), "a keyring changed");
        }
    }

    private static void sealed(byte[] content) {
        String token = SEALER.seal(Purpose.FLOW, content);
        that(Arrays.equals(SEALER.open(Purpose.FLOW, token).orThrow(), content), "the content changed");
        that(!SEALER.open(Purpose.ROUTE, token).isOk(), "a token opens for another purpose");
        int at = Math.floorMod(Arrays.hashCode(content), token.length());
        String bent = token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1);
        that(!SEALER.open(Purpose.FLOW, bent).isOk(), "a token opens that was changed at " + at);
        if (FlowToken.open(SEALER, token) instanceof Result.Ok<FlowToken>(FlowToken flow)
                && flow.write(new TokenWriter()).bytes().length <= Sealer.MAX_CONTENT_BYTES) {
            that(FlowToken.open(SEALER, flow.seal(SEALER)).orThrow().equals(flow), "a flow token changed");
        }
        if (RouteToken.open(SEALER, SEALER.seal(Purpose.ROUTE, content))
                        instanceof Result.Ok<RouteToken>(RouteToken route)
                && route.fits()) {
            that(RouteToken.open(SEALER, route.seal(SEALER)).orThrow().equals(route), "a route token changed");
        }
        ContactToken.open(SEALER, SEALER.seal(Purpose.CONTACT, content));
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
