package org.edgeways.avedge;

import java.util.ArrayList;
import java.util.List;
import org.edgeways.turn.engine.Transport;

/**
 * Which listener of an engine is what: first those for UDP, outside and then inside; then TCP and TLS outside; the ports for UDP again, in the
 * same order, for DTLS; last TCP and TLS inside.
 *
 * @param outside how many addresses for UDP there are outside
 * @param inside how many there are inside
 */
record ListenerNumbers(int outside, int inside) {

    private static final int STREAMS = 2; // TCP and TLS

    private int datagrams() {
        return outside + inside;
    }

    /** What each speaks. */
    List<Transport> transports() {
        List<Transport> each = new ArrayList<>();
        for (int i = 0; i < datagrams(); i++) {
            each.add(Transport.UDP);
        }
        each.add(Transport.TCP);
        each.add(Transport.TLS);
        for (int i = 0; i < datagrams(); i++) {
            each.add(Transport.DTLS);
        }
        each.add(Transport.TCP);
        each.add(Transport.TLS);
        return each;
    }

    /** The one of a connection. */
    int stream(boolean fromInside, boolean secured) {
        return (fromInside ? 2 * datagrams() + STREAMS : datagrams()) + (secured ? 1 : 0);
    }

    /** The one of what comes over DTLS to a listener for UDP. */
    int dtls(int listener) {
        return datagrams() + STREAMS + listener;
    }

    /** Whether clients of a listener are inside. */
    boolean isInside(int listener) {
        if (listener >= 2 * datagrams() + STREAMS) {
            return true;
        }
        int ofDtls = listener - datagrams() - STREAMS;
        return listener < datagrams() ? listener >= outside : ofDtls >= outside;
    }
}
