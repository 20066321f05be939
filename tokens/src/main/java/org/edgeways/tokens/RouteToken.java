package org.edgeways.tokens;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.base.Result;

/**
 * The inside's part of a dialog's route set, given to an outside client in one Record-Route entry: nothing of it can be
 * read outside, and nothing need be remembered by the edge.
 *
 * @param flow whom it was given to: only that person may use it
 * @param routes the Route values that a request towards the inside continues with, in the order of travel
 */
public record RouteToken(FlowToken flow, List<String> routes) {

    /** A token with a copy of {@code routes}. */
    public RouteToken {
        routes = List.copyOf(routes);
    }

    /**
     * Seals it for use in the outside-facing Record-Route.
     *
     * @throws IllegalArgumentException if the routes are longer than a token holds, see {@link #fits()}
     */
    public String seal(Sealer sealer) {
        return sealer.seal(Purpose.ROUTE, encode());
    }

    /** True if the routes are not too long for a token. */
    public boolean fits() {
        return encode().length <= Sealer.MAX_CONTENT_BYTES;
    }

    private byte[] encode() {
        TokenWriter writer = flow.write(new TokenWriter()).number(routes.size());
        routes.forEach(writer::text);
        return writer.bytes();
    }

    /** Opens what {@link #seal} made. */
    public static Result<RouteToken> open(Sealer sealer, String token) {
        return switch (sealer.open(Purpose.ROUTE, token)) {
            case Result.Ok<byte[]> ok -> TokenReader.read(ok.value(), RouteToken::read);
            case Result.Bad<byte[]> bad -> bad.as();
        };
    }

    private static RouteToken read(TokenReader reader) {
        FlowToken flow = FlowToken.read(reader);
        int count = reader.count();
        List<String> routes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            routes.add(reader.text());
        }
        return new RouteToken(flow, routes);
    }
}
