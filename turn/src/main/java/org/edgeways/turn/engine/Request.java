package org.edgeways.turn.engine;

import java.util.List;
import org.edgeways.turn.TurnErrorCode;
import org.edgeways.turn.stun.Integrity;
import org.edgeways.turn.stun.StunAttribute;
import org.edgeways.turn.stun.StunClass;
import org.edgeways.turn.stun.StunMessage;
import org.edgeways.turn.stun.StunWriter;

/**
 * A request whose credentials hold, and how it is answered.
 *
 * @param holder whose they are
 * @param key of the user, for the answer's integrity
 * @param integrity which one the request had; the answer has the same (RFC 8489 section 9.2.4)
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record Request(Client client, StunMessage message, Credentials.Holder holder, byte[] key, Integrity integrity) {

    String username() {
        return holder.username();
    }

    StunWriter success() {
        return new StunWriter(StunClass.SUCCESS, message.method(), message.transactionId());
    }

    Output.Respond answer(StunWriter writer) {
        writer.addIntegrity(integrity, key);
        if (message.has(StunAttribute.FINGERPRINT)) {
            writer.addFingerprint();
        }
        return new Output.Respond(client, writer.toBytes());
    }

    StunWriter error(TurnErrorCode code) {
        return new StunWriter(StunClass.ERROR, message.method(), message.transactionId())
                .addError(code.status(), code.reason());
    }

    Output.Respond unknownAttributes(List<Integer> unknown) {
        return answer(error(TurnErrorCode.UNKNOWN_ATTRIBUTE).addUnknown(unknown));
    }
}
