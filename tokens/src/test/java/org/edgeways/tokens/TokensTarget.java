package org.edgeways.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.edgeways.base.Result;

/**
 * Any bytes as a token, as the content of one that is sealed by us, and as a keyring file: nothing throws, nobody forges a
 * token, and what was understood reads back the same.
 */
public final class TokensTarget {

    private static final Sealer SEALER = new Sealer(Keyring.create(new Random(7)), new Random(8));

    /** Seals nothing: the fuzzer reads what is compared, and so knows every token that was made here. */
    private static final Sealer SILENT = new Sealer(Keyring.create(new Random(9)), new Random(10));

    private static final RelayCheck RELAY = RelayCheck.read("relay-check-1.01020304." + "A".repeat(43)
                    + ".MCowBQYDK2VwAyEA11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
            .orThrow();
    private static final RelayVerifier RELAY_USERS = new RelayVerifier(List.of(RELAY), Set.of());

    private TokensTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        for (Purpose purpose : Purpose.values()) {
            that(!SILENT.open(purpose, text).isOk(), "somebody forged a token");
        }
        that(!RELAY_USERS.check(text, 0).isOk(), "somebody made relay credentials");
        if (data.length <= 32) {
            String sealed = RELAY.sealer(new Random(11)).seal(Purpose.RELAY_USER, data);
            that(!RELAY_USERS.check("1:" + sealed + "." + "A".repeat(86), 0).isOk(), "a user name needs no signature");
            var _ = RELAY_USERS.userOf("1:" + sealed + "." + "A".repeat(86));
        }
        if (RelayCheck.read(text) instanceof Result.Ok<RelayCheck>(RelayCheck read)) {
            that(read.text().equals(text), "what a node is told of a key has two spellings");
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
