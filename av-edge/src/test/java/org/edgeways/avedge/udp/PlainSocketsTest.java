package org.edgeways.avedge.udp;

import java.io.IOException;

/** {@link PlainSockets}. */
class PlainSocketsTest extends DatagramSocketsContract {

    @Override
    DatagramSockets create() throws IOException {
        return new PlainSockets();
    }
}
