package org.edgeways.tokens;

import org.edgeways.base.Result;

/**
 * Names one client's connection to one edge node, and who is signed in on it (RFC 5626 section 5.2). When the
 * connection is gone, person and device say which later one may take its place.
 *
 * @param node the edge node's name
 * @param boot which run of the node's program, so that a connection number of an earlier run fits nothing
 * @param connection the connection's number within that run
 * @param person the address of record, as {@code sip:alice@acorn.example}; empty if not known
 * @param device tells the person's devices apart; empty if not known
 */
public record FlowToken(String node, long boot, long connection, String person, String device) {

    /** Seals it for use in Path and in the inside-facing Record-Route. */
    public String seal(Sealer sealer) {
        return sealer.seal(Purpose.FLOW, write(new TokenWriter()).bytes());
    }

    /** Opens what {@link #seal} made. */
    public static Result<FlowToken> open(Sealer sealer, String token) {
        return switch (sealer.open(Purpose.FLOW, token)) {
            case Result.Ok<byte[]> ok -> TokenReader.read(ok.value(), FlowToken::read);
            case Result.Bad<byte[]> bad -> bad.as();
        };
    }

    TokenWriter write(TokenWriter writer) {
        return writer.text(node).number(boot).number(connection).text(person).text(device);
    }

    static FlowToken read(TokenReader reader) {
        return new FlowToken(reader.text(), reader.number(), reader.number(), reader.text(), reader.text());
    }
}
