package org.edgeways.sip.framing;

import java.util.Arrays;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.transaction.StatelessAnswer;
import org.jspecify.annotations.Nullable;

/** Stateless answers to messages that cannot be read, as far as their sender can be told at all. */
public final class Refusals {

    private Refusals() {}

    /** The response to a refused message; null if it was a response or an ACK, or says too little. */
    public static @Nullable SipMessage answer(ParseOutcome.Refused refused) {
        return StatelessAnswer.to(refused);
    }

    /** The response to a message that broke its stream, from what had come of it; null if that says too little. */
    public static @Nullable SipMessage answer(Frame.Broken broken, SipLimits limits) {
        byte[] head = wholeLines(broken.head());
        SipMessage request = switch (SipParser.parse(head, limits)) {
            case ParseOutcome.Good(SipMessage message) -> message;
            case ParseOutcome.Refused refused -> refused.answerable();
        };
        return request == null ? null : StatelessAnswer.to(request, broken.status(), broken.reason());
    }

    /** The lines that came whole, with an empty line behind them. */
    private static byte[] wholeLines(byte[] head) {
        int end = head.length;
        while (end >= 2 && !(head[end - 1] == '\n' && head[end - 2] == '\r')) {
            end--;
        }
        if (end < 2) {
            return new byte[0];
        }
        if (end >= 4 && head[end - 3] == '\n') {
            return Arrays.copyOf(head, end);
        }
        byte[] closed = Arrays.copyOf(head, end + 2);
        closed[end] = '\r';
        closed[end + 1] = '\n';
        return closed;
    }
}
