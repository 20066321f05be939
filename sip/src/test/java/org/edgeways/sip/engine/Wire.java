package org.edgeways.sip.engine;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Transmitter;

/** Keeps what an engine sends. */
public final class Wire implements Transmitter {

    /** One transmission. */
    public record Sent(SipMessage message, Destination to, long at) {

        /** Method of a request or status of a response, with the seconds since the start in thousandths. */
        @Override
        public String toString() {
            String what = message.isRequest() ? message.method() : Integer.toString(message.status());
            return what + "@" + (at - EngineClock.START) / 1_000_000;
        }
    }

    private final List<Sent> sent = new ArrayList<>();
    private Transmitter also = (message, to, now) -> {};

    @Override
    public void transmit(SipMessage message, Destination to, long now) {
        sent.add(new Sent(message, to, now));
        also.transmit(message, to, now);
    }

    /** What happens at each transmission. */
    public void also(Transmitter what) {
        also = what;
    }

    /** Everything since the last call. */
    public List<Sent> take() {
        List<Sent> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /** Everything since the last call, as METHOD@milliseconds and STATUS@milliseconds. */
    public List<String> takeText() {
        return take().stream().map(Sent::toString).toList();
    }

    /** The one transmission since the last call. */
    public SipMessage one() {
        List<Sent> taken = take();
        if (taken.size() != 1) {
            throw new AssertionError("one transmission expected: " + taken);
        }
        return taken.getFirst().message();
    }

    /** The only request of that method since the last call; drops everything else. */
    public SipMessage request(String method) {
        List<Sent> taken = take().stream()
                .filter(each ->
                        each.message().isRequest() && each.message().method().equals(method))
                .toList();
        if (taken.size() != 1) {
            throw new AssertionError("one " + method + " expected: " + taken);
        }
        return taken.getFirst().message();
    }
}
